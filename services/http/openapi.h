#ifndef HTTP_OPENAPI_H
#define HTTP_OPENAPI_H

#include "http/ctx.h"

/* OpenAPI 3.1, made from the route and field tables at start. */
void openapi_init(void);
enum step openapi_get(struct ctx *);

/* Every enumeration's words, and a page to try it all out. */
enum step openapi_vocabulary(struct ctx *);
enum step openapi_docs(struct ctx *);

#endif
