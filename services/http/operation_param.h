#ifndef HTTP_OPERATION_PARAM_H
#define HTTP_OPERATION_PARAM_H

#include <jansson.h>

#include "http/route.h"

/*
 * Parameters of an operation of the OpenAPI document, put at the end of a list:
 * those of its path; those of its query, of its own and as every list has them.
 */
void operation_holes(json_t *list, const char *pattern);
void operation_query(json_t *list, const struct route *);

#endif
