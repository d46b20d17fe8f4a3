/* Comments and activity; see talk.h. Each begins with a read of the item. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/uuid.h"
#include "domain/vocabulary.h"
#include "http/crud.h"
#include "http/page.h"
#include "http/problem.h"
#include "http/sight.h"
#include "http/talk.h"
#include "queries.h"

#define MENTIONS_MAX 20

/* A comment that is being made. */
struct remark {
	struct sight sight; /* may those who are meant see the item? */
	struct sight_row rows[MENTIONS_MAX];
	int n;
};

static enum step talk_comments(struct ctx *);
static enum step talk_comment(struct ctx *);
static void take_about(struct ctx *, struct db_answer *);
static void take_mentions(struct ctx *, struct db_answer *);
static enum step comment_look(struct ctx *);
static void comment_looked(void *);
static enum step comment_write(struct ctx *);
static enum step talk_activity(struct ctx *);
static void talk_add_to(const struct resource *, const char *,
    const struct query *, unsigned);
static const struct query *item_query(const struct ctx *);
static void take_view(struct ctx *, struct db_answer *);
static enum step activity_page(struct ctx *);
static const char *label_of(struct ctx *, const struct field *);
static void bind_words(struct ctx *);
static const char *title_of(struct ctx *, const char *, size_t);

/* clang-format off */
static const struct field mention_fields[] = {
	{ .name = "staff", .type = F_REF, .ref = "staff",
	    .doc = "Người | A person" },
	{ .name = NULL }
};
static const struct field comment_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_FIXED | FIELD_EMPTY,
	    .doc = "Máy khách có thể tự tạo | A client may make its own" },
	{ .name = "text", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 10000, .eg = "Nhờ xem lại hạn của việc này",
	    .doc = "Nội dung trao đổi | What is said" },
	{ .name = "mentions", .type = F_LIST, .item = F_OBJECT,
	    .max = MENTIONS_MAX, .members = mention_fields,
	    .doc = "Người được nhắc đến | Who is mentioned" },
	{ .name = NULL }
};

static const struct field said_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS },
	{ .name = "author", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "", .doc = "Ai nói | Who said it" },
	{ .name = "text", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Nhờ xem lại hạn của việc này",
	    .doc = "Nội dung trao đổi | What is said" },
	{ .name = "mentions", .type = F_LIST, .item = F_REF, .flags = FIELD_ALWAYS,
	    .ref = "staff",
	    .doc = "Người được nhắc đến | Who is mentioned" },
	{ .name = "created_at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	{ .name = NULL }
};
static const struct field changed_fields[] = {
	{ .name = "member", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "due_on" },
	{ .name = "label", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Hạn hoàn thành | Due day",
	    .doc = "Tên gọi của trường | The member in words" },
	{ .name = "from", .type = F_ANY, .flags = FIELD_SERVER },
	{ .name = "to", .type = F_ANY, .flags = FIELD_SERVER },
	{ .name = NULL }
};
static const struct field activity_fields[] = {
	{ .name = "at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	{ .name = "verb", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "assign" },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "3" },
	{ .name = "actor", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "", .doc = "Ai làm | By whom" },
	{ .name = "summary", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Chánh Văn phòng giao việc | Chánh Văn phòng assigned it",
	    .doc = "Một câu | In a sentence" },
	{ .name = "reason", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Lý do | Reason" },
	{ .name = "progress", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Tiến độ đã báo | How far it was said to be" },
	{ .name = "comment", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Điều đã nói | What was said" },
	{ .name = "changed", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS, .members = changed_fields,
	    .doc = "Những trường đã đổi | The members that changed" },
	{ .name = NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "comments", .run = talk_comments,
	    .list = q_comment_list_sorts,
	    .members = said_fields,
	    .summary = "Trao đổi | What is said of it" },
	{ .method = POST, .pattern = "comments", .run = talk_comment,
	    .flags = ROUTE_BODY, .fields = comment_fields,
	    .query = &q_comment_create, .members = said_fields, .status = 201,
	    .summary = "Trao đổi; người được nhắc đến nhận thông báo | Say something; who is mentioned is told" },
	{ .method = GET, .pattern = "activity", .run = talk_activity,
	    .list = q_activity_list_sorts,
	    .members = activity_fields,
	    .summary = "Ai đã làm gì, lúc nào | Who did what, when, in plain words" },
	{ .pattern = NULL }
};
/* clang-format on */

void
talk_add(const struct resource *r)
{
	if (r->get == NULL || r->kind == NULL ||
	    (r->patch == NULL && r->states == NULL))
		return;
	talk_add_to(r, r->name, r->get, 0);
	if (r->narrow != NULL)
		talk_add_to(r, r->narrow->name, r->narrow->get, ROUTE_NARROW);
}

static void
talk_add_to(const struct resource *r, const char *name, const struct query *get,
    unsigned flags)
{
	const struct route *x;
	struct route one;
	char path[160];

	for (x = routes; x->pattern != NULL; x++) {
		snprintf(path, sizeof(path), "/v1/%s/<uuid>/%s", name,
		    x->pattern);
		one = *x;
		one.pattern = xstrdup(path);
		one.resource = r;
		one.flags |= flags;
		if (x->run == talk_comments)
			one.query = get;
		route_add(&one);
	}
}

/* What reads the item that the path names. */
static const struct query *
item_query(const struct ctx *c)
{
	const struct resource *r = c->route->resource;

	return (c->route->flags & ROUTE_NARROW ? r->narrow->get : r->get);
}

/* --- comments --- */

static enum step
talk_comments(struct ctx *c)
{
	ctx_bind(c, "item_kind", c->route->resource->kind);
	return (page_list(c));
}

/* The item, and who is meant. */
static enum step
talk_comment(struct ctx *c)
{
	struct remark *m;
	enum step r;

	m = arena_zalloc(&c->arena, sizeof(*m));
	c->state = m;
	crud_body(c);
	ctx_bind(c, "item_kind", c->route->resource->kind);
	ctx_bind(c, "about",
	    field_text(&c->arena, c->route->resource->title, LANG_VI));
	ctx_bind(c, "href",
	    arena_printf(&c->arena, "/v1/%s/%s", c->route->resource->name,
	        c->args[0]));
	c->several = 1;
	c->next = comment_look;
	r = ctx_send(c, item_query(c), take_about);
	if (r == STEP_DONE ||
	    json_array_size(json_object_get(c->body, "mentions")) == 0)
		return (r);
	return (ctx_send(c, &q_comment_mentions, take_mentions));
}

static void
take_about(struct ctx *c, struct db_answer *a)
{
	if (c->answered || ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_NOT_FOUND, NULL);
		return;
	}
	c->version = arena_strdup(&c->arena, db_text(a, 0, 0));
	ctx_bind(c, "title", title_of(c, db_text(a, 0, 3), db_length(a, 0, 3)));
}

static void
take_mentions(struct ctx *c, struct db_answer *a)
{
	struct remark *m = c->state;
	int i;

	if (c->answered || ctx_failed(c, a))
		return;
	for (i = 0; i < db_rows(a) && m->n < MENTIONS_MAX; i++) {
		if (db_null(a, i, 0))
			continue;
		m->rows[m->n].resource = c->route->resource;
		m->rows[m->n].ref = c->args[0];
		m->rows[m->n++].caller = arena_strdup(&c->arena,
		    db_text(a, i, 0));
	}
}

/* Nobody is told of what he may not see. */
static enum step
comment_look(struct ctx *c)
{
	struct remark *m = c->state;

	m->sight.arena = &c->arena;
	m->sight.caller = c->who.staff;
	m->sight.today = c->today;
	m->sight.done = comment_looked;
	m->sight.arg = c;
	c->next = comment_write;
	switch (sight_look(&m->sight, m->rows, m->n)) {
	case 1:
		return (STEP_MORE);
	case 0:
		c->pending++; /* until comment_looked */
		return (STEP_WAIT);
	default:
		return (problem(c, P_OVERLOADED, NULL));
	}
}

static void
comment_looked(void *arg)
{
	struct ctx *c = arg;

	c->pending--;
	ctx_run(c);
}

static enum step
comment_write(struct ctx *c)
{
	struct remark *m = c->state;
	const char *id = json_string_value(json_object_get(c->body, "id"));
	char made[UUID_LEN + 1];
	struct buf b;
	int i;

	if (m->sight.failed)
		return (problem(c, P_OVERLOADED, NULL));
	buf_init(&b, &c->arena, 256);
	buf_putc(&b, '{');
	for (i = 0; i < m->n; i++) {
		if (m->rows[i].found != SIGHT_LIVE)
			fault_add(&c->faults, "/mentions", "not_yours");
		buf_printf(&b, "%s%s", i > 0 ? "," : "", m->rows[i].caller);
	}
	buf_putc(&b, '}');
	if (c->faults.count > 0)
		return (problem(c, P_INVALID, NULL));
	if (id == NULL) {
		uuid_new(made);
		id = arena_strdup(&c->arena, made);
	}
	ctx_bind(c, "comment_id", id);
	ctx_bind(c, "mentions", b.data);
	return (crud_write(c, c->route->query));
}

/* By what an item is called among people. */
static const char *
title_of(struct ctx *c, const char *json, size_t n)
{
	static const char *const names[] = { "title", "name", "full_name",
		"number", "code", "period" };
	const char *s = NULL;
	json_t *item;
	size_t i;

	item = json_loadb(json, n, 0, NULL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]) && s == NULL; i++)
		s = json_string_value(json_object_get(item, names[i]));
	if (s == NULL)
		s = field_text(&c->arena, c->route->resource->title, LANG_VI);
	s = arena_strdup(&c->arena, s);
	json_decref(item);
	return (s);
}

/* --- activity --- */

static enum step
talk_activity(struct ctx *c)
{
	c->several = 1;
	c->next = activity_page;
	return (ctx_send(c, item_query(c), take_view));
}

static void
take_view(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0)
		problem(c, P_NOT_FOUND, NULL);
	else
		ctx_bind(c, "view",
		    arena_strndup(&c->arena, db_text(a, 0, 3),
		        db_length(a, 0, 3)));
}

static enum step
activity_page(struct ctx *c)
{
	ctx_bind(c, "item_kind", c->route->resource->kind);
	bind_words(c);
	return (page_list(c));
}

/* The verbs, and the members of the resource, in the reader's language. */
/* A member in a word or two: its text up to where it goes into detail. */
static const char *
label_of(struct ctx *c, const struct field *f)
{
	const char *s;

	if (f->doc == NULL)
		return (f->name);
	s = field_text(&c->arena, f->doc, c->lang);
	return (arena_strndup(&c->arena, s, strcspn(s, ";:")));
}

static void
bind_words(struct ctx *c)
{
	const struct field *f;
	const struct word *w;
	struct buf b[4];
	int i;

	for (i = 0; i < 4; i++) {
		buf_init(&b[i], &c->arena, 1024);
		buf_putc(&b[i], '{');
	}
	for (w = words_verb; w->code != NULL; w++) {
		buf_json(&b[0], w->code);
		buf_json(&b[1], c->lang == LANG_EN ? w->en : w->vi);
		buf_puts(&b[0], w[1].code != NULL ? "," : "");
		buf_puts(&b[1], w[1].code != NULL ? "," : "");
	}
	for (f = c->route->resource->fields; f->name != NULL; f++) {
		if (field_read(c->route->resource->fields, f->name) != f)
			continue;
		buf_puts(&b[2], b[2].len > 1 ? "," : "");
		buf_puts(&b[3], b[3].len > 1 ? "," : "");
		buf_json(&b[2], f->name);
		buf_json(&b[3], label_of(c, f));
	}
	for (i = 0; i < 4; i++)
		buf_putc(&b[i], '}');
	ctx_bind(c, "verb_codes", b[0].data);
	ctx_bind(c, "verb_words", b[1].data);
	ctx_bind(c, "member_names", b[2].data);
	ctx_bind(c, "member_words", b[3].data);
}
