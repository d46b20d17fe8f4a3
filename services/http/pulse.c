/* Reading the clock and the revocations; see pulse.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/keys.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/pool.h"
#include "core/redis.h"
#include "http/ctx.h"
#include "http/pulse.h"
#include "queries.h"

#define WAKE "wake:revoked"

struct revoked {
	char subject[UUID_LEN + 1];
	int epoch;
};

static struct db_op op;
static int under_way;
static int once_more; /* asked for while one was under way */
static uint64_t read_at;
static char epoch[40];
static struct revoked *set; /* sorted by subject */
static int nset;

static void pulse_beat(void *);
static void pulse_send(void *);
static void pulse_heard(void *, const char *);
static void pulse_read(struct db_op *, struct db_answer *);
static int revoked_order(const void *, const void *);

void
pulse_init(void)
{
	metric_set(METRIC_ready, 0); /* the slot's last process may have died */
	(void)loop_after(0, pulse_beat, NULL);
	redis_hear(ctx_redis, WAKE, pulse_heard, NULL);
}

void
pulse_now(void)
{
	redis_say(ctx_redis, WAKE, "1");
	pulse_send(NULL);
}

int
pulse_fresh(void)
{
	return (read_at != 0 && clock_mono_ms() - read_at < PULSE_STALE_MS);
}

int
pulse_ready(void)
{
	return (pool_up(ctx_pool, LANE_READ) && pool_up(ctx_pool, LANE_WRITE) &&
	    pulse_fresh());
}

int
pulse_revoked(const struct token *t)
{
	struct revoked key = { 0 }, *hit;

	if (nset == 0)
		return (0);
	memcpy(key.subject, t->session, sizeof(key.subject));
	if (bsearch(&key, set, (size_t)nset, sizeof(*set), revoked_order) !=
	    NULL)
		return (1);
	memcpy(key.subject, t->staff, sizeof(key.subject));
	hit = bsearch(&key, set, (size_t)nset, sizeof(*set), revoked_order);
	return (hit != NULL && t->epoch <= hit->epoch);
}

const char *
pulse_epoch(void)
{
	return (epoch);
}

static void
pulse_beat(void *arg)
{
	(void)loop_after(PULSE_MS, pulse_beat, arg);
	metric_set(METRIC_ready, (uint64_t)pulse_ready());
	/* a key that has left must not live on in what is remembered */
	if (keys_refresh() == 1)
		token_forget();
	pulse_send(NULL);
}

static void
pulse_heard(void *arg, const char *text)
{
	(void)text;
	pulse_send(arg);
}

static void
pulse_send(void *arg)
{
	(void)arg;
	if (under_way) {
		once_more = 1;
		return;
	}
	once_more = 0;
	memset(&op, 0, sizeof(op));
	op.query = &q_pulse;
	op.done = pulse_read;
	op.wait_ms = 1000;
	if (pool_send(ctx_pool, &op) == 0)
		under_way = 1;
}

static void
pulse_read(struct db_op *unused, struct db_answer *a)
{
	int i, n;

	(void)unused;
	under_way = 0;
	if (once_more)
		(void)loop_after(0, pulse_send, NULL);
	if (db_outcome(a) != DB_OK || db_rows(a) == 0) {
		if (db_outcome(a) == DB_REFUSED)
			log_error("pulse", "%s %s", db_sqlstate(a),
			    db_message(a));
		return;
	}
	if (clock_shift(db_number(a, 0, 0)))
		log_info("clock_moved", "shift %s ms", db_text(a, 0, 0));
	snprintf(epoch, sizeof(epoch), "%.12s", db_text(a, 0, 1));
	n = db_null(a, 0, 2) ? 0 : db_rows(a);
	if (n > nset) {
		free(set);
		set = xcalloc((size_t)n, sizeof(*set));
	}
	for (i = 0; i < n; i++) {
		snprintf(set[i].subject, sizeof(set[i].subject), "%s",
		    db_text(a, i, 2));
		set[i].epoch = (int)db_number(a, i, 3);
	}
	nset = n;
	if (n > 1)
		qsort(set, (size_t)n, sizeof(*set), revoked_order);
	metric_set(METRIC_joined, 1);
	read_at = clock_mono_ms();
}

static int
revoked_order(const void *a, const void *b)
{
	return (memcmp(((const struct revoked *)a)->subject,
	    ((const struct revoked *)b)->subject, UUID_LEN));
}
