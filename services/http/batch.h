#ifndef HTTP_BATCH_H
#define HTTP_BATCH_H

#include "http/ctx.h"

/*
 * POST /v1/batch: up to 100 operations in one request. atomic: one
 * transaction, two round trips; a refusal leaves nothing. Otherwise each
 * stands alone, in the order given.
 */
enum step batch_run(struct ctx *);
extern const struct field batch_fields[];
extern const struct field batch_answer[];

/*
 * "May I?" for up to 100 {verb, path}: each path is read as the caller, and the
 * answer's _permissions say. Verbs besides: read; create, of a list's path.
 */
enum step batch_can(struct ctx *);
extern const struct field can_fields[];
extern const struct field can_answer[];

/* A part has its answer. */
void batch_part_done(struct ctx *);

#endif
