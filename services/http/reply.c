/*
 * Building answers: a head in the request's memory, and up to three pieces of
 * body that are sent from where they lie. A part of a batch keeps its answer
 * instead of sending it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/config.h"
#include "core/metrics.h"
#include "core/seal.h"
#include "domain/state.h"
#include "http/gate.h"
#include "http/limit.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/route.h"

#define REPLY_PIECES 4
#define REPLY_ENDLESS SIZE_MAX /* a length nobody knows */

static const char *etag_of(struct ctx *, const char *, unsigned long long);
static enum step reply_pieces(struct ctx *, int, struct iovec *, int);
static void reply_measure(const struct ctx *);
static int reply_is_known(struct ctx *);
static void reply_head(struct ctx *, struct buf *, int, size_t);
static void reply_cors(struct ctx *, struct buf *);
static int etag_matches(const char *, const char *);
static void head_field(struct buf *, const char *, const char *);

enum step
reply(struct ctx *c, int status, const void *body, size_t n)
{
	struct iovec iov[REPLY_PIECES];

	if (c->etag == NULL && status == 200 && c->method <= HEAD)
		c->etag = arena_printf(&c->arena, "\"%016llx\"",
		    seal_hash(body, n));
	iov[1].iov_base = (void *)(uintptr_t)body;
	iov[1].iov_len = n;
	return (reply_pieces(c, status, iov, 1));
}

enum step
reply_empty(struct ctx *c, int status)
{
	return (reply(c, status, "", 0));
}

enum step
reply_options(struct ctx *c, const char *allow)
{
	c->allow = allow;
	return (reply_empty(c, 204));
}

enum step
reply_item(struct ctx *c, int status, const struct item *x)
{
	struct iovec iov[REPLY_PIECES];
	unsigned long long view;
	struct buf tail;

	buf_init(&tail, &c->arena, 256);
	buf_puts(&tail, ",\"_permissions\":" + (x->len == 2)); /* of {} */
	reply_permissions(&tail, c->route, x->status, x->perms);
	buf_putc(&tail, '}');
	iov[1].iov_base = (void *)(uintptr_t)x->json;
	iov[1].iov_len = x->len - 1; /* without the closing brace */
	iov[2].iov_base = tail.data;
	iov[2].iov_len = tail.len;
	/* The view is whatever the bytes are: day, rights, projection, names. */
	view = seal_hash(x->json, x->len) ^ seal_hash(tail.data, tail.len);
	c->etag = etag_of(c, x->version, view);
	return (reply_pieces(c, status, iov, 2));
}

enum step
reply_document(struct ctx *c, const char *media, const char *body, size_t n,
    const char *cache)
{
	c->media = media;
	c->cache = cache;
	return (reply(c, 200, body, n));
}

struct connection *
reply_stream(struct ctx *c, void (*gone)(void *), void *arg)
{
	struct iovec iov;
	struct buf head;

	c->answered = 1;
	c->status = 200;
	c->media = "text/event-stream";
	c->cache = "no-store";
	reply_measure(c);
	if (c->req == NULL)
		return (NULL);
	c->message->m.close = 1;
	buf_init(&head, &c->arena, 768);
	reply_head(c, &head, 200, REPLY_ENDLESS);
	iov.iov_base = head.data;
	iov.iov_len = head.len;
	return (gate_stream(c->req, &iov, gone, arg));
}

enum step
reply_rows(struct ctx *c, const struct db_answer *a)
{
	const char *sep = "";
	struct buf b;
	int i;

	buf_init(&b, &c->arena, 1024);
	buf_puts(&b, "{\"items\":[");
	for (i = 0; i < db_rows(a); i++) {
		if (db_null(a, i, 0))
			continue;
		buf_puts(&b, sep);
		buf_puts(&b, db_text(a, i, 0));
		sep = ",";
	}
	buf_puts(&b, "],\"next\":null}");
	return (reply(c, 200, b.data, b.len));
}

void
reply_one(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0)
		problem(c, P_NOT_FOUND, NULL);
	else
		reply(c, 200, db_text(a, 0, 0), db_length(a, 0, 0));
}

void
reply_many(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0)
		problem(c, P_NOT_FOUND, NULL);
	else
		reply_rows(c, a);
}

void
reply_permissions(struct buf *b, const struct route *r, const char *status,
    int64_t perms)
{
	const struct transition *t;
	const char *sep = "\"";

	buf_putc(b, '[');
	if (r->resource != NULL && r->resource->states != NULL)
		for (t = r->resource->states->transitions; t->from != NULL; t++)
			if (step_allowed(t, status, perms)) {
				buf_puts(b, sep);
				buf_puts(b, t->verb);
				buf_putc(b, '"');
				sep = ",\"";
			}
	buf_putc(b, ']');
}

void
reply_verbs(struct buf *b, const char *what, int64_t perms)
{
	const struct states *const *s;
	const struct transition *t;
	size_t n = strcspn(what, " ");
	const char *sep = "";

	if (b->data[b->len - 1] != '{')
		buf_putc(b, ',');
	buf_puts(b, "\"verbs\":[");
	for (s = states_all; *s != NULL; s++) {
		if (strlen((*s)->resource) != n ||
		    memcmp((*s)->resource, what, n) != 0)
			continue;
		for (t = (*s)->transitions; t->from != NULL; t++) {
			if (!step_allowed(t, what + n + 1, perms))
				continue;
			buf_printf(b, "%s\"%s\"", sep, t->verb);
			sep = ",";
		}
	}
	buf_putc(b, ']');
}

/* "v<version>-<view>" */
static const char *
etag_of(struct ctx *c, const char *version, unsigned long long view)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = strlen(version);
	char *e, *p;
	int i;

	e = p = arena_alloc(&c->arena, n + 17);
	*p++ = '"';
	*p++ = 'v';
	memcpy(p, version, n);
	p += n;
	*p++ = '-';
	for (i = 0; i < 12; i++, view >>= 4)
		*p++ = digits[view & 15];
	*p++ = '"';
	*p = '\0';
	return (e);
}

/* iov[0] is the head's; the body is in iov[1..n]. */
static enum step
reply_pieces(struct ctx *c, int status, struct iovec *iov, int n)
{
	struct buf head;
	size_t len = 0;
	int i;

	if (c->answered)
		return (STEP_DONE);
	c->answered = 1;
	if (status == 200 && reply_is_known(c)) {
		status = 304;
		n = 0;
	}
	c->status = status;
	for (i = 1; i <= n; i++)
		len += iov[i].iov_len;
	if (c->part_of != NULL) {
		for (i = 1; i <= n; i++)
			buf_put(&c->captured, iov[i].iov_base, iov[i].iov_len);
		return (STEP_DONE);
	}
	reply_measure(c);
	if (c->req == NULL)
		return (STEP_DONE); /* nobody is listening */
	buf_init(&head, &c->arena, 768);
	reply_head(c, &head, status, len);
	iov[0].iov_base = head.data;
	iov[0].iov_len = head.len;
	gate_answer(c->req, iov, c->method == HEAD ? 1 : n + 1,
	    c->message->m.close);
	return (STEP_DONE);
}

/* Has the client this very answer? Of reads that are kept at all. */
static int
reply_is_known(struct ctx *c)
{
	const char *known = c->fields[HEADER_IF_NONE_MATCH];

	if (c->route != NULL && (c->route->flags & ROUTE_SECRET)) {
		c->etag = NULL;
		return (0);
	}
	return (c->method <= HEAD && known != NULL && c->etag != NULL &&
	    etag_matches(known, c->etag));
}

static void
reply_measure(const struct ctx *c)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	metric_request(c->route != NULL ? c->route->id : -1, c->status,
	    (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000 -
	        c->started_us);
}

static void
reply_head(struct ctx *c, struct buf *b, int status, size_t len)
{
	const char *media = c->media;
	const char *cache = c->cache;

	if (cache == NULL)
		cache = c->route != NULL && (c->route->flags & ROUTE_SECRET) ?
		    "no-store" :
		    "private, no-cache";
	buf_puts(b, "HTTP/1.1 ");
	buf_number(b, (unsigned long)status);
	buf_putc(b, ' ');
	buf_puts(b, reply_reason(status));
	buf_puts(b, "\r\ndate: ");
	buf_puts(b, reply_date());
	buf_puts(b, "\r\n");
	if (status != 204 && status != 304) {
		head_field(b, "content-type: ",
		    media != NULL ? media : "application/json; charset=utf-8");
		if (len != REPLY_ENDLESS) {
			buf_puts(b, "content-length: ");
			buf_number(b, len);
			buf_puts(b, "\r\n");
		}
		head_field(b,
		    "content-language: ", c->lang == LANG_EN ? "en" : "vi");
	}
	head_field(b, "x-request-id: ", c->id);
	head_field(b, "cache-control: ", cache);
	head_field(b, "etag: ", c->etag);
	head_field(b, "location: ", c->location);
	head_field(b, "link: ", c->link);
	/* whoever is told 503 is told when to come again (RFC 9110 15.6.4) */
	head_field(b, "retry-after: ",
	    c->retry_after == NULL && status == 503 ? "1" : c->retry_after);
	head_field(b, "allow: ", c->allow);
	head_field(b, "set-cookie: ", c->cookies[0]);
	head_field(b, "set-cookie: ", c->cookies[1]);
	if (c->replayed)
		buf_puts(b, "idempotency-replayed: true\r\n");
	if (status == 401)
		buf_puts(b, "www-authenticate: Bearer realm=\"camket\"\r\n");
	head_field(b, "content-security-policy: ", c->policy);
	limit_fields(c, b);
	reply_cors(c, b);
	buf_puts(b,
	    "vary: accept-language, authorization, origin\r\n"
	    "x-content-type-options: nosniff\r\n");
	if (c->message->m.close || gate_leaving())
		buf_puts(b, "connection: close\r\n");
	else if (c->message->m.minor == 0)
		buf_puts(b, "connection: keep-alive\r\n");
	buf_puts(b, "\r\n");
}

/* Browsers may call from the listed origins only. */
static void
reply_cors(struct ctx *c, struct buf *b)
{
	const char *origin = c->fields[HEADER_ORIGIN];
	const char *list = config_text(CFG_CORS_ORIGINS), *hit;
	size_t n;

	if (origin == NULL || *list == '\0' || *origin == '\0')
		return;
	n = strlen(origin);
	for (hit = list; (hit = strstr(hit, origin)) != NULL; hit += n)
		if ((hit == list || hit[-1] == ' ') &&
		    (hit[n] == ' ' || hit[n] == '\0'))
			break;
	if (hit == NULL)
		return;
	head_field(b, "access-control-allow-origin: ", origin);
	buf_puts(b,
	    "access-control-allow-credentials: true\r\n"
	    "access-control-expose-headers: ETag, Location, Link, Retry-After,"
	    " Idempotency-Replayed, X-Request-Id, RateLimit, RateLimit-Policy"
	    "\r\n");
	if (c->method == OPTIONS && c->fields[HEADER_REQUEST_METHOD] != NULL)
		buf_printf(b,
		    "access-control-allow-methods: %s\r\n"
		    "access-control-allow-headers: authorization, content-type,"
		    " if-match, if-none-match, idempotency-key, x-request-id,"
		    " x-csrf-token, traceparent, accept-language\r\n"
		    "access-control-max-age: 86400\r\n",
		    c->allow != NULL ? c->allow : "GET");
}

static void
head_field(struct buf *b, const char *name, const char *value)
{
	const char *p;

	if (value == NULL)
		return;
	/* No value may ever start a field of its own. */
	for (p = value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return;
	buf_puts(b, name);
	buf_puts(b, value);
	buf_puts(b, "\r\n");
}

const char *
reply_date(void)
{
	static char text[40];
	static time_t last;
	struct tm tm;
	time_t now = time(NULL);

	if (now != last) {
		gmtime_r(&now, &tm);
		strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		last = now;
	}
	return (text);
}

const char *
reply_reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 411, "Length Required" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 422, "Unprocessable Content" },
		{ 428, "Precondition Required" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return (reasons[i].text);
	return ("Status");
}

/* Is this entity tag in a list? Weak comparison (RFC 9110 8.8.3.2). */
static int
etag_matches(const char *list, const char *etag)
{
	size_t n;

	etag += strncmp(etag, "W/", 2) == 0 ? 2 : 0;
	n = strlen(etag);
	while (*list != '\0') {
		list += strspn(list, ", \t");
		if (*list == '*')
			return (1);
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		if (strncmp(list, etag, n) == 0 &&
		    strchr(", \t", list[n]) != NULL)
			return (1);
		list += strcspn(list, ",");
	}
	return (0);
}
