/*
 * The document is built once, before the processes fork, out of what the
 * router, the checks and the lists themselves read; so it cannot differ from
 * them. openapi.json holds what no table says. It is made in both languages
 * and given out by Accept-Language.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/log.h"
#include "domain/vocabulary.h"
#include "http/batch.h"
#include "http/openapi.h"
#include "http/page.h"
#include "http/param.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/schema.h"

#define NAME_LEN 96

extern const char openapi_json[];
extern const unsigned openapi_json_len;

struct document {
	char *text;
	size_t len;
};
static struct document documents[2]; /* by enum lang */
static struct document vocabulary;
static json_t *components; /* of the document being made */

static const char *const languages[] = { "vi", "en" };
static const char *const methods[] = { "get", "head", "post", "put", "patch",
	"delete", "options" };

static void document_keep(struct document *, json_t *);
static json_t *skeleton(void);
static void add_tags(json_t *);
static int has_tag(json_t *, const char *);
static void add_paths(json_t *);
static json_t *operation(const struct route *);
static json_t *parameters(const struct route *);
static void add_holes(json_t *, const char *);
static void add_own_parameters(json_t *, const char *);
static void add_list_parameters(json_t *, const struct route *);
static json_t *parameter(const struct field *, const char *, int);
static json_t *filter(const struct route *, const struct query_param *);
static json_t *order(const struct route *);
static json_t *counters(const struct route *);
static json_t *request_body(const struct route *);
static json_t *responses(const struct route *);
static void add_response(json_t *, const struct route *, int);
static void add_refusals(json_t *, const struct route *);
static int answer_status(const struct route *);
static json_t *headers(const struct route *, int);
static json_t *answer(const struct route *, int);
static const struct field *item_fields(const struct route *);
static void add_item(const struct route *, char *, size_t);
static json_t *item_example(const struct route *);
static void add_page(const struct route *, const char *, char *, size_t);
static json_t *page_example(const struct route *);
static json_t *refusal(int);
static unsigned when_of(const struct route *);
static json_t *problem_example(enum problem);
static void add_problems(json_t *);
static void add_faults(void);
static void add_vocabularies(const json_t *);
static void make_vocabulary(void);
static void add_states(json_t *);
static json_t *statuses_of(const struct states *);
static json_t *transitions_of(const struct states *);
static json_t *asks_of(const struct states *);
static const char *verb_title(const struct states *, const char *);
static int is_keyed(const struct route *);
static int is_tagged(const struct route *);
static int is_item(const struct route *);
static int is_dry(const struct route *, int);
static int is_named(const struct route *);
static void keep(const char *, const char *, json_t *);
static int kept(const char *, const char *);
static json_t *reference(const char *, const char *);
static json_t *member_of(const char *, const char *);
static json_t *content(const char *, json_t *, json_t *);
static json_t *shared(const char *, json_t *);
static json_t *both(const char *, const char *);
static void path_of(const char *, char *, size_t);
static void hole_name(const char *, const char *, char *, size_t);
static void singular_of(const char *, char *, size_t);
static void operation_id(const struct route *, char *, size_t);
static const char *operation_suffix(const struct route *);
static void operation_name(const struct route *, const char *, char *, size_t);
static void tag_of(const struct route *, char *, size_t);

/* clang-format off */
static const struct field any_count[] = {
	{ .name = "*", .type = F_INT, .flags = FIELD_EMPTY },
	{ .name = NULL }
};
static const struct field any_counter[] = {
	{ .name = "*", .type = F_OBJECT, .flags = FIELD_EMPTY,
	    .members = any_count },
	{ .name = NULL }
};
static const struct field page_fields[] = {
	{ .name = "items", .type = F_LIST, .item = F_ANY,
	    .flags = FIELD_EMPTY },
	{ .name = "next", .type = F_TEXT, .eg = "kDETMAsbSG8nppISZ8IhLg",
	    .doc = "`cursor` của trang sau; null ở trang cuối | The `cursor` of the following page; null on the last" },
	{ .name = "sync", .type = F_TEXT, .flags = FIELD_EMPTY,
	    .eg = "3d6c72dc72e1.882",
	    .doc = "Vị trí trong dòng thay đổi | Position in the stream of changes" },
	{ .name = "count", .type = F_INT, .flags = FIELD_EMPTY | FIELD_MAYBE,
	    .doc = "Tổng số mục, khi có `count=exact` | Number of all items, with `count=exact`" },
	{ .name = "counts", .type = F_OBJECT,
	    .flags = FIELD_EMPTY | FIELD_MAYBE, .members = any_counter,
	    .doc = "Số mục theo từng giá trị, khi có `counts=` | Items by value, with `counts=`" },
	{ .name = NULL }
};
static const struct field permissions = { .name = "_permissions",
	.type = F_LIST, .item = F_TEXT, .flags = FIELD_EMPTY,
	.doc = "Thao tác mà người đọc được làm lúc này | The verbs its reader may use now"
};
/* clang-format on */

void
openapi_init(void)
{
	json_t *doc, *spoken;
	int lang;

	make_vocabulary();
	doc = skeleton();
	components = json_object_get(doc, "components");
	add_tags(doc);
	add_paths(doc);
	add_problems(doc);
	add_faults();
	add_states(doc);
	add_vocabularies(doc);
	for (lang = LANG_VI; lang <= LANG_EN; lang++) {
		spoken = schema_speak(doc, lang);
		document_keep(&documents[lang], spoken);
		json_decref(spoken);
	}
	json_decref(doc);
}

enum step
openapi_get(struct ctx *c)
{
	return (reply_document(c, NULL, documents[c->lang].text,
	    documents[c->lang].len, "public, max-age=300"));
}

enum step
openapi_vocabulary(struct ctx *c)
{
	return (reply_document(c, NULL, vocabulary.text, vocabulary.len,
	    "public, max-age=300"));
}

static void
document_keep(struct document *d, json_t *v)
{
	d->text = json_text(v);
	d->len = strlen(d->text);
}

static json_t *
skeleton(void)
{
	enum json_fault fault;
	int line, column;
	json_t *doc;

	doc = json_read(openapi_json, openapi_json_len, &fault, &line, &column);
	if (doc == NULL)
		fatal("openapi.json: line %d, column %d", line, column);
	return (doc);
}

/* --- tags: the resources, in the order of their routes --- */

static void
add_tags(json_t *doc)
{
	json_t *tags = json_object_get(doc, "tags"), *tag;
	const struct resource *r;
	char name[NAME_LEN];
	int i;

	for (i = 0; i < route_count(); i++) {
		r = route_at(i)->resource;
		tag_of(route_at(i), name, sizeof(name));
		if (strcmp(r->name, name) != 0 || r->title == NULL ||
		    has_tag(tags, name))
			continue;
		tag = json_pack("{s:s, s:s}", "name", name, "x-displayName",
		    r->title);
		if (r->doc != NULL)
			json_object_set_new(tag, "description",
			    json_string(r->doc));
		json_array_append_new(tags, tag);
	}
}

static int
has_tag(json_t *tags, const char *name)
{
	const char *known;
	json_t *tag;
	size_t i;

	json_array_foreach(tags, i, tag)
	{
		known = json_string_value(json_object_get(tag, "name"));
		if (strcmp(known, name) == 0)
			return (1);
	}
	return (0);
}

/* --- paths: the routes --- */

static void
add_paths(json_t *doc)
{
	json_t *paths = json_object_get(doc, "paths"), *item;
	const struct route *r;
	char path[256];
	int i;

	for (i = 0; i < route_count(); i++) {
		r = route_at(i);
		if (r->flags & ROUTE_HIDDEN)
			continue;
		path_of(r->pattern, path, sizeof(path));
		if ((item = json_object_get(paths, path)) == NULL) {
			item = json_pack("{s:[o, o]}", "parameters",
			    reference("parameters", "AcceptLanguage"),
			    reference("parameters", "RequestId"));
			json_object_set_new(paths, path, item);
		}
		json_object_set_new(item, methods[r->method], operation(r));
	}
}

static json_t *
operation(const struct route *r)
{
	char id[NAME_LEN], tag[NAME_LEN];
	json_t *op, *list;

	operation_id(r, id, sizeof(id));
	tag_of(r, tag, sizeof(tag));
	op = json_pack("{s:s, s:[s], s:s}", "operationId", id, "tags", tag,
	    "summary", r->summary != NULL ? r->summary : r->pattern);
	if (r->doc != NULL)
		json_object_set_new(op, "description", json_string(r->doc));
	if (r->flags & ROUTE_PUBLIC)
		json_object_set_new(op, "security", json_array());
	else if (r->method == GET && !(r->flags & ROUTE_ALONE))
		json_object_set_new(op, "security",
		    json_pack("[{s:[]}, {s:[]}]", "bearer", "ticket"));
	if (r->flags & ROUTE_SIGN)
		json_object_set_new(op, "x-step-up", json_true());
	list = parameters(r);
	if (json_array_size(list) > 0)
		json_object_set(op, "parameters", list);
	json_decref(list);
	if (r->fields != NULL)
		json_object_set_new(op, "requestBody", request_body(r));
	json_object_set_new(op, "responses", responses(r));
	add_refusals(op, r);
	return (op);
}

static json_t *
parameters(const struct route *r)
{
	json_t *list = json_array();

	add_holes(list, r->pattern);
	if (r->flags & ROUTE_VERSIONED)
		json_array_append_new(list, reference("parameters", "IfMatch"));
	if (is_keyed(r))
		json_array_append_new(list,
		    reference("parameters", "IdempotencyKey"));
	if (is_tagged(r))
		json_array_append_new(list,
		    reference("parameters", "IfNoneMatch"));
	if (r->params != NULL)
		add_own_parameters(list, r->params);
	if (r->list != NULL)
		add_list_parameters(list, r);
	return (list);
}

static void
add_holes(json_t *list, const char *pattern)
{
	static const struct {
		const char *hole;
		enum field_type type;
	} holes[] = {
		{ "<uuid>", F_UUID },
		{ "<code>", F_CODE },
		{ "<period>", F_PERIOD },
		{ "<text>", F_TEXT },
	};
	char name[NAME_LEN];
	const char *p;
	size_t i;

	for (p = pattern; (p = strchr(p, '<')) != NULL; p++) {
		struct field f = { .name = name };

		hole_name(pattern, p, name, sizeof(name));
		for (i = 0; i < sizeof(holes) / sizeof(holes[0]); i++)
			if (strncmp(p, holes[i].hole, strlen(holes[i].hole)) ==
			    0)
				f.type = holes[i].type;
		json_array_append_new(list, parameter(&f, "path", 1));
	}
}

static void
add_own_parameters(json_t *list, const char *names)
{
	struct field f;
	char name[NAME_LEN];
	size_t n;

	for (; *names != '\0'; names += n + strspn(names + n, "! ")) {
		n = strcspn(names, "! ");
		snprintf(name, sizeof(name), "%.*s", (int)n, names);
		f = *param_field(name);
		f.name = name;
		json_array_append_new(list,
		    parameter(&f, "query", names[n] == '!'));
	}
}

static void
add_list_parameters(json_t *list, const struct route *r)
{
	const struct query *q = r->list->ascending;
	int i;

	json_array_append_new(list, reference("parameters", "limit"));
	json_array_append_new(list, reference("parameters", "cursor"));
	json_array_append_new(list, order(r));
	add_own_parameters(list, "fields");
	if (page_takes_ref(r))
		json_array_append_new(list, reference("parameters", "ref"));
	if (r->counts != NULL) {
		json_array_append_new(list, reference("parameters", "count"));
		json_array_append_new(list, counters(r));
	}
	for (i = 0; i < q->nparams; i++)
		if (page_is_filter(q->params[i].name))
			json_array_append_new(list, filter(r, &q->params[i]));
}

static json_t *
parameter(const struct field *f, const char *in, int required)
{
	struct field value = *f;
	json_t *p;

	value.flags = FIELD_EMPTY;
	value.doc = NULL;
	p = json_pack("{s:s, s:s, s:b, s:o}", "name", f->name, "in", in,
	    "required", required, "schema",
	    schema_field(&value, SCHEMA_CREATE));
	if (f->type == F_LIST)
		json_object_set_new(p, "explode", json_false());
	if (f->doc != NULL)
		json_object_set_new(p, "description", json_string(f->doc));
	if (required || f->eg != NULL)
		json_object_set_new(p, "example",
		    schema_field_example(&value, SCHEMA_CREATE));
	return (p);
}

/* A filter has the statement's type, and the words and text of the tables. */
static json_t *
filter(const struct route *r, const struct query_param *q)
{
	static const struct {
		enum query_type query;
		enum field_type type;
	} types[] = {
		{ Q_DATE, F_DATE },
		{ Q_INSTANT, F_INSTANT },
		{ Q_UUID, F_UUID },
		{ Q_UUIDS, F_UUID },
		{ Q_BOOL, F_BOOL },
		{ Q_INT, F_INT },
	};
	struct field f = *param_field(q->name);
	size_t i;

	f.name = q->name;
	f.words = page_words(r, q->name);
	if (f.words != NULL)
		f.type = F_ENUM;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].query == q->type)
			f.type = types[i].type;
	if (q->type == Q_TEXTS || q->type == Q_UUIDS) {
		f.item = f.type;
		f.type = F_LIST;
		f.max = PAGE_VALUES_MAX;
	}
	return (parameter(&f, "query", 0));
}

static json_t *
order(const struct route *r)
{
	struct field f = *param_field("sort");
	json_t *orders = json_array(), *p, *schema;
	const struct query_sort *s;

	for (s = r->list; s->field != NULL; s++) {
		json_array_append_new(orders, json_string(s->field));
		json_array_append_new(orders, json_sprintf("-%s", s->field));
	}
	f.name = "sort";
	p = parameter(&f, "query", 0);
	schema = json_object_get(p, "schema");
	json_object_set_new(schema, "enum", orders);
	if (r->list == r->resource->list && r->resource->sort != NULL)
		json_object_set_new(schema, "default",
		    json_string(r->resource->sort));
	return (p);
}

static json_t *
counters(const struct route *r)
{
	struct field f = *param_field("counts");
	json_t *names = json_array(), *p;
	const char *d = r->resource->dimensions;
	size_t n;

	for (; d != NULL && *d != '\0'; d += n + (d[n] == ',')) {
		n = strcspn(d, ",");
		json_array_append_new(names, json_stringn(d, n));
	}
	f.name = "counts";
	p = parameter(&f, "query", 0);
	json_object_set_new(json_object_get(p, "schema"), "items",
	    json_pack("{s:s, s:o}", "type", "string", "enum", names));
	return (p);
}

static json_t *
request_body(const struct route *r)
{
	enum schema_use use = r->method == PATCH ? SCHEMA_PATCH : SCHEMA_CREATE;
	char name[NAME_LEN];

	operation_name(r, "_body", name, sizeof(name));
	keep("schemas", name, schema_of(r->fields, use));
	return (json_pack("{s:b, s:o}", "required",
	    (r->flags & ROUTE_BODY) != 0, "content",
	    content(use == SCHEMA_PATCH ? "application/merge-patch+json" :
	                                  "application/json",
	        reference("schemas", name), schema_example(r->fields, use))));
}

/* --- responses --- */

static json_t *
responses(const struct route *r)
{
	json_t *all = json_object();

	if (r->flags & ROUTE_DRY_RUN)
		add_response(all, r, 200);
	if (r->method == PUT && is_item(r))
		add_response(all, r, 201);
	add_response(all, r, answer_status(r));
	if (is_tagged(r))
		json_object_set_new(all, "304",
		    reference("responses", "NotModified"));
	return (all);
}

static void
add_response(json_t *all, const struct route *r, int status)
{
	json_t *one, *said;
	char key[16];

	one = json_pack("{s:s, s:o}", "description", reply_reason(status),
	    "headers", headers(r, status));
	if (r->method == GET || r->answer != NULL ||
	    (is_item(r) && status != 204)) {
		said = r->flags & ROUTE_PAGE && r->answer == NULL ?
		    json_object() :
		    answer(r, status);
		if (r->flags & ROUTE_PAGE)
			json_object_set_new(said,
			    r->media != NULL ? r->media : "text/html",
			    json_pack("{s:{s:s}}", "schema", "type", "string"));
		json_object_set_new(one, "content", said);
	}
	snprintf(key, sizeof(key), "%d", status);
	json_object_set_new(all, key, one);
}

/* When a problem can be an operation's answer. */
enum when {
	ALWAYS = 0x01,
	LIST = 0x02,
	GUARDED = 0x04, /* a token is asked for */
	WRITES = 0x08,
	SENDS = 0x10, /* writes with a body */
	VERSIONED = 0x20,
	KEYED = 0x40,
	SIGNS = 0x80,
	SIGNS_IN = 0x100,
	NAMES = 0x200, /* something, by its path */
	OPENS = 0x400, /* writes without a token */
	READY = 0x800
};
/* Those not named here can be any request's: see Refused. */
static const struct {
	enum problem problem;
	unsigned when;
} refusals[] = {
	{ P_BAD_PARAMETER, ALWAYS },
	{ P_BAD_CURSOR, LIST },
	{ P_BAD_HEADER, VERSIONED | KEYED },
	{ P_BAD_JSON, SENDS },
	{ P_BAD_ENCODING, SENDS },
	{ P_TOO_DEEP, SENDS },
	{ P_DUPLICATE_MEMBER, SENDS },
	{ P_UNAUTHENTICATED, GUARDED },
	{ P_BAD_CREDENTIALS, SIGNS_IN },
	{ P_OTP_REQUIRED, SIGNS_IN },
	{ P_BAD_OTP, SIGNS_IN },
	{ P_BAD_REFRESH, OPENS },
	{ P_BAD_IDENTITY, OPENS },
	{ P_UNKNOWN_IDENTITY, OPENS },
	{ P_STEP_UP_REQUIRED, SIGNS },
	{ P_FORBIDDEN, GUARDED | OPENS },
	{ P_NOT_FOUND, GUARDED | NAMES },
	{ P_WRONG_STATE, WRITES },
	{ P_DUPLICATE, SENDS },
	{ P_REFERENCED, WRITES },
	{ P_CONTENT_FIXED, VERSIONED },
	{ P_SHORT_PASSWORD, SIGNS_IN },
	{ P_IN_FLIGHT, KEYED },
	{ P_BAD_LINK, OPENS },
	{ P_STALE, VERSIONED },
	{ P_BODY_TOO_LARGE, SENDS },
	{ P_UNSUPPORTED_MEDIA, SENDS },
	{ P_INVALID, WRITES },
	{ P_KEY_REUSED, KEYED },
	{ P_PRECONDITION_REQUIRED, VERSIONED },
	{ P_TOO_MANY, GUARDED | OPENS },
	{ P_OVERLOADED, ALWAYS },
	{ P_DATABASE_AWAY, ALWAYS },
	{ P_UNCERTAIN, WRITES },
	{ P_NOT_READY, READY },
};

static void
add_refusals(json_t *op, const struct route *r)
{
	json_t *codes = json_array(), *all = json_object_get(op, "responses");
	char key[16], name[NAME_LEN];
	unsigned when = when_of(r);
	size_t i;
	int status;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (!(refusals[i].when & when))
			continue;
		status = problem_status(refusals[i].problem);
		json_array_append_new(codes,
		    json_string(problem_code(refusals[i].problem)));
		snprintf(key, sizeof(key), "%d", status);
		schema_name(reply_reason(status), name, sizeof(name));
		if (!kept("responses", name))
			keep("responses", name, refusal(status));
		json_object_set_new(all, key, reference("responses", name));
	}
	json_object_set_new(all, "default", reference("responses", "Refused"));
	json_object_set_new(op, "x-problems", codes);
}

static unsigned
when_of(const struct route *r)
{
	int open = (r->flags & ROUTE_PUBLIC) != 0, writes = r->method != GET;
	int batch = r->fields == batch_fields; /* whatever its parts can */

	return (ALWAYS | (r->list != NULL ? LIST : 0) | (open ? 0 : GUARDED) |
	    (writes ? WRITES : 0) |
	    (writes && r->method != DELETE ? SENDS : 0) |
	    (r->flags & ROUTE_VERSIONED || batch ? VERSIONED : 0) |
	    (is_keyed(r) ? KEYED : 0) |
	    (r->flags & ROUTE_SIGN || batch ? SIGNS : 0) |
	    (open && writes ? OPENS : 0) |
	    (strchr(r->pattern, '<') != NULL ? NAMES : 0) |
	    (writes && strncmp(r->pattern, "/v1/auth/", 9) == 0 ? SIGNS_IN :
	                                                          0) |
	    (open && r->flags & ROUTE_SECRET ? READY : 0));
}

/* Of success, where the table does not say. */
static int
answer_status(const struct route *r)
{
	if (r->status != 0)
		return (r->status);
	if (r->flags & ROUTE_DRY_RUN)
		return (201);
	if (r->method == DELETE)
		return (204);
	if (r->query != NULL && r->query == r->resource->create)
		return (201);
	if (r->method == GET || r->answer != NULL || r->query != NULL)
		return (200);
	return (204);
}

static json_t *
headers(const struct route *r, int status)
{
	int counted = !(r->flags & ROUTE_PUBLIC) || r->method != GET;
	const struct {
		const char *field;
		const char *name;
		int when;
	} known[] = {
		{ "ETag", "ETag",
		    is_tagged(r) ||
		        (is_item(r) && r->method != GET && status != 204 &&
		            !is_dry(r, status)) },
		{ "Location", "Location", status == 201 && is_named(r) },
		{ "Link", "Link", r->list != NULL },
		{ "Idempotency-Replayed", "IdempotencyReplayed", is_keyed(r) },
		{ "RateLimit", "RateLimit", counted },
		{ "RateLimit-Policy", "RateLimitPolicy", counted },
		{ "X-Request-Id", "RequestId", 1 },
	};
	json_t *all = json_object();
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].when)
			json_object_set_new(all, known[i].field,
			    reference("headers", known[i].name));
	return (all);
}

/* What a success says: a page, an item, members of its own, or both. */
static json_t *
answer(const struct route *r, int status)
{
	char item[NAME_LEN] = "", own[NAME_LEN];
	json_t *schema, *example, *more;

	operation_name(r, "_answer", own, sizeof(own));
	if (r->list != NULL || is_item(r))
		add_item(r, item, sizeof(item));
	if (r->list != NULL) {
		add_page(r, item, own, sizeof(own));
		return (shared(own, page_example(r)));
	}
	if (is_item(r) && !(r->flags & ROUTE_DRY_RUN))
		return (shared(item, item_example(r)));
	if (r->answer == NULL)
		return (content("application/json",
		    json_pack("{s:s}", "type", "object"), NULL));
	keep("schemas", own, schema_of(r->answer, SCHEMA_READ));
	schema = reference("schemas", own);
	example = schema_example(r->answer, SCHEMA_READ);
	if (is_item(r) && status == 201) {
		more = item_example(r);
		json_object_update(example, more);
		json_decref(more);
		schema = json_pack("{s:[o, o]}", "allOf",
		    reference("schemas", item), schema);
	}
	return (content("application/json", schema, example));
}

static const struct field *
item_fields(const struct route *r)
{
	return (r->members != NULL ? r->members : r->resource->fields);
}

/* The item as a component: a Plan by its kind, a Grant by its path. */
static void
add_item(const struct route *r, char *name, size_t cap)
{
	char nouns[NAME_LEN];
	json_t *s;

	if (r->members == NULL)
		schema_name(r->resource->kind, name, cap);
	else {
		singular_of(r->pattern, nouns, sizeof(nouns));
		schema_name(nouns, name, cap);
	}
	if (kept("schemas", name))
		return;
	s = schema_of(item_fields(r), SCHEMA_READ);
	if (r->members == NULL && r->resource->title != NULL)
		json_object_set_new(s, "title",
		    json_string(r->resource->title));
	json_object_set_new(json_object_get(s, "properties"), permissions.name,
	    schema_field(&permissions, SCHEMA_READ));
	keep("schemas", name, s);
}

static json_t *
item_example(const struct route *r)
{
	json_t *x;

	x = schema_example(item_fields(r), SCHEMA_READ);
	json_object_set_new(x, permissions.name, json_pack("[s]", "update"));
	return (x);
}

/* A list with members of its own has a page of its own. */
static void
add_page(const struct route *r, const char *item, char *own, size_t cap)
{
	json_t *page, *members, *more;

	if (r->answer == NULL)
		snprintf(own, cap, "%sPage", item);
	page = schema_of(page_fields, SCHEMA_READ);
	members = json_object_get(page, "properties");
	json_object_set_new(members, "items",
	    json_pack("{s:s, s:o}", "type", "array", "items",
	        reference("schemas", item)));
	if (r->answer != NULL) {
		more = schema_of(r->answer, SCHEMA_READ);
		json_object_update(members,
		    json_object_get(more, "properties"));
		json_decref(more);
	}
	keep("schemas", own, page);
}

static json_t *
page_example(const struct route *r)
{
	json_t *x, *more;

	x = json_pack("{s:[o], s:s, s:s}", "items",
	    schema_example(item_fields(r), SCHEMA_READ), "next",
	    page_fields[1].eg, "sync", page_fields[2].eg);
	if (r->answer != NULL) {
		more = schema_example(r->answer, SCHEMA_READ);
		json_object_update(x, more);
		json_decref(more);
	}
	return (x);
}

/* --- problems --- */

/* The response of a status: its problems are its examples. */
static json_t *
refusal(int status)
{
	json_t *examples = json_object(), *fields, *media;
	enum problem p;

	for (p = 0; p < PROBLEM_COUNT; p++)
		if (problem_status(p) == status)
			json_object_set_new(examples, problem_code(p),
			    json_pack("{s:o}", "value", problem_example(p)));
	media = json_pack("{s:o, s:o}", "schema",
	    reference("schemas", "Problem"), "examples", examples);
	fields = json_pack("{s:o}", "X-Request-Id",
	    reference("headers", "RequestId"));
	if (status == 401)
		json_object_set_new(fields, "WWW-Authenticate",
		    reference("headers", "WWWAuthenticate"));
	if (status == 409 || status == 429 || status == 503)
		json_object_set_new(fields, "Retry-After",
		    reference("headers", "RetryAfter"));
	return (json_pack("{s:s, s:o, s:{s:o}}", "description",
	    reply_reason(status), "headers", fields, "content",
	    "application/problem+json", media));
}

static json_t *
problem_example(enum problem p)
{
	/* those with members of their own */
	static const struct {
		enum problem problem;
		const char *members;
		const char *pointer;
		const char *fault;
	} particular[] = {
		{ P_BAD_PARAMETER, "{}", "limit", "out_of_range" },
		{ P_INVALID, "{}", "/due_on", "bad_format" },
		{ P_DUPLICATE, "{}", "/code", "duplicate" },
		{ P_WRONG_STATE,
		    "{\"current_status\":\"issued\",\"allowed\":[\"activate\","
		    "\"cancel\"]}",
		    NULL, NULL },
		{ P_STALE,
		    "{\"current\":{\"version\":4},\"conflicts\":[{\"pointer\":"
		    "\"/due_on\",\"theirs\":\"2026-03-31\",\"yours\":"
		    "\"2026-04-15\"}]}",
		    NULL, NULL },
	};
	json_t *x, *more;
	size_t i;

	x = json_pack("{s:o, s:o, s:i, s:s}", "type",
	    json_sprintf("/problems/%s", problem_code(p)), "title",
	    both(problem_text(p, LANG_VI), problem_text(p, LANG_EN)), "status",
	    problem_status(p), "code", problem_code(p));
	for (i = 0; i < sizeof(particular) / sizeof(particular[0]); i++) {
		if (particular[i].problem != p)
			continue;
		more = json_loads(particular[i].members, 0, NULL);
		json_object_update(x, more);
		json_decref(more);
		if (particular[i].fault == NULL)
			continue;
		json_object_set_new(x, "errors",
		    json_pack("[{s:s, s:s, s:o}]", "pointer",
		        particular[i].pointer, "code", particular[i].fault,
		        "detail",
		        both(fault_text(particular[i].fault, LANG_VI),
		            fault_text(particular[i].fault, LANG_EN))));
	}
	return (x);
}

/* Every code, in both languages whatever the document's. */
static void
add_problems(json_t *doc)
{
	json_t *list = json_object_get(doc, "x-problems"), *codes, *one;
	enum problem p;
	int lang;

	codes = json_array();
	for (p = 0; p < PROBLEM_COUNT; p++) {
		json_array_append_new(codes, json_string(problem_code(p)));
		one = json_pack("{s:s, s:i}", "code", problem_code(p), "status",
		    problem_status(p));
		for (lang = LANG_VI; lang <= LANG_EN; lang++)
			json_object_set_new(one, languages[lang],
			    json_pack("{s:s, s:s}", "title",
			        problem_text(p, lang), "advice",
			        problem_advice(p, lang)));
		json_array_append_new(list, one);
	}
	json_object_set_new(member_of("Problem", "code"), "enum", codes);
}

static void
add_faults(void)
{
	json_t *codes = json_array(), *meant = json_object();
	const char *code;
	int i;

	for (i = 0; (code = fault_code(i)) != NULL; i++) {
		json_array_append_new(codes, json_string(code));
		json_object_set_new(meant, code,
		    both(fault_text(code, LANG_VI), fault_text(code, LANG_EN)));
	}
	json_object_set_new(member_of("Fault", "code"), "enum", codes);
	json_object_set_new(member_of("Fault", "code"), "x-enumDescriptions",
	    meant);
}

/* --- states --- */

static void
add_states(json_t *doc)
{
	json_t *all = json_object_get(doc, "x-states");
	const struct states *const *s;

	for (s = states_all; *s != NULL; s++)
		json_object_set_new(all, (*s)->resource,
		    json_pack("{s:o, s:o, s:o}", "statuses", statuses_of(*s),
		        "transitions", transitions_of(*s), "asked",
		        asks_of(*s)));
}

/* Its words: those of the vocabulary task_status, for a task. */
static json_t *
statuses_of(const struct states *s)
{
	const struct vocabulary *v;
	json_t *list = json_array();
	const struct word *w;
	char name[NAME_LEN];

	snprintf(name, sizeof(name), "%s_status", s->resource);
	for (v = vocabularies; v->name != NULL; v++) {
		if (strcmp(v->name, name) != 0)
			continue;
		for (w = v->words; w->code != NULL; w++)
			json_array_append_new(list,
			    json_pack("{s:s, s:o, s:o, s:s}", "code", w->code,
			        "title", both(w->vi, w->en), "short",
			        both(w->vi_short != NULL ? w->vi_short : w->vi,
			            w->en),
			        "tone", w->tone));
	}
	return (list);
}

static json_t *
transitions_of(const struct states *s)
{
	const struct transition *t;
	json_t *list = json_array();
	const char *title;

	for (t = s->transitions; t->from != NULL; t++) {
		title = verb_title(s, t->verb);
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s*, s:s, s:b, s:b}", "from",
		        t->from, "verb", t->verb, "title", title, "to",
		        t->to != NULL ? t->to : t->from, "reason",
		        (t->flags & STEP_REASON) != 0, "signs",
		        (t->flags & STEP_SIGN) != 0));
	}
	return (list);
}

static const char *
verb_title(const struct states *s, const char *verb)
{
	const struct route *r;
	int i;

	for (i = 0; i < route_count(); i++) {
		r = route_at(i);
		if (r->verb != NULL && r->resource->states == s &&
		    strcmp(r->verb, verb) == 0)
			return (r->summary);
	}
	return (NULL);
}

static json_t *
asks_of(const struct states *s)
{
	json_t *list = json_array();
	const struct ask *a;

	for (a = s->asks; a->status != NULL; a++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s}", "status", a->status,
		        "who", a->asks, "at", a->at, "role", a->role));
	return (list);
}

/* --- words --- */

/* Those that something refers to. */
static void
add_vocabularies(const json_t *doc)
{
	const struct vocabulary *v;
	char name[NAME_LEN], ref[2 * NAME_LEN];
	char *text;

	text = json_text(doc);
	for (v = vocabularies; v->name != NULL; v++) {
		schema_name(v->name, name, sizeof(name));
		snprintf(ref, sizeof(ref), "\"#/components/schemas/%s\"", name);
		if (strstr(text, ref) != NULL)
			keep("schemas", name, schema_words(v->words));
	}
	free(text);
}

static void
make_vocabulary(void)
{
	const struct vocabulary *v;
	const struct word *w;
	json_t *all = json_object(), *list;

	for (v = vocabularies; v->name != NULL; v++) {
		list = json_array();
		for (w = v->words; w->code != NULL; w++)
			json_array_append_new(list,
			    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i}", "code",
			        w->code, "vi", w->vi, "vi_short",
			        w->vi_short != NULL ? w->vi_short : w->vi, "en",
			        w->en, "tone", w->tone, "order",
			        (int)(w - v->words)));
		json_object_set_new(all, v->name, list);
	}
	document_keep(&vocabulary, all);
	json_decref(all);
}

/* --- kinds of routes --- */

/* Does it take Idempotency-Key? */
static int
is_keyed(const struct route *r)
{
	return (
	    r->method != GET && !(r->flags & (ROUTE_UNKEYED | ROUTE_PUBLIC)));
}

/* Does it answer with ETag, and 304? */
static int
is_tagged(const struct route *r)
{
	return (r->method == GET && !(r->flags & ROUTE_SECRET));
}

/* Does it answer with its resource's item? */
static int
is_item(const struct route *r)
{
	if (r->list != NULL || r->method == DELETE || item_fields(r) == NULL)
		return (0);
	if (r->members != NULL)
		return (1);
	if (r->answer != NULL)
		return (r->answer == r->resource->fields ||
		    (r->flags & ROUTE_DRY_RUN));
	return (r->query != NULL);
}

/* Is this the answer that tells what would be written? */
static int
is_dry(const struct route *r, int status)
{
	return (r->flags & ROUTE_DRY_RUN && status == 200);
}

/* Has what it answers with an id? */
static int
is_named(const struct route *r)
{
	return (is_item(r) ||
	    (r->answer != NULL && strcmp(r->answer->name, "id") == 0));
}

/* --- parts of the document --- */

static void
keep(const char *kind, const char *name, json_t *v)
{
	json_object_set_new(json_object_get(components, kind), name, v);
}

static int
kept(const char *kind, const char *name)
{
	return (
	    json_object_get(json_object_get(components, kind), name) != NULL);
}

static json_t *
reference(const char *kind, const char *name)
{
	return (json_pack("{s:o}", "$ref",
	    json_sprintf("#/components/%s/%s", kind, name)));
}

/* A member of a component schema, borrowed. */
static json_t *
member_of(const char *schema, const char *member)
{
	json_t *s;

	s = json_object_get(json_object_get(components, "schemas"), schema);
	return (json_object_get(json_object_get(s, "properties"), member));
}

static json_t *
content(const char *media, json_t *schema, json_t *example)
{
	return (json_pack("{s:{s:o, s:o*}}", media, "schema", schema, "example",
	    example));
}

/* An answer that several operations give. */
static json_t *
shared(const char *name, json_t *example)
{
	keep("examples", name, json_pack("{s:o}", "value", example));
	return (json_pack("{s:{s:o, s:{s:o}}}", "application/json", "schema",
	    reference("schemas", name), "examples", name,
	    reference("examples", name)));
}

static json_t *
both(const char *vi, const char *en)
{
	return (json_sprintf("%s | %s", vi, en));
}

/* --- names --- */

/* /v1/plans/<uuid> as /v1/plans/{id} */
static void
path_of(const char *pattern, char *out, size_t cap)
{
	char name[NAME_LEN];
	const char *p;
	size_t n = 0;

	for (p = pattern; *p != '\0' && n + NAME_LEN < cap; p++) {
		if (*p != '<') {
			out[n++] = *p;
			continue;
		}
		hole_name(pattern, p, name, sizeof(name));
		n += (size_t)snprintf(out + n, cap - n, "{%s}", name);
		p += strcspn(p, ">");
	}
	out[n] = '\0';
}

/*
 * The first is "id" (or by its type), a later one "grant_id", of …/grants/; two
 * in a row are a system and its key.
 */
static void
hole_name(const char *pattern, const char *hole, char *out, size_t cap)
{
	const char *type = strncmp(hole, "<uuid>", 6) == 0 ? "id" : hole + 1;
	int len = (int)strcspn(type, ">");
	const char *noun = hole - 1;
	int n;

	if (strstr(hole, ">/<") == hole + strcspn(hole, ">")) {
		snprintf(out, cap, "system");
		return;
	}
	if (memchr(pattern, '<', (size_t)(hole - pattern)) == NULL) {
		snprintf(out, cap, "%.*s", len, type);
		return;
	}
	if (noun[-1] == '>') {
		snprintf(out, cap, "key");
		return;
	}
	while (noun[-1] != '/')
		noun--;
	n = (int)(hole - 1 - noun);
	if (noun[n - 1] == 's')
		n--;
	snprintf(out, cap, "%.*s_%.*s", n, noun, len, type);
}

/* "grant" of /v1/staff/<uuid>/grants/<uuid> */
static void
singular_of(const char *pattern, char *out, size_t cap)
{
	const char *p, *end;

	for (p = pattern; *p == '/'; p = end) {
		p++;
		end = p + strcspn(p, "/");
		if (*p == '<')
			continue;
		if (end - p > 3 && strncmp(end - 3, "ies", 3) == 0)
			snprintf(out, cap, "%.*sy", (int)(end - p - 3), p);
		else
			snprintf(out, cap, "%.*s",
			    (int)(end - p - (end[-1] == 's')), p);
	}
}

/*
 * Stable names: the nouns of the path, without hyphens, and what is done where
 * the path does not end with a verb: plans_list, plans_issue, me_work_list.
 */
static void
operation_id(const struct route *r, char *out, size_t cap)
{
	const char *p = r->pattern;
	size_t n = 0;

	p += strncmp(p, "/v1/", 4) == 0 ? 4 : 1;
	for (; *p != '\0' && n + 1 < cap; p++) {
		if (*p == '<')
			p += strcspn(p, ">");
		else if (isalnum((unsigned char)*p) || *p == '_')
			out[n++] = *p;
		else if (*p != '-' && n > 0 && out[n - 1] != '_')
			out[n++] = '_';
	}
	while (n > 0 && out[n - 1] == '_')
		n--;
	snprintf(out + n, cap - n, "%s", operation_suffix(r));
}

/* What is done, where the path does not say it. */
static const char *
operation_suffix(const struct route *r)
{
	int at_item = r->pattern[strlen(r->pattern) - 1] == '>';

	switch (r->method) {
	case GET:
		if (r->list != NULL ||
		    (r->answer != NULL &&
		        strcmp(r->answer->name, "items") == 0))
			return ("_list");
		return ("_get");
	case DELETE:
		return (at_item ? "_remove" : "_remove_all");
	case PATCH:
		return ("_patch");
	case PUT:
		return ("_put");
	default:
		return (answer_status(r) == 201 && !(r->flags & ROUTE_DRY_RUN) ?
		        "_create" :
		        "");
	}
}

/* Of a schema that belongs to an operation: "PlansIssueBody". */
static void
operation_name(const struct route *r, const char *what, char *out, size_t cap)
{
	char id[NAME_LEN];
	size_t n;

	operation_id(r, id, sizeof(id));
	n = strlen(id);
	snprintf(id + n, sizeof(id) - n, "%s", what);
	schema_name(id, out, cap);
}

/* The resource whose path it is, or who has the route. */
static void
tag_of(const struct route *r, char *out, size_t cap)
{
	const char *p = r->pattern;
	size_t n;
	int i;

	if (strncmp(p, "/v1/", 4) == 0) {
		p += 4;
		n = strcspn(p, "/");
		for (i = 0; i < route_count(); i++) {
			const char *name = route_at(i)->resource->name;

			if (strlen(name) == n && memcmp(name, p, n) == 0) {
				snprintf(out, cap, "%s", name);
				return;
			}
		}
	}
	snprintf(out, cap, "%s",
	    r->resource->title != NULL ? r->resource->name : "service");
}
