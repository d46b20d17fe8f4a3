#ifndef HTTP_NOTE_H
#define HTTP_NOTE_H

#include "http/ctx.h"

/*
 * A line of the trail about this request, for what changes nothing and so has
 * no commit of its own: refusals, reads of what is personal. Nobody waits for
 * it. staff, kind, ref and detail (JSON) may be NULL.
 */
void note(struct ctx *, const char *action, const char *staff, const char *kind,
    const char *ref, const char *detail);

/* Any statement of the note lane with this request's values; -1 if not sent. */
int note_send(struct ctx *, const struct query *);

#endif
