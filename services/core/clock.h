#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Two kinds of time. Business time decides what is due, when something
 * happened and which period it belongs to: real time plus one shift, kept in
 * table clock and re-read by every process every 250 ms. Leases, back-off,
 * tokens and time-outs use real or monotonic time.
 */

/* Name the zone a day is a day in (an IANA name). Before any sandbox. */
void clock_init(const char *zone);

/* Milliseconds since the epoch: of the machine, and of business time. */
int64_t clock_real_ms(void);
int64_t clock_business_ms(void);

/* Milliseconds that only grow; for deadlines. */
uint64_t clock_mono_ms(void);

/* Take over a newly read shift, in ms. Returns 1 if it differs. */
int clock_shift(int64_t shift_ms);

/*
 * Business time as parameters of a statement: the office's day as
 * "YYYY-MM-DD", the instant as RFC 3339 in UTC with microseconds. Each points
 * to a static text that is good until the next call.
 */
const char *clock_today(void);
const char *clock_now(void);

/* The office's day that holds an instant given in ms since the epoch. */
void clock_day(int64_t ms, char out[static 11]);

/*
 * The instant at which an office's day "YYYY-MM-DD" is over, as RFC 3339 in
 * UTC. The text must be a day.
 */
void clock_day_end(const char *day, char out[static 21]);

/*
 * The number of a day "YYYY-MM-DD" as PostgreSQL counts: 0 = 2000-01-01. 0 if
 * the text is no such day.
 */
int clock_day_number(const char *day, int64_t *number_r);

#endif
