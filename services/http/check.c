/* Header fields, query string and body, against the route's tables. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/uuid.h"
#include "http/check.h"
#include "http/param.h"
#include "http/problem.h"
#include "http/route.h"

#define PARAMS_MAX 40
#define KEY_MAX 200

static enum step check_params(struct ctx *);
static int param_named(const char *, const char *);
static enum step check_accept(struct ctx *);
static enum step check_match(struct ctx *);
static enum step check_body(struct ctx *);
static enum step check_media(struct ctx *);
static enum step check_json(struct ctx *);
static enum step check_key(struct ctx *);
static char *param_decode(struct ctx *, const char *, size_t);
static int hex_value(int);
static int media_is(const char *, const char *);

enum step
check_request(struct ctx *c)
{
	enum step (*const checks[])(struct ctx *) = { check_params,
		check_accept, check_match, check_body, check_key };
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i](c) == STEP_DONE)
			return (STEP_DONE);
	return (STEP_MORE);
}

enum lang
check_language(const char *p)
{
	double best[2] = { 0, 0 }, weight;
	const char *q;
	size_t n;

	while (p != NULL && *p != '\0') {
		p += strspn(p, ", \t");
		n = strcspn(p, ",");
		weight = 1;
		q = memchr(p, ';', n);
		if (q != NULL && (q = strstr(q, "q=")) != NULL && q < p + n)
			weight = strtod(q + 2, NULL);
		if (strncasecmp(p, "vi", 2) == 0 && weight > best[LANG_VI])
			best[LANG_VI] = weight;
		if (strncasecmp(p, "en", 2) == 0 && weight > best[LANG_EN])
			best[LANG_EN] = weight;
		p += n;
	}
	return (best[LANG_EN] > best[LANG_VI] ? LANG_EN : LANG_VI);
}

const struct field *
check_field(const struct route *r, const char *name)
{
	const struct field *f = r->members != NULL ? r->members :
	                                             r->resource->fields;

	for (; f != NULL && f->name != NULL; f++)
		if (strcmp(f->name, name) == 0 && !(f->flags & FIELD_WRITE))
			return (f);
	return (NULL);
}

enum step
check_names(struct ctx *c, const char *names)
{
	const char *name;
	size_t n;

	if (names == NULL)
		return (STEP_MORE);
	do {
		n = strcspn(names, ",");
		name = arena_strndup(&c->arena, names, n);
		if (strcmp(name, "_permissions") != 0 &&
		    check_field(c->route, name) == NULL) {
			fault_add(&c->faults, "fields", "unknown");
			return (problem(c, P_BAD_PARAMETER, NULL));
		}
		names += n;
	} while (*names++ == ',');
	return (STEP_MORE);
}

enum step
check_day(struct ctx *c, const struct query *q)
{
	const char *day;
	char *end;

	if (!param_wanted(q, "as_of") || (day = param_take(c, "as_of")) == NULL)
		return (STEP_MORE);
	if (!field_date(day, strlen(day))) {
		fault_add(&c->faults, "as_of", "bad_format");
		return (problem(c, P_BAD_PARAMETER, NULL));
	}
	c->as_of = day;
	if (strcmp(day, c->today) < 0) {
		end = arena_alloc(&c->arena, 21);
		clock_day_end(day, end);
		c->until = end;
	}
	return (STEP_MORE);
}

const char *
param_take(struct ctx *c, const char *name)
{
	struct param *p;

	for (p = c->params; p != NULL; p = p->next)
		if (strcmp(p->name, name) == 0) {
			p->used = 1;
			return (p->value);
		}
	return (NULL);
}

void
param_give(struct ctx *c, const char *name, const char *value)
{
	struct param *p = arena_zalloc(&c->arena, sizeof(*p));

	p->name = arena_strdup(&c->arena, name);
	p->value = arena_strdup(&c->arena, value);
	p->next = c->params;
	c->params = p;
}

enum step
param_rest(struct ctx *c)
{
	struct param *p;

	for (p = c->params; p != NULL; p = p->next)
		if (!p->used)
			fault_add(&c->faults, p->name, "unknown");
	if (c->faults.count > 0)
		return (problem(c, P_BAD_PARAMETER, NULL));
	return (STEP_MORE);
}

/* Split and decode; the same name twice is refused, and so is too many. */
static enum step
check_params(struct ctx *c)
{
	struct param **last = &c->params, *p, *q;
	const char *s = c->query, *eq;
	size_t n, name_n;
	int count = 0;

	while (s != NULL && *s != '\0') {
		n = strcspn(s, "&");
		if (++count > PARAMS_MAX)
			return (problem(c, P_BAD_PARAMETER,
			    "more than %d parameters", PARAMS_MAX));
		if (n > 0) {
			eq = memchr(s, '=', n);
			name_n = eq != NULL ? (size_t)(eq - s) : n;
			p = arena_zalloc(&c->arena, sizeof(*p));
			p->name = param_decode(c, s, name_n);
			p->value = eq != NULL ?
			    param_decode(c, eq + 1, n - name_n - 1) :
			    "";
			if (p->name == NULL || p->value == NULL)
				return (problem(c, P_BAD_PARAMETER,
				    "the query string is not valid"));
			for (q = c->params; q != NULL; q = q->next)
				if (strcmp(q->name, p->name) == 0) {
					fault_add(&c->faults, p->name, "twice");
					return (
					    problem(c, P_BAD_PARAMETER, NULL));
				}
			*last = p;
			last = &p->next;
		}
		s += n + (s[n] == '&');
	}
	if (c->route->list != NULL)
		return (STEP_MORE); /* the page looks further */
	for (p = c->params; p != NULL; p = p->next)
		p->used = param_named(c->route->params, p->name);
	return (param_rest(c));
}

/* Is this name in "a b c"? */
static int
param_named(const char *names, const char *name)
{
	size_t n = strlen(name);

	for (; names != NULL && *names != '\0';
	     names += strcspn(names, " "), names += *names == ' ')
		if (strncmp(names, name, n) == 0 &&
		    strchr(" !", names[n]) != NULL)
			return (1);
	return (0);
}

static enum step
check_accept(struct ctx *c)
{
	const char *accept = c->fields[HEADER_ACCEPT];

	if (accept == NULL || *accept == '\0' ||
	    (c->route->flags & ROUTE_PAGE) ||
	    strcasestr(accept, "*/*") != NULL ||
	    strcasestr(accept, "application/json") != NULL ||
	    strcasestr(accept, "application/*") != NULL ||
	    strcasestr(accept, "+json") != NULL)
		return (STEP_MORE);
	return (problem(c, P_NOT_ACCEPTABLE, NULL));
}

/* If-Match: the version part of "v12-view", W/ allowed, * for any. */
static enum step
check_match(struct ctx *c)
{
	const char *m = c->fields[HEADER_IF_MATCH];
	size_t n;

	if (!(c->route->flags & ROUTE_VERSIONED))
		return (STEP_MORE);
	if (m == NULL || *m == '\0')
		return (problem(c, P_PRECONDITION_REQUIRED, NULL));
	if (strcmp(m, "*") == 0)
		return (STEP_MORE);
	if (strncmp(m, "W/", 2) == 0)
		m += 2;
	if (strncmp(m, "\"v", 2) != 0)
		return (problem(c, P_BAD_HEADER, "If-Match: \"v<version>\""));
	m += 2;
	n = strspn(m, "0123456789");
	if (n == 0 || n > 9 || strchr("-\"", m[n]) == NULL ||
	    strcspn(m, "\"") + 1 != strlen(m))
		return (problem(c, P_BAD_HEADER, "If-Match: \"v<version>\""));
	c->version = arena_strndup(&c->arena, m, n);
	return (STEP_MORE);
}

static enum step
check_body(struct ctx *c)
{
	static const struct field none[] = { { .name = NULL } };
	const struct route *r = c->route;

	if (c->method == GET || c->method == HEAD || c->method == DELETE ||
	    c->method == OPTIONS || (r->flags & ROUTE_ANY_BODY))
		return (STEP_MORE);
	if (c->body_len > 0 && check_media(c) == STEP_DONE)
		return (STEP_DONE);
	if (check_json(c) == STEP_DONE)
		return (STEP_DONE);
	fields_check(r->fields != NULL ? r->fields : none, c->body,
	    c->method == PATCH ? FIELD_PATCH : FIELD_CREATE, "", &c->faults);
	if (c->faults.count > 0 && !(r->flags & ROUTE_FAULTS))
		return (problem(c, P_INVALID, NULL));
	return (STEP_MORE);
}

static enum step
check_media(struct ctx *c)
{
	const char *type = c->fields[HEADER_CONTENT_TYPE];

	if (c->part_of != NULL ||
	    (type != NULL &&
	        (media_is(type, "application/json") ||
	            (c->method == PATCH &&
	                media_is(type, "application/merge-patch+json")))))
		return (STEP_MORE);
	return (problem(c, P_UNSUPPORTED_MEDIA,
	    c->method == PATCH ?
	        "application/merge-patch+json or application/json" :
	        "application/json"));
}

static enum step
check_json(struct ctx *c)
{
	enum json_fault fault;
	int line, column;

	if (c->body != NULL)
		return (STEP_MORE); /* a part: it came parsed */
	if (c->body_len == 0) {
		if (c->route->flags & ROUTE_BODY)
			return (problem(c, P_BAD_JSON, "the body is empty"));
		c->body = json_object();
		return (STEP_MORE);
	}
	c->body = json_read(c->body_text, c->body_len, &fault, &line, &column);
	switch (fault) {
	case JSON_FINE:
		break;
	case JSON_ENCODING:
		return (problem(c, P_BAD_ENCODING, NULL));
	case JSON_DEPTH:
		return (problem(c, P_TOO_DEEP, "more than %d levels",
		    JSON_DEPTH_MAX));
	case JSON_DUPLICATE:
		return (problem(c, P_DUPLICATE_MEMBER, "line %d, column %d",
		    line, column));
	default:
		return (
		    problem(c, P_BAD_JSON, "line %d, column %d", line, column));
	}
	if (!json_is_object(c->body))
		return (problem(c, P_BAD_JSON, "not an object"));
	return (STEP_MORE);
}

/*
 * What makes two requests the same: method, path, If-Match, body. A client
 * that makes its own id has with it a key: the same id and body gets the first
 * answer again.
 */
static enum step
check_key(struct ctx *c)
{
	const char *key = c->fields[HEADER_IDEMPOTENCY_KEY];
	const char *match = c->fields[HEADER_IF_MATCH];
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state st;
	char hex[2 * sizeof(hash) + 1], *text;
	const json_t *id;
	size_t i, n;

	if (c->method == GET || c->method == HEAD || c->method == OPTIONS ||
	    (c->route->flags & ROUTE_UNKEYED) || c->who.staff[0] == '\0')
		return (STEP_MORE);
	if (key != NULL) {
		n = strlen(key);
		if (n == 0 || n > KEY_MAX)
			return (problem(c, P_BAD_HEADER,
			    "Idempotency-Key: 1 "
			    "to %d characters",
			    KEY_MAX));
		for (i = 0; i < n; i++)
			if ((unsigned char)key[i] < 0x21 ||
			    (unsigned char)key[i] > 0x7e)
				return (problem(c, P_BAD_HEADER,
				    "Idempotency-Key: visible ASCII only"));
		c->key = key;
	} else if (c->method == POST && c->body != NULL &&
	    (id = json_object_get(c->body, "id")) != NULL && json_is_string(id))
		c->key = arena_printf(&c->arena, "id:%s",
		    json_string_value(id));
	if (c->key == NULL)
		return (STEP_MORE);
	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st,
	    (const unsigned char *)method_names[c->method],
	    strlen(method_names[c->method]) + 1);
	crypto_hash_sha256_update(&st, (const unsigned char *)c->path,
	    strlen(c->path) + 1);
	if (match != NULL)
		crypto_hash_sha256_update(&st, (const unsigned char *)match,
		    strlen(match) + 1);
	if (c->part_of != NULL && c->body != NULL) {
		text = json_text(c->body);
		crypto_hash_sha256_update(&st, (const unsigned char *)text,
		    strlen(text));
		free(text);
	} else if (c->body_len > 0)
		crypto_hash_sha256_update(&st,
		    (const unsigned char *)c->body_text, c->body_len);
	crypto_hash_sha256_final(&st, hash);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	c->hash = arena_printf(&c->arena, "\\x%s", hex);
	return (STEP_MORE);
}

/* Percent and plus decoding; NULL for what is not clean text. */
static char *
param_decode(struct ctx *c, const char *s, size_t n)
{
	char *out, *nfc;
	size_t i, len = 0;
	int hi, lo;

	out = arena_alloc(&c->arena, n + 1);
	for (i = 0; i < n; i++) {
		if (s[i] == '+')
			out[len++] = ' ';
		else if (s[i] != '%')
			out[len++] = s[i];
		else {
			if (i + 2 > n - 1 || (hi = hex_value(s[i + 1])) == -1 ||
			    (lo = hex_value(s[i + 2])) == -1)
				return (NULL);
			out[len++] = (char)(hi << 4 | lo);
			i += 2;
		}
		if ((unsigned char)out[len - 1] < 0x20 || out[len - 1] == 0x7f)
			return (NULL);
	}
	out[len] = '\0';
	if ((nfc = json_nfc(out, len)) == NULL)
		return (NULL);
	out = arena_strdup(&c->arena, nfc);
	free(nfc);
	return (out);
}

static int
hex_value(int ch)
{
	if (isdigit(ch))
		return (ch - '0');
	if (isxdigit(ch))
		return (tolower(ch) - 'a' + 10);
	return (-1);
}

static int
media_is(const char *type, const char *want)
{
	size_t n = strlen(want);

	if (strncasecmp(type, want, n) != 0)
		return (0);
	type += n + strspn(type + n, " \t");
	return (*type == '\0' || *type == ';');
}
