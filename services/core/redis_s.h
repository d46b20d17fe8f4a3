#ifndef CORE_REDIS_S_H
#define CORE_REDIS_S_H

#include <stdint.h>

/*
 * Redis for workers: calls that wait. -1 means the connection is unusable and
 * has been closed; the next call opens a new one.
 */
struct redis_s;

struct redis_s *redis_open_s(const char *url, unsigned wait_ms);
void redis_close_s(struct redis_s **);
int redis_ping_s(struct redis_s *);

/* Append a job's id to a stream, n of them in one flush. */
struct redis_entry {
	const char *stream;
	int64_t job;
	char id[32]; /* the entry's id, of what was read */
};
int redis_append_s(struct redis_s *, const struct redis_entry *, int n);

/*
 * Take up to n new entries of a stream for a consumer of a group, waiting
 * block_ms for the first; or those another consumer has left unanswered for
 * idle_ms. Returns how many; REDIS_NO_GROUP if the group had to be made, and
 * whatever was in the stream may be gone.
 */
#define REDIS_NO_GROUP (-2)
int redis_take_s(struct redis_s *, const char *stream, const char *group,
    const char *consumer, unsigned block_ms, struct redis_entry *, int n);
int redis_inherit_s(struct redis_s *, const char *stream, const char *group,
    const char *consumer, unsigned idle_ms, struct redis_entry *, int n);

/* Answered: acknowledge and remove. */
int redis_answer_s(struct redis_s *, const char *stream, const char *group,
    const struct redis_entry *, int n);

/* Wait until someone wakes the channel or ms have passed: 1, 0 or -1. */
int redis_listen_s(struct redis_s *, const char *channel, unsigned ms);

#endif
