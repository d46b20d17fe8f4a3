#ifndef HTTP_COMPONENT_H
#define HTTP_COMPONENT_H

#include <jansson.h>

/*
 * The components of the OpenAPI document: what it names once and refers to. A
 * kind is "schemas", "examples", "parameters", "headers" or "responses".
 */

/* Those of this document, from now on; borrowed. */
void component_begin(json_t *doc);

/* Put one there, whose reference is taken over. Is it there? */
void component_keep(const char *kind, const char *name, json_t *);
int component_kept(const char *kind, const char *name);

/* {"$ref": …}, a new reference. */
json_t *component_ref(const char *kind, const char *name);

/* A member of a schema, borrowed. */
json_t *component_member(const char *schema, const char *member);

#endif
