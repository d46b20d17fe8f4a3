/*
 * The feed. One tail per process reads what is new below the horizon into
 * pages that all streams share; they are kept as long as a stream reads them
 * or they are among the newest. A stream stands at a position and goes
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
#include "http/change.h"
#include "http/check.h"
#include "http/feed.h"
#include "http/gate.h"
#include "http/problem.h"
#include "http/pulse.h"
#include "http/reply.h"
#include "queries.h"

#define FEED_MS 250     /* between two looks of the tail */
#define FEED_WAKE_MS 20 /* from a wake-up to a look */
#define FEED_READ 256   /* events in one look */
#define FEED_READ_TEXT "256"
#define FEED_KEEP 4096   /* events of the shared pages */
#define FEED_LOOKING 8   /* streams that look at once */
#define FEED_QUEUE 65536 /* bytes a reader may leave untaken */
#define FEED_OWN 20      /* streams of one account, per process */
#define FEED_SCAN 1000   /* events one request goes through */
#define LIMIT_DEFAULT 50
#define LIMIT_MAX 200

/* Events in order, from behind a place up to a place. */
struct page {
	int refs;
	struct change_at from, until;
	struct change list[FEED_READ];
	int n;
	struct page *next; /* of the tail's */
	struct arena arena;
};

/* Somebody's way through the events. */
struct reader {
	struct change_at at; /* everything up to here is told */
	uint64_t kinds;      /* a bit for each that is wanted */
	struct page *page;   /* that is being gone through */
	int from, upto;      /* of it: what view holds */
	int rights;          /* the caller's have changed */
	struct change_view view;
};

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

/* A request for lines. */
struct request {
	struct reader r;
	int limit, lines, scanned;
	int resync, now, more;
	int64_t lag_ms;
	struct buf text;
};

TAILQ_HEAD(stream_list, stream);
static struct stream_list streams = TAILQ_HEAD_INITIALIZER(streams);
static int nstreams, nbusy;
static struct page *first, **last = &first;
static int nkept;
static struct change_at tail; /* everything up to here has been read */
static int tail_known, tail_wanted, beating;
static struct reading tail_reading;

static enum step feed_wants(struct ctx *, struct reader *);
static int feed_since(struct ctx *, struct change_at *);
static enum step list_read(struct ctx *);
static void list_took(struct ctx *, struct db_answer *);
static enum step list_see(struct ctx *);
static void list_seen(void *);
static enum step list_lines(struct ctx *);
static enum step list_reply(struct ctx *);
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
static void stream_tell(struct stream *, const char *);
static void stream_put(struct stream *, const struct buf *);
static void stream_tick(struct stream *, uint64_t);
static void feed_beat(void *);
static void feed_heard(void *, const char *);
static void feed_sweep(void);
static void feed_turns(void);
static void tail_read(void *);
static void tail_was_read(struct db_op *, struct db_answer *);
static int reading_send(struct reading *, const struct change_at *,
    void (*)(struct db_op *, struct db_answer *), void *);
static void page_fill(struct page *, struct arena *, const struct change_at *,
    const struct db_answer *);
static struct page *page_new(const struct change_at *,
    const struct db_answer *);
static void page_drop(struct page *);
static void reader_pick(struct reader *);
static const struct change_at *reader_upto(const struct reader *);

/* Behind every event there is: an answer tells the horizon alone. */
static const struct change_at nowhere = { INT64_MAX, INT64_MAX };

/* --- lines, asked for --- */

enum step
feed_list(struct ctx *c)
{
	const char *limit = param_take(c, "limit");
	struct request *q;
	char *end;
	long n;

	q = arena_zalloc(&c->arena, sizeof(*q));
	c->state = q;
	q->limit = LIMIT_DEFAULT;
	if (limit != NULL) {
		n = strtol(limit, &end, 10);
		if (*limit < '0' || *limit > '9' || *end != '\0' || n < 1 ||
		    n > LIMIT_MAX)
			fault_add(&c->faults, "limit", "out_of_range");
		q->limit = (int)n;
	}
	switch (feed_since(c, &q->r.at)) {
	case 0:
		break;
	case 1:
		q->resync = 1;
		/* FALLTHROUGH */
	default:
		q->now = 1;
	}
	if (feed_wants(c, &q->r) == STEP_DONE || param_rest(c) == STEP_DONE)
		return (STEP_DONE);
	q->r.view.look.arena = &c->arena;
	q->r.view.look.caller = c->who.staff;
	q->r.view.look.today = c->today;
	q->r.view.look.done = list_seen;
	q->r.view.look.arg = c;
	q->r.page = arena_zalloc(&c->arena, sizeof(*q->r.page));
	buf_init(&q->text, &c->arena, 4096);
	c->next = list_read;
	return (STEP_MORE);
}

/* What is asked for: types=task,plan and include=item. */
static enum step
feed_wants(struct ctx *c, struct reader *r)
{
	const char *types = param_take(c, "types");
	const char *include = param_take(c, "include");

	r->kinds = UINT64_MAX;
	r->view.look.whole = include != NULL;
	ctx_bind(c, "kinds",
	    types != NULL ? arena_printf(&c->arena, "{%s}", types) : NULL);
	if (types != NULL && change_kinds(types, &r->kinds) == -1)
		fault_add(&c->faults, "types", "not_in_list");
	if (include != NULL && strcmp(include, "item") != 0)
		fault_add(&c->faults, "include", "not_in_list");
	return (c->faults.count > 0 ? problem(c, P_BAD_PARAMETER, NULL) :
	                              STEP_MORE);
}

/*
 * The position to go on from: 0; 1 if it is of another epoch, 2 if none is
 * given.
 */
static int
feed_since(struct ctx *c, struct change_at *at)
{
	const char *since = param_take(c, "since");
	const char *seen = c->fields[HEADER_LAST_EVENT_ID];
	int r;

	if (seen != NULL && *seen != '\0')
		since = seen;
	if (since == NULL)
		return (2);
	if ((r = change_parse(since, at)) == -1)
		fault_add(&c->faults, "since", "bad_format");
	return (r);
}

static enum step
list_read(struct ctx *c)
{
	struct request *q = c->state;
	const struct change_at *at = q->now ? &nowhere : &q->r.at;

	ctx_bind(c, "after_xid", arena_printf(&c->arena, "%" PRIu64, at->xid));
	ctx_bind(c, "after_seq", arena_printf(&c->arena, "%" PRIu64, at->seq));
	ctx_bind(c, "limit", FEED_READ_TEXT);
	c->next = list_see;
	return (ctx_send(c, &q_change_after, list_took));
}

static void
list_took(struct ctx *c, struct db_answer *a)
{
	struct request *q = c->state;
	struct change_at horizon;

	if (ctx_failed(c, a))
		return;
	(void)change_rows(a, &horizon, &q->lag_ms);
	if (q->now)
		q->r.at = horizon;
	page_fill(q->r.page, &c->arena, &q->r.at, a);
	q->r.upto = 0;
}

static enum step
list_see(struct ctx *c)
{
	struct request *q = c->state;

	reader_pick(&q->r);
	c->next = list_lines;
	switch (change_see(&q->r.view)) {
	case 1:
		return (STEP_MORE);
	case 0:
		c->pending++; /* until list_seen */
		return (STEP_WAIT);
	default:
		return (problem(c, P_OVERLOADED, NULL));
	}
}

static void
list_seen(void *arg)
{
	struct ctx *c = arg;

	c->pending--;
	ctx_run(c);
}

static enum step
list_lines(struct ctx *c)
{
	struct request *q = c->state;
	struct reader *r = &q->r;
	int i;

	if (r->view.n > 0 && r->view.look.failed)
		return (problem(c, P_OVERLOADED, NULL));
	q->scanned += r->upto - r->from;
	for (i = 0; i < r->view.n; i++) {
		if (q->lines == q->limit) {
			q->more = 1;
			return (list_reply(c));
		}
		if (q->text.len > 0)
			buf_putc(&q->text, ',');
		if (change_line(&r->view, i, &q->text))
			q->lines++;
		else if (q->text.len > 0)
			q->text.len--; /* the comma */
		r->at = r->view.list[i]->at;
	}
	r->at = *reader_upto(r);
	c->next = list_see;
	if (r->upto < r->page->n)
		return (STEP_MORE);
	c->next = list_read;
	if (r->page->n == FEED_READ && q->scanned < FEED_SCAN)
		return (STEP_MORE);
	q->more = r->page->n == FEED_READ;
	return (list_reply(c));
}

static enum step
list_reply(struct ctx *c)
{
	struct request *q = c->state;
	char at[CHANGE_TEXT_LEN];
	struct buf b;

	change_text(at, &q->r.at);
	buf_init(&b, &c->arena, q->text.len + 512);
	buf_puts(&b, "{\"items\":[");
	buf_put(&b, q->text.data, q->text.len);
	buf_puts(&b, "],\"next\":");
	buf_printf(&b, q->more ? "\"%s\"" : "null", at);
	buf_printf(&b,
	    ",\"sync\":\"%s\",\"lag_ms\":%" PRId64 ",\"day\":\"%s\","
	    "\"resync\":%s,\"permissions\":%s}",
	    at, q->lag_ms, c->today, q->resync ? "true" : "false",
	    q->r.rights ? "true" : "false");
	return (reply(c, 200, b.data, b.len));
}

/* --- streams: opening --- */

enum step
feed_stream(struct ctx *c)
{
	struct reader wanted = { 0 };
	struct stream *s;
	int own = 0;

	(void)feed_since(c, &wanted.at);
	if (feed_wants(c, &wanted) == STEP_DONE || param_rest(c) == STEP_DONE)
		return (STEP_DONE);
	TAILQ_FOREACH(s, &streams, list)
	own += strcmp(s->who.staff, c->who.staff) == 0;
	c->retry_after = "5";
	if (own >= FEED_OWN)
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
	    arena_printf(&c->arena, "%" PRIu64, nowhere.xid));
	ctx_bind(c, "after_seq",
	    arena_printf(&c->arena, "%" PRIu64, nowhere.seq));
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
	resync = feed_since(c, &s->r.at);
	(void)feed_wants(c, &s->r);
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
		(void)loop_after(0, feed_beat, NULL);
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

/* --- streams: going on --- */

/* As far as it can get without waiting. */
static void
stream_go(struct stream *s)
{
	struct reader *r = &s->r;

	while (s->conn != NULL && !s->busy && tail_known &&
	    gate_stream_queued(s->conn) <= FEED_QUEUE) {
		if (!stream_page(s))
			return;
		reader_pick(r);
		if (r->view.n == 0) {
			stream_write(s);
			continue;
		}
		if (nbusy >= FEED_LOOKING) {
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
	struct page *p;

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
	if (nbusy >= FEED_LOOKING)
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
	feed_turns();
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
	feed_turns();
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
feed_init(void)
{
	redis_hear(ctx_redis, "wake:relay", feed_heard, NULL);
}

void
feed_drain(void)
{
	struct stream *s;

	TAILQ_FOREACH(s, &streams, list)
	if (s->conn != NULL)
		gate_stream_close(s->conn);
}

/* As long as anybody listens. */
static void
feed_beat(void *arg)
{
	struct stream *s, *next;
	uint64_t now = clock_mono_ms();

	feed_sweep();
	if (nstreams == 0) {
		beating = tail_known = 0;
		return;
	}
	(void)loop_after(FEED_MS, feed_beat, arg);
	for (s = TAILQ_FIRST(&streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, list);
		if (s->conn != NULL)
			stream_tick(s, now);
	}
	feed_turns();
	tail_read(NULL);
}

static void
feed_heard(void *arg, const char *text)
{
	(void)text;
	if (!beating || tail_wanted)
		return;
	tail_wanted = 1;
	(void)loop_after(FEED_WAKE_MS, tail_read, arg);
}

static void
feed_sweep(void)
{
	struct stream *s, *next;
	struct page *p;

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
feed_turns(void)
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
	struct page *p;

	(void)op;
	tail_reading.open = 0;
	if (db_outcome(a) != DB_OK || nstreams == 0 ||
	    change_order(&tail_reading.after, &tail) != 0)
		return;
	p = page_new(&tail, a);
	tail = p->until;
	if (p->n == 0) {
		page_drop(p);
		feed_turns();
		return;
	}
	if (p->n == FEED_READ)
		feed_heard(NULL, NULL); /* there is more */
	nkept += p->n;
	*last = p;
	last = &p->next;
	while (nkept > FEED_KEEP) {
		p = first;
		first = p->next;
		nkept -= p->n;
		page_drop(p);
	}
	feed_turns();
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
	x->values[3] = FEED_READ_TEXT;
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

/* --- pages and readers --- */

static struct page *
page_new(const struct change_at *after, const struct db_answer *a)
{
	struct page *p;

	p = xcalloc(1, sizeof(*p));
	p->refs = 1;
	arena_init(&p->arena, NULL, 0);
	page_fill(p, &p->arena, after, a);
	return (p);
}

static void
page_drop(struct page *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	arena_fini(&p->arena);
	free(p);
}

/* A full page ends with its last event; another at the horizon. */
static void
page_fill(struct page *p, struct arena *arena, const struct change_at *after,
    const struct db_answer *a)
{
	struct change_at horizon = *after;
	int64_t lag;
	int i;

	p->from = p->until = *after;
	p->n = change_rows(a, &horizon, &lag);
	for (i = 0; i < p->n; i++)
		change_of_row(arena, &p->list[i], a, i);
	if (p->n == FEED_READ)
		p->until = p->list[p->n - 1].at;
	else if (change_order(&horizon, after) > 0)
		p->until = horizon;
}

/* The next events of the page that are new and wanted. */
static void
reader_pick(struct reader *r)
{
	const struct change *x;

	r->from = r->upto;
	r->view.n = r->view.nrows = 0;
	for (; r->upto < r->page->n && r->view.n < CHANGE_LOOK; r->upto++) {
		x = &r->page->list[r->upto];
		if (change_order(&x->at, &r->at) <= 0)
			continue;
		r->rights |= change_of_rights(x, r->view.look.caller);
		if (x->kind >= 0 && (r->kinds >> x->kind & 1))
			change_add(&r->view, x);
	}
}

/* The place behind what has been picked. */
static const struct change_at *
reader_upto(const struct reader *r)
{
	return (r->upto == r->page->n ? &r->page->until :
	                                &r->page->list[r->upto - 1].at);
}
