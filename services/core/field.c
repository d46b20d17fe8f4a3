/* Checking bodies against field tables; see field.h. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/field.h"
#include "core/uuid.h"

static void field_check(const struct field *, json_t *, enum field_mode,
    const char *, struct faults *);
static void field_check_text(const struct field *, json_t *, const char *,
    struct faults *);
static void field_check_list(const struct field *, json_t *, const char *,
    struct faults *);
static void field_check_map(const struct field *, json_t *, const char *,
    struct faults *);
static void field_check_ref(const struct field *, json_t *, enum field_mode,
    const char *, struct faults *);
static void field_rename(json_t *, const char *, const char *, const char *);
static const struct field *field_find(const struct field *, const char *,
    int *);
static const char *pointer(struct faults *, const char *, const char *);

void
faults_init(struct faults *f, struct arena *a)
{
	f->arena = a;
	f->first = NULL;
	f->last = &f->first;
	f->count = 0;
}

void
fault_add(struct faults *f, const char *at, const char *code)
{
	struct fault *x;

	x = arena_alloc(f->arena, sizeof(*x));
	x->pointer = arena_strdup(f->arena, at);
	x->code = code;
	x->next = NULL;
	*f->last = x;
	f->last = &x->next;
	f->count++;
}

int
fault_at(const struct faults *f, const char *at)
{
	const struct fault *x;

	for (x = f->first; x != NULL; x = x->next)
		if (strcmp(x->pointer, at) == 0)
			return (1);
	return (0);
}

void
faults_blank(const struct faults *f, json_t *body)
{
	const struct fault *x;
	char *name, *next, *rest;
	json_t *in;

	for (x = f->first; x != NULL; x = x->next) {
		in = body;
		name = strtok_r(arena_strdup(f->arena, x->pointer), "/", &rest);
		while ((next = strtok_r(NULL, "/", &rest)) != NULL) {
			in = json_is_array(in) ?
			    json_array_get(in, strtoul(name, NULL, 10)) :
			    json_object_get(in, name);
			name = next;
		}
		if (json_is_array(in))
			json_array_set_new(in, strtoul(name, NULL, 10),
			    json_object());
		else
			json_object_del(in, name);
	}
}

void /* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
fields_check(const struct field *table, json_t *body, enum field_mode mode,
    const char *at, struct faults *faults)
{
	const struct field *f;
	const char *name;
	json_t *v;
	int is_ref;

	json_object_foreach(body, name, v)
	{
		f = field_find(table, name, &is_ref);
		if (f == NULL)
			fault_add(faults, pointer(faults, at, name), "unknown");
		else if (f->flags & FIELD_SERVER)
			fault_add(faults, pointer(faults, at, name),
			    "server_set");
		else if (mode == FIELD_PATCH && (f->flags & FIELD_FIXED))
			fault_add(faults, pointer(faults, at, name), "fixed");
	}
	for (f = table; f->name != NULL; f++) {
		if (f->flags & FIELD_SERVER)
			continue;
		if (f->type == F_REF) {
			field_check_ref(f, body, mode, at, faults);
			continue;
		}
		v = json_object_get(body, f->name);
		if (v == NULL ||
		    (json_is_null(v) && mode == FIELD_CREATE &&
		        !(f->flags & FIELD_REQUIRED))) {
			if (v == NULL && mode == FIELD_CREATE &&
			    (f->flags & FIELD_REQUIRED))
				fault_add(faults, pointer(faults, at, f->name),
				    "required");
			if (v != NULL)
				json_object_del(body, f->name);
			continue;
		}
		if (mode == FIELD_PATCH && (f->flags & FIELD_FIXED))
			continue; /* told above */
		if (json_is_null(v)) {
			if (f->flags & (FIELD_REQUIRED | FIELD_EMPTY))
				fault_add(faults, pointer(faults, at, f->name),
				    "not_null");
			continue;
		}
		field_check(f, v, mode, pointer(faults, at, f->name), faults);
	}
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
static void
field_check(const struct field *f, json_t *v, enum field_mode mode,
    const char *at, struct faults *faults)
{
	switch (f->type) {
	case F_INT:
		if (!json_is_integer(v))
			fault_add(faults, at, "wrong_type");
		else if (json_integer_value(v) < f->min ||
		    (f->max != 0 && json_integer_value(v) > f->max))
			fault_add(faults, at, "out_of_range");
		return;
	case F_BOOL:
		if (!json_is_boolean(v))
			fault_add(faults, at, "wrong_type");
		return;
	case F_OBJECT:
		if (!json_is_object(v))
			fault_add(faults, at, "wrong_type");
		else
			fields_check(f->members, v,
			    f->flags & FIELD_MERGE ? FIELD_PATCH : mode, at,
			    faults);
		return;
	case F_LIST:
		field_check_list(f, v, at, faults);
		return;
	case F_MAP:
		field_check_map(f, v, at, faults);
		return;
	case F_ANY:
		return;
	default:
		if (!json_is_string(v))
			fault_add(faults, at, "wrong_type");
		else
			field_check_text(f, v, at, faults);
	}
}

static void
field_check_text(const struct field *f, json_t *v, const char *at,
    struct faults *faults)
{
	const char *s = json_string_value(v), *code = NULL;
	size_t n = json_string_length(v);
	int len;

	switch (f->type) {
	case F_TEXT:
		len = field_length(s);
		if (len < f->min || (f->min > 0 && strspn(s, " \t\r\n") == n))
			code = "too_short";
		else if (f->max != 0 && len > f->max)
			code = "too_long";
		break;
	case F_CODE:
		if (!field_code(s, n, f->max != 0 ? f->max : 64))
			code = "bad_format";
		break;
	case F_DECIMAL:
		if (!field_decimal(s, f->max, f->min))
			code = "bad_format";
		break;
	case F_DATE:
		if (!field_date(s, n))
			code = "bad_format";
		break;
	case F_INSTANT:
		if (!field_instant(s, n))
			code = "bad_format";
		break;
	case F_UUID:
		if (!uuid_valid(s, n))
			code = "bad_format";
		break;
	case F_PERIOD:
		if (!field_period(s))
			code = "bad_format";
		break;
	case F_EMAIL:
		if (n > 254 || strchr(s, '@') == NULL || s[0] == '@' ||
		    s[n - 1] == '@' || strpbrk(s, " \t\r\n<>,;\"") != NULL)
			code = "bad_format";
		break;
	case F_ENUM:
		if (field_word(f->words, s) == NULL)
			code = "not_in_list";
		break;
	default:
		break;
	}
	if (code != NULL)
		fault_add(faults, at, code);
}

static void /* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
field_check_list(const struct field *f, json_t *v, const char *at,
    struct faults *faults)
{
	struct field one = *f;
	const char *here;
	json_t *item;
	size_t i;

	if (!json_is_array(v)) {
		fault_add(faults, at, "wrong_type");
		return;
	}
	if (f->max != 0 && json_array_size(v) > (size_t)f->max) {
		fault_add(faults, at, "too_long");
		return;
	}
	if (json_array_size(v) < (size_t)f->min) {
		fault_add(faults, at, "too_short");
		return;
	}
	one.type = f->item;
	one.min = f->item == F_TEXT ? 1 : 0;
	one.max = f->item == F_TEXT ? 1000 : 0;
	json_array_foreach(v, i, item)
	{
		here = arena_printf(faults->arena, "%s/%zu", at, i);
		if (json_is_null(item))
			fault_add(faults, here, "not_null");
		else
			field_check(&one, item, FIELD_CREATE, here, faults);
	}
}

static void /* NOLINTNEXTLINE(misc-no-recursion): as deep as the tables */
field_check_map(const struct field *f, json_t *v, const char *at,
    struct faults *faults)
{
	const char *name, *here;
	json_t *item;

	if (!json_is_object(v)) {
		fault_add(faults, at, "wrong_type");
		return;
	}
	if (f->max != 0 && json_object_size(v) > (size_t)f->max) {
		fault_add(faults, at, "too_long");
		return;
	}
	json_object_foreach(v, name, item)
	{
		here = pointer(faults, at, name);
		if (!field_code(name, strlen(name), 64))
			fault_add(faults, here, "bad_format");
		else if (json_is_null(item))
			continue; /* merge patch: takes the entry away */
		else if (!json_is_object(item))
			fault_add(faults, here, "wrong_type");
		else
			fields_check(f->members, item, FIELD_PATCH, here,
			    faults);
	}
}

/* A reference is written as <name>_id or <name>_code. */
static void
field_check_ref(const struct field *f, json_t *body, enum field_mode mode,
    const char *at, struct faults *faults)
{
	char by_id[64], by_code[64];
	json_t *id, *code;

	snprintf(by_id, sizeof(by_id), "%s_id", f->name);
	snprintf(by_code, sizeof(by_code), "%s_code", f->name);
	id = json_object_get(body, by_id);
	code = json_object_get(body, by_code);
	if (id == NULL && code == NULL) {
		if (mode == FIELD_CREATE && (f->flags & FIELD_REQUIRED))
			fault_add(faults, pointer(faults, at, by_id),
			    "required");
		return;
	}
	if (mode == FIELD_PATCH && (f->flags & FIELD_FIXED))
		return; /* told already */
	if (id != NULL && code != NULL) {
		fault_add(faults, pointer(faults, at, by_id), "ambiguous");
		return;
	}
	if (json_is_null(id != NULL ? id : code)) {
		if (f->flags & (FIELD_REQUIRED | FIELD_EMPTY))
			fault_add(faults,
			    pointer(faults, at, id != NULL ? by_id : by_code),
			    "not_null");
	} else if (!json_is_string(id != NULL ? id : code))
		fault_add(faults,
		    pointer(faults, at, id != NULL ? by_id : by_code),
		    "wrong_type");
	else if (id != NULL &&
	    !uuid_valid(json_string_value(id), json_string_length(id)))
		fault_add(faults, pointer(faults, at, by_id), "bad_format");
	else if (code != NULL &&
	    !field_code(json_string_value(code), json_string_length(code), 64))
		fault_add(faults, pointer(faults, at, by_code), "bad_format");
	if (f->column != NULL && faults->count == 0)
		field_rename(body, id != NULL ? by_id : by_code, f->column,
		    id != NULL ? "_id" : "_code");
}

/* From the name clients use to the column's. */
static void
field_rename(json_t *body, const char *from, const char *column,
    const char *suffix)
{
	char to[64];

	snprintf(to, sizeof(to), "%s%s", column, suffix);
	json_object_set(body, to, json_object_get(body, from));
	json_object_del(body, from);
}

/* The field a member of a body belongs to: name, or name_id / name_code. */
static const struct field *
field_find(const struct field *f, const char *name, int *is_ref)
{
	size_t n;

	*is_ref = 0;
	for (; f->name != NULL; f++) {
		n = strlen(f->name);
		if (f->type != F_REF) {
			if (strcmp(f->name, name) == 0)
				return (f);
		} else if (strncmp(f->name, name, n) == 0 &&
		    (strcmp(name + n, "_id") == 0 ||
		        strcmp(name + n, "_code") == 0)) {
			*is_ref = 1;
			return (f);
		}
	}
	return (NULL);
}

/* at + "/" + name with ~ and / escaped (RFC 6901). */
static const char *
pointer(struct faults *f, const char *at, const char *name)
{
	size_t n = strlen(at), i;
	char *p;

	p = arena_alloc(f->arena, n + 2 * strlen(name) + 2);
	memcpy(p, at, n);
	p[n++] = '/';
	for (i = 0; name[i] != '\0'; i++) {
		if (name[i] == '~' || name[i] == '/') {
			p[n++] = '~';
			p[n++] = name[i] == '~' ? '0' : '1';
		} else
			p[n++] = name[i];
	}
	p[n] = '\0';
	return (p);
}

static int
digits(const char *s, int n)
{
	int i, v = 0;

	for (i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s[i]))
			return (-1);
		v = v * 10 + (s[i] - '0');
	}
	return (v);
}

const struct field *
field_read(const struct field *f, const char *name)
{
	const struct field *found = NULL;

	for (; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0 &&
		    (found == NULL || !(f->flags & FIELD_WRITE)))
			found = f;
	return (found);
}

const char *
field_text(struct arena *a, const char *both, int lang)
{
	const char *cut = strstr(both, FIELD_LANGUAGES);

	if (cut == NULL)
		return (both);
	if (lang != 0)
		return (cut + strlen(FIELD_LANGUAGES));
	return (arena_strndup(a, both, (size_t)(cut - both)));
}

int
field_date(const char *s, size_t n)
{
	char day[11] = "";
	int64_t number;

	if (n != 10)
		return (0);
	memcpy(day, s, n);
	return (clock_day_number(day, &number) &&
	    strcmp(day, "1900-01-01") >= 0 && strcmp(day, "2200-12-31") <= 0);
}

int
field_instant(const char *s, size_t n)
{
	size_t i;

	if (n < 20 || n > 30 || s[10] != 'T' || s[13] != ':' || s[16] != ':' ||
	    s[n - 1] != 'Z' || !field_date(s, 10))
		return (0);
	if (digits(s + 11, 2) < 0 || digits(s + 11, 2) > 23 ||
	    digits(s + 14, 2) < 0 || digits(s + 14, 2) > 59 ||
	    digits(s + 17, 2) < 0 || digits(s + 17, 2) > 59)
		return (0);
	if (n == 20)
		return (1);
	if (s[19] != '.' || n == 21)
		return (0);
	for (i = 20; i < n - 1; i++)
		if (!isdigit((unsigned char)s[i]))
			return (0);
	return (1);
}

int
field_code(const char *s, size_t n, int max)
{
	size_t i;

	if (n == 0 || n > (size_t)max)
		return (0);
	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) &&
		    (i == 0 || s[i] == '\0' || strchr("._-", s[i]) == NULL))
			return (0);
	return (1);
}

int
field_decimal(const char *s, int max_digits, int max_fraction)
{
	int whole = 0, fraction = 0;

	if (*s == '-')
		s++;
	for (; *s == '0' && isdigit((unsigned char)s[1]); s++)
		;
	for (; isdigit((unsigned char)*s); s++)
		whole++;
	if (*s == '.') {
		for (s++; isdigit((unsigned char)*s); s++)
			fraction++;
		if (fraction == 0)
			return (0);
	}
	return (*s == '\0' && whole > 0 && fraction <= max_fraction &&
	    whole <= max_digits - max_fraction);
}

int
field_period(const char *s)
{
	size_t n = strlen(s);
	int m;

	if (n < 4 || digits(s, 4) < 1900 || digits(s, 4) > 2200)
		return (0);
	if (n == 4)
		return (1);
	if (n != 7 || s[4] != '-')
		return (0);
	if (s[5] == 'Q')
		return (s[6] >= '1' && s[6] <= '4');
	if (s[5] == 'H')
		return (s[6] == '1' || s[6] == '2');
	if (s[5] == '9' && s[6] == 'M')
		return (1);
	m = digits(s + 5, 2);
	return (m >= 1 && m <= 12);
}

const struct word *
field_word(const struct word *w, const char *code)
{
	for (; w->code != NULL; w++)
		if (strcmp(w->code, code) == 0)
			return (w);
	return (NULL);
}

int
field_length(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++)
		if (((unsigned char)*s & 0xc0) != 0x80)
			n++;
	return (n);
}
