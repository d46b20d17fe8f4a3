#ifndef HTTP_CHECK_H
#define HTTP_CHECK_H

#include "http/ctx.h"

/*
 * What can be said of a request before any statement: header fields, query
 * string, body. Refuses, or goes on with c->next.
 */
enum step check_request(struct ctx *);

/* By Accept-Language, which may be NULL: vi unless English is wanted more. */
enum lang check_language(const char *accept);

/* A member of what the route answers with, or NULL. */
const struct field *check_field(const struct route *, const char *name);

/*
 * fields=: every name is a member (or _permissions), and there is one.
 * Refuses, or STEP_MORE; names may be NULL.
 */
enum step check_names(struct ctx *, const char *names);

/*
 * as_of=, if the statement takes it: the day the answer tells of. Rights are
 * those of today whatever the day. Refuses, or STEP_MORE.
 */
enum step check_day(struct ctx *, const struct query *);

/* Take a parameter of the query string: its value, or NULL. */
const char *param_take(struct ctx *, const char *name);

/* Give one that the path means: as if asked for, and not to be asked again. */
void param_give(struct ctx *, const char *name, const char *value);

/* Refuse when a parameter is left that nobody took. */
enum step param_rest(struct ctx *);

#endif
