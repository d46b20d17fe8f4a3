/*
 * Streams of the feed. One tail per process reads what is new below the
 * horizon into pages that all streams share; they are kept as long as a stream
 * reads them or they are among the newest. A stream stands at a position and
 * goes
 *
 *	idle -> (pages behind its position) -> looking -> written -> idle
 *
 * looking asks whether its caller may see the rows (change.h); a few streams
 * look at once, the others wait their turn. A stream whose position is older
 * than the oldest page reads pages of its own until it has caught up. One
 * whose reader is slow is left where it is, and cut after a while: it comes
 * back by Last-Event-ID, and misses nothing.
 */
#include <sys/queue.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/pool.h"
#include "core/redis.h"
#include "http/check.h"
#include "http/gate.h"
#include "http/problem.h"
#include "http/pulse.h"
#include "http/reader.h"
#include "http/reply.h"
#include "http/stream.h"
#include "queries.h"

#define STREAM_MS 250      /* between two looks of the tail */
#define STREAM_WAKE_MS 20  /* from a wake-up to a look */
#define STREAM_KEEP 4096   /* events of the shared pages */
#define STREAM_LOOKING 8   /* streams that look at once */
#define STREAM_QUEUE 65536 /* bytes a reader may leave untaken */
#define STREAM_OWN 20      /* streams of one account, per process */

/* A statement for a page. */
struct reading {
	struct db_op op;
	const char *values[4];
	char xid[24], seq[24];
	struct change_at after;
	int open;
};

struct stream {
	TAILQ_ENTRY(stream) list;
	struct connection *conn; /* NULL: the client is gone */
	struct token who;
	char today[11];
	int busy;            /* looking or reading */
	uint64_t told_ms;    /* when something was last written */
	uint64_t stalled_ms; /* since when nothing is taken; 0 = not */
	size_t queued;
	struct reader r;
	struct reading reading;
	struct arena arena;
};

TAILQ_HEAD(stream_list, stream);
static struct stream_list streams = TAILQ_HEAD_INITIALIZER(streams);
static int nstreams, nbusy;
static struct reader_page *first, **last = &first;
static int nkept;
static struct change_at tail; /* everything up to here has been read */
static int tail_known, tail_wanted, beating;
static struct reading tail_reading;

static enum step stream_begin(struct ctx *);
static void stream_tail(struct ctx *, struct db_answer *);
static enum step stream_open(struct ctx *);
static void stream_gone(void *);
static void stream_go(struct stream *);
static int stream_page(struct stream *);
static void stream_read(struct stream *);
static void stream_was_read(struct db_op *, struct db_answer *);
static void stream_seen(void *);
static void stream_write(struct stream *);
static void stream_put(struct stream *, const struct buf *);
static void stream_tell(struct stream *, const char *);
static void stream_tick(struct stream *, uint64_t);
static void stream_beat(void *);
static void stream_heard(void *, const char *);
static void stream_sweep(void);
static void stream_turns(void);
static void tail_read(void *);
static void tail_was_read(struct db_op *, struct db_answer *);
static int reading_send(struct reading *, const struct change_at *,
    void (*)(struct db_op *, struct db_answer *), void *);
static struct reader_page *page_new(const struct change_at *,
    const struct db_answer *);
static void page_drop(struct reader_page *);

/* --- opening --- */

enum step
stream_changes(struct ctx *c)
{
	struct reader wanted = { 0 };
	struct stream *s;
	int own = 0;

	(void)reader_since(c, &wanted.at);
	if (reader_wants(c, &wanted) == STEP_DONE || param_rest(c) == STEP_DONE)
		return (STEP_DONE);
	TAILQ_FOREACH(s, &streams, list)
	own += strcmp(s->who.staff, c->who.staff) == 0;
	c->retry_after = "5";
	if (own >= STREAM_OWN)
		return (problem(c, P_TOO_MANY, NULL));
	if (nstreams >= config_number(CFG_STREAMS) || gate_leaving())
		return (problem(c, P_OVERLOADED, NULL));
	c->retry_after = NULL;
	return (stream_begin(c));
}

/* Where it begins must be known before it is answered. */
static enum step
stream_begin(struct ctx *c)
{
	c->next = stream_open;
	if (tail_known)
		return (STEP_MORE);
	ctx_bind(c, "after_xid",
	    arena_printf(&c->arena, "%" PRIu64, reader_nowhere.xid));
	ctx_bind(c, "after_seq",
	    arena_printf(&c->arena, "%" PRIu64, reader_nowhere.seq));
	ctx_bind(c, "limit", "1");
	return (ctx_send(c, &q_change_after, stream_tail));
}

static void
stream_tail(struct ctx *c, struct db_answer *a)
{
	int64_t lag;

	if (ctx_failed(c, a) || tail_known)
		return;
	(void)change_rows(a, &tail, &lag);
	tail_known = 1;
}

static enum step
stream_open(struct ctx *c)
{
	struct stream *s;
	struct buf b;
	char at[CHANGE_TEXT_LEN];
	int resync;

	if (c->method == HEAD) {
		c->media = "text/event-stream";
		return (reply_empty(c, 200));
	}
	s = xcalloc(1, sizeof(*s));
	resync = reader_since(c, &s->r.at);
	(void)reader_wants(c, &s->r);
	if (resync != 0)
		s->r.at = tail;
	s->who = c->who;
	memcpy(s->today, c->today, sizeof(s->today));
	s->told_ms = clock_mono_ms();
	arena_init(&s->arena, NULL, 0);
	s->r.view.look.arena = &s->arena;
	s->r.view.look.caller = s->who.staff;
	s->r.view.look.today = s->today;
	s->r.view.look.done = stream_seen;
	s->r.view.look.arg = s;
	TAILQ_INSERT_TAIL(&streams, s, list);
	nstreams++;
	metric_add(METRIC_streams, 1);
	if (!beating) {
		beating = 1;
		(void)loop_after(0, stream_beat, NULL);
	}
	if ((s->conn = reply_stream(c, stream_gone, s)) == NULL)
		return (STEP_DONE);
	change_text(at, &s->r.at);
	buf_init(&b, &c->arena, 256);
	buf_printf(&b,
	    "retry: 2000\nid: %s\nevent: %s\n"
	    "data: {\"sync\":\"%s\",\"day\":\"%s\"}\n\n",
	    at, resync == 1 ? "resync" : "sync", at, s->today);
	stream_put(s, &b);
	return (STEP_DONE);
}

/* Its memory goes with the next sweep, when nothing is under way for it. */
static void
stream_gone(void *arg)
{
	struct stream *s = arg;

	s->conn = NULL;
}

/* --- going on --- */

/* As far as it can get without waiting. */
static void
stream_go(struct stream *s)
{
	struct reader *r = &s->r;

	while (s->conn != NULL && !s->busy && tail_known &&
	    gate_stream_queued(s->conn) <= STREAM_QUEUE) {
		if (!stream_page(s))
			return;
		reader_pick(r);
		if (r->view.n == 0) {
			stream_write(s);
			continue;
		}
		if (nbusy >= STREAM_LOOKING) {
			r->upto = r->from; /* when it is its turn */
			return;
		}
		memcpy(s->today, clock_today(), sizeof(s->today));
		if (change_see(&r->view) != 0) {
			r->upto = r->from;
			return; /* the next beat tries again */
		}
		s->busy = 1;
		nbusy++;
		/* the others come first next time */
		TAILQ_REMOVE(&streams, s, list);
		TAILQ_INSERT_TAIL(&streams, s, list);
	}
}

/* The page with what comes next: 1; 0 when there is none, or not yet. */
static int
stream_page(struct stream *s)
{
	struct reader *r = &s->r;
	struct reader_page *p;

	if (r->page != NULL && r->upto < r->page->n)
		return (1);
	page_drop(r->page);
	r->page = NULL;
	r->upto = 0;
	if (change_order(&r->at, first != NULL ? &first->from : &tail) < 0) {
		stream_read(s);
		return (0);
	}
	for (p = first; p != NULL; p = p->next)
		if (change_order(&r->at, &p->until) < 0)
			break;
	if (p == NULL) {
		if (change_order(&r->at, &tail) < 0)
			r->at = tail;
		return (0);
	}
	p->refs++;
	r->page = p;
	return (1);
}

/* Too far behind for the shared pages. */
static void
stream_read(struct stream *s)
{
	if (nbusy >= STREAM_LOOKING)
		return;
	if (reading_send(&s->reading, &s->r.at, stream_was_read, s) == -1)
		return;
	s->busy = 1;
	nbusy++;
}

static void
stream_was_read(struct db_op *op, struct db_answer *a)
{
	struct stream *s = op->arg;

	s->busy = 0;
	nbusy--;
	if (db_outcome(a) == DB_OK) {
		s->r.page = page_new(&s->r.at, a);
		if (s->r.page->n == 0)
			s->r.at = s->r.page->until;
	}
	stream_turns();
}

static void
stream_seen(void *arg)
{
	struct stream *s = arg;

	s->busy = 0;
	nbusy--;
	if (s->r.view.look.failed)
		s->r.upto = s->r.from; /* once more, with the next beat */
	else
		stream_write(s);
	stream_turns();
}

/* What is seen of the view, and that the reader is now behind it. */
static void
stream_write(struct stream *s)
{
	struct reader *r = &s->r;
	char at[CHANGE_TEXT_LEN];
	struct buf b;
	size_t from, i;
	int n;

	buf_init(&b, &s->arena, 1024);
	for (n = 0; n < r->view.n; n++) {
		change_text(at, &r->view.list[n]->at);
		from = b.len;
		buf_printf(&b, "id: %s\nevent: change\ndata: ", at);
		i = b.len;
		if (!change_line(&r->view, n, &b)) {
			b.len = from;
			continue;
		}
		for (; i < b.len; i++) /* a line break would end the data */
			if (b.data[i] == '\n' || b.data[i] == '\r')
				b.data[i] = ' ';
		buf_puts(&b, "\n\n");
	}
	r->at = *reader_upto(r);
	if (r->rights) {
		r->rights = 0;
		change_text(at, &r->at);
		buf_printf(&b, "id: %s\nevent: permissions\ndata: {}\n\n", at);
	}
	r->view.n = r->view.nrows = 0;
	if (b.len > 0 && s->conn != NULL)
		stream_put(s, &b);
	arena_fini(&s->arena);
	arena_init(&s->arena, NULL, 0);
}

static void
stream_put(struct stream *s, const struct buf *b)
{
	s->told_ms = clock_mono_ms();
	gate_stream_send(s->conn, b->data, b->len);
}

/* A line of its own, and how far the stream is. */
static void
stream_tell(struct stream *s, const char *line)
{
	char at[CHANGE_TEXT_LEN];
	struct arena once;
	struct buf b;

	arena_init(&once, NULL, 0);
	buf_init(&b, &once, 256);
	change_text(at, &s->r.at);
	buf_printf(&b, "id: %s\n%s\n\n", at, line);
	stream_put(s, &b);
	arena_fini(&once);
}

static void
stream_tick(struct stream *s, uint64_t now)
{
	char line[64];
	size_t queued;

	if ((s->who.expires != 0 &&
	        time(NULL) > (time_t)s->who.expires + TOKEN_SKEW_S) ||
	    pulse_revoked(&s->who)) {
		gate_stream_close(s->conn);
		return;
	}
	queued = gate_stream_queued(s->conn);
	if (queued == 0 || queued < s->queued)
		s->stalled_ms = 0;
	else if (s->stalled_ms == 0)
		s->stalled_ms = now;
	s->queued = queued;
	if (s->stalled_ms != 0 &&
	    now - s->stalled_ms > (uint64_t)config_number(CFG_STALL_S) * 1000) {
		metric_add(METRIC_streams_cut, 1);
		gate_stream_close(s->conn);
		return;
	}
	if (strcmp(s->today, clock_today()) != 0 && !s->busy) {
		memcpy(s->today, clock_today(), sizeof(s->today));
		snprintf(line, sizeof(line),
		    "event: day\ndata: {\"day\":\"%s\"}", s->today);
		stream_tell(s, line);
	} else if (queued == 0 &&
	    now - s->told_ms >= (uint64_t)config_number(CFG_HEARTBEAT_S) * 1000)
		stream_tell(s, ":");
}

/* --- the tail --- */

void
stream_init(void)
{
	redis_hear(ctx_redis, "wake:relay", stream_heard, NULL);
}

void
stream_drain(void)
{
	struct stream *s;

	TAILQ_FOREACH(s, &streams, list)
	if (s->conn != NULL)
		gate_stream_close(s->conn);
}

/* As long as anybody listens. */
static void
stream_beat(void *arg)
{
	struct stream *s, *next;
	uint64_t now = clock_mono_ms();

	stream_sweep();
	if (nstreams == 0) {
		beating = tail_known = 0;
		return;
	}
	(void)loop_after(STREAM_MS, stream_beat, arg);
	for (s = TAILQ_FIRST(&streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, list);
		if (s->conn != NULL)
			stream_tick(s, now);
	}
	stream_turns();
	tail_read(NULL);
}

static void
stream_heard(void *arg, const char *text)
{
	(void)text;
	if (!beating || tail_wanted)
		return;
	tail_wanted = 1;
	(void)loop_after(STREAM_WAKE_MS, tail_read, arg);
}

static void
stream_sweep(void)
{
	struct stream *s, *next;
	struct reader_page *p;

	for (s = TAILQ_FIRST(&streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, list);
		if (s->conn != NULL || s->busy)
			continue;
		TAILQ_REMOVE(&streams, s, list);
		nstreams--;
		page_drop(s->r.page);
		arena_fini(&s->arena);
		free(s);
	}
	while (nstreams == 0 && (p = first) != NULL) {
		if ((first = p->next) == NULL)
			last = &first;
		nkept -= p->n;
		page_drop(p);
	}
}

static void
stream_turns(void)
{
	struct stream *s, *next;

	for (s = TAILQ_FIRST(&streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, list);
		stream_go(s);
	}
}

static void
tail_read(void *arg)
{
	(void)arg;
	tail_wanted = 0;
	if (!tail_reading.open && nstreams > 0)
		(void)reading_send(&tail_reading, &tail, tail_was_read, NULL);
}

static void
tail_was_read(struct db_op *op, struct db_answer *a)
{
	struct reader_page *p;

	(void)op;
	tail_reading.open = 0;
	if (db_outcome(a) != DB_OK || nstreams == 0 ||
	    change_order(&tail_reading.after, &tail) != 0)
		return;
	p = page_new(&tail, a);
	tail = p->until;
	if (p->n == 0) {
		page_drop(p);
		stream_turns();
		return;
	}
	if (p->n == READER_EVENTS)
		stream_heard(NULL, NULL); /* there is more */
	nkept += p->n;
	*last = p;
	last = &p->next;
	while (nkept > STREAM_KEEP) {
		p = first;
		first = p->next;
		nkept -= p->n;
		page_drop(p);
	}
	stream_turns();
}

static int
reading_send(struct reading *x, const struct change_at *after,
    void (*done)(struct db_op *, struct db_answer *), void *arg)
{
	x->after = *after;
	snprintf(x->xid, sizeof(x->xid), "%" PRIu64, after->xid);
	snprintf(x->seq, sizeof(x->seq), "%" PRIu64, after->seq);
	x->values[0] = x->xid;
	x->values[1] = x->seq;
	x->values[2] = NULL;
	x->values[3] = READER_EVENTS_TEXT;
	memset(&x->op, 0, sizeof(x->op));
	x->op.query = &q_change_after;
	x->op.values = x->values;
	x->op.done = done;
	x->op.arg = arg;
	if (pool_send(ctx_pool, &x->op) == -1)
		return (-1);
	x->open = 1;
	return (0);
}

/* --- pages that streams share --- */

static struct reader_page *
page_new(const struct change_at *after, const struct db_answer *a)
{
	struct reader_page *p;

	p = xcalloc(1, sizeof(*p));
	p->refs = 1;
	arena_init(&p->arena, NULL, 0);
	reader_fill(p, &p->arena, after, a);
	return (p);
}

static void
page_drop(struct reader_page *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	arena_fini(&p->arena);
	free(p);
}
