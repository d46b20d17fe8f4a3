#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "http/ctx.h"

/*
 * The feed's lines as server-sent events, as they happen. However many streams
 * a process has, one statement four times a second asks whether there is
 * anything new; a stream costs the database something only when there is.
 */
enum step stream_changes(struct ctx *);

/* In each process, before the loop; and when it is on its way out. */
void stream_init(void);
void stream_drain(void);

#endif
