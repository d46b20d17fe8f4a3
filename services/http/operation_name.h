#ifndef HTTP_OPERATION_NAME_H
#define HTTP_OPERATION_NAME_H

#include <stddef.h>

#include "http/route.h"

/*
 * What clients made from the document call a route and its parts: all of it
 * comes of the route's pattern, and must stay as it is.
 */
#define OPERATION_NAME_LEN 96

/* "/v1/plans/<uuid>" as "/v1/plans/{id}". */
void operation_path(const char *pattern, char *out, size_t cap);

/*
 * A hole's name: the first is "id" (or by its type), a later one "grant_id", of
 * …/grants/; two in a row are a system and its key.
 */
void operation_hole(const char *pattern, const char *hole, char *out,
    size_t cap);

/* "grant" of /v1/staff/<uuid>/grants/<uuid>. */
void operation_noun(const char *pattern, char *out, size_t cap);

/*
 * The nouns of the path, without hyphens, and what is done where the path does
 * not end with a verb: plans_list, plans_issue, me_work_list.
 */
void operation_id(const struct route *, char *out, size_t cap);

/* Of a schema that belongs to it: "PlansIssueBody", what being "_body". */
void operation_name(const struct route *, const char *what, char *out,
    size_t cap);

/* The resource whose path it is, or who has the route. */
void operation_tag(const struct route *, char *out, size_t cap);

#endif
