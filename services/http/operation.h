#ifndef HTTP_OPERATION_H
#define HTTP_OPERATION_H

#include <jansson.h>

#include "http/route.h"

/*
 * A route as an operation of the OpenAPI document: its parameters, its body,
 * what it answers and refuses. Schemas and examples that have a name become
 * components (component.h). A new reference.
 */
json_t *operation_of(const struct route *);

/* The status of success; where the route says none, the usual one. */
int operation_status(const struct route *);

#endif
