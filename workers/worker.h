#ifndef WORKERS_WORKER_H
#define WORKERS_WORKER_H

#include "core/db.h"

struct redis_s;

/*
 * What every worker process has: settings, log, one connection to PostgreSQL
 * and one to Redis, and a way to stop between two pieces of work. Everything
 * here blocks; nothing here is for the API.
 */
struct worker {
	const char *name;
	struct db *db;
	struct redis_s *redis;
	char consumer[64]; /* who we are to Redis */
	char today[11];
	char now[40];
};

/* As which role. Fatal if settings are wrong; the stores may come later. */
void worker_init(struct worker *, const char *name, const char *role);
void worker_fini(struct worker *);

/* SIGTERM or SIGINT has come, or --once has been given and work is done. */
int worker_stopping(void);
void worker_stop(void);

/* Sleep, but not through a signal; connections are kept alive meanwhile. */
void worker_pause(unsigned ms);

/* Read the shift of business time if the last reading is 250 ms old, and set
 * today and now. -1: the database is away. */
int worker_clock(struct worker *);

/*
 * Run a statement to its end; take (or NULL) gets the answer, lent for the
 * call. Values in the order of the parameters. Waits for a lost connection to
 * come back, up to the operation's deadline.
 */
enum db_outcome db_run_s(struct worker *, const struct query *,
    const char *const *values, void (*take)(void *, struct db_answer *),
    void *arg);

/* The same of a statement that answers with one number. */
enum db_outcome db_count_s(struct worker *, const struct query *,
    const char *const *values, int64_t *count);

/* A transaction around several of them. commit: 0 rolls back. */
int db_begin_s(struct worker *);
enum db_outcome db_end_s(struct worker *, int commit);

#endif
