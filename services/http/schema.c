/*
 * Schemas and examples, out of the tables that the checks and the statements
 * are bound by. What a table does not say of an example is in types[].
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/vocabulary.h"
#include "http/schema.h"

#define CODE_PATTERN "^[A-Za-z0-9][A-Za-z0-9._-]*$"
#define PERIOD_PATTERN "^[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]|9M))?$"
#define SOME_ID "01972f5e-8c4a-7b3e-9d21-5f60c1a7e842"

/* What every value of a type has. */
static const struct {
	const char *type; /* NULL: anything */
	const char *format;
	const char *pattern;
	const char *example;
} types[] = {
	[F_TEXT] = { "string", NULL, NULL, "…" },
	[F_CODE] = { "string", NULL, CODE_PATTERN, "II.1" },
	[F_INT] = { "integer", NULL, NULL, "1" },
	[F_DECIMAL] = { "string", NULL, NULL, "0.5" },
	[F_BOOL] = { "boolean", NULL, NULL, "true" },
	[F_DATE] = { "string", "date", NULL, "2026-03-31" },
	[F_INSTANT] = { "string", "date-time", NULL, "2026-03-02T01:30:00Z" },
	[F_UUID] = { "string", "uuid", NULL, SOME_ID },
	[F_EMAIL] = { "string", "email", NULL, "head.office@example.vn" },
	[F_PERIOD] = { "string", NULL, PERIOD_PATTERN, "2026-Q1" },
	[F_ENUM] = { "string", NULL, NULL, NULL },
	[F_REF] = { "object", NULL, NULL, NULL },
	[F_OBJECT] = { "object", NULL, NULL, NULL },
	[F_LIST] = { "array", NULL, NULL, NULL },
	[F_MAP] = { "object", NULL, NULL, NULL },
	[F_ANY] = { NULL, NULL, NULL, NULL },
};

/* What a reference may look like, by what it refers to. */
static const struct {
	const char *ref;
	const char *code;
	const char *name;
} references[] = {
	{ "units", "ward-thanh-khe", "UBND phường Thanh Khê" },
	{ "staff", "head.office", "Chánh Văn phòng" },
	{ "criteria-sets", "BH-2023", "Bộ biểu hiện BH-2023" },
	{ "plans", "36/KH-UBND", "Kế hoạch thực hiện chuyên đề năm 2026" },
	{ "documents", "34-CT/TU", "Về kỷ luật, kỷ cương" },
	{ "tasks", "II.1", "Sinh hoạt chính trị quý I" },
	{ NULL, "code", "…" },
};

static int skipped(const struct field *, enum schema_use);
static int nullable(const struct field *, enum schema_use);
static int always(const struct field *, enum schema_use);
static void add_reference(json_t *, json_t *, const struct field *,
    enum schema_use);
static json_t *typed(const struct field *, enum schema_use);
static json_t *component(const char *);
static json_t *or_null(json_t *);
static void add_bounds(json_t *, const struct field *, enum schema_use);
static void add_inside(json_t *, const struct field *, enum schema_use);
static enum schema_use inside(const struct field *, enum schema_use);
static struct field item_of(const struct field *);
static json_t *reference_example(const struct field *);
static int reference_of(const struct field *);
static json_t *speak_text(const char *, int);
static json_t *speak_lines(json_t *);

json_t * /* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
schema_of(const struct field *fields, enum schema_use use)
{
	json_t *s, *members, *required, *choices;
	const struct field *f;

	s = json_pack("{s:s}", "type", "object");
	members = json_object();
	required = json_array();
	choices = json_array();
	for (f = fields; f->name != NULL; f++) {
		if (skipped(f, use))
			continue;
		if (strcmp(f->name, "*") == 0) {
			json_object_set_new(s, "additionalProperties",
			    schema_field(f, use));
			continue;
		}
		if (f->type == F_REF && use >= SCHEMA_CREATE) {
			add_reference(members, choices, f, use);
			continue;
		}
		json_object_set_new(members, f->name, schema_field(f, use));
		if (always(f, use))
			json_array_append_new(required, json_string(f->name));
	}
	if (use >= SCHEMA_CREATE)
		json_object_set_new(s, "additionalProperties", json_false());
	if (json_object_size(members) > 0)
		json_object_set(s, "properties", members);
	if (json_array_size(required) > 0)
		json_object_set(s, "required", required);
	if (json_array_size(choices) > 0)
		json_object_set(s, "allOf", choices);
	json_decref(members);
	json_decref(required);
	json_decref(choices);
	return (s);
}

json_t * /* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
schema_field(const struct field *f, enum schema_use use)
{
	json_t *s;

	s = typed(f, use);
	if (f->doc != NULL)
		json_object_set_new(s, "description", json_string(f->doc));
	return (s);
}

json_t *
schema_words(const struct word *words)
{
	json_t *codes = json_array(), *meant = json_object();
	const struct word *w;

	for (w = words; w->code != NULL; w++) {
		json_array_append_new(codes, json_string(w->code));
		json_object_set_new(meant, w->code,
		    json_sprintf("%s" FIELD_LANGUAGES "%s", w->vi, w->en));
	}
	return (json_pack("{s:s, s:o, s:o}", "type", "string", "enum", codes,
	    "x-enumDescriptions", meant));
}

void
schema_words_name(const struct word *words, char *out, size_t cap)
{
	const struct vocabulary *v;

	out[0] = '\0';
	for (v = vocabularies; v->name != NULL; v++)
		if (v->words == words)
			schema_name(v->name, out, cap);
}

void
schema_name(const char *name, char *out, size_t cap)
{
	size_t n = 0;
	int up = 1;

	for (; *name != '\0' && n + 1 < cap; name++) {
		if (!isalnum((unsigned char)*name)) {
			up = 1;
			continue;
		}
		out[n++] = (char)(up ? toupper((unsigned char)*name) : *name);
		up = 0;
	}
	out[n] = '\0';
}

/*
 * The table's own examples, and what is needed besides: of a body the members
 * it must have, of an answer those that are always there.
 */
json_t * /* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
schema_example(const struct field *fields, enum schema_use use)
{
	const struct field *f;
	json_t *x = json_object();
	char name[64];

	for (f = fields; f->name != NULL; f++) {
		if (skipped(f, use) || (f->eg == NULL && !always(f, use)))
			continue;
		if (f->type == F_REF && use >= SCHEMA_CREATE) {
			snprintf(name, sizeof(name), "%s_code", f->name);
			json_object_set_new(x, name,
			    json_string(f->eg != NULL ?
			            f->eg :
			            references[reference_of(f)].code));
		} else
			json_object_set_new(x,
			    strcmp(f->name, "*") == 0 ? "name" : f->name,
			    schema_field_example(f, use));
	}
	return (x);
}

json_t * /* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
schema_field_example(const struct field *f, enum schema_use use)
{
	const char *text = f->eg != NULL ? f->eg : types[f->type].example;
	struct field one;

	if (f->eg == NULL && use <= SCHEMA_KEPT && nullable(f, use))
		return (json_null());
	switch (f->type) {
	case F_REF:
		return (reference_example(f));
	case F_ENUM:
		return (json_string(text != NULL ? text : f->words[0].code));
	case F_INT:
		return (json_integer(strtoll(text, NULL, 10)));
	case F_BOOL:
		return (json_boolean(strcmp(text, "true") == 0));
	case F_LIST:
		one = item_of(f);
		return (json_pack("[o]",
		    schema_field_example(&one, inside(f, use))));
	case F_OBJECT:
		return (schema_example(f->members, inside(f, use)));
	case F_MAP:
		return (json_pack("{s:o}", text != NULL ? text : "BH01",
		    schema_example(f->members, inside(f, use))));
	case F_ANY:
		return (text != NULL ? json_loads(text, JSON_DECODE_ANY, NULL) :
		                       json_null());
	default:
		return (json_string(text));
	}
}

json_t *
schema_both(const char *vi, const char *en)
{
	return (json_sprintf("%s | %s", vi, en));
}

json_t * /* NOLINTNEXTLINE(misc-no-recursion): as deep as the document */
schema_speak(json_t *v, int lang)
{
	json_t *out, *one;
	const char *name;
	size_t i;

	if (json_is_string(v))
		return (speak_text(json_string_value(v), lang));
	if (json_is_array(v)) {
		out = json_array();
		json_array_foreach(v, i, one)
		    json_array_append_new(out, schema_speak(one, lang));
		return (out);
	}
	if (!json_is_object(v))
		return (json_incref(v));
	out = json_object();
	json_object_foreach(v, name, one)
	{
		one = schema_speak(one, lang);
		if (json_is_array(one) && strcmp(name, "description") == 0)
			one = speak_lines(one);
		json_object_set_new(out, name, one);
	}
	return (out);
}

static int
skipped(const struct field *f, enum schema_use use)
{
	static const unsigned never[] = {
		[SCHEMA_READ] = FIELD_WRITE,
		[SCHEMA_KEPT] = FIELD_WRITE,
		[SCHEMA_CREATE] = FIELD_SERVER,
		[SCHEMA_PATCH] = FIELD_SERVER | FIELD_FIXED,
	};

	return ((f->flags & never[use]) != 0);
}

static int
nullable(const struct field *f, enum schema_use use)
{
	if (use <= SCHEMA_KEPT && (f->flags & FIELD_PRIVATE))
		return (1);
	return (!(f->flags & (FIELD_REQUIRED | FIELD_EMPTY)));
}

static int
always(const struct field *f, enum schema_use use)
{
	switch (use) {
	case SCHEMA_READ:
		return (!(f->flags & FIELD_MAYBE));
	case SCHEMA_KEPT:
		return ((f->flags & (FIELD_REQUIRED | FIELD_SERVER)) != 0 &&
		    !(f->flags & FIELD_MAYBE));
	case SCHEMA_CREATE:
		return ((f->flags & FIELD_REQUIRED) != 0);
	default:
		return (0);
	}
}

/* A reference is written as one of two members. */
static void
add_reference(json_t *members, json_t *choices, const struct field *f,
    enum schema_use use)
{
	struct field by_id = *f, by_code = *f;
	char id[64], code[64];

	snprintf(id, sizeof(id), "%s_id", f->name);
	snprintf(code, sizeof(code), "%s_code", f->name);
	by_id.type = F_UUID;
	by_code.type = F_CODE;
	by_id.eg = NULL;
	json_object_set_new(members, id, schema_field(&by_id, use));
	json_object_set_new(members, code, schema_field(&by_code, use));
	if (use == SCHEMA_CREATE && (f->flags & FIELD_REQUIRED))
		json_array_append_new(choices,
		    json_pack("{s:[{s:[s]}, {s:[s]}]}", "oneOf", "required", id,
		        "required", code));
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
static json_t *
typed(const struct field *f, enum schema_use use)
{
	char name[64] = "";
	json_t *s;

	if (types[f->type].type == NULL)
		return (json_object());
	if (f->type == F_REF)
		snprintf(name, sizeof(name), "%s",
		    strcmp(f->ref, "staff") == 0 ? "PersonReference" :
		                                   "Reference");
	else if (f->type == F_ENUM)
		schema_words_name(f->words, name, sizeof(name));
	if (name[0] != '\0')
		s = component(name);
	else if (f->type == F_ENUM)
		s = schema_words(f->words);
	else {
		s = json_pack("{s:s}", "type", types[f->type].type);
		if (types[f->type].format != NULL)
			json_object_set_new(s, "format",
			    json_string(types[f->type].format));
		if (types[f->type].pattern != NULL)
			json_object_set_new(s, "pattern",
			    json_string(types[f->type].pattern));
		add_bounds(s, f, use);
		add_inside(s, f, use);
	}
	return (nullable(f, use) ? or_null(s) : s);
}

static json_t *
component(const char *name)
{
	return (json_pack("{s:o}", "$ref",
	    json_sprintf("#/components/schemas/%s", name)));
}

/* The same, or null. Steals the schema. */
static json_t *
or_null(json_t *s)
{
	json_t *type = json_object_get(s, "type");

	if (json_object_get(s, "enum") == NULL && json_is_string(type)) {
		json_object_set_new(s, "type",
		    json_pack("[O, s]", type, "null"));
		return (s);
	}
	return (json_pack("{s:[o, {s:s}]}", "anyOf", s, "type", "null"));
}

/* What a body is held to; what we say ourselves is as it is. */
static void
add_bounds(json_t *s, const struct field *f, enum schema_use use)
{
	static const struct {
		enum field_type type;
		const char *min;
		const char *max;
	} names[] = {
		{ F_TEXT, "minLength", "maxLength" },
		{ F_CODE, NULL, "maxLength" },
		{ F_INT, "minimum", "maximum" },
		{ F_LIST, "minItems", "maxItems" },
		{ F_MAP, NULL, "maxProperties" },
	};
	size_t i;

	if (use <= SCHEMA_KEPT || (f->flags & FIELD_SERVER))
		return;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].type != f->type)
			continue;
		if (names[i].min != NULL && (f->min > 0 || f->type == F_INT))
			json_object_set_new(s, names[i].min,
			    json_integer(f->min));
		if (f->max != 0)
			json_object_set_new(s, names[i].max,
			    json_integer(f->max));
	}
	if (f->type == F_DECIMAL)
		json_object_set_new(s, "pattern",
		    json_sprintf("^-?[0-9]{1,%d}(\\.[0-9]{1,%d})?$", f->max,
		        f->min));
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
static void
add_inside(json_t *s, const struct field *f, enum schema_use use)
{
	struct field one;
	json_t *in;

	switch (f->type) {
	case F_LIST:
		one = item_of(f);
		json_object_set_new(s, "items",
		    schema_field(&one, inside(f, use)));
		break;
	case F_OBJECT:
		in = schema_of(f->members, inside(f, use));
		json_object_update(s, in);
		json_decref(in);
		break;
	case F_MAP:
		in = schema_of(f->members, inside(f, use));
		json_object_set_new(s, "propertyNames",
		    json_pack("{s:s, s:i}", "pattern", CODE_PATTERN,
		        "maxLength", 64));
		json_object_set_new(s, "additionalProperties",
		    use >= SCHEMA_CREATE ? or_null(in) : in);
		break;
	default:
		break;
	}
}

/* A list is written whole, an object as what it is in, a map by entries. */
static enum schema_use
inside(const struct field *f, enum schema_use use)
{
	if (use <= SCHEMA_KEPT)
		return (SCHEMA_KEPT);
	if (f->type == F_LIST)
		return (SCHEMA_CREATE);
	if (f->type == F_MAP || f->flags & FIELD_MERGE)
		return (SCHEMA_PATCH);
	return (use);
}

/* One item of a list, as core/field.c checks it. */
static struct field
item_of(const struct field *f)
{
	struct field one = *f;

	one.type = f->item;
	one.flags = FIELD_REQUIRED;
	one.doc = NULL;
	one.min = f->item == F_TEXT ? 1 : 0;
	one.max = f->item == F_TEXT ? 1000 : f->item == F_CODE ? 64 : 0;
	return (one);
}

static json_t *
reference_example(const struct field *f)
{
	int i = reference_of(f);

	if (strcmp(f->ref, "staff") == 0)
		return (json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s}}",
		    "id", SOME_ID, "code", references[i].code, "full_name",
		    references[i].name, "position", references[i].name, "unit",
		    "id", SOME_ID, "code", references[0].code, "name",
		    references[0].name));
	return (json_pack("{s:s, s:s, s:s}", "id", SOME_ID, "code",
	    references[i].code, "name", references[i].name));
}

static int
reference_of(const struct field *f)
{
	int i;

	for (i = 0; references[i].ref != NULL; i++)
		if (strcmp(references[i].ref, f->ref) == 0)
			break;
	return (i);
}

static json_t *
speak_text(const char *s, int lang)
{
	const char *cut = strstr(s, FIELD_LANGUAGES);

	if (cut == NULL)
		return (json_string(s));
	if (lang == 0)
		return (json_stringn(s, (size_t)(cut - s)));
	return (json_string(cut + strlen(FIELD_LANGUAGES)));
}

/* Steals the array. */
static json_t *
speak_lines(json_t *lines)
{
	json_t *text = json_string(""), *line, *longer;
	size_t i;

	json_array_foreach(lines, i, line)
	{
		longer = json_sprintf("%s%s%s", json_string_value(text),
		    i > 0 ? "\n" : "", json_string_value(line));
		json_decref(text);
		text = longer;
	}
	json_decref(lines);
	return (text);
}
