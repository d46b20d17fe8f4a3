/*
 * The document is built once, before the processes fork, out of what the
 * router, the checks and the lists themselves read; so it cannot differ from
 * them. openapi.json holds what no table says. It is made in both languages
 * and given out by Accept-Language.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/log.h"
#include "domain/vocabulary.h"
#include "http/component.h"
#include "http/openapi.h"
#include "http/operation.h"
#include "http/operation_name.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/schema.h"

extern const char openapi_json[];
extern const unsigned openapi_json_len;

struct document {
	char *text;
	size_t len;
};
static struct document documents[2]; /* by enum lang */
static struct document vocabulary;

static const char *const languages[] = { "vi", "en" };
static const char *const methods[] = { "get", "head", "post", "put", "patch",
	"delete", "options" };

static void document_keep(struct document *, json_t *);
static json_t *skeleton(void);
static void add_tags(json_t *);
static int has_tag(json_t *, const char *);
static void add_paths(json_t *);
static void add_problems(json_t *);
static void add_faults(void);
static void add_states(json_t *);
static json_t *statuses_of(const struct states *);
static json_t *transitions_of(const struct states *);
static const char *verb_title(const struct states *, const char *);
static json_t *asks_of(const struct states *);
static void add_vocabularies(const json_t *);
static void make_vocabulary(void);

void
openapi_init(void)
{
	json_t *doc, *spoken;
	int lang;

	make_vocabulary();
	doc = skeleton();
	component_begin(doc);
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
	char name[OPERATION_NAME_LEN];
	int i;

	for (i = 0; i < route_count(); i++) {
		r = route_at(i)->resource;
		operation_tag(route_at(i), name, sizeof(name));
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
		operation_path(r->pattern, path, sizeof(path));
		if ((item = json_object_get(paths, path)) == NULL) {
			item = json_pack("{s:[o, o]}", "parameters",
			    component_ref("parameters", "AcceptLanguage"),
			    component_ref("parameters", "RequestId"));
			json_object_set_new(paths, path, item);
		}
		json_object_set_new(item, methods[r->method], operation_of(r));
	}
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
	json_object_set_new(component_member("Problem", "code"), "enum", codes);
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
		    schema_both(fault_text(code, LANG_VI),
		        fault_text(code, LANG_EN)));
	}
	json_object_set_new(component_member("Fault", "code"), "enum", codes);
	json_object_set_new(component_member("Fault", "code"),
	    "x-enumDescriptions", meant);
}

/* --- states --- */

static void
add_states(json_t *doc)
{
	json_t *all = json_object_get(doc, "x-states");
	const struct states *const *s;

	for (s = states_all; *s != NULL; s++) {
		if ((*s)->transitions->from == NULL)
			continue; /* it only asks */
		json_object_set_new(all, (*s)->resource,
		    json_pack("{s:o, s:o, s:o}", "statuses", statuses_of(*s),
		        "transitions", transitions_of(*s), "asked",
		        asks_of(*s)));
	}
}

/* Its words: those of the vocabulary task_status, for a task. */
static json_t *
statuses_of(const struct states *s)
{
	const struct vocabulary *v;
	json_t *list = json_array();
	const struct word *w;
	char name[OPERATION_NAME_LEN];

	snprintf(name, sizeof(name), "%s_status", s->resource);
	for (v = vocabularies; v->name != NULL; v++) {
		if (strcmp(v->name, name) != 0)
			continue;
		for (w = v->words; w->code != NULL; w++)
			json_array_append_new(list,
			    json_pack("{s:s, s:o, s:o, s:s}", "code", w->code,
			        "title", schema_both(w->vi, w->en), "short",
			        schema_both(w->vi_short != NULL ? w->vi_short :
			                                          w->vi,
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
	char name[OPERATION_NAME_LEN], ref[2 * OPERATION_NAME_LEN];
	char *text;

	text = json_text(doc);
	for (v = vocabularies; v->name != NULL; v++) {
		schema_name(v->name, name, sizeof(name));
		snprintf(ref, sizeof(ref), "\"#/components/schemas/%s\"", name);
		if (strstr(text, ref) != NULL)
			component_keep("schemas", name, schema_words(v->words));
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
