#ifndef HTTP_PULSE_H
#define HTTP_PULSE_H

#include "core/token.h"

/*
 * Four times a second each process reads what must hold everywhere at once:
 * the shift of business time and the whole set of revocations (small; a set,
 * not a feed, so nothing can be missed).
 */
#define PULSE_MS 250
#define PULSE_STALE_MS 2000

void pulse_init(void);

/* Something has been revoked here: read at once, here and elsewhere. */
void pulse_now(void);

/* Has it been read lately? Without it no token is trusted. */
int pulse_fresh(void);

/* Can this process serve: does it reach the database, and is it fresh? */
int pulse_ready(void);

/* Must this token end before its time? */
int pulse_revoked(const struct token *);

/* The feed's epoch, "" before the first reading. */
const char *pulse_epoch(void);

#endif
