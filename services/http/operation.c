/* A route as an operation of the document; see operation.h. */
#include <stdio.h>
#include <string.h>

#include "domain/vocabulary.h"
#include "http/batch.h"
#include "http/component.h"
#include "http/operation.h"
#include "http/operation_name.h"
#include "http/operation_param.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/schema.h"

static json_t *parameters(const struct route *);
static json_t *request_body(const struct route *);
static json_t *responses(const struct route *);
static void add_response(json_t *, const struct route *, int);
static void add_refusals(json_t *, const struct route *);
static unsigned when_of(const struct route *);
static json_t *headers(const struct route *, int);
static json_t *answer(const struct route *, int);
static const struct field *item_fields(const struct route *);
static int names_words(const char *);
static void add_item(const struct route *, char *, size_t);
static json_t *item_example(const struct route *);
static void add_page(const struct route *, const char *, char *, size_t);
static json_t *page_example(const struct route *);
static json_t *refusal(int);
static json_t *problem_example(enum problem);
static int is_keyed(const struct route *);
static int is_tagged(const struct route *);
static int is_item(const struct route *);
static int is_dry(const struct route *, int);
static int is_named(const struct route *);
static json_t *content(const char *, json_t *, json_t *);
static json_t *shared(const char *, json_t *);

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

json_t *
operation_of(const struct route *r)
{
	char id[OPERATION_NAME_LEN], tag[OPERATION_NAME_LEN];
	json_t *op, *list;

	operation_id(r, id, sizeof(id));
	operation_tag(r, tag, sizeof(tag));
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

	operation_holes(list, r->pattern);
	if (r->flags & ROUTE_VERSIONED)
		json_array_append_new(list,
		    component_ref("parameters", "IfMatch"));
	if (is_keyed(r))
		json_array_append_new(list,
		    component_ref("parameters", "IdempotencyKey"));
	if (is_tagged(r))
		json_array_append_new(list,
		    component_ref("parameters", "IfNoneMatch"));
	operation_query(list, r);
	return (list);
}

static json_t *
request_body(const struct route *r)
{
	enum schema_use use = r->method == PATCH ? SCHEMA_PATCH : SCHEMA_CREATE;
	char name[OPERATION_NAME_LEN];

	operation_name(r, "_body", name, sizeof(name));
	component_keep("schemas", name, schema_of(r->fields, use));
	return (json_pack("{s:b, s:o}", "required",
	    (r->flags & ROUTE_BODY) != 0, "content",
	    content(use == SCHEMA_PATCH ? "application/merge-patch+json" :
	                                  "application/json",
	        component_ref("schemas", name),
	        schema_example(r->fields, use))));
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
	add_response(all, r, operation_status(r));
	if (is_tagged(r))
		json_object_set_new(all, "304",
		    component_ref("responses", "NotModified"));
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
	char key[16], name[OPERATION_NAME_LEN];
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
		if (!component_kept("responses", name))
			component_keep("responses", name, refusal(status));
		json_object_set_new(all, key, component_ref("responses", name));
	}
	json_object_set_new(all, "default",
	    component_ref("responses", "Refused"));
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

int
operation_status(const struct route *r)
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
			    component_ref("headers", known[i].name));
	return (all);
}

/* What a success says: a page, an item, members of its own, or both. */
static json_t *
answer(const struct route *r, int status)
{
	char item[OPERATION_NAME_LEN] = "", own[OPERATION_NAME_LEN];
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
	component_keep("schemas", own, schema_of(r->answer, SCHEMA_READ));
	schema = component_ref("schemas", own);
	example = schema_example(r->answer, SCHEMA_READ);
	if (is_item(r) && status == 201) {
		more = item_example(r);
		json_object_update(example, more);
		json_decref(more);
		schema = json_pack("{s:[o, o]}", "allOf",
		    component_ref("schemas", item), schema);
	}
	return (content("application/json", schema, example));
}

static const struct field *
item_fields(const struct route *r)
{
	return (r->members != NULL ? r->members : r->resource->fields);
}

/* The item as a component: a Plan by its kind, a Grant by its path; what a
 * list of words is called already is a RelationItem. */
static void
add_item(const struct route *r, char *name, size_t cap)
{
	char nouns[OPERATION_NAME_LEN];
	json_t *s;

	if (r->members == NULL)
		schema_name(r->resource->kind, name, cap);
	else {
		operation_noun(r->pattern, nouns, sizeof(nouns));
		schema_name(nouns, name, cap);
		if (names_words(name))
			snprintf(name + strlen(name), cap - strlen(name),
			    "Item");
	}
	if (component_kept("schemas", name))
		return;
	s = schema_of(item_fields(r), SCHEMA_READ);
	if (r->members == NULL && r->resource->title != NULL)
		json_object_set_new(s, "title",
		    json_string(r->resource->title));
	json_object_set_new(json_object_get(s, "properties"), permissions.name,
	    schema_field(&permissions, SCHEMA_READ));
	component_keep("schemas", name, s);
}

/* Are the words of some list a component of this name? */
static int
names_words(const char *name)
{
	const struct vocabulary *v;
	char words[OPERATION_NAME_LEN];

	for (v = vocabularies; v->name != NULL; v++) {
		schema_name(v->name, words, sizeof(words));
		if (strcmp(words, name) == 0)
			return (1);
	}
	return (0);
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
	        component_ref("schemas", item)));
	if (r->answer != NULL) {
		more = schema_of(r->answer, SCHEMA_READ);
		json_object_update(members,
		    json_object_get(more, "properties"));
		json_decref(more);
	}
	component_keep("schemas", own, page);
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
	    component_ref("schemas", "Problem"), "examples", examples);
	fields = json_pack("{s:o}", "X-Request-Id",
	    component_ref("headers", "RequestId"));
	if (status == 401)
		json_object_set_new(fields, "WWW-Authenticate",
		    component_ref("headers", "WWWAuthenticate"));
	if (status == 409 || status == 429 || status == 503)
		json_object_set_new(fields, "Retry-After",
		    component_ref("headers", "RetryAfter"));
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
	    schema_both(problem_text(p, LANG_VI), problem_text(p, LANG_EN)),
	    "status", problem_status(p), "code", problem_code(p));
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
		        schema_both(fault_text(particular[i].fault, LANG_VI),
		            fault_text(particular[i].fault, LANG_EN))));
	}
	return (x);
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
	component_keep("examples", name, json_pack("{s:o}", "value", example));
	return (json_pack("{s:{s:o, s:{s:o}}}", "application/json", "schema",
	    component_ref("schemas", name), "examples", name,
	    component_ref("examples", name)));
}
