/*
 * The document is built once, before the processes fork, from what the router,
 * the checks and the lists themselves read; so it cannot differ from them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "domain/vocabulary.h"
#include "http/openapi.h"
#include "http/page.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/route.h"

extern const char docs_html[];
extern const unsigned docs_html_len;

static struct arena memory;
static struct buf document;
static struct buf vocabulary;

static void write_paths(struct buf *);
static void write_operation(struct buf *, const struct route *);
static void write_parameters(struct buf *, const struct route *);
static void write_responses(struct buf *, const struct route *);
static void write_schemas(struct buf *);
static void write_members(struct buf *, const struct field *, int, int);
static void write_field(struct buf *, const struct field *, int);
static void write_states(struct buf *);
static void write_vocabulary(void);
static void write_path(struct buf *, const char *);
static const char *hole_name(const char *, int);
static const char *tag_of(const struct route *, char *, size_t);
static void schema_name(const struct resource *, char *, size_t);
static const char *query_type(enum query_type);

void
openapi_init(void)
{
	struct buf *b = &document;

	arena_init(&memory, NULL, 0);
	buf_init(b, &memory, 65536);
	buf_puts(b,
	    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Camket\","
	    "\"version\":\"1.0.0\",\"summary\":\"Kế hoạch, cam kết, đánh giá "
	    "và nhắc việc cho cơ quan nhà nước\",\"description\":\"Plans, "
	    "tasks, reviews and evaluations of public offices. Every refusal "
	    "is application/problem+json (RFC 9457).\",\"license\":{\"name\":"
	    "\"Proprietary\",\"identifier\":\"LicenseRef-Camket\"}},"
	    "\"servers\":[{\"url\":\"/\"}],"
	    "\"security\":[{\"bearer\":[]}],\"paths\":{");
	write_paths(b);
	buf_puts(b,
	    "},\"components\":{\"securitySchemes\":{\"bearer\":{"
	    "\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\"}"
	    "},\"schemas\":{");
	write_schemas(b);
	buf_puts(b, "}},\"x-states\":{");
	write_states(b);
	buf_puts(b, "}}");
	write_vocabulary();
}

enum step
openapi_get(struct ctx *c)
{
	return (reply_document(c, NULL, document.data, document.len,
	    "public, max-age=300"));
}

enum step
openapi_vocabulary(struct ctx *c)
{
	return (reply_document(c, NULL, vocabulary.data, vocabulary.len,
	    "public, max-age=300"));
}

enum step
openapi_docs(struct ctx *c)
{
	return (reply_document(c, "text/html; charset=utf-8", docs_html,
	    docs_html_len, "public, max-age=300"));
}

static void
write_paths(struct buf *b)
{
	const struct route *r, *other;
	const char *sep = "", *inner;
	int i, k;

	for (i = 0; i < route_count(); i++) {
		r = route_at(i);
		if (r->flags & ROUTE_HIDDEN)
			continue;
		for (k = 0; k < i; k++)
			if (strcmp(route_at(k)->pattern, r->pattern) == 0)
				break;
		if (k < i)
			continue; /* written with its first method */
		buf_printf(b, "%s\"", sep);
		write_path(b, r->pattern);
		buf_puts(b, "\":{");
		inner = "";
		for (k = i; k < route_count(); k++) {
			other = route_at(k);
			if (strcmp(other->pattern, r->pattern) != 0)
				continue;
			buf_puts(b, inner);
			write_operation(b, other);
			inner = ",";
		}
		buf_putc(b, '}');
		sep = ",";
	}
}

static void
write_operation(struct buf *b, const struct route *r)
{
	static const char *const lower[] = { "get", "head", "post", "put",
		"patch", "delete", "options" };
	char tag[64], id[160];
	const char *p;
	size_t n;

	n = (size_t)snprintf(id, sizeof(id), "%s", lower[r->method]);
	for (p = r->pattern; *p != '\0' && n + 2 < sizeof(id); p++)
		if (*p != '<' && *p != '>')
			id[n++] = (char)(*p == '/' || *p == '-' || *p == '.' ?
			        '_' :
			        *p);
	id[n] = '\0';
	buf_printf(b,
	    "\"%s\":{\"operationId\":\"%s\",\"tags\":[\"%s\"],"
	    "\"summary\":",
	    lower[r->method], id, tag_of(r, tag, sizeof(tag)));
	buf_json(b, r->summary != NULL ? r->summary : r->pattern);
	if (r->flags & ROUTE_PUBLIC)
		buf_puts(b, ",\"security\":[]");
	write_parameters(b, r);
	if (r->fields != NULL) {
		buf_printf(b,
		    ",\"requestBody\":{\"required\":%s,\"content\":{"
		    "\"%s\":{\"schema\":",
		    r->flags & ROUTE_BODY ? "true" : "false",
		    r->method == PATCH ? "application/merge-patch+json" :
		                         "application/json");
		write_members(b, r->fields, 0, r->method == PATCH);
		buf_puts(b, "}}}");
	}
	write_responses(b, r);
	buf_putc(b, '}');
}

static void
write_parameters(struct buf *b, const struct route *r)
{
	const struct query_sort *s;
	const struct query_param *q;
	const char *p, *sep = "";
	char word[64];
	size_t n;
	int i, hole = 0;

	buf_puts(b, ",\"parameters\":[");
	for (p = r->pattern; (p = strchr(p, '<')) != NULL; p++) {
		buf_printf(b,
		    "%s{\"name\":\"%s\",\"in\":\"path\",\"required\":"
		    "true,\"schema\":{\"type\":\"string\"%s}}",
		    sep, hole_name(p, hole++),
		    strncmp(p, "<uuid>", 6) == 0 ? ",\"format\":\"uuid\"" : "");
		sep = ",";
	}
	if (r->flags & ROUTE_VERSIONED) {
		buf_printf(b,
		    "%s{\"name\":\"If-Match\",\"in\":\"header\","
		    "\"required\":true,\"schema\":{\"type\":\"string\"},"
		    "\"example\":\"\\\"v1\\\"\"}",
		    sep);
		sep = ",";
	}
	if (r->method != GET && !(r->flags & (ROUTE_UNKEYED | ROUTE_PUBLIC))) {
		buf_printf(b,
		    "%s{\"name\":\"Idempotency-Key\",\"in\":"
		    "\"header\",\"required\":false,\"schema\":{\"type\":"
		    "\"string\",\"maxLength\":200}}",
		    sep);
		sep = ",";
	}
	for (p = r->params; p != NULL && *p != '\0';) {
		n = strcspn(p, " ");
		buf_printf(b,
		    "%s{\"name\":\"%.*s\",\"in\":\"query\","
		    "\"required\":false,\"schema\":{\"type\":\"string\"}}",
		    sep, (int)n, p);
		sep = ",";
		p += n + strspn(p + n, " ");
	}
	if (r->list != NULL) {
		buf_printf(b,
		    "%s{\"name\":\"sort\",\"in\":\"query\","
		    "\"schema\":{\"type\":\"string\",\"enum\":[",
		    sep);
		for (s = r->list; s->field != NULL; s++)
			buf_printf(b, "%s\"%s\",\"-%s\"",
			    s == r->list ? "" : ",", s->field, s->field);
		buf_puts(b,
		    "]}},{\"name\":\"limit\",\"in\":\"query\","
		    "\"schema\":{\"type\":\"integer\",\"minimum\":1,"
		    "\"maximum\":200,\"default\":50}},{\"name\":\"cursor\","
		    "\"in\":\"query\",\"schema\":{\"type\":\"string\"}},"
		    "{\"name\":\"fields\",\"in\":\"query\",\"schema\":{"
		    "\"type\":\"string\"}}");
		if (r->counts != NULL)
			buf_puts(b,
			    ",{\"name\":\"counts\",\"in\":\"query\","
			    "\"schema\":{\"type\":\"string\"}},{\"name\":"
			    "\"count\",\"in\":\"query\",\"schema\":{\"type\":"
			    "\"string\",\"enum\":[\"exact\"]}}");
		for (i = 0; i < r->list->ascending->nparams; i++) {
			q = &r->list->ascending->params[i];
			if (!page_is_filter(q->name))
				continue;
			snprintf(word, sizeof(word), "%s", q->name);
			buf_printf(b,
			    ",{\"name\":\"%s\",\"in\":\"query\","
			    "\"schema\":%s}",
			    word, query_type(q->type));
		}
	}
	buf_putc(b, ']');
}

static void
write_responses(struct buf *b, const struct route *r)
{
	char name[64];

	buf_puts(b, ",\"responses\":{");
	if (r->flags & ROUTE_PAGE)
		buf_puts(b, "\"200\":{\"description\":\"OK\"}");
	else if (r->method == DELETE)
		buf_puts(b, "\"204\":{\"description\":\"Removed\"}");
	else if (r->list != NULL && r->resource != NULL) {
		schema_name(r->resource, name, sizeof(name));
		buf_printf(b,
		    "\"200\":{\"description\":\"A page\",\"content\":"
		    "{\"application/json\":{\"schema\":{\"type\":\"object\","
		    "\"required\":[\"items\",\"next\",\"sync\"],"
		    "\"properties\":{\"items\":{\"type\":\"array\",\"items\":{"
		    "\"$ref\":\"#/components/schemas/%s\"}},\"next\":{\"type\":"
		    "[\"string\",\"null\"]},\"sync\":{\"type\":\"string\"},"
		    "\"count\":{\"type\":\"integer\"},\"counts\":{\"type\":"
		    "\"object\"}}}}}}",
		    name);
	} else if (r->resource != NULL && r->resource->fields != NULL &&
	    r->query != NULL) {
		schema_name(r->resource, name, sizeof(name));
		buf_printf(b,
		    "\"%s\":{\"description\":\"%s\",\"headers\":{"
		    "\"ETag\":{\"schema\":{\"type\":\"string\"}}},\"content\":"
		    "{\"application/json\":{\"schema\":{\"$ref\":"
		    "\"#/components/schemas/%s\"}}}}",
		    r->query == r->resource->create ? "201" : "200",
		    r->query == r->resource->create ? "Created" : "The item",
		    name);
	} else
		buf_puts(b,
		    "\"2XX\":{\"description\":\"OK\",\"content\":{"
		    "\"application/json\":{\"schema\":{\"type\":\"object\"}}}"
		    "}");
	buf_puts(b,
	    ",\"4XX\":{\"description\":\"Refused\",\"content\":{"
	    "\"application/problem+json\":{\"schema\":{\"$ref\":"
	    "\"#/components/schemas/Problem\"}}}},\"503\":{\"description\":"
	    "\"Try again\",\"content\":{\"application/problem+json\":{"
	    "\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}}");
}

static void
write_schemas(struct buf *b)
{
	const struct route *r;
	char name[64];
	int i, k;

	buf_puts(b,
	    "\"Problem\":{\"type\":\"object\",\"required\":[\"type\","
	    "\"title\",\"status\",\"code\"],\"properties\":{\"type\":{"
	    "\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{"
	    "\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
	    "\"instance\":{\"type\":\"string\"},\"code\":{\"type\":\"string\","
	    "\"enum\":[");
	for (i = 0; i < PROBLEM_COUNT; i++)
		buf_printf(b, "%s\"%s\"", i > 0 ? "," : "",
		    problem_code((enum problem)i));
	buf_puts(b,
	    "]},\"errors\":{\"type\":\"array\",\"items\":{\"type\":"
	    "\"object\",\"properties\":{\"pointer\":{\"type\":\"string\"},"
	    "\"code\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}}}"
	    "}}}");
	for (i = 0; i < route_count(); i++) {
		r = route_at(i);
		if (r->resource == NULL || r->resource->fields == NULL)
			continue;
		for (k = 0; k < i; k++)
			if (route_at(k)->resource == r->resource)
				break;
		if (k < i)
			continue;
		schema_name(r->resource, name, sizeof(name));
		buf_printf(b, ",\"%s\":", name);
		write_members(b, r->resource->fields, 1, 0);
	}
}

/* An object of these members: as it is read, or as it is written. */
static void /* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
write_members(struct buf *b, const struct field *fields, int reading, int patch)
{
	const struct field *f;
	const char *sep = "";

	buf_puts(b, "{\"type\":\"object\",\"properties\":{");
	for (f = fields; f->name != NULL; f++) {
		if (!reading && (f->flags & FIELD_SERVER))
			continue;
		if (patch && (f->flags & FIELD_FIXED))
			continue;
		if (f->type == F_REF && !reading) {
			buf_printf(b,
			    "%s\"%s_id\":{\"type\":[\"string\","
			    "\"null\"],\"format\":\"uuid\"},\"%s_code\":{"
			    "\"type\":[\"string\",\"null\"]}",
			    sep, f->name, f->name);
		} else {
			buf_printf(b, "%s\"%s\":", sep, f->name);
			write_field(b, f, reading);
		}
		sep = ",";
	}
	if (reading)
		buf_printf(b,
		    "%s\"_permissions\":{\"type\":\"array\","
		    "\"items\":{\"type\":\"string\"}}",
		    sep);
	buf_puts(b, "}");
	sep = "";
	if (!reading && !patch) {
		buf_puts(b, ",\"additionalProperties\":false");
		for (f = fields; f->name != NULL; f++) {
			if (!(f->flags & FIELD_REQUIRED) || f->type == F_REF)
				continue;
			buf_printf(b, "%s\"%s\"",
			    *sep == '\0' ? ",\"required\":[" : sep, f->name);
			sep = ",";
		}
		if (*sep != '\0')
			buf_putc(b, ']');
	}
	buf_putc(b, '}');
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
static void
write_field(struct buf *b, const struct field *f, int reading)
{
	static const char *const types[] = {
		[F_TEXT] = "\"string\"",
		[F_CODE] = "\"string\"",
		[F_INT] = "\"integer\"",
		[F_DECIMAL] = "\"string\"",
		[F_BOOL] = "\"boolean\"",
		[F_DATE] = "\"string\"",
		[F_INSTANT] = "\"string\"",
		[F_UUID] = "\"string\"",
		[F_EMAIL] = "\"string\"",
		[F_PERIOD] = "\"string\"",
		[F_ENUM] = "\"string\"",
		[F_REF] = "\"object\"",
		[F_OBJECT] = "\"object\"",
		[F_LIST] = "\"array\"",
		[F_MAP] = "\"object\"",
		[F_ANY] = NULL,
	};
	const struct word *w;

	if (types[f->type] == NULL) {
		buf_puts(b, "{}");
		return;
	}
	if (f->flags & (FIELD_REQUIRED | FIELD_EMPTY))
		buf_printf(b, "{\"type\":%s", types[f->type]);
	else
		buf_printf(b, "{\"type\":[%s,\"null\"]", types[f->type]);
	if (f->type == F_DATE || f->type == F_INSTANT || f->type == F_UUID)
		buf_printf(b, ",\"format\":\"%s\"",
		    f->type == F_DATE     ? "date" :
		        f->type == F_UUID ? "uuid" :
		                            "date-time");
	if (f->type == F_TEXT && f->max != 0)
		buf_printf(b, ",\"maxLength\":%d", f->max);
	if (f->type == F_ENUM && f->words != NULL) {
		buf_puts(b, ",\"enum\":[");
		for (w = f->words; w->code != NULL; w++)
			buf_printf(b, "%s\"%s\"", w == f->words ? "" : ",",
			    w->code);
		buf_puts(b,
		    f->flags & (FIELD_REQUIRED | FIELD_EMPTY) ? "]" : ",null]");
	}
	if (f->type == F_LIST) {
		struct field one = *f;

		one.type = f->item;
		one.flags = FIELD_REQUIRED;
		buf_puts(b, ",\"items\":");
		if (f->item == F_OBJECT && f->members != NULL)
			write_members(b, f->members, reading, 1);
		else
			write_field(b, &one, reading);
	}
	if (f->type == F_OBJECT && f->members != NULL) {
		buf_puts(b, ",\"properties\":{}");
	}
	if (f->type == F_MAP && f->members != NULL) {
		buf_puts(b, ",\"additionalProperties\":");
		write_members(b, f->members, reading, 1);
	}
	if (f->doc != NULL) {
		buf_puts(b, ",\"description\":");
		buf_json(b, f->doc);
	}
	buf_putc(b, '}');
}

static void
write_states(struct buf *b)
{
	const struct states *const *s;
	const struct transition *t;
	const struct ask *a;

	for (s = states_all; *s != NULL; s++) {
		buf_printf(b, "%s\"%s\":{\"transitions\":[",
		    s == states_all ? "" : ",", (*s)->resource);
		for (t = (*s)->transitions; t->from != NULL; t++)
			buf_printf(b,
			    "%s{\"from\":\"%s\",\"verb\":\"%s\","
			    "\"to\":\"%s\",\"reason\":%s,\"signs\":%s}",
			    t == (*s)->transitions ? "" : ",", t->from, t->verb,
			    t->to != NULL ? t->to : t->from,
			    t->flags & STEP_REASON ? "true" : "false",
			    t->flags & STEP_SIGN ? "true" : "false");
		buf_puts(b, "],\"asked\":[");
		for (a = (*s)->asks; a->status != NULL; a++)
			buf_printf(b,
			    "%s{\"status\":\"%s\",\"who\":\"%s\","
			    "\"role\":\"%s\"}",
			    a == (*s)->asks ? "" : ",", a->status, a->asks,
			    a->role);
		buf_puts(b, "]}");
	}
}

static void
write_vocabulary(void)
{
	const struct vocabulary *v;
	const struct word *w;
	struct buf *b = &vocabulary;

	buf_init(b, &memory, 16384);
	buf_putc(b, '{');
	for (v = vocabularies; v->name != NULL; v++) {
		buf_printf(b, "%s\"%s\":[", v == vocabularies ? "" : ",",
		    v->name);
		for (w = v->words; w->code != NULL; w++) {
			buf_printf(b, "%s{\"code\":\"%s\",\"vi\":",
			    w == v->words ? "" : ",", w->code);
			buf_json(b, w->vi);
			buf_puts(b, ",\"vi_short\":");
			buf_json(b, w->vi_short != NULL ? w->vi_short : w->vi);
			buf_puts(b, ",\"en\":");
			buf_json(b, w->en);
			buf_printf(b, ",\"tone\":\"%s\",\"order\":%d}", w->tone,
			    (int)(w - v->words));
		}
		buf_putc(b, ']');
	}
	buf_putc(b, '}');
}

/* /v1/plans/<uuid> as /v1/plans/{id} */
static void
write_path(struct buf *b, const char *pattern)
{
	int hole = 0;

	for (; *pattern != '\0'; pattern++) {
		if (*pattern != '<') {
			buf_putc(b, *pattern);
			continue;
		}
		buf_printf(b, "{%s}", hole_name(pattern, hole++));
		pattern += strcspn(pattern, ">");
	}
}

static const char *
hole_name(const char *hole, int n)
{
	if (strncmp(hole, "<uuid>", 6) == 0)
		return (n == 0 ? "id" : "sub_id");
	if (strncmp(hole, "<code>", 6) == 0)
		return (n == 0 ? "code" : "sub_code");
	return (n == 0 ? "name" : "sub_name");
}

static const char *
tag_of(const struct route *r, char *out, size_t cap)
{
	const char *p = r->pattern;

	if (strncmp(p, "/v1/", 4) == 0)
		p += 4;
	else
		p = "service";
	snprintf(out, cap, "%.*s", (int)strcspn(p, "/"), p);
	return (out);
}

/* "plans" -> "Plan", by the kind: first letter large */
static void
schema_name(const struct resource *r, char *out, size_t cap)
{
	snprintf(out, cap, "%s", r->kind != NULL ? r->kind : r->name);
	if (out[0] >= 'a' && out[0] <= 'z')
		out[0] = (char)(out[0] - 'a' + 'A');
}

static const char *
query_type(enum query_type t)
{
	switch (t) {
	case Q_DATE:
		return ("{\"type\":\"string\",\"format\":\"date\"}");
	case Q_UUID:
		return ("{\"type\":\"string\",\"format\":\"uuid\"}");
	case Q_BOOL:
		return ("{\"type\":\"boolean\"}");
	case Q_INT:
		return ("{\"type\":\"integer\"}");
	default:
		return ("{\"type\":\"string\"}");
	}
}
