#ifndef HTTP_BATCH_H
#define HTTP_BATCH_H

#include "http/ctx.h"

/*
 * POST /v1/batch: up to 100 operations in one request. atomic: one
 * transaction, two round trips; a refusal leaves nothing. Otherwise each
 * stands alone, in the order given.
 */
extern const struct field batch_fields[];

enum step batch_run(struct ctx *);

/* A part has its answer. */
void batch_part_done(struct ctx *);

#endif
