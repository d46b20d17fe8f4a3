/*
 * Create, read, change, remove, and take a verb. What differs between
 * resources is in their tables and statements; what a write's outcome means to
 * the client is here, once - and so is the rule of repeated keys (RFC draft
 * idempotency-key): a keyed request that did not go through first asks whether
 * it has gone through before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/metrics.h"
#include "core/redis.h"
#include "core/uuid.h"
#include "domain/event.h"
#include "domain/role.h"
#include "http/check.h"
#include "http/crud.h"
#include "http/note.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

#define RETRIES 3 /* of a statement that lost a deadlock */

/* A write's outcome, kept while the key is looked up. */
struct outcome {
	int status;
	int uncertain;
	struct item item;
};

/* The state table of a verb as arrays, made once per route. */
struct verb_arrays {
	const char *from;
	const char *to;
	const char *need;
	const char *also;
	const char *never;
};
static struct verb_arrays arrays[512];

static void take_item(struct ctx *, struct db_answer *);
static void take_written(struct ctx *, struct db_answer *);
static int first_may_have_won(struct ctx *, const struct db_answer *);
static void refused(struct ctx *, const struct db_answer *);
static void take_repeated(struct ctx *, struct db_answer *);
static void take_narrow(struct ctx *, struct db_answer *);
static void take_delegation(struct ctx *, struct db_answer *);
static enum step verb_take(struct ctx *);
static enum step again(struct ctx *);
static const char *watched_of(const struct route *);
static enum step conclude(struct ctx *, const struct outcome *);
static enum step succeed(struct ctx *, int, const struct item *);
static enum step stale(struct ctx *, const struct item *);
static enum step wrong_state(struct ctx *, const struct item *);
static void bind_verb(struct ctx *, const char *);
static void bind_tell(struct ctx *, const char *);
static void item_of_row(struct item *, const struct db_answer *, int);

enum step
crud_get(struct ctx *c)
{
	const char *names = param_take(c, "fields");

	ctx_bind(c, "fields", names);
	if (check_names(c, names) == STEP_DONE ||
	    check_day(c, c->route->query) == STEP_DONE)
		return (STEP_DONE);
	return (ctx_send(c, c->route->query, take_item));
}

enum step
crud_create(struct ctx *c)
{
	const char *id = json_string_value(json_object_get(c->body, "id"));
	char made[UUID_LEN + 1];

	if (id == NULL) {
		uuid_new(made);
		json_object_set_new(c->body, "id", json_string(made));
		id = made;
	}
	c->args[0] = arena_strdup(&c->arena, id);
	if (c->route->resource->prepare != NULL)
		c->route->resource->prepare(c, "create", c->body);
	if (c->answered)
		return (STEP_DONE);
	if (c->faults.count > 0)
		return (problem(c, P_INVALID, NULL));
	bind_tell(c, "create");
	return (crud_write(c, c->route->query));
}

enum step
crud_patch(struct ctx *c)
{
	if (c->route->resource->prepare != NULL)
		c->route->resource->prepare(c, "update", c->body);
	if (c->answered)
		return (STEP_DONE);
	if (c->faults.count > 0)
		return (problem(c, P_INVALID, NULL));
	bind_verb(c, "update");
	return (crud_write(c, c->route->query));
}

enum step
crud_verb(struct ctx *c)
{
	const json_t *whom = json_object_get(c->body, "acting_for");

	c->next = verb_take;
	if (!json_is_string(whom))
		return (STEP_MORE);
	ctx_bind(c, "for_id", json_string_value(whom));
	return (ctx_send(c, &q_delegation_live, take_delegation));
}

/* Of what goes by a narrower name, only what does. */
enum step
crud_narrow_verb(struct ctx *c)
{
	c->next = crud_verb;
	return (ctx_send(c, c->route->resource->narrow->get, take_narrow));
}

static void
take_narrow(struct ctx *c, struct db_answer *a)
{
	if (!ctx_failed(c, a) && db_rows(a) == 0)
		problem(c, P_NOT_FOUND, NULL);
}

/* Who acts for another must stand in for him; how it is signed is kept. */
static void
take_delegation(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		fault_add(&c->faults, "/acting_for", "not_yours");
		problem(c, P_FORBIDDEN, NULL);
		return;
	}
	json_object_set_new(c->body, "acting_capacity",
	    json_string(db_text(a, 0, 0)));
}

static enum step
verb_take(struct ctx *c)
{
	if (c->route->resource->prepare != NULL)
		c->route->resource->prepare(c, c->route->verb, c->body);
	if (c->answered)
		return (STEP_DONE);
	if (c->faults.count > 0)
		return (problem(c, P_INVALID, NULL));
	bind_verb(c, c->route->verb);
	ctx_bind(c, "verb", c->route->verb);
	return (crud_write(c, c->route->query));
}

enum step
crud_remove(struct ctx *c)
{
	bind_verb(c, "delete");
	return (crud_write(c, c->route->query));
}

enum step
crud_restore(struct ctx *c)
{
	bind_verb(c, "delete");
	return (crud_write(c, c->route->query));
}

enum step
crud_write(struct ctx *c, const struct query *q)
{
	if (c->body != NULL)
		crud_body(c);
	c->write = q;
	c->next = again;
	return (ctx_send(c, q, take_written));
}

void
crud_body(struct ctx *c)
{
	free(c->body_json);
	c->body_json = json_text(c->body);
}

char *
crud_project(const char *json, size_t n, const char *names)
{
	json_t *whole, *part;
	size_t len;
	char *text;

	whole = json_loadb(json, n, 0, NULL);
	part = json_object();
	while (whole != NULL && *names != '\0') {
		char name[64];

		names += strspn(names, ", ");
		len = strcspn(names, ", ");
		if (len > 0 && len < sizeof(name)) {
			memcpy(name, names, len);
			name[len] = '\0';
			if (json_object_get(whole, name) != NULL)
				json_object_set(part, name,
				    json_object_get(whole, name));
		}
		names += len;
	}
	text = json_text(part);
	json_decref(whole);
	json_decref(part);
	return (text);
}

/* As what its reading is in the trail, or NULL. */
static const char *
watched_of(const struct route *r)
{
	if (r->watched != NULL)
		return (r->watched);
	return (r->resource->watched ? r->resource->kind : NULL);
}

static void
take_item(struct ctx *c, struct db_answer *a)
{
	const char *names = ctx_value(c, "fields"), *watched;
	struct item x;
	char *text = NULL;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_NOT_FOUND, NULL);
		return;
	}
	item_of_row(&x, a, 0);
	if ((watched = watched_of(c->route)) != NULL &&
	    !(x.perms & PERM_IS_SUBJECT))
		note(c, "read", NULL, watched, c->args[0], NULL);
	if (c->route->resource->seen != NULL &&
	    c->route->query == c->route->resource->get)
		c->route->resource->seen(c, &x);
	if (names != NULL) {
		text = crud_project(x.json, x.len, names);
		x.json = text;
		x.len = strlen(text);
	}
	reply_item(c, 200, &x);
	free(text);
}

static void
take_written(struct ctx *c, struct db_answer *a)
{
	struct outcome o = { .status = 404 }, *kept;

	switch (db_outcome(a)) {
	case DB_OK:
		if (db_rows(a) == 0)
			break;
		o.status = (int)db_number(a, 0, 0);
		item_of_row(&o.item, a, 1);
		break;
	case DB_REFUSED:
		c->deadlock = strcmp(db_sqlstate(a), "40P01") == 0;
		if (c->deadlock && c->tx == NULL && c->retries++ < RETRIES)
			return; /* c->next sends it again */
		if (first_may_have_won(c, a)) {
			o.status = 0;
			break;
		}
		refused(c, a);
		return;
	case DB_UNCERTAIN:
		o.uncertain = 1;
		if (c->key != NULL)
			break;
		/* FALLTHROUGH */
	default:
		problem_of_answer(c, a);
		return;
	}
	if (o.status >= 200 && o.status < 300 && !o.uncertain) {
		conclude(c, &o);
		return;
	}
	if (c->key == NULL || c->tx != NULL) {
		conclude(c, &o);
		return;
	}
	/* The answer is lent: keep what the outcome needs. */
	kept = arena_alloc(&c->arena, sizeof(*kept));
	*kept = o;
	if (o.item.json != NULL)
		kept->item.json = arena_strndup(&c->arena, o.item.json,
		    o.item.len);
	if (o.item.version != NULL)
		kept->item.version = arena_strdup(&c->arena, o.item.version);
	if (o.item.status != NULL)
		kept->item.status = arena_strdup(&c->arena, o.item.status);
	c->state = kept;
	ctx_send(c, &q_idempotency_get, take_repeated);
}

/*
 * Can this refusal come of the same request having been carried out before,
 * or just now by a twin? By the key itself, or by any promise of the database
 * that the first one has used up: the code it took, the state it left.
 */
static int
first_may_have_won(struct ctx *c, const struct db_answer *a)
{
	const char *state = db_sqlstate(a);

	if (c->key == NULL || c->tx != NULL)
		return (0);
	if (strcmp(db_constraint(a), "idempotency_once") == 0)
		return (c->retries++ < RETRIES);
	return (!c->looked_up &&
	    (strncmp(state, "23", 2) == 0 || strncmp(state, "CK", 2) == 0));
}

static void
refused(struct ctx *c, const struct db_answer *a)
{
	const char *name = db_constraint(a);
	size_t n = strlen(name);

	if (strcmp(name, "idempotency_once") == 0) {
		c->retry_after = "1";
		problem(c, P_IN_FLIGHT, NULL);
	} else if (n > 5 && strcmp(name + n - 5, "_pkey") == 0) {
		/* an id that the client has made, and that is taken */
		fault_add(&c->faults, "/id", "duplicate");
		problem(c, P_DUPLICATE, NULL);
	} else
		problem_of_answer(c, a);
}

/* When the statement is to be sent once more: c->next of every write. */
static enum step
again(struct ctx *c)
{
	return (ctx_send(c, c->write, take_written));
}

/* Has this key been used, and for this very request? */
static void
take_repeated(struct ctx *c, struct db_answer *a)
{
	const struct outcome *o = c->state;
	struct item x;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		if (o->uncertain)
			problem(c, P_UNCERTAIN, NULL);
		else if (o->status == 0)
			c->looked_up = 1; /* nobody was first: once more */
		else
			conclude(c, o);
		return;
	}
	if (db_text(a, 0, 0)[0] != 't') {
		if (strncmp(c->key, "id:", 3) == 0) {
			fault_add(&c->faults, "/id", "duplicate");
			problem(c, P_DUPLICATE, NULL);
		} else
			problem(c, P_KEY_REUSED, NULL);
		return;
	}
	metric_add(METRIC_replays, 1);
	c->replayed = 1;
	item_of_row(&x, a, 2);
	succeed(c, (int)db_number(a, 0, 1), &x);
}

static enum step
conclude(struct ctx *c, const struct outcome *o)
{
	switch (o->status) {
	case 200:
	case 201:
	case 204:
		return (succeed(c, o->status, &o->item));
	case 403:
		return (problem(c, P_FORBIDDEN, NULL));
	case 409:
		return (wrong_state(c, &o->item));
	case 412:
		return (stale(c, &o->item));
	case 422: /* lines of "pointer fault", then further members */
		return (problem_with(c, P_INVALID,
		    problem_faults(c, o->item.json), NULL));
	default:
		return (problem(c, P_NOT_FOUND, NULL));
	}
}

static enum step
succeed(struct ctx *c, int status, const struct item *x)
{
	/* Early, and may be lost: the relay looks by itself too. */
	if (!c->replayed && c->tx == NULL)
		redis_wake(ctx_redis, "wake:relay");
	if (status == 204 || x->json == NULL)
		return (reply_empty(c, 204));
	/* what would be written, and was not */
	if (strcmp(x->version, "0") == 0)
		return (reply(c, status, x->json, x->len));
	if (status == 201)
		c->location = crud_location(c, x->json);
	return (reply_item(c, status, x));
}

/*
 * Where the row stands: {"id":"…, which a replay has under its first id. What
 * is made below an item stands below it, but for one more item of its kind.
 */
const char *
crud_location(struct ctx *c, const char *json)
{
	const struct route *r = c->route;
	size_t n = strlen(r->resource->name), at = strlen("/v1/");
	int sibling = r->members == NULL && r->answer == NULL &&
	    strncmp(r->pattern + at, r->resource->name, n) == 0 &&
	    r->pattern[at + n] == '/';

	json += strcspn(json, ":");
	json += strspn(json, ": \"");
	if (strchr(r->pattern, '<') != NULL && !sibling)
		return (arena_printf(&c->arena, "%s/%.36s", c->path, json));
	return (
	    arena_printf(&c->arena, "/v1/%s/%.36s", r->resource->name, json));
}

/* 412 with what stands there now, and where the patch would have differed. */
static enum step
stale(struct ctx *c, const struct item *x)
{
	json_t *now, *theirs, *yours;
	const char *name, *sep = "";
	struct buf b;
	char *text;

	buf_init(&b, &c->arena, x->len + 256);
	buf_puts(&b, ",\"current\":");
	buf_put(&b, x->json, x->len);
	buf_puts(&b, ",\"conflicts\":[");
	now = json_loadb(x->json, x->len, 0, NULL);
	if (c->method == PATCH && now != NULL) {
		json_object_foreach(c->body, name, yours)
		{
			theirs = json_object_get(now, name);
			if (theirs != NULL && json_equal(theirs, yours))
				continue;
			buf_printf(&b,
			    "%s{\"pointer\":\"/%s\",\"theirs\":", sep, name);
			text = theirs != NULL ? json_text(theirs) : NULL;
			buf_puts(&b, text != NULL ? text : "null");
			free(text);
			buf_puts(&b, ",\"yours\":");
			text = json_text(yours);
			buf_puts(&b, text != NULL ? text : "null");
			free(text);
			buf_putc(&b, '}');
			sep = ",";
		}
	}
	json_decref(now);
	buf_putc(&b, ']');
	return (problem_with(c, P_STALE, b.data, NULL));
}

/* 409 with the verbs that are allowed instead. */
static enum step
wrong_state(struct ctx *c, const struct item *x)
{
	struct buf b;

	buf_init(&b, &c->arena, 256);
	buf_puts(&b, ",\"current_status\":");
	buf_json(&b, x->status != NULL ? x->status : "");
	buf_puts(&b, ",\"allowed\":");
	reply_permissions(&b, c->route, x->status, x->perms);
	return (problem_with(c, P_WRONG_STATE, b.data, NULL));
}

/* What the state table says of a verb, as arrays for the statement. */
static void
bind_verb(struct ctx *c, const char *verb)
{
	struct verb_arrays *v = &arrays[c->route->id];
	const struct transition *t;
	struct arena once;
	struct buf b[5];
	int i;

	if (v->from == NULL) {
		arena_init(&once, NULL, 0);
		for (i = 0; i < 5; i++) {
			buf_init(&b[i], &once, 256);
			buf_putc(&b[i], '{');
		}
		t = c->route->resource->states != NULL ?
		    c->route->resource->states->transitions :
		    NULL;
		for (; t != NULL && t->from != NULL; t++) {
			if (strcmp(t->verb, verb) != 0)
				continue;
			for (i = 0; i < 5; i++)
				if (b[i].len > 1)
					buf_putc(&b[i], ',');
			buf_puts(&b[0], t->from);
			buf_puts(&b[1], t->to != NULL ? t->to : t->from);
			buf_printf(&b[2], "%lld", (long long)t->need);
			buf_printf(&b[3], "%lld", (long long)t->also);
			buf_printf(&b[4], "%lld", (long long)t->never);
		}
		for (i = 0; i < 5; i++)
			buf_putc(&b[i], '}');
		/* lives as long as the route: the arena is never ended */
		v->from = b[0].data;
		v->to = b[1].data;
		v->need = b[2].data;
		v->also = b[3].data;
		v->never = b[4].data;
	}
	ctx_bind(c, "from", v->from);
	ctx_bind(c, "to", v->to);
	ctx_bind(c, "need", v->need);
	ctx_bind(c, "also", v->also);
	ctx_bind(c, "never", v->never);
	bind_tell(c, verb);
}

/* Is anybody told of this? Then the write leaves a job for it. */
static void
bind_tell(struct ctx *c, const char *verb)
{
	ctx_bind(c, "tell",
	    c->route->resource->kind != NULL &&
	            event_rule(c->route->resource->kind, verb) != NULL ?
	        "t" :
	        "f");
}

/* version, status, perms, json from a column on */
static void
item_of_row(struct item *x, const struct db_answer *a, int col)
{
	x->version = db_text(a, 0, col);
	x->status = db_text(a, 0, col + 1);
	x->perms = db_number(a, 0, col + 2);
	x->json = db_null(a, 0, col + 3) ? NULL : db_text(a, 0, col + 3);
	x->len = db_length(a, 0, col + 3);
}
