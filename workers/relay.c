/*
 * The relay: from the job table to the Redis streams. It marks a job as sent
 * after Redis has it, in the transaction that picked it; so a crash sends
 * twice, never not. What stays unanswered is sent again. Any number may run.
 */
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/log.h"
#include "core/redis_s.h"
#include "queries.h"
#include "queue.h"
#include "worker.h"

#define BATCH 500
#define POLL_MS 200
#define REST_MS 20 /* between two passes of a crowd, so that they are few */
#define RESEND_EACH_MS 2000

struct picked {
	struct redis_entry entries[BATCH];
	int n;
	struct buf *ids;
};

static int relay_send(struct worker *, const struct query *,
    const char *const *);
static void take_picked(void *, struct db_answer *);
static const char *stream_of(const char *);

int
main(void)
{
	struct redis_s *ear;
	struct worker w;
	uint64_t resent = 0;
	char resend_s[24];
	const char *v[1] = { resend_s };
	int n;

	worker_init(&w, "relay", "camket_worker");
	snprintf(resend_s, sizeof(resend_s), "%ld",
	    config_number(CFG_RESEND_S));
	ear = redis_open_s(config_text(CFG_REDIS_URL), 5000);
	log_info("started", "relay");
	while (!worker_stopping()) {
		n = relay_send(&w, &q_relay_unsent, NULL);
		if (n >= 0 && clock_mono_ms() - resent >= RESEND_EACH_MS) {
			resent = clock_mono_ms();
			if (relay_send(&w, &q_relay_unanswered, v) > 0)
				continue;
		}
		if (n == BATCH)
			continue; /* there is more */
		if (n > 0)
			worker_pause(REST_MS);
		if (n < 0 || redis_listen_s(ear, "wake:relay", POLL_MS) == -1)
			worker_pause(POLL_MS);
	}
	log_info("stopped", "relay");
	redis_close_s(&ear);
	worker_fini(&w);
	return (0);
}

/* Pick, send, mark, commit. Returns how many, or -1. */
static int
relay_send(struct worker *w, const struct query *pick,
    const char *const *values)
{
	struct picked p;
	char first[16384];
	const char *v[1];
	struct arena a;
	struct buf ids;
	int fine;

	arena_init(&a, first, sizeof(first));
	buf_init(&ids, &a, 8192);
	p.n = 0;
	p.ids = &ids;
	buf_putc(&ids, '{');
	if (db_begin_s(w) == -1) {
		arena_fini(&a);
		return (-1);
	}
	fine = db_run_s(w, pick, values, take_picked, &p) == DB_OK;
	buf_putc(&ids, '}');
	v[0] = ids.data;
	if (fine && p.n > 0)
		fine = redis_append_s(w->redis, p.entries, p.n) == 0 &&
		    db_run_s(w, &q_relay_sent, v, NULL, NULL) == DB_OK;
	if (db_end_s(w, fine && p.n > 0) != DB_OK && p.n > 0)
		fine = 0;
	arena_fini(&a);
	return (fine ? p.n : -1);
}

static void
take_picked(void *arg, struct db_answer *a)
{
	struct picked *p = arg;
	int i;

	for (i = 0; i < db_rows(a) && p->n < BATCH; i++) {
		p->entries[p->n].stream = stream_of(db_text(a, i, 1));
		p->entries[p->n].job = db_number(a, i, 0);
		buf_printf(p->ids, "%s%s", p->n > 0 ? "," : "",
		    db_text(a, i, 0));
		p->n++;
	}
}

static const char *
stream_of(const char *kind)
{
	const struct queue_kind *k;

	for (k = queue_kinds; k->kind != NULL; k++)
		if (strcmp(k->kind, kind) == 0)
			return (k->stream);
	log_error("job_unknown", "no stream carries %s", kind);
	return ("q:unknown");
}
