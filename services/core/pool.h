#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "core/db.h"

/*
 * Lanes of connections of one process: short reads multiplexed over one or
 * two, writes spread over several so that their commits group, slow work apart
 * and planned afresh each time, notes whose commit waits for no disk.
 */
struct pool;

struct pool_settings {
	const char *url;
	const char *role;
	const char *program;
	unsigned lanes[LANE_COUNT];   /* connections, by enum query_lane */
	unsigned queue[LANE_COUNT];   /* operations that may wait */
	unsigned wait_ms[LANE_COUNT]; /* default deadline */
};

struct pool *pool_open(const struct pool_settings *);
void pool_close(struct pool **);

/*
 * Send on the lane of the query, or wait for a place in it. The operation and
 * its values stay in place until done. -1: the lane is full or has been away
 * for longer than a deadline; answer 503.
 */
int pool_send(struct pool *, struct db_op *);

/*
 * Nobody wants this answer any more. done is still called. A waiting slow
 * operation ends at once and a running one is cancelled; a read is drained, a
 * write runs to its end.
 */
void pool_abandon(struct pool *, struct db_op *);

/*
 * Hold a connection of the write lane for a transaction. got is called with
 * it (begun), or with NULL when none came free in time. The caller ends it by
 * db_end() and then gives it back.
 */
struct pool_claim {
	void (*got)(struct pool_claim *, struct db *);
	void *arg;
	/* private */
	struct pool_claim *next;
	uint64_t deadline;
};
int pool_claim(struct pool *, struct pool_claim *);
void pool_release(struct pool *, struct db *);

/* Is any connection of the lane up? How many operations wait or run? */
int pool_up(const struct pool *, enum query_lane);
int pool_depth(const struct pool *, enum query_lane);

#endif
