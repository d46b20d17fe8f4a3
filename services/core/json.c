/* Strict JSON in, on jansson and utf8proc; see json.h. */
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "core/json.h"

static int json_depth(const char *, size_t);
static enum json_fault json_normalise(json_t *);
static enum json_fault json_normalise_text(json_t *);
static enum json_fault json_normalise_name(json_t *, const char *, json_t *);
static int json_clean(const char *, size_t);
static int json_plain(const char *, size_t);

json_t *
json_read(const char *text, size_t n, enum json_fault *fault, int *line,
    int *column)
{
	json_error_t err;
	json_t *v;

	*line = *column = 0;
	*fault = JSON_ENCODING;
	if (memchr(text, '\0', n) != NULL)
		return (NULL);
	*fault = JSON_DEPTH;
	if (json_depth(text, n) > JSON_DEPTH_MAX)
		return (NULL);
	v = json_loadb(text, n, JSON_REJECT_DUPLICATES, &err);
	if (v == NULL) {
		*line = err.line;
		*column = err.column;
		switch (json_error_code(&err)) {
		case json_error_invalid_utf8:
		case json_error_null_character:
		case json_error_null_byte_in_key:
			*fault = JSON_ENCODING;
			break;
		case json_error_duplicate_key:
			*fault = JSON_DUPLICATE;
			break;
		default:
			*fault = JSON_SYNTAX;
		}
		return (NULL);
	}
	if ((*fault = json_normalise(v)) != JSON_FINE) {
		json_decref(v);
		return (NULL);
	}
	return (v);
}

char *
json_nfc(const char *text, size_t n)
{
	utf8proc_uint8_t *out = NULL;
	char *copy;

	if (!json_clean(text, n))
		return (NULL);
	if (json_plain(text, n)) {
		if ((copy = malloc(n + 1)) == NULL)
			return (NULL);
		memcpy(copy, text, n);
		copy[n] = '\0';
		return (copy);
	}
	if (utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)n,
	        &out, UTF8PROC_STABLE | UTF8PROC_COMPOSE) < 0)
		return (NULL);
	return ((char *)out);
}

char *
json_text(const json_t *v)
{
	return (json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY));
}

/* The deepest nesting of brackets outside strings; no parser needed. */
static int
json_depth(const char *s, size_t n)
{
	int depth = 0, deepest = 0, quoted = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (quoted) {
			if (s[i] == '\\')
				i++;
			else if (s[i] == '"')
				quoted = 0;
		} else if (s[i] == '"')
			quoted = 1;
		else if (s[i] == '{' || s[i] == '[') {
			if (++depth > deepest)
				deepest = depth;
		} else if (s[i] == '}' || s[i] == ']')
			depth--;
	}
	return (deepest);
}

/* Depth is bounded by json_depth(). */
static enum json_fault
json_normalise(json_t *v) /* NOLINT(misc-no-recursion) */
{
	enum json_fault fault;
	const char *key;
	json_t *item;
	void *tmp;
	size_t i;

	if (json_is_string(v))
		return (json_normalise_text(v));
	if (json_is_array(v)) {
		json_array_foreach(v, i, item)
		{
			if ((fault = json_normalise(item)) != JSON_FINE)
				return (fault);
		}
	} else if (json_is_object(v)) {
		json_object_foreach_safe(v, tmp, key, item)
		{
			if ((fault = json_normalise(item)) != JSON_FINE ||
			    (fault = json_normalise_name(v, key, item)) !=
			        JSON_FINE)
				return (fault);
		}
	}
	return (JSON_FINE);
}

static enum json_fault
json_normalise_text(json_t *v)
{
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);
	char *nfc;
	int r;

	if (json_plain(s, n))
		return (json_clean(s, n) ? JSON_FINE : JSON_ENCODING);
	if ((nfc = json_nfc(s, n)) == NULL)
		return (JSON_ENCODING);
	r = json_string_set_nocheck(v, nfc);
	free(nfc);
	return (r == 0 ? JSON_FINE : JSON_ENCODING);
}

/* A member's name; two that differ only in form are one named twice. */
static enum json_fault
json_normalise_name(json_t *object, const char *name, json_t *item)
{
	enum json_fault fault = JSON_FINE;
	size_t n = strlen(name);
	char *nfc;

	if (json_plain(name, n))
		return (json_clean(name, n) ? JSON_FINE : JSON_ENCODING);
	if ((nfc = json_nfc(name, n)) == NULL)
		return (JSON_ENCODING);
	if (strcmp(nfc, name) != 0) {
		if (json_object_get(object, nfc) != NULL)
			fault = JSON_DUPLICATE;
		else if (json_object_set_nocheck(object, nfc, item) == -1 ||
		    json_object_del(object, name) == -1)
			fault = JSON_ENCODING;
	}
	free(nfc);
	return (fault);
}

/* No control character but tab and newlines: C0, DEL, and C1 as UTF-8. */
static int
json_clean(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i;

	for (i = 0; i < n; i++)
		if ((p[i] < 0x20 && p[i] != '\n' && p[i] != '\r' &&
		        p[i] != '\t') ||
		    p[i] == 0x7f ||
		    (p[i] == 0xc2 && i + 1 < n && p[i + 1] < 0xa0))
			return (0);
	return (1);
}

/*
 * Certainly UTF-8 in NFC: no byte sequence that starts a combining mark (U+0300 and
 * up in that block), a compatibility letter that decomposes, or Hangul jamo.
 * Vietnamese precomposed letters pass, so that usual text costs one scan.
 */
static int
json_plain(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] < 0x80)
			continue;
		if (p[i] >= 0xc2 && p[i] <= 0xc7 && /* U+0080..U+01FF */
		    i + 1 < n && (p[i + 1] & 0xc0) == 0x80)
			i++;
		else if (p[i] == 0xe1 && i + 2 < n && /* U+1E00..U+1EFF */
		    p[i + 1] >= 0xb8 && p[i + 1] <= 0xbb &&
		    (p[i + 2] & 0xc0) == 0x80)
			i += 2;
		else
			return (0);
	}
	return (1);
}
