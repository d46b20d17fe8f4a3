#ifndef HTTP_LIMIT_H
#define HTTP_LIMIT_H

#include "http/ctx.h"

/*
 * How fast one account may ask, by token bucket, per process. Off while
 * CAMKET_RATE is 0.
 */
enum step limit_admit(struct ctx *);

/* RateLimit and RateLimit-Policy of the answer. */
void limit_fields(const struct ctx *, struct buf *);

#endif
