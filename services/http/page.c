/*
 * A page: read the query string into the statement's parameters, fetch one row
 * more than asked, join the rows' JSON, seal where the next page begins. A
 * cursor is bound to the list, its filters and its order; it opens in every
 * process of the installation and shows nothing.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/seal.h"
#include "core/uuid.h"
#include "domain/vocabulary.h"
#include "http/byref.h"
#include "http/check.h"
#include "http/crud.h"
#include "http/note.h"
#include "http/page.h"
#include "http/param.h"
#include "http/problem.h"
#include "http/pulse.h"
#include "http/reply.h"
#include "http/route.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 200

struct page {
	const struct query *query;
	const char *fields; /* projection, or NULL */
	const char *counts; /* "status,signal", or NULL */
	int total;          /* count=exact */
	int permissions;
	int limit;
	struct buf context; /* what a cursor is bound to */
	struct buf items;
	const char *next; /* sealed, or NULL */
	const char *horizon;
	struct buf counted; /* JSON members of the counters */
};

static enum step page_begin(struct ctx *);
static enum step page_filters(struct ctx *, struct page *);
static enum step page_cursor(struct ctx *, struct page *);
static const char *page_value(struct ctx *, const struct query_param *,
    const char *);
static int page_letters(const char *);
static const char *page_array(struct ctx *, const struct query_param *,
    const char *);
static const struct query *page_order(struct ctx *, const char *);
static void page_take(struct ctx *, struct db_answer *);
static void page_row(struct ctx *, struct page *, struct db_answer *, int);
static void page_take_counts(struct ctx *, struct db_answer *);
static void page_take_parent(struct ctx *, struct db_answer *);
static enum step page_reply(struct ctx *);
static const char *page_link(struct ctx *, const char *);
static int in_list(const char *, const char *);
static int all_in_list(const char *, const char *);
static enum step bad(struct ctx *, const char *, const char *);

/* Parameters that come from elsewhere than the query string. */
static const char *const own[] = { "caller", "today", "now", "limit", "after",
	"after_id", "id", "until", "item_kind", "view", "verb_codes",
	"verb_words", "member_names", "member_words", NULL };

enum step
page_list(struct ctx *c)
{
	const char *ref;

	if (!page_takes_ref(c->route) || (ref = param_take(c, "ref")) == NULL)
		return (page_begin(c));
	c->next = page_begin;
	return (byref_find(c, ref));
}

static enum step
page_begin(struct ctx *c)
{
	const char *sort, *limit, *counts;
	struct page *p;
	char *end;
	long n;

	p = arena_zalloc(&c->arena, sizeof(*p));
	c->state = p;
	p->limit = LIMIT_DEFAULT;
	if ((limit = param_take(c, "limit")) != NULL) {
		n = strtol(limit, &end, 10);
		if (!isdigit((unsigned char)*limit) || *end != '\0' || n < 1 ||
		    n > LIMIT_MAX)
			return (bad(c, "limit", "out_of_range"));
		p->limit = (int)n;
	}
	sort = param_take(c, "sort");
	if ((p->query = page_order(c, sort)) == NULL)
		return (bad(c, "sort", "not_in_list"));
	p->fields = param_take(c, "fields");
	p->permissions = p->fields != NULL &&
	    in_list(p->fields, "_permissions");
	p->counts = param_take(c, "counts");
	if ((counts = param_take(c, "count")) != NULL) {
		if (strcmp(counts, "exact") != 0)
			return (bad(c, "count", "not_in_list"));
		p->total = 1;
	}
	if ((p->counts != NULL || p->total) && c->route->counts == NULL)
		return (bad(c, p->total ? "count" : "counts", "unknown"));
	if (p->counts != NULL &&
	    !all_in_list(c->route->resource->dimensions, p->counts))
		return (bad(c, "counts", "not_in_list"));
	buf_init(&p->context, &c->arena, 256);
	buf_printf(&p->context, "%s %s %s", c->path, p->query->name,
	    c->who.staff);
	if (check_names(c, p->fields) == STEP_DONE ||
	    page_filters(c, p) == STEP_DONE || page_cursor(c, p) == STEP_DONE ||
	    param_rest(c) == STEP_DONE)
		return (STEP_DONE);
	ctx_bind(c, "limit", arena_printf(&c->arena, "%d", p->limit + 1));
	if (c->route->resource->watched)
		note(c, "list", NULL, c->route->resource->kind, NULL, NULL);
	c->next = page_reply;
	buf_init(&p->counted, &c->arena, 64);
	/* what stands below an item is for those who see the item */
	if (c->route->query != NULL &&
	    ctx_send(c, c->route->query, page_take_parent) == STEP_DONE)
		return (STEP_DONE);
	if ((p->counts != NULL || p->total) &&
	    ctx_send(c, c->route->counts, page_take_counts) == STEP_DONE)
		return (STEP_DONE);
	return (ctx_send(c, p->query, page_take));
}

void
page_also(struct ctx *c, const char *name, const char *json)
{
	struct page *p = c->state;

	buf_printf(&p->counted, ",\"%s\":%s", name, json);
}

int
page_is_filter(const char *param)
{
	int i;

	for (i = 0; own[i] != NULL; i++)
		if (strcmp(own[i], param) == 0)
			return (0);
	return (1);
}

int
page_takes_ref(const struct route *r)
{
	return (r->resource->kind != NULL &&
	    param_wanted(r->list->ascending, "ids"));
}

const struct word *
page_words(const struct route *r, const char *name)
{
	const struct field *f = check_field(r, name);
	const struct vocabulary *v;

	if (f != NULL && f->type == F_ENUM)
		return (f->words);
	for (v = vocabularies; v->name != NULL; v++)
		if (strcmp(v->name, name) == 0)
			return (v->words);
	return (NULL);
}

/* Every parameter of the statement that is a filter, from the query string. */
static enum step
page_filters(struct ctx *c, struct page *p)
{
	const struct query_param *q;
	const char *given, *value;
	int i;

	for (i = 0; i < p->query->nparams; i++) {
		q = &p->query->params[i];
		if (!page_is_filter(q->name))
			continue;
		value = NULL;
		if (strcmp(q->name, "ids") == 0 &&
		    (given = param_take(c, "ref")) != NULL) {
			if (param_take(c, q->name) != NULL)
				return (bad(c, q->name, "ambiguous"));
			value = arena_printf(&c->arena, "{%s}",
			    ctx_value(c, "ref_id"));
			buf_printf(&p->context, "&ref=%s", given);
		} else if (strcmp(q->name, "as_of") == 0) {
			if (check_day(c, p->query) == STEP_DONE)
				return (STEP_DONE);
			if (c->as_of != NULL)
				buf_printf(&p->context, "&as_of=%s", c->as_of);
			continue;
		} else if ((given = param_take(c, q->name)) != NULL) {
			if ((value = page_value(c, q, given)) == NULL)
				return (bad(c, q->name, "bad_format"));
			buf_printf(&p->context, "&%s=%s", q->name, given);
		}
		ctx_bind(c, q->name, value);
	}
	return (STEP_MORE);
}

static enum step
page_cursor(struct ctx *c, struct page *p)
{
	const char *cursor = param_take(c, "cursor");
	char *text, *id;

	ctx_bind(c, "after", NULL);
	ctx_bind(c, "after_id", NULL);
	if (cursor == NULL)
		return (STEP_MORE);
	text = seal_open(&c->arena, cursor, strlen(cursor), p->context.data,
	    p->context.len);
	if (text == NULL || strlen(text) < UUID_LEN)
		return (problem(c, P_BAD_CURSOR, NULL));
	id = arena_strndup(&c->arena, text, UUID_LEN);
	ctx_bind(c, "after_id", id);
	ctx_bind(c, "after", text + UUID_LEN);
	return (STEP_MORE);
}

/* One value as its type wants it; NULL if it does not fit. */
static const char *
page_value(struct ctx *c, const struct query_param *q, const char *v)
{
	const struct field *f = check_field(c->route, q->name);
	const struct word *words;
	char *end;
	size_t n = strlen(v);

	switch (q->type) {
	case Q_DATE:
		return (field_date(v, n) ? v : NULL);
	case Q_INSTANT:
		return (field_instant(v, n) ? v : NULL);
	case Q_UUID:
		return (uuid_valid(v, n) ? v : NULL);
	case Q_BOOL:
		return (strcmp(v, "true") == 0 || strcmp(v, "false") == 0 ?
		        v :
		        NULL);
	case Q_INT:
		(void)strtol(v, &end, 10);
		return (isdigit((unsigned char)v[*v == '-']) && *end == '\0' &&
		            n < 10 ?
		        v :
		        NULL);
	case Q_TEXTS:
	case Q_UUIDS:
		return (page_array(c, q, v));
	default:
		if ((words = page_words(c->route, q->name)) != NULL)
			return (field_word(words, v) != NULL ? v : NULL);
		if (f != NULL && f->type == F_PERIOD)
			return (field_period(v) ? v : NULL);
		if (strcmp(q->name, "q") == 0)
			return (page_letters(v) >= 2 && n <= 200 ? v : NULL);
		return (n > 0 && n <= 200 ? v : NULL);
	}
}

/* Code points that are no blanks. */
static int
page_letters(const char *s)
{
	int n = field_length(s);

	for (; *s != '\0'; s++)
		n -= *s == ' ';
	return (n);
}

/* "a,b" as the text of an array; words are checked against their list. */
static const char *
page_array(struct ctx *c, const struct query_param *q, const char *v)
{
	const struct word *words = q->type == Q_TEXTS ?
	    page_words(c->route, q->name) :
	    NULL;
	struct buf b;
	size_t n;
	char *one;
	int count = 0;

	buf_init(&b, &c->arena, 64);
	buf_putc(&b, '{');
	for (;;) {
		n = strcspn(v, ",");
		one = arena_strndup(&c->arena, v, n);
		if (n == 0 || ++count > PAGE_VALUES_MAX ||
		    (q->type == Q_UUIDS && !uuid_valid(one, n)) ||
		    (words != NULL && field_word(words, one) == NULL))
			return (NULL);
		if (count > 1)
			buf_putc(&b, ',');
		buf_json(&b, one); /* array quoting is the same here */
		if (v[n] == '\0')
			break;
		v += n + 1;
	}
	buf_putc(&b, '}');
	return (b.data);
}

/* A list that is not its resource's own begins in the first of its orders. */
static const struct query *
page_order(struct ctx *c, const char *sort)
{
	const struct query_sort *s = c->route->list;
	int down = 0;

	if (sort == NULL && s == c->route->resource->list)
		sort = c->route->resource->sort;
	if (sort == NULL)
		return (s->ascending);
	if (*sort == '-') {
		down = 1;
		sort++;
	}
	for (; s->field != NULL; s++)
		if (strcmp(s->field, sort) == 0)
			return (down ? s->descending : s->ascending);
	return (NULL);
}

static void
page_take(struct ctx *c, struct db_answer *a)
{
	struct page *p = c->state;
	int i, n;

	if (ctx_failed(c, a))
		return;
	n = db_rows(a);
	if (n > 0)
		p->horizon = arena_strdup(&c->arena, db_text(a, 0, 0));
	if (n == 1 && db_null(a, 0, 1))
		n = 0;
	buf_init(&p->items, &c->arena, (size_t)n * 512 + 64);
	for (i = 0; i < n && i < p->limit; i++)
		page_row(c, p, a, i);
	if (n > p->limit) {
		char *place;

		place = arena_printf(&c->arena, "%s%s",
		    db_text(a, p->limit - 1, 1), db_text(a, p->limit - 1, 2));
		p->next = seal_text(&c->arena, place, strlen(place),
		    p->context.data, p->context.len);
	}
}

static void
page_row(struct ctx *c, struct page *p, struct db_answer *a, int i)
{
	const char *json = db_text(a, i, 6);
	size_t n = db_length(a, i, 6), at;
	char *part;

	if (i > 0)
		buf_putc(&p->items, ',');
	at = p->items.len;
	if (p->fields == NULL)
		buf_put(&p->items, json, n);
	else {
		part = crud_project(json, n, p->fields);
		buf_puts(&p->items, part);
		free(part);
	}
	/* a row of mixed kinds says "kind status" */
	if (strchr(db_text(a, i, 4), ' ') != NULL &&
	    (p->fields == NULL || in_list(p->fields, "verbs"))) {
		p->items.len--;
		reply_verbs(&p->items, db_text(a, i, 4), db_number(a, i, 5));
		buf_putc(&p->items, '}');
	}
	if (!p->permissions)
		return;
	p->items.len--; /* take the closing brace back */
	if (p->items.len > at + 1)
		buf_putc(&p->items, ',');
	buf_puts(&p->items, "\"_permissions\":");
	reply_permissions(&p->items, c->route, db_text(a, i, 4),
	    db_number(a, i, 5));
	buf_putc(&p->items, '}');
}

/* Rows (dimension, value, n); dimension "total" is count=exact. */
static void
page_take_counts(struct ctx *c, struct db_answer *a)
{
	struct page *p = c->state;
	const char *dim, *rest, *sep;
	size_t n;
	int i;

	if (ctx_failed(c, a))
		return;
	for (i = 0; p->total && i < db_rows(a); i++)
		if (strcmp(db_text(a, i, 0), "total") == 0)
			buf_printf(&p->counted, ",\"count\":%s",
			    db_text(a, i, 2));
	if ((rest = p->counts) == NULL)
		return;
	buf_puts(&p->counted, ",\"counts\":{");
	for (sep = ""; *rest != '\0'; rest += n + (rest[n] == ',')) {
		const char *inner = "";

		n = strcspn(rest, ",");
		dim = arena_strndup(&c->arena, rest, n);
		buf_printf(&p->counted, "%s\"%s\":{", sep, dim);
		for (i = 0; i < db_rows(a); i++) {
			if (strcmp(db_text(a, i, 0), dim) != 0)
				continue;
			buf_puts(&p->counted, inner);
			buf_json(&p->counted, db_text(a, i, 1));
			buf_printf(&p->counted, ":%s", db_text(a, i, 2));
			inner = ",";
		}
		buf_putc(&p->counted, '}');
		sep = ",";
	}
	buf_putc(&p->counted, '}');
}

/* The item a list stands below: a row (version, status, perms, json). */
static void
page_take_parent(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0)
		problem(c, P_NOT_FOUND, NULL);
	else if (c->route->need != 0 &&
	    (db_number(a, 0, 2) & c->route->need) == 0)
		problem(c, P_FORBIDDEN, NULL);
}

static enum step
page_reply(struct ctx *c)
{
	struct page *p = c->state;
	struct buf b;

	buf_init(&b, &c->arena, p->items.len + p->counted.len + 512);
	buf_puts(&b, "{\"items\":[");
	buf_put(&b, p->items.data, p->items.len);
	buf_puts(&b, "],\"next\":");
	if (p->next != NULL) {
		buf_json(&b, p->next);
		c->link = page_link(c, p->next);
	} else
		buf_puts(&b, "null");
	buf_printf(&b, ",\"sync\":\"%s.%s\"", pulse_epoch(),
	    p->horizon != NULL ? p->horizon : "0");
	buf_put(&b, p->counted.data, p->counted.len);
	buf_putc(&b, '}');
	/* where the next page begins is sealed anew each time */
	c->etag = arena_printf(&c->arena, "W/\"%016llx\"",
	    seal_hash(p->items.data, p->items.len) ^
	        seal_hash(p->counted.data, p->counted.len) ^ (p->next != NULL));
	return (reply(c, 200, b.data, b.len));
}

/* The same list from there on: every parameter again, but the cursor. */
static const char *
page_link(struct ctx *c, const char *next)
{
	const char *s;
	struct buf b;
	size_t n;

	buf_init(&b, &c->arena, 256);
	buf_printf(&b, "<%s?", c->path);
	for (s = c->query; s != NULL && *s != '\0'; s += n + (s[n] == '&')) {
		n = strcspn(s, "&");
		if (n > 0 && strncmp(s, "cursor=", 7) != 0) {
			buf_put(&b, s, n);
			buf_putc(&b, '&');
		}
	}
	buf_printf(&b, "cursor=%s>; rel=\"next\"", next);
	return (b.data);
}

/* Is this name in "a,b,c"? */
static int
in_list(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (; *list != '\0'; list += strcspn(list, ","), list += *list == ',')
		if (strncmp(list, name, n) == 0 &&
		    (list[n] == ',' || list[n] == '\0'))
			return (1);
	return (0);
}

/* Are all names of "a,b" in this list, none twice? */
static int
all_in_list(const char *list, const char *names)
{
	char name[64];
	size_t n;

	for (;; names += n + 1) {
		n = strcspn(names, ",");
		if (n == 0 || n >= sizeof(name))
			return (0);
		memcpy(name, names, n);
		name[n] = '\0';
		if (!in_list(list, name))
			return (0);
		if (names[n] == '\0')
			return (1);
		if (in_list(names + n + 1, name))
			return (0);
	}
}

static enum step
bad(struct ctx *c, const char *param, const char *code)
{
	fault_add(&c->faults, param, code);
	return (problem(c, P_BAD_PARAMETER, NULL));
}
