#ifndef HTTP_LIMIT_H
#define HTTP_LIMIT_H

#include "http/ctx.h"

/*
 * How fast one may ask, by token bucket, per process: an account, whatever its
 * address, for an office sits behind one; and whoever is not known (c->who is
 * nobody) by that address, as often as several accounts together. Off while
 * CAMKET_RATE is 0.
 */
enum step limit_admit(struct ctx *);

/* RateLimit and RateLimit-Policy of the answer, if it was counted. */
void limit_fields(const struct ctx *, struct buf *);

#endif
