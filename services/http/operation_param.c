/* What a route takes in its path and query; see operation_param.h. */
#include <stdio.h>
#include <string.h>

#include "http/component.h"
#include "http/operation_name.h"
#include "http/operation_param.h"
#include "http/page.h"
#include "http/param.h"
#include "http/schema.h"

static void add_own(json_t *, const char *);
static void add_list(json_t *, const struct route *);
static json_t *parameter(const struct field *, const char *, int);
static json_t *filter(const struct route *, const struct query_param *);
static json_t *order(const struct route *);
static json_t *counters(const struct route *);

void
operation_holes(json_t *list, const char *pattern)
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
	char name[OPERATION_NAME_LEN];
	const char *p;
	size_t i;

	for (p = pattern; (p = strchr(p, '<')) != NULL; p++) {
		struct field f = { .name = name };

		operation_hole(pattern, p, name, sizeof(name));
		for (i = 0; i < sizeof(holes) / sizeof(holes[0]); i++)
			if (strncmp(p, holes[i].hole, strlen(holes[i].hole)) ==
			    0)
				f.type = holes[i].type;
		json_array_append_new(list, parameter(&f, "path", 1));
	}
}

void
operation_query(json_t *list, const struct route *r)
{
	if (r->params != NULL)
		add_own(list, r->params);
	if (r->list != NULL)
		add_list(list, r);
}

static void
add_own(json_t *list, const char *names)
{
	struct field f;
	char name[OPERATION_NAME_LEN];
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
add_list(json_t *list, const struct route *r)
{
	const struct query *q = r->list->ascending;
	int i;

	json_array_append_new(list, component_ref("parameters", "limit"));
	json_array_append_new(list, component_ref("parameters", "cursor"));
	json_array_append_new(list, order(r));
	add_own(list, "fields");
	if (page_takes_ref(r))
		json_array_append_new(list, component_ref("parameters", "ref"));
	if (r->counts != NULL) {
		json_array_append_new(list,
		    component_ref("parameters", "count"));
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
