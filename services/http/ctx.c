/*
 * The life of a request:
 *
 *	match -> admit -> check -> run (the route's step) -> [asleep] -> answered
 *
 * match finds the route, admit the caller, check reads header fields and the
 * body against the route's tables; then the route's own step runs, sends
 * statements and waits. Kore's RETRY, sleep and wake-up live here and nowhere
 * else. The answer is sent from inside the database's callback, so that a row
 * goes from libpq's memory to the socket without a copy.
 *
 * A client that leaves early: reads are drained and dropped, slow work is
 * cancelled, writes run to their end. A context is freed when it has answered
 * (or nobody listens) and nothing it sent is still under way.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kore/kore.h>
#include <kore/http.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/pool.h"
#include "core/uuid.h"
#include "http/auth.h"
#include "http/batch.h"
#include "http/check.h"
#include "http/ctx.h"
#include "http/gate.h"
#include "http/limit.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/stepup.h"

struct pool *ctx_pool;
struct redis *ctx_redis;

#define CTX_SPARE_MAX 512  /* contexts kept for reuse */
#define CTX_DEVICE_MAX 200 /* bytes of a client's name that are kept */

static struct ctx *spare;
static int spares;
static int live;

static struct ctx *ctx_new(void);
static void ctx_begin(struct ctx *, struct http_request *,
    struct gate_message *);
static enum step ctx_match(struct ctx *);
static enum step ctx_admit(struct ctx *);
static enum step ctx_sign(struct ctx *);
static enum step ctx_signed(struct ctx *);
static enum step ctx_check(struct ctx *);
static void ctx_end(struct ctx *);
static void ctx_left(struct http_request *);
static void ctx_answer(struct db_op *, struct db_answer *);
static const char *ctx_trace(const char *);
static const char *ctx_device(struct ctx *);
static void write_hex(char *, uint64_t);
static const char *ctx_bound(const struct ctx *, const char *);

int
ctx_handle(struct http_request *req)
{
	struct gate_message *m;
	struct ctx *c;

	assert(req->hdlr_extra == NULL);
	if ((m = gate_take(req)) == NULL)
		return (KORE_RESULT_OK); /* nobody is there any more */
	c = ctx_new();
	req->hdlr_extra = c;
	req->flags |= HTTP_REQUEST_RETAIN_EXTRA;
	req->onfree = ctx_left;
	ctx_begin(c, req, m);
	ctx_run(c);
	if (req->hdlr_extra == NULL)
		return (KORE_RESULT_OK); /* answered already */
	http_request_sleep(req);
	return (KORE_RESULT_RETRY);
}

struct ctx *
ctx_part(struct ctx *whole)
{
	struct ctx *c;

	c = ctx_new();
	c->part_of = whole->state;
	c->who = whole->who;
	c->stepped_up = whole->stepped_up;
	c->scopes = whole->scopes;
	c->lang = whole->lang;
	c->trace = whole->trace;
	c->address = whole->address;
	c->started_us = whole->started_us;
	memcpy(c->id, whole->id, sizeof(c->id));
	memcpy(c->today, whole->today, sizeof(c->today));
	memcpy(c->now, whole->now, sizeof(c->now));
	buf_init(&c->captured, &c->arena, 1024);
	c->next = ctx_match;
	return (c);
}

void
ctx_free(struct ctx *c)
{
	json_decref(c->body);
	free(c->body_json);
	if (c->message != NULL)
		gate_put(c->message);
	arena_fini(&c->arena);
	live--;
	if (spares >= CTX_SPARE_MAX) {
		free(c);
		return;
	}
	c->spare = spare;
	spare = c;
	spares++;
}

void
ctx_run(struct ctx *c)
{
	enum step r = STEP_MORE;

	c->inside = 1;
	log_about(c->id);
	while (r == STEP_MORE)
		r = c->next(c);
	log_about(NULL);
	c->inside = 0;
	if (r == STEP_DONE)
		ctx_end(c);
}

void
ctx_bind(struct ctx *c, const char *name, const char *value)
{
	int i;

	for (i = 0; i < c->nbinds; i++)
		if (strcmp(c->binds[i].name, name) == 0)
			break;
	assert(i < CTX_BINDS);
	c->binds[i].name = name;
	c->binds[i].value = value;
	if (i == c->nbinds)
		c->nbinds++;
}

/*
 * The values every statement may ask for, found by comparing pointers' texts;
 * a route binds the rest by name. A name nobody knows is a bug.
 */
const char *
ctx_value(struct ctx *c, const char *name)
{
	switch (name[0]) {
	case 'c':
		if (strcmp(name, "caller") == 0)
			return (c->who.staff);
		break;
	case 't':
		if (strcmp(name, "today") == 0)
			return (c->today);
		if (strcmp(name, "trace") == 0)
			return (c->trace);
		break;
	case 'n':
		if (strcmp(name, "now") == 0) {
			/* one instant for all of the request's statements */
			if (c->now[0] == '\0')
				snprintf(c->now, sizeof(c->now), "%s",
				    clock_now());
			return (c->now);
		}
		break;
	case 'i':
		if (strcmp(name, "id") == 0)
			return (c->args[0]);
		break;
	case 'v':
		if (strcmp(name, "version") == 0)
			return (c->version);
		break;
	case 'a':
		if (strcmp(name, "address") == 0)
			return (c->address);
		if (strcmp(name, "as_of") == 0)
			return (c->as_of);
		break;
	case 'u':
		if (strcmp(name, "until") == 0)
			return (c->until);
		break;
	case 'd':
		if (strcmp(name, "device") == 0)
			return (ctx_device(c));
		break;
	case 's': /* the caller's; who is signing in binds his own */
		if (strcmp(name, "session") == 0 && c->who.session[0] != '\0')
			return (c->who.session);
		break;
	case 'b':
		if (strcmp(name, "body") == 0)
			return (c->body_json);
		break;
	case 'r':
		if (strcmp(name, "request") == 0)
			return (c->id);
		break;
	case 'k':
		if (strcmp(name, "key") == 0)
			return (c->key);
		break;
	case 'h':
		if (strcmp(name, "hash") == 0)
			return (c->hash);
		break;
	}
	return (ctx_bound(c, name));
}

enum step
ctx_send(struct ctx *c, const struct query *q,
    void (*take)(struct ctx *, struct db_answer *))
{
	struct ctx_send *s;
	int i, r;

	for (i = 0; i < CTX_SENDS && c->sends[i].c != NULL; i++)
		;
	assert(i < CTX_SENDS);
	s = &c->sends[i];
	if (q->present != NULL && c->as_of == NULL)
		q = q->present;
	for (i = 0; i < q->nparams; i++)
		s->values[i] = ctx_value(c, q->params[i].name);
	s->c = c;
	s->take = take;
	memset(&s->op, 0, sizeof(s->op));
	s->op.query = q;
	s->op.values = s->values;
	s->op.done = ctx_answer;
	s->op.arg = s;
	s->held = c->hold;
	r = c->hold       ? 0 :
	    c->tx != NULL ? db_send(c->tx, &s->op) :
	                    pool_send(ctx_pool, &s->op);
	if (r == -1) {
		s->c = NULL;
		metric_add(METRIC_db_lost, 1);
		if (c->answered)
			return (STEP_DONE);
		return (problem(c,
		    pool_up(ctx_pool, q->lane) ? P_OVERLOADED : P_DATABASE_AWAY,
		    NULL));
	}
	c->pending++;
	return (STEP_WAIT);
}

void
ctx_release(struct ctx *c, struct db *tx)
{
	int i;

	c->hold = 0;
	c->tx = tx;
	for (i = 0; i < CTX_SENDS; i++) {
		if (c->sends[i].c == NULL || !c->sends[i].held)
			continue;
		c->sends[i].held = 0;
		if (db_send(tx, &c->sends[i].op) == -1)
			db_answer_op(&c->sends[i].op, DB_GONE);
	}
}

int
ctx_failed(struct ctx *c, const struct db_answer *a)
{
	if (db_outcome(a) == DB_OK)
		return (0);
	if (!c->answered)
		problem_of_answer(c, a);
	return (1);
}

int
ctx_is_slow(struct http_request *req)
{
	struct ctx *c;
	int i;

	if (req == NULL || (c = req->hdlr_extra) == NULL)
		return (0);
	for (i = 0; i < CTX_SENDS; i++)
		if (c->sends[i].c != NULL &&
		    c->sends[i].op.query->lane == LANE_SLOW)
			return (1);
	return (0);
}

void
ctx_name(char out[static CTX_ID_LEN], const char *given)
{
	static uint64_t start, count;
	char unique[UUID_LEN + 1];
	size_t n;

	if (given != NULL && (n = strlen(given)) < CTX_ID_LEN &&
	    field_code(given, n, CTX_ID_LEN - 1)) {
		memcpy(out, given, n + 1);
		return;
	}
	if (start == 0) {
		uuid_new(unique);
		start = strtoull(unique + 24, NULL, 16) << 16 |
		    strtoull(unique + 20, NULL, 16);
	}
	write_hex(out, start);
	out[16] = '-';
	write_hex(out + 17, ++count);
}

int
ctx_count(void)
{
	return (live);
}

static struct ctx *
ctx_new(void)
{
	struct ctx *c;

	if ((c = spare) != NULL) {
		spare = c->spare;
		spares--;
	} else
		c = xmalloc(sizeof(*c));
	memset(c, 0, offsetof(struct ctx, first));
	arena_init(&c->arena, c->first, sizeof(c->first));
	faults_init(&c->faults, &c->arena);
	live++;
	return (c);
}

static void
ctx_begin(struct ctx *c, struct http_request *req, struct gate_message *m)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	c->started_us = (uint64_t)ts.tv_sec * 1000000 +
	    (uint64_t)ts.tv_nsec / 1000;
	c->req = req;
	c->message = m;
	c->method = m->m.method;
	c->path = m->m.path;
	c->query = m->m.query;
	c->fields = m->m.fields;
	c->body_text = m->body;
	c->body_len = m->m.body_len;
	c->address = m->address;
	memcpy(c->today, clock_today(), sizeof(c->today));
	ctx_name(c->id, c->fields[HEADER_X_REQUEST_ID]);
	c->trace = ctx_trace(c->fields[HEADER_TRACEPARENT]);
	c->lang = check_language(c->fields[HEADER_ACCEPT_LANGUAGE]);
	c->next = ctx_match;
}

static enum step
ctx_match(struct ctx *c)
{
	c->next = ctx_admit;
	return (route_match(c));
}

static enum step
ctx_admit(struct ctx *c)
{
	c->next = ctx_sign;
	if (c->part_of != NULL &&
	    (c->route->flags & (ROUTE_ALONE | ROUTE_PUBLIC)))
		return (problem(c, P_FORBIDDEN, "not as part of a batch"));
	if (!(c->route->flags & ROUTE_PUBLIC))
		return (auth_admit(c));
	if (c->method == GET || c->method == HEAD)
		return (STEP_MORE);
	return (limit_admit(c));
}

/* What signs asks once more who it is; for a batch the whole has been asked. */
static enum step
ctx_sign(struct ctx *c)
{
	c->next = ctx_signed;
	if (!(c->route->flags & ROUTE_SIGN) || c->part_of != NULL)
		return (STEP_MORE);
	return (stepup_look(c));
}

static enum step
ctx_signed(struct ctx *c)
{
	c->next = ctx_check;
	return (stepup_check(c));
}

static enum step
ctx_check(struct ctx *c)
{
	c->next = c->route->run;
	return (check_request(c));
}

/* Answered, or nobody is listening: leave Kore, and go once all is back. */
static void
ctx_end(struct ctx *c)
{
	struct http_request *req;

	if ((req = c->req) != NULL) {
		c->req = NULL;
		req->hdlr_extra = NULL;
		req->onfree = NULL;
		req->flags |= HTTP_REQUEST_DELETE;
		http_request_wakeup(req);
	}
	if (c->pending > 0) {
		c->answered = 1;
		return;
	}
	if (c->part_of != NULL)
		batch_part_done(c);
	else
		ctx_free(c);
}

/* Kore frees the request: the client is gone. */
static void
ctx_left(struct http_request *req)
{
	struct ctx *c = req->hdlr_extra;
	int i;

	req->hdlr_extra = NULL;
	req->onfree = NULL;
	if (c == NULL)
		return;
	c->req = NULL;
	metric_add(METRIC_abandoned, 1);
	for (i = 0; i < CTX_SENDS; i++)
		if (c->sends[i].c != NULL && c->tx == NULL)
			pool_abandon(ctx_pool, &c->sends[i].op);
}

static void
ctx_answer(struct db_op *op, struct db_answer *a)
{
	struct ctx_send *s = op->arg;
	struct ctx *c = s->c;
	int left;

	s->c = NULL;
	c->pending--;
	left = c->req == NULL && c->part_of == NULL;
	if (c->answered ||
	    (left && op->query->lane != LANE_WRITE && c->tx == NULL)) {
		/* nobody wants this answer */
		c->answered = 1;
		if (c->pending == 0)
			ctx_end(c);
		return;
	}
	log_about(c->id);
	s->take(c, a);
	log_about(NULL);
	if (c->answered && c->pending == 0)
		ctx_end(c);
	else if (c->pending == 0)
		ctx_run(c);
}

/* A W3C trace context, version 00, as it came; NULL if it is none. */
static const char *
ctx_trace(const char *s)
{
	static const char
	    form[] = "00-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";
	size_t i;

	if (s == NULL || strlen(s) != sizeof(form) - 1)
		return (NULL);
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == 'h' ? strchr("0123456789abcdef", s[i]) == NULL :
		                     form[i] != s[i])
			return (NULL);
	return (s);
}

/* What the client calls itself, if that is text. */
static const char *
ctx_device(struct ctx *c)
{
	const char *name = c->fields[HEADER_USER_AGENT], *kept;
	char *normal;
	size_t n;

	if (name == NULL)
		return (NULL);
	for (n = strnlen(name, CTX_DEVICE_MAX);
	     n > 0 && (name[n] & 0xc0) == 0x80; n--)
		; /* not through the middle of a letter */
	if ((normal = json_nfc(name, n)) == NULL)
		return (NULL);
	kept = arena_strdup(&c->arena, normal);
	free(normal);
	return (kept);
}

/* 16 digits and a NUL; snprintf(3) shows in the profile of a read. */
static void
write_hex(char *out, uint64_t v)
{
	static const char digits[] = "0123456789abcdef";
	int i;

	for (i = 15; i >= 0; i--, v >>= 4)
		out[i] = digits[v & 15];
	out[16] = '\0';
}

static const char *
ctx_bound(const struct ctx *c, const char *name)
{
	int i;

	for (i = 0; i < c->nbinds; i++)
		if (strcmp(c->binds[i].name, name) == 0)
			return (c->binds[i].value);
	log_error("bug", "nothing is bound to $%s in %s", name,
	    c->route != NULL ? c->route->pattern : "?");
	assert(!"a parameter without a value");
	return (NULL);
}
