/* Lines of the feed, asked for; see feed.h. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/pool.h"
#include "http/check.h"
#include "http/feed.h"
#include "http/problem.h"
#include "http/reader.h"
#include "http/reply.h"
#include "queries.h"

#define FEED_SCAN 1000 /* events one request goes through */
#define LIMIT_DEFAULT 50
#define LIMIT_MAX 200

/* A request for lines. */
struct request {
	struct reader r;
	int limit, lines, scanned;
	int resync, now, more;
	int64_t lag_ms;
	struct buf text;
};

static enum step list_read(struct ctx *);
static void list_took(struct ctx *, struct db_answer *);
static enum step list_see(struct ctx *);
static void list_seen(void *);
static enum step list_lines(struct ctx *);
static enum step list_reply(struct ctx *);

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
	switch (reader_since(c, &q->r.at)) {
	case 0:
		break;
	case 1:
		q->resync = 1;
		/* FALLTHROUGH */
	default:
		q->now = 1;
	}
	if (reader_wants(c, &q->r) == STEP_DONE || param_rest(c) == STEP_DONE)
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

static enum step
list_read(struct ctx *c)
{
	struct request *q = c->state;
	const struct change_at *at = q->now ? &reader_nowhere : &q->r.at;

	ctx_bind(c, "after_xid", arena_printf(&c->arena, "%" PRIu64, at->xid));
	ctx_bind(c, "after_seq", arena_printf(&c->arena, "%" PRIu64, at->seq));
	ctx_bind(c, "limit", READER_EVENTS_TEXT);
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
	reader_fill(q->r.page, &c->arena, &q->r.at, a);
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
	if (r->page->n == READER_EVENTS && q->scanned < FEED_SCAN)
		return (STEP_MORE);
	q->more = r->page->n == READER_EVENTS;
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
