#ifndef HTTP_CRUD_H
#define HTTP_CRUD_H

#include "http/ctx.h"
#include "http/route.h"

/*
 * The steps every resource shares. Reads answer with one row (version, status,
 * perms, json); writes with one row (outcome, version, status, perms, json),
 * where outcome is the HTTP status: 200 201 204 403 404 409 412, or 422 with
 * lines of "pointer fault" in place of the json, after which members of the
 * problem may stand as JSON text that starts with a comma.
 */
enum step crud_get(struct ctx *);
enum step crud_create(struct ctx *);
enum step crud_patch(struct ctx *);
enum step crud_verb(struct ctx *);
enum step crud_narrow_verb(struct ctx *);
enum step crud_remove(struct ctx *);
enum step crud_restore(struct ctx *);

/* Send a statement of that shape for a body that is ready. */
enum step crud_write(struct ctx *, const struct query *);

/* Where what this answer tells of stands: by its first member, the id. */
const char *crud_location(struct ctx *, const char *json);

/* Fix the body's text after the last change to it. */
void crud_body(struct ctx *);

/* Keep only the members named in a list ("id,title"); malloc'd text. */
char *crud_project(const char *json, size_t n, const char *names);

#endif
