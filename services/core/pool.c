/*
 * A lane keeps its operations in arrival order and gives each to the first
 * connection that can take it: up to POOL_DEPTH at once on a read connection,
 * one on the others. A tick ends what waited past its deadline and hangs up
 * connections that stopped answering.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/pool.h"

#define POOL_DEPTH 64 /* reads in flight on one connection */
#define POOL_FILL 8   /* before the next connection gets any */
#define POOL_SHARE 16 /* reads that may share a Sync */
#define POOL_TICK_MS 100
#define CANCEL_AGAIN_MS 50

enum op_step { OP_WAITING = 1, OP_SENT };

struct pool_conn {
	struct lane *lane;
	struct db *db;
	struct db_op *running; /* last sent; alive while db_pending */
	struct db_op cancel;
	const char *cancel_value;
	char cancel_pid[16];
	struct loop_timer *cancel_timer;
	int cancelling;
	int claimed;
};

struct lane {
	struct pool *pool;
	enum query_lane kind;
	struct db_settings set;
	char options[400];
	struct pool_conn *conns;
	unsigned nconns;
	unsigned depth;
	struct db_op *first;
	struct db_op **last;
	unsigned waiting;
	unsigned limit;
	uint64_t up_at; /* when it was last seen up */
	struct pool_claim *claims;
	struct pool_claim **claims_last;
};

struct pool {
	struct lane lanes[LANE_COUNT];
	struct loop_timer *tick;
};

static void pool_tick(void *);
static void lane_open(struct pool *, enum query_lane,
    const struct pool_settings *);
static void lane_idle(void *);
static void lane_run(struct lane *);
static int lane_up(const struct lane *);
static void lane_expire(struct lane *, uint64_t);
static void lane_cancel(struct pool_conn *);
static void lane_cancel_send(void *);
static void lane_cancelled(struct db_op *, struct db_answer *);
static struct pool_conn *lane_free(struct lane *);

extern const struct query q_backend_cancel;

/*
 * What each lane's sessions are set to. Slow work is planned afresh, so that a
 * filter left out costs nothing; short statements keep one plan. A short read
 * goes by key: a scan that was right while a table was small must not stay.
 */
/* clang-format off */
static const char *const lane_options[] = {
	[LANE_READ] = "-c plan_cache_mode=force_generic_plan "
	    "-c enable_seqscan=off -c enable_hashjoin=off "
	    "-c enable_mergejoin=off "
	    "-c statement_timeout=5000 -c default_transaction_read_only=on",
	[LANE_WRITE] = "-c plan_cache_mode=force_generic_plan "
	    "-c statement_timeout=5000 -c lock_timeout=2000 "
	    "-c idle_in_transaction_session_timeout=10000",
	[LANE_SLOW] = "-c plan_cache_mode=force_custom_plan "
	    "-c statement_timeout=15000 -c max_parallel_workers_per_gather=0 "
	    "-c default_transaction_read_only=on",
	[LANE_NOTE] = "-c plan_cache_mode=force_generic_plan "
	    "-c statement_timeout=5000 -c synchronous_commit=off",
};
/* clang-format on */

struct pool *
pool_open(const struct pool_settings *s)
{
	struct pool *p;
	enum query_lane k;

	p = xcalloc(1, sizeof(*p));
	for (k = LANE_READ; k < LANE_COUNT; k++)
		lane_open(p, k, s);
	p->tick = loop_after(POOL_TICK_MS, pool_tick, p);
	return (p);
}

void
pool_close(struct pool **pp)
{
	struct pool *p;
	unsigned i, k;

	if ((p = *pp) == NULL)
		return;
	*pp = NULL;
	loop_cancel(&p->tick);
	for (k = 0; k < LANE_COUNT; k++)
		p->lanes[k].limit = 0; /* whoever is told now may ask again */
	for (k = 0; k < LANE_COUNT; k++) {
		for (i = 0; i < p->lanes[k].nconns; i++)
			db_close(&p->lanes[k].conns[i].db);
		lane_expire(&p->lanes[k], UINT64_MAX);
		for (i = 0; i < p->lanes[k].nconns; i++)
			loop_cancel(&p->lanes[k].conns[i].cancel_timer);
		free(p->lanes[k].conns);
	}
	free(p);
}

int
pool_send(struct pool *p, struct db_op *op)
{
	struct lane *l = &p->lanes[op->query->lane];
	uint64_t now = clock_mono_ms();

	if (l->waiting >= l->limit ||
	    (!lane_up(l) && now > l->up_at + l->set.wait_ms))
		return (-1);
	op->deadline = now + (op->wait_ms != 0 ? op->wait_ms : l->set.wait_ms);
	op->step = OP_WAITING;
	op->abandoned = 0;
	op->next = NULL;
	*l->last = op;
	l->last = &op->next;
	l->waiting++;
	lane_run(l);
	return (0);
}

void
pool_abandon(struct pool *p, struct db_op *op)
{
	struct lane *l = &p->lanes[op->query->lane];
	unsigned i;

	op->abandoned = 1;
	if (l->kind != LANE_SLOW)
		return;
	if (op->step == OP_WAITING) {
		op->deadline = 0; /* the next tick ends it */
		return;
	}
	for (i = 0; i < l->nconns; i++)
		if (db_pending(l->conns[i].db) > 0 && l->conns[i].running == op)
			lane_cancel(&l->conns[i]);
}

int
pool_claim(struct pool *p, struct pool_claim *c)
{
	struct lane *l = &p->lanes[LANE_WRITE];

	if (l->waiting >= l->limit)
		return (-1);
	c->deadline = clock_mono_ms() + l->set.wait_ms;
	c->next = NULL;
	*l->claims_last = c;
	l->claims_last = &c->next;
	l->waiting++;
	/* not from here: a callback never runs inside its registration */
	loop_cancel(&p->tick);
	p->tick = loop_after(0, pool_tick, p);
	return (0);
}

void
pool_release(struct pool *p, struct db *d)
{
	struct lane *l = &p->lanes[LANE_WRITE];
	unsigned i;

	for (i = 0; i < l->nconns; i++)
		if (l->conns[i].db == d)
			l->conns[i].claimed = 0;
	lane_run(l);
}

int
pool_up(const struct pool *p, enum query_lane k)
{
	return (lane_up(&p->lanes[k]));
}

int
pool_depth(const struct pool *p, enum query_lane k)
{
	const struct lane *l = &p->lanes[k];
	int n = (int)l->waiting;
	unsigned i;

	for (i = 0; i < l->nconns; i++)
		n += db_pending(l->conns[i].db);
	return (n);
}

static void
pool_tick(void *arg)
{
	struct pool *p = arg;
	uint64_t now = clock_mono_ms();
	unsigned i, k;

	p->tick = loop_after(POOL_TICK_MS, pool_tick, p);
	for (k = 0; k < LANE_COUNT; k++) {
		for (i = 0; i < p->lanes[k].nconns; i++)
			db_tick(p->lanes[k].conns[i].db, now);
		if (lane_up(&p->lanes[k]))
			p->lanes[k].up_at = now;
		lane_expire(&p->lanes[k], now);
		lane_run(&p->lanes[k]);
	}
}

static void
lane_open(struct pool *p, enum query_lane k, const struct pool_settings *s)
{
	struct lane *l = &p->lanes[k];
	unsigned i;

	l->pool = p;
	l->kind = k;
	l->nconns = s->lanes[k];
	l->limit = s->queue[k];
	l->up_at = clock_mono_ms();
	l->depth = k == LANE_READ ? POOL_DEPTH : 1;
	l->last = &l->first;
	l->claims_last = &l->claims;
	snprintf(l->options, sizeof(l->options), "%s%s%s", lane_options[k],
	    s->role != NULL ? " -c role=" : "", s->role != NULL ? s->role : "");
	l->set.url = s->url;
	l->set.program = s->program;
	l->set.options = l->options;
	l->set.wait_ms = s->wait_ms[k];
	l->set.share = k == LANE_READ ? POOL_SHARE : 1;
	l->conns = xcalloc(l->nconns, sizeof(*l->conns));
	for (i = 0; i < l->nconns; i++) {
		l->conns[i].lane = l;
		l->conns[i].db = db_open(&l->set, lane_idle, &l->conns[i]);
	}
}

static void
lane_idle(void *arg)
{
	struct pool_conn *c = arg;

	lane_run(c->lane);
}

/* Give waiting claims and operations to connections that can take them. */
static void
lane_run(struct lane *l)
{
	struct pool_conn *c;
	struct pool_claim *claim;
	struct db_op *op;

	while ((l->claims != NULL || l->first != NULL) &&
	    (c = lane_free(l)) != NULL) {
		if ((claim = l->claims) != NULL) {
			if ((l->claims = claim->next) == NULL)
				l->claims_last = &l->claims;
			l->waiting--;
			if (db_begin(c->db) == -1) {
				claim->got(claim, NULL);
				continue;
			}
			c->claimed = 1;
			claim->got(claim, c->db);
			continue;
		}
		op = l->first;
		if ((l->first = op->next) == NULL)
			l->last = &l->first;
		l->waiting--;
		if (op->abandoned && l->kind != LANE_WRITE &&
		    l->kind != LANE_NOTE) {
			db_answer_op(op, DB_GONE);
			continue;
		}
		op->step = OP_SENT;
		c->running = op;
		if (db_send(c->db, op) == -1) {
			/* nothing was sent: wait for another connection */
			op->step = OP_WAITING;
			op->next = l->first;
			if (l->first == NULL)
				l->last = &op->next;
			l->first = op;
			l->waiting++;
		}
	}
}

static struct pool_conn *
lane_free(struct lane *l)
{
	struct pool_conn *c;
	unsigned i;

	struct pool_conn *best = NULL;
	int n, least = (int)l->depth;

	/*
	 * The first that is little used, so that few statements share one
	 * wake-up of one server process; beyond that, the least used.
	 */
	for (i = 0; i < l->nconns; i++) {
		c = &l->conns[i];
		if (!db_ready(c->db) || c->claimed || c->cancelling)
			continue;
		n = db_pending(c->db);
		if (n < POOL_FILL && n < (int)l->depth)
			return (c);
		if (n < least) {
			least = n;
			best = c;
		}
	}
	return (best);
}

static int
lane_up(const struct lane *l)
{
	unsigned i;

	for (i = 0; i < l->nconns; i++)
		if (db_ready(l->conns[i].db))
			return (1);
	return (0);
}

/*
 * End what has waited past its deadline. All of it is taken out first: whoever
 * is told may send again, into this very lane.
 */
static void
lane_expire(struct lane *l, uint64_t now)
{
	struct db_op **pp = &l->first, *op, *late = NULL, **late_last = &late;
	struct pool_claim **cp = &l->claims, *claim, *missed = NULL,
	                  **missed_last = &missed;

	while ((op = *pp) != NULL) {
		if (now < op->deadline) {
			pp = &op->next;
			continue;
		}
		*pp = op->next;
		l->waiting--;
		*late_last = op;
		late_last = &op->next;
	}
	*late_last = NULL;
	l->last = pp;
	while ((claim = *cp) != NULL) {
		if (now < claim->deadline) {
			cp = &claim->next;
			continue;
		}
		*cp = claim->next;
		l->waiting--;
		*missed_last = claim;
		missed_last = &claim->next;
	}
	*missed_last = NULL;
	l->claims_last = cp;
	while ((op = late) != NULL) {
		late = op->next;
		db_answer_op(op, lane_up(l) ? DB_BUSY : DB_GONE);
	}
	while ((claim = missed) != NULL) {
		missed = claim->next;
		claim->got(claim, NULL);
	}
}

/*
 * Cancel what a slow connection runs, through a short read that asks the
 * server to. The connection takes no new work until both have ended, so the
 * cancel can hit nothing else.
 */
static void
lane_cancel(struct pool_conn *c)
{
	if (c->cancelling)
		return;
	c->cancelling = 1;
	snprintf(c->cancel_pid, sizeof(c->cancel_pid), "%d", db_backend(c->db));
	c->cancel_value = c->cancel_pid;
	lane_cancel_send(c);
}

static void
lane_cancel_send(void *arg)
{
	struct pool_conn *c = arg;

	c->cancel_timer = NULL;
	memset(&c->cancel, 0, sizeof(c->cancel));
	c->cancel.query = &q_backend_cancel;
	c->cancel.values = &c->cancel_value;
	c->cancel.done = lane_cancelled;
	c->cancel.arg = c;
	if (db_pending(c->db) == 0 ||
	    pool_send(c->lane->pool, &c->cancel) == -1)
		lane_cancelled(&c->cancel, NULL);
}

/* One that came before its statement had begun has hit nothing: once more. */
static void
lane_cancelled(struct db_op *op, struct db_answer *a)
{
	struct pool_conn *c = op->arg;

	(void)a; /* what counts is whether the statement ends */
	if (db_pending(c->db) > 0) {
		c->cancel_timer = loop_after(CANCEL_AGAIN_MS, lane_cancel_send,
		    c);
		return;
	}
	c->cancelling = 0;
	lane_run(c->lane);
}
