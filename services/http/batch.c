/*
 * A batch makes one part (a context without client) per operation. Parts pass
 * through the same route table, checks and steps as requests do.
 *
 * Atomic: every part is first run up to its statement, which is held back. If
 * any is refused by then, all such refusals are told at once and nothing is
 * sent. Otherwise a connection is claimed, all statements go out in one flush,
 * and when the last has answered the transaction ends, committed or not: two
 * round trips. Behind a part whose statements build on one another the rest
 * waits for its end. One that lost a deadlock is run again as a whole.
 *
 * The batch has a key of its own: the header's, or one made of its operations'
 * keys when each has one. Its answer is stored in its own commit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/json.h"
#include "core/metrics.h"
#include "core/pool.h"
#include "core/redis.h"
#include "http/batch.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/stepup.h"
#include "queries.h"

#define BATCH_MAX 100
#define BATCH_TRIES 3

struct operation {
	struct ctx *part; /* while it runs */
	const char *headers[HEADER_COUNT];
	int status; /* 0 = no answer yet */
	int allowed;
	const char *body;
	const char *etag;
};

struct batch {
	struct ctx *whole;
	json_t *list; /* borrowed */
	int n;
	int atomic;
	int can;     /* only asked whether one may */
	int64_t any; /* what the caller may do anywhere */
	int at;      /* next to start, or to be released */
	int waits;   /* part that the next ones wait for, or -1 */
	int open;    /* parts without an answer */
	int failed;  /* index of the first, or -1 */
	int deadlock;
	int repeated; /* the key was taken meanwhile */
	int tries;
	struct db *db;
	struct pool_claim claim;
	struct operation ops[BATCH_MAX];
};

/* clang-format off */
static const struct field operation_fields[] = {
	{ .name = "id", .type = F_TEXT, .max = 100,
	    .eg = "a",
	    .doc = "Trả lại cùng kết quả | Given back with the result" },
	{ .name = "method", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .max = 10, .eg = "POST",
	    .doc = "GET, POST, PATCH, PUT, DELETE" },
	{ .name = "path", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 4,
	    .max = 2000,
	    .eg = "/v1/tasks/01972f5e-8c4a-7b3e-9d21-5f60c1a7e842/receive",
	    .doc = "Đường dẫn và tham số | Path and query string" },
	{ .name = "if_match", .type = F_TEXT, .max = 200, .eg = "\"v3\"" },
	{ .name = "idempotency_key", .type = F_TEXT, .max = 200 },
	{ .name = "body", .type = F_ANY },
	{ .name = NULL }
};
const struct field batch_fields[] = {
	{ .name = "operations", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_REQUIRED, .max = BATCH_MAX,
	    .members = operation_fields },
	{ .name = "atomic", .type = F_BOOL, .eg = "true",
	    .doc = "Trọn lô hoặc không gì cả | All or nothing" },
	{ .name = NULL }
};
static const struct field result_fields[] = {
	{ .name = "id", .type = F_TEXT,
	    .flags = FIELD_EMPTY | FIELD_MAYBE, .eg = "a" },
	{ .name = "status", .type = F_INT, .eg = "200",
	    .flags = FIELD_ALWAYS },
	{ .name = "etag", .type = F_TEXT,
	    .flags = FIELD_EMPTY | FIELD_MAYBE,
	    .eg = "\"v4-0f3a91c27b44\"" },
	{ .name = "body", .type = F_ANY, .flags = FIELD_MAYBE,
	    .doc = "Câu trả lời, hoặc lý do từ chối | The answer, or the problem" },
	{ .name = NULL }
};
const struct field batch_answer[] = {
	{ .name = "atomic", .type = F_BOOL, .flags = FIELD_EMPTY },
	{ .name = "results", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_EMPTY, .members = result_fields,
	    .doc = "Theo thứ tự của operations | In the order of operations" },
	{ .name = NULL }
};
static const struct field ask_fields[] = {
	{ .name = "verb", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 60, .eg = "issue",
	    .doc = "Thao tác của `_permissions`, hoặc `read`, `create` | A verb of `_permissions`, or `read`, or `create`" },
	{ .name = "path", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 4,
	    .max = 2000,
	    .eg = "/v1/plans/01972f5e-8c4a-7b3e-9d21-5f60c1a7e842",
	    .doc = "Của một mục, hoặc của danh sách với `create` | Of an item, or of a list for `create`" },
	{ .name = NULL }
};
const struct field can_fields[] = {
	{ .name = "operations", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_REQUIRED, .max = BATCH_MAX,
	    .members = ask_fields },
	{ .name = NULL }
};
static const struct field allowed_fields[] = {
	{ .name = "verb", .type = F_TEXT, .eg = "issue",
	    .flags = FIELD_ALWAYS },
	{ .name = "path", .type = F_TEXT,
	    .eg = "/v1/plans/01972f5e-8c4a-7b3e-9d21-5f60c1a7e842",
	    .flags = FIELD_ALWAYS },
	{ .name = "allowed", .type = F_BOOL,
	    .flags = FIELD_ALWAYS },
	{ .name = NULL }
};
const struct field can_answer[] = {
	{ .name = "results", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_EMPTY, .members = allowed_fields,
	    .doc = "Theo thứ tự của operations | In the order of operations" },
	{ .name = NULL }
};
/* clang-format on */

static int batch_method(const json_t *);
static void take_any(struct ctx *, struct db_answer *);
static int part_allows(const struct batch *, int, const struct ctx *);
static enum step can_reply(struct ctx *);
static void batch_key(struct batch *);
static void take_stored(struct ctx *, struct db_answer *);
static enum step batch_begin(struct ctx *);
static enum step batch_next(struct ctx *);
static enum step batch_start(struct ctx *);
static void batch_claimed(struct pool_claim *, struct db *);
static void batch_release(struct batch *);
static void batch_answered(struct batch *);
static void take_put(struct ctx *, struct db_answer *);
static void batch_ended(void *, enum db_outcome);
static void batch_outcome(struct batch *, enum db_outcome);
static enum step batch_reply(struct ctx *);
static enum step batch_over(struct ctx *);
static struct ctx *batch_part(struct batch *, int);
static void batch_drop(struct batch *);
static void batch_results(struct batch *, struct buf *);

enum step
batch_run(struct ctx *c)
{
	struct batch *b;
	const json_t *o;
	size_t i;

	b = arena_zalloc(&c->arena, sizeof(*b));
	b->whole = c;
	b->list = json_object_get(c->body, "operations");
	b->n = (int)json_array_size(b->list);
	b->atomic = json_is_true(json_object_get(c->body, "atomic"));
	b->failed = -1;
	c->state = b;
	json_array_foreach(b->list, i, o)
	{
		if (batch_method(o) == -1)
			fault_add(&c->faults,
			    arena_printf(&c->arena, "/operations/%zu/method",
			        i),
			    "not_in_list");
		if (*json_string_value(json_object_get(o, "path")) != '/')
			fault_add(&c->faults,
			    arena_printf(&c->arena, "/operations/%zu/path", i),
			    "bad_format");
	}
	if (c->faults.count > 0)
		return (problem(c, P_INVALID, NULL));
	batch_key(b);
	c->next = batch_begin;
	/* one look covers all that sign */
	if (stepup_look(c) == STEP_DONE)
		return (STEP_DONE);
	if (c->key == NULL)
		return (c->pending > 0 ? STEP_WAIT : STEP_MORE);
	return (ctx_send(c, &q_idempotency_get, take_stored));
}

enum step
batch_can(struct ctx *c)
{
	struct batch *b;

	b = arena_zalloc(&c->arena, sizeof(*b));
	b->whole = c;
	b->list = json_object_get(c->body, "operations");
	b->n = (int)json_array_size(b->list);
	b->can = 1;
	b->failed = -1;
	c->state = b;
	c->next = batch_next;
	return (ctx_send(c, &q_reach_any, take_any));
}

static void
take_any(struct ctx *c, struct db_answer *a)
{
	struct batch *b = c->state;

	if (!ctx_failed(c, a))
		b->any = db_number(a, 0, 0);
}

/* What a part's answer says of the verb that was asked for. */
static int
part_allows(const struct batch *b, int i, const struct ctx *part)
{
	json_t *o = json_array_get(b->list, (size_t)i), *item, *verbs, *v;
	const char *verb = json_string_value(json_object_get(o, "verb"));
	const struct resource *r;
	size_t k;
	int yes = 0;

	if (part->status != 200)
		return (0);
	if (strcmp(verb, "read") == 0)
		return (1);
	r = part->route->resource;
	if (strcmp(verb, "create") == 0)
		return (part->route->list != NULL && r->create != NULL &&
		    b->any != 0 &&
		    (r->creates == 0 || (b->any & r->creates) != 0));
	item = json_loadb(part->captured.data, part->captured.len, 0, NULL);
	verbs = json_object_get(item, "_permissions");
	json_array_foreach(verbs, k, v)
	{
		yes |= strcmp(json_string_value(v), verb) == 0;
	}
	json_decref(item);
	return (yes);
}

/* {"results":[{"verb","path","allowed"}…]} */
static enum step
can_reply(struct ctx *c)
{
	const struct batch *b = c->state;
	json_t *o;
	struct buf text;
	int i;

	buf_init(&text, &c->arena, 1024);
	buf_puts(&text, "{\"results\":[");
	for (i = 0; i < b->n; i++) {
		o = json_array_get(b->list, (size_t)i);
		buf_puts(&text, i > 0 ? ",{\"verb\":" : "{\"verb\":");
		buf_json(&text, json_string_value(json_object_get(o, "verb")));
		buf_puts(&text, ",\"path\":");
		buf_json(&text, json_string_value(json_object_get(o, "path")));
		buf_printf(&text, ",\"allowed\":%s}",
		    b->ops[i].allowed ? "true" : "false");
	}
	buf_puts(&text, "]}");
	return (reply(c, 200, text.data, text.len));
}

void
batch_part_done(struct ctx *part)
{
	struct batch *b = part->part_of;
	struct ctx *c = b->whole;
	struct operation *o = b->ops;
	int i = 0;

	while (o->part != part) {
		o++;
		i++;
	}
	o->status = part->status;
	o->allowed = b->can && part_allows(b, i, part);
	o->body = arena_strndup(&c->arena, part->captured.data,
	    part->captured.len);
	if (part->etag != NULL)
		o->etag = arena_strdup(&c->arena, part->etag);
	o->part = NULL;
	if (part->status >= 300 && (b->failed == -1 || i < b->failed))
		b->failed = i;
	b->deadlock |= part->deadlock;
	ctx_free(part);
	b->open--;
	if (!c->inside && b->db != NULL && i == b->waits)
		batch_release(b);
	if (c->inside || b->open > 0)
		return;
	if (b->atomic)
		batch_answered(b);
	else
		ctx_run(c);
}

/* Each operation with a key of its own makes a key for an atomic whole. */
static void
batch_key(struct batch *b)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state st;
	char hex[2 * sizeof(hash) + 1];
	const char *key;
	int i;

	if (b->whole->key != NULL || !b->atomic || b->n == 0)
		return;
	crypto_hash_sha256_init(&st);
	for (i = 0; i < b->n; i++) {
		key = json_string_value(
		    json_object_get(json_array_get(b->list, (size_t)i),
		        "idempotency_key"));
		if (key == NULL)
			return;
		crypto_hash_sha256_update(&st, (const unsigned char *)key,
		    strlen(key) + 1);
	}
	crypto_hash_sha256_final(&st, hash);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	b->whole->key = arena_printf(&b->whole->arena, "batch:%s", hex);
	b->whole->hash = arena_printf(&b->whole->arena, "\\x%s", hex);
}

/* The first answer again, if this batch has been carried out before. */
static void
take_stored(struct ctx *c, struct db_answer *a)
{
	struct batch *b = c->state;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		if (b->repeated) {
			c->retry_after = "1";
			problem(c, P_IN_FLIGHT, NULL);
		}
		return;
	}
	if (db_text(a, 0, 0)[0] != 't') {
		problem(c, P_KEY_REUSED, NULL);
		return;
	}
	metric_add(METRIC_replays, 1);
	c->replayed = 1;
	reply(c, (int)db_number(a, 0, 1), db_text(a, 0, 5), db_length(a, 0, 5));
}

static enum step
batch_begin(struct ctx *c)
{
	struct batch *b = c->state;

	c->next = b->atomic && b->n > 0 ? batch_start : batch_next;
	return (STEP_MORE);
}

/* --- one by one --- */

static enum step
batch_next(struct ctx *c)
{
	struct batch *b = c->state;

	while (b->at < b->n) {
		b->open = 1;
		ctx_run(batch_part(b, b->at++));
		if (b->open > 0)
			return (STEP_WAIT);
	}
	c->next = b->can ? can_reply : batch_reply;
	return (STEP_MORE);
}

/* --- atomic --- */

static enum step
batch_start(struct ctx *c)
{
	struct batch *b = c->state;
	int i;

	b->open = b->n;
	b->failed = -1;
	b->deadlock = 0;
	b->at = 0;
	b->waits = -1;
	for (i = 0; i < b->n; i++)
		(void)batch_part(b, i);
	for (i = 0; i < b->n; i++) {
		b->ops[i].part->hold = 1;
		ctx_run(b->ops[i].part);
	}
	if (b->open < b->n) {
		batch_drop(b);
		c->next = batch_reply;
		return (STEP_MORE);
	}
	b->claim.got = batch_claimed;
	b->claim.arg = b;
	if (pool_claim(ctx_pool, &b->claim) == -1) {
		batch_drop(b);
		return (problem(c, P_OVERLOADED, NULL));
	}
	c->pending++; /* until the transaction has ended */
	c->next = batch_over;
	return (STEP_WAIT);
}

static void
batch_claimed(struct pool_claim *claim, struct db *db)
{
	struct batch *b = claim->arg;
	struct ctx *c = b->whole;

	if (db == NULL) {
		batch_drop(b);
		c->pending--;
		problem(c,
		    pool_up(ctx_pool, LANE_WRITE) ? P_OVERLOADED :
		                                    P_DATABASE_AWAY,
		    NULL);
		ctx_run(c);
		return;
	}
	b->db = db;
	batch_release(b);
	if (b->open == 0)
		batch_answered(b);
}

/* Send what was held back, up to a part that must end before the next. */
static void
batch_release(struct batch *b)
{
	struct operation *o;
	int several = 0;

	b->whole->inside = 1;
	while (b->at < b->n && !several) {
		o = &b->ops[b->at++];
		several = o->part->several;
		ctx_release(o->part, b->db);
		several = several && o->part != NULL;
	}
	b->whole->inside = 0;
	b->waits = several ? b->at - 1 : -1;
}

/* Every statement has been answered: end the transaction. */
static void
batch_answered(struct batch *b)
{
	struct ctx *c = b->whole;
	struct buf text;

	if (b->failed == -1 && c->key != NULL) {
		buf_init(&text, &c->arena, 1024);
		batch_results(b, &text);
		c->tx = b->db;
		ctx_bind(c, "status", "200");
		ctx_bind(c, "text", text.data);
		if (ctx_send(c, &q_idempotency_put, take_put) == STEP_WAIT)
			return;
		b->failed = b->n;
	}
	if (db_end(b->db, b->failed == -1, batch_ended, b) == -1)
		batch_ended(b, DB_GONE);
}

static void
take_put(struct ctx *c, struct db_answer *a)
{
	struct batch *b = c->state;

	c->tx = NULL;
	if (db_outcome(a) != DB_OK) {
		b->failed = b->n;
		b->repeated = strcmp(db_constraint(a), "idempotency_once") == 0;
	}
	if (db_end(b->db, b->failed == -1, batch_ended, b) == -1)
		batch_outcome(b, DB_GONE); /* who called us runs on */
}

static void
batch_ended(void *arg, enum db_outcome outcome)
{
	struct batch *b = arg;

	batch_outcome(b, outcome);
	if (b->whole->pending == 0)
		ctx_run(b->whole);
}

/* How the transaction ended decides what comes next. */
static void
batch_outcome(struct batch *b, enum db_outcome outcome)
{
	struct ctx *c = b->whole;

	pool_release(ctx_pool, b->db);
	b->db = NULL;
	c->pending--;
	if (b->failed == -1 && outcome != DB_OK) {
		problem(c,
		    outcome == DB_UNCERTAIN ? P_UNCERTAIN : P_DATABASE_AWAY,
		    NULL);
	} else if (b->repeated) {
		/* a twin was quicker: its answer is ours */
		(void)ctx_send(c, &q_idempotency_get, take_stored);
	} else if (b->deadlock && b->tries++ < BATCH_TRIES)
		c->next = batch_start;
	else
		c->next = batch_reply;
}

/* Nothing more to do: a callback has answered. */
static enum step
batch_over(struct ctx *c)
{
	(void)c;
	return (STEP_DONE);
}

/* --- answers --- */

static enum step
batch_reply(struct ctx *c)
{
	struct batch *b = c->state;
	const struct operation *o;
	struct buf text;

	buf_init(&text, &c->arena, 1024);
	if (!b->atomic || b->failed == -1) {
		batch_results(b, &text);
		redis_wake(ctx_redis, "wake:relay");
		return (reply(c, 200, text.data, text.len));
	}
	if (b->failed >= b->n)
		return (problem(c, P_OVERLOADED, NULL));
	/* the first refusal's problem, with all results */
	o = &b->ops[b->failed];
	buf_put(&text, o->body, strlen(o->body) - 1);
	buf_printf(&text, ",\"index\":%d,", b->failed);
	{
		struct buf results;

		buf_init(&results, &c->arena, 1024);
		batch_results(b, &results);
		buf_puts(&text, results.data + 1);
	}
	c->media = "application/problem+json; charset=utf-8";
	c->cache = "no-store";
	return (reply(c, o->status, text.data, text.len));
}

/* {"atomic":…,"results":[{"id","status","etag","body"}…]} */
static void
batch_results(struct batch *b, struct buf *out)
{
	const struct operation *o;
	const char *id;
	enum problem p;
	int i;

	buf_printf(out, "{\"atomic\":%s,\"results\":[",
	    b->atomic ? "true" : "false");
	for (i = 0; i < b->n; i++) {
		o = &b->ops[i];
		id = json_string_value(
		    json_object_get(json_array_get(b->list, (size_t)i), "id"));
		buf_puts(out, i > 0 ? ",{" : "{");
		if (id != NULL) {
			buf_puts(out, "\"id\":");
			buf_json(out, id);
			buf_putc(out, ',');
		}
		if (b->atomic && b->failed >= 0 && o->status < 300) {
			p = i < b->failed ? P_ROLLED_BACK : P_NOT_ATTEMPTED;
			buf_printf(out,
			    "\"status\":%d,\"body\":{\"status\":"
			    "%d,\"code\":\"%s\",\"title\":",
			    problem_status(p), problem_status(p),
			    problem_code(p));
			buf_json(out, problem_text(p, b->whole->lang));
			buf_puts(out, "}}");
			continue;
		}
		buf_printf(out, "\"status\":%d", o->status);
		if (o->etag != NULL) {
			buf_puts(out, ",\"etag\":");
			buf_json(out, o->etag);
		}
		if (o->body != NULL && *o->body != '\0')
			buf_printf(out, ",\"body\":%s", o->body);
		buf_putc(out, '}');
	}
	buf_puts(out, "]}");
}

/* --- parts --- */

static struct ctx *
batch_part(struct batch *b, int i)
{
	json_t *o = json_array_get(b->list, (size_t)i);
	struct operation *op = &b->ops[i];
	struct ctx *c;
	char *path, *query;

	c = ctx_part(b->whole);
	memset(op, 0, sizeof(*op));
	op->part = c;
	op->headers[HEADER_IF_MATCH] = json_string_value(
	    json_object_get(o, "if_match"));
	op->headers[HEADER_IDEMPOTENCY_KEY] = json_string_value(
	    json_object_get(o, "idempotency_key"));
	c->fields = op->headers;
	path = arena_strdup(&c->arena,
	    json_string_value(json_object_get(o, "path")));
	if ((query = strchr(path, '?')) != NULL) {
		*query = '\0';
		c->query = query + 1;
	}
	c->path = path;
	c->method = b->can ? GET : (enum method)batch_method(o);
	if (json_object_get(o, "body") != NULL)
		c->body = json_deep_copy(json_object_get(o, "body"));
	return (c);
}

/* What an operation wants to do, or -1. */
static int
batch_method(const json_t *o)
{
	static const enum method taken[] = { GET, POST, PATCH, PUT, DELETE };
	const char *name = json_string_value(json_object_get(o, "method"));
	size_t i;

	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(method_names[taken[i]], name) == 0)
			return ((int)taken[i]);
	return (-1);
}

/* Let go of parts that wait for a connection they will not get. */
static void
batch_drop(struct batch *b)
{
	int i;

	for (i = 0; i < b->n; i++) {
		if (b->ops[i].part == NULL)
			continue;
		b->ops[i].part->pending = 0;
		b->ops[i].status = 0;
		ctx_free(b->ops[i].part);
		b->ops[i].part = NULL;
		b->open--;
	}
}
