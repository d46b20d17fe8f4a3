/* Refusals; see problem.tbl. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/db.h"
#include "core/log.h"
#include "core/metrics.h"
#include "http/check.h"
#include "http/note.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/route.h"

#define PROBLEM_MEDIA "application/problem+json; charset=utf-8"

static const struct {
	int status;
	const char *code;
	const char *text[2]; /* by enum lang */
} problems[PROBLEM_COUNT] = {
#define PROBLEM(name, status, code, vi, en) { status, #code, { vi, en } },
#define ADVICE(name, vi, en)
#define CONSTRAINT(name, problem, pointer, fault)
#include "http/problem.tbl"
#undef PROBLEM
#undef ADVICE
#undef CONSTRAINT
};

static const char *const advices[PROBLEM_COUNT][2] = {
#define PROBLEM(name, status, code, vi, en)
#define ADVICE(name, vi, en) [P_##name] = { vi, en },
#define CONSTRAINT(name, problem, pointer, fault)
#include "http/problem.tbl"
#undef PROBLEM
#undef ADVICE
#undef CONSTRAINT
};

static const struct {
	const char *name;
	enum problem problem;
	const char *pointer;
	const char *fault;
} constraints[] = {
#define PROBLEM(name, status, code, vi, en)
#define ADVICE(name, vi, en)
#define CONSTRAINT(name, problem, pointer, fault) \
	{ #name, P_##problem, pointer, #fault },
#include "http/problem.tbl"
#undef PROBLEM
#undef ADVICE
#undef CONSTRAINT
};

static const struct {
	const char *code;
	const char *text[2];
} fault_texts[] = {
#define FAULT(code, vi, en) { #code, { vi, en } },
#include "core/faults.tbl"
#undef FAULT
};

static void note_refusal(struct ctx *);
static const char *pointer_of(struct ctx *, const char *);
static enum step problem_send(struct ctx *, enum problem, const char *,
    const char *);

enum step
problem(struct ctx *c, enum problem p, const char *detail, ...)
{
	char text[512] = "";
	va_list ap;

	if (detail != NULL) {
		va_start(ap, detail);
		vsnprintf(text, sizeof(text), detail, ap);
		va_end(ap);
	}
	return (problem_send(c, p, "", text));
}

enum step
problem_with(struct ctx *c, enum problem p, const char *members,
    const char *detail)
{
	return (problem_send(c, p, members, detail != NULL ? detail : ""));
}

enum step
problem_of_answer(struct ctx *c, const struct db_answer *a)
{
	const char *state, *name;
	size_t i;

	switch (db_outcome(a)) {
	case DB_UNCERTAIN:
		metric_add(METRIC_db_lost, 1);
		return (problem(c, P_UNCERTAIN, NULL));
	case DB_GONE:
		metric_add(METRIC_db_lost, 1);
		return (problem(c, P_DATABASE_AWAY, NULL));
	case DB_BUSY:
		metric_add(METRIC_db_lost, 1);
		return (problem(c, P_OVERLOADED, NULL));
	default:
		break;
	}
	metric_add(METRIC_db_refused, 1);
	state = db_sqlstate(a);
	name = db_constraint(a);
	for (i = 0; i < sizeof(constraints) / sizeof(constraints[0]); i++) {
		if (strcmp(constraints[i].name, name) != 0)
			continue;
		if (constraints[i].pointer[0] != '\0')
			fault_add(&c->faults,
			    pointer_of(c, constraints[i].pointer),
			    constraints[i].fault);
		return (problem(c, constraints[i].problem, NULL));
	}
	/* raised by our own functions, with the members as detail */
	if (strcmp(state, "CK422") == 0) {
		problem_faults(c, db_detail(a));
		return (problem(c, P_INVALID, NULL));
	}
	if (strcmp(state, "57014") == 0 || strcmp(state, "55P03") == 0 ||
	    strcmp(state, "40P01") == 0 || strcmp(state, "40001") == 0 ||
	    strncmp(state, "53", 2) == 0)
		return (problem(c, P_OVERLOADED, NULL));
	if (strcmp(state, "25006") == 0)
		return (problem(c, P_DATABASE_AWAY, NULL));
	if (strncmp(state, "22", 2) == 0 && strcmp(state, "22023") != 0) {
		log_warn("statement_refused", "%s %s", state, db_message(a));
		return (problem(c, P_INVALID, NULL));
	}
	log_error("statement_failed", "%s %s %s %s", state, name, db_message(a),
	    db_detail(a));
	return (problem(c, P_INTERNAL, NULL));
}

const char *
problem_faults(struct ctx *c, const char *lines)
{
	const char *place;
	size_t at, n;

	while (*lines == '/') {
		at = strcspn(lines, " \n");
		n = strcspn(lines, "\n");
		place = pointer_of(c, arena_strndup(&c->arena, lines, at));
		if (at < n && !fault_at(&c->faults, place))
			fault_add(&c->faults, place,
			    arena_strndup(&c->arena, lines + at + 1,
			        n - at - 1));
		lines += n + (lines[n] == '\n');
	}
	return (lines);
}

/*
 * A pointer to a column, by the name clients know it: /unit_code is
 * /issuer_unit_code in plans, and /unit_id is that too where the code was
 * given. What is no member of the body is one of its parts: /from of a person
 * is in /assignments.
 */
static const char *
pointer_of(struct ctx *c, const char *at)
{
	const struct field *f = c->route != NULL ? c->route->fields : NULL;
	const struct field *part = NULL, *m;
	const char *name = at + 1, *suffix, *column;
	size_t n;

	if (*at != '/' || strchr(name, '/') != NULL || f == NULL)
		return (at);
	for (; f->name != NULL; f++) {
		if (f->type != F_REF && strcmp(f->name, name) == 0)
			return (at);
		for (m = f->members; m != NULL && m->name != NULL; m++)
			if (f->type == F_LIST && !(f->flags & FIELD_SERVER) &&
			    strcmp(m->name, name) == 0)
				part = f;
		if (f->type != F_REF)
			continue;
		column = f->column != NULL ? f->column : f->name;
		n = strlen(column);
		suffix = name + n;
		if (strncmp(column, name, n) != 0 ||
		    (strcmp(suffix, "_id") != 0 &&
		        strcmp(suffix, "_code") != 0))
			continue;
		if (json_object_get(c->body, name) == NULL)
			suffix = "_code";
		return (arena_printf(&c->arena, "/%s%s", f->name, suffix));
	}
	return (part != NULL ? arena_printf(&c->arena, "/%s", part->name) : at);
}

/* Somebody asked for what he may not do. */
static void
note_refusal(struct ctx *c)
{
	struct buf b;

	buf_init(&b, &c->arena, 128);
	buf_printf(&b, "{\"method\":\"%s\",\"path\":", method_names[c->method]);
	buf_json(&b, c->path);
	buf_putc(&b, '}');
	note(c, "refused", NULL, NULL, NULL, b.data);
}

static enum step
problem_send(struct ctx *c, enum problem p, const char *members,
    const char *detail)
{
	const struct fault *f;
	struct buf b;

	if (p == P_FORBIDDEN && c->who.staff[0] != '\0')
		note_refusal(c);
	buf_init(&b, &c->arena, 512);
	buf_printf(&b,
	    "{\"type\":\"/problems/%s\",\"title\":", problems[p].code);
	buf_json(&b, problems[p].text[c->lang]);
	buf_printf(&b,
	    ",\"status\":%d,\"code\":\"%s\",\"instance\":", problems[p].status,
	    problems[p].code);
	buf_json(&b, c->path != NULL ? c->path : "");
	buf_puts(&b, ",\"detail\":");
	buf_json(&b, detail[0] != '\0' ? detail : problems[p].text[c->lang]);
	if (c->faults.first != NULL) {
		buf_puts(&b, ",\"errors\":[");
		for (f = c->faults.first; f != NULL; f = f->next) {
			buf_puts(&b, "{\"pointer\":");
			buf_json(&b, f->pointer);
			buf_printf(&b, ",\"code\":\"%s\",\"detail\":", f->code);
			buf_json(&b, fault_text(f->code, c->lang));
			buf_puts(&b, f->next != NULL ? "}," : "}");
		}
		buf_putc(&b, ']');
	}
	buf_puts(&b, members);
	buf_putc(&b, '}');
	c->media = PROBLEM_MEDIA;
	c->cache = "no-store";
	c->etag = NULL;
	c->location = NULL;
	return (reply(c, problems[p].status, b.data, b.len));
}

size_t
problem_bare(int status, const char *const *fields, char *out, size_t cap)
{
	enum lang lang = check_language(fields[HEADER_ACCEPT_LANGUAGE]);
	char id[CTX_ID_LEN], body[400];
	int i, n, len;

	for (i = 0; i < PROBLEM_COUNT; i++)
		if (problems[i].status == status)
			break;
	if (i == PROBLEM_COUNT)
		i = P_MALFORMED;
	ctx_name(id, fields[HEADER_X_REQUEST_ID]);
	n = snprintf(body, sizeof(body),
	    "{\"type\":\"/problems/%s\","
	    "\"title\":\"%s\",\"status\":%d,\"code\":\"%s\","
	    "\"detail\":\"%s\"}",
	    problems[i].code, problems[i].text[lang], status, problems[i].code,
	    problems[i].text[lang]);
	len = snprintf(out, cap,
	    "HTTP/1.1 %d %s\r\ndate: %s\r\n"
	    "content-type: " PROBLEM_MEDIA "\r\ncontent-length: %d\r\n"
	    "content-language: %s\r\nx-request-id: %s\r\n"
	    "cache-control: no-store\r\nx-content-type-options: nosniff\r\n"
	    "%sconnection: close\r\n\r\n%s",
	    status, reply_reason(status), reply_date(), n,
	    lang == LANG_EN ? "en" : "vi", id,
	    status == 503 ? "retry-after: 1\r\n" : "", body);
	assert((size_t)len < cap);
	return ((size_t)len);
}

int
problem_status(enum problem p)
{
	return (problems[p].status);
}

const char *
problem_code(enum problem p)
{
	return (problems[p].code);
}

const char *
problem_text(enum problem p, int lang)
{
	return (problems[p].text[lang]);
}

const char *
problem_advice(enum problem p, int lang)
{
	return (advices[p][lang] != NULL ? advices[p][lang] : "");
}

const char *
fault_code(int i)
{
	if ((size_t)i >= sizeof(fault_texts) / sizeof(fault_texts[0]))
		return (NULL);
	return (fault_texts[i].code);
}

const char *
fault_text(const char *code, int lang)
{
	size_t i;

	for (i = 0; i < sizeof(fault_texts) / sizeof(fault_texts[0]); i++)
		if (strcmp(fault_texts[i].code, code) == 0)
			return (fault_texts[i].text[lang]);
	return (code);
}
