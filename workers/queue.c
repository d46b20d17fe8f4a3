/*
 * One turn of a consumer: entries the dead have left, else new ones; take the
 * jobs behind them; work; answer the messages. A message whose job is gone or
 * held by another is answered all the same: the relay sends again what stays
 * unanswered in PostgreSQL, so no message is ever worth more than its job.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/log.h"
#include "core/redis_s.h"
#include "queries.h"
#include "queue.h"

#define GROUP "workers"
#define BATCH_MAX 200
#define BLOCK_MS 1000
#define INHERIT_EACH_MS 5000

/* clang-format off */
const struct queue_kind queue_kinds[] = {
	{ "notice", "q:reminder" },
	{ "reminder", "q:reminder" },
	{ "delivery", "q:reminder" },
	{ "rollup", "q:rollup" },
	{ "report", "q:report" },
	{ "webhook", "q:webhook" },
	{ NULL, NULL }
};
/* clang-format on */

struct taken {
	struct job *jobs;
	int n;
	int max;
};

static int queue_entries(struct worker *, const char *, struct redis_entry *,
    int);
static void queue_lost(struct worker *);
static int queue_take(struct worker *, const struct redis_entry *, int,
    struct job *);
static void take_jobs(void *, struct db_answer *);

void
queue_run(struct worker *w, const char *stream, int batch,
    void (*work)(struct worker *, struct job *, int))
{
	struct redis_entry entries[BATCH_MAX];
	struct job jobs[BATCH_MAX];
	int n, got;

	if (batch > BATCH_MAX)
		batch = BATCH_MAX;
	while (!worker_stopping()) {
		n = queue_entries(w, stream, entries, batch);
		if (n == 0) {
			/* who is not connected is missed by /readyz */
			(void)worker_clock(w);
			continue;
		}
		if (n < 0) {
			worker_pause(500);
			continue;
		}
		if (worker_clock(w) == -1)
			continue; /* unanswered: inherited later */
		got = queue_take(w, entries, n, jobs);
		if (got < 0)
			continue;
		if (got > 0)
			work(w, jobs, got);
		(void)redis_answer_s(w->redis, stream, GROUP, entries, n);
	}
}

void
queue_retry(struct worker *w, const struct job *j, const char *error)
{
	char pause[24];
	const char *v[] = { j->id_text, j->epoch_text, pause, error };
	long s = config_number(CFG_BACKOFF_S);
	int i;

	for (i = 1; i < j->attempts && s < 3600; i++)
		s *= 2;
	if (s > 3600)
		s = 3600;
	/* jitter: a crowd that failed together does not come back together */
	s += s > 1 ? rand() % (s / 2 + 1) : 0;
	snprintf(pause, sizeof(pause), "%ld", s);
	log_warn("job_retry", "%s %s attempt %d: %s", j->kind, j->id_text,
	    j->attempts, error);
	(void)db_run_s(w, &q_job_retry, v, NULL, NULL);
}

void
queue_bury(struct worker *w, const struct job *j, const char *error)
{
	const char *v[] = { j->id_text, j->epoch_text, error };

	log_error("job_dead", "%s %s: %s", j->kind, j->id_text, error);
	(void)db_run_s(w, &q_job_bury, v, NULL, NULL);
}

static int
queue_entries(struct worker *w, const char *stream, struct redis_entry *e,
    int n)
{
	static uint64_t looked;
	unsigned idle = (unsigned)config_number(CFG_LEASE_S) * 1000;
	int got = 0;

	if (clock_mono_ms() - looked >= INHERIT_EACH_MS) {
		looked = clock_mono_ms();
		got = redis_inherit_s(w->redis, stream, GROUP, w->consumer,
		    idle, e, n);
	}
	if (got == 0)
		got = redis_take_s(w->redis, stream, GROUP, w->consumer,
		    BLOCK_MS, e, n);
	if (got == REDIS_NO_GROUP) {
		queue_lost(w);
		got = 0;
	}
	return (got);
}

/* The stream was made anew: whatever it held must be sent again. */
static void
queue_lost(struct worker *w)
{
	log_warn("stream_lost", "all open jobs are sent again");
	(void)db_run_s(w, &q_job_resend_all, NULL, NULL, NULL);
}

static int
queue_take(struct worker *w, const struct redis_entry *e, int n,
    struct job *jobs)
{
	struct taken t = { .jobs = jobs, .max = n };
	const char *v[3];
	struct arena a;
	struct buf ids;
	char lease[24], attempts[24], first[8192];
	int i;

	arena_init(&a, first, sizeof(first));
	buf_init(&ids, &a, 4096);
	buf_putc(&ids, '{');
	for (i = 0; i < n; i++)
		buf_printf(&ids, "%s%lld", i > 0 ? "," : "",
		    (long long)e[i].job);
	buf_putc(&ids, '}');
	snprintf(lease, sizeof(lease), "%ld", config_number(CFG_LEASE_S));
	snprintf(attempts, sizeof(attempts), "%ld",
	    config_number(CFG_ATTEMPTS));
	v[0] = ids.data;
	v[1] = lease;
	v[2] = attempts;
	i = db_run_s(w, &q_job_take, v, take_jobs, &t) == DB_OK ? t.n : -1;
	arena_fini(&a);
	return (i);
}

static void
take_jobs(void *arg, struct db_answer *a)
{
	struct taken *t = arg;
	struct job *j;
	int i;

	for (i = 0; i < db_rows(a) && t->n < t->max; i++) {
		if (db_text(a, i, 6)[0] == 't') {
			log_error("job_quarantined", "%s %s after %s attempts",
			    db_text(a, i, 1), db_text(a, i, 0),
			    db_text(a, i, 4));
			continue;
		}
		j = &t->jobs[t->n++];
		memset(j, 0, sizeof(*j));
		j->id = db_number(a, i, 0);
		snprintf(j->kind, sizeof(j->kind), "%s", db_text(a, i, 1));
		snprintf(j->ref, sizeof(j->ref), "%s", db_text(a, i, 2));
		j->epoch = (int)db_number(a, i, 3);
		j->attempts = (int)db_number(a, i, 4);
		snprintf(j->trace, sizeof(j->trace), "%s", db_text(a, i, 5));
		snprintf(j->id_text, sizeof(j->id_text), "%lld",
		    (long long)j->id);
		snprintf(j->epoch_text, sizeof(j->epoch_text), "%d", j->epoch);
	}
}
