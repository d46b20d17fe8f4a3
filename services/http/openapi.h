#ifndef HTTP_OPENAPI_H
#define HTTP_OPENAPI_H

#include "http/ctx.h"

/*
 * OpenAPI 3.1, made from the tables of routes, fields, states, problems and
 * words at start, in both languages.
 */
void openapi_init(void);
enum step openapi_get(struct ctx *);

/* Every enumeration's words. */
enum step openapi_vocabulary(struct ctx *);

#endif
