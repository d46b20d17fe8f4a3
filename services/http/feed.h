#ifndef HTTP_FEED_H
#define HTTP_FEED_H

#include "http/ctx.h"

/*
 * The feed of changes. changes: a page of lines behind a position. A stream:
 * the same lines as server-sent events, as they happen. However many streams a
 * process has, one statement four times a second asks whether there is
 * anything new; a stream costs the database something only when there is.
 */
enum step feed_list(struct ctx *);
enum step feed_stream(struct ctx *);

/* In each process, before the loop; and when it is on its way out. */
void feed_init(void);
void feed_drain(void);

#endif
