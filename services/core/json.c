/* Strict JSON in, on jansson and utf8proc; see json.h. */
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "core/json.h"

static int json_depth(const char *, size_t);
static int json_normalise(json_t *);
static int json_normalise_text(json_t *);
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
	if (json_normalise(v) == -1) {
		*fault = JSON_ENCODING;
		json_decref(v);
		return (NULL);
	}
	*fault = JSON_FINE;
	return (v);
}

char *
json_nfc(const char *text, size_t n)
{
	utf8proc_uint8_t *out = NULL;
	char *copy;

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
static int
json_normalise(json_t *v) /* NOLINT(misc-no-recursion) */
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_string(v))
		return (json_normalise_text(v));
	if (json_is_array(v)) {
		json_array_foreach(v, i, item)
		{
			if (json_normalise(item) == -1)
				return (-1);
		}
	} else if (json_is_object(v)) {
		json_object_foreach(v, key, item)
		{
			if (json_normalise(item) == -1)
				return (-1);
		}
	}
	return (0);
}

static int
json_normalise_text(json_t *v)
{
	const char *s = json_string_value(v);
	size_t i, n = json_string_length(v);
	char *nfc;
	int r;

	for (i = 0; i < n; i++)
		if (((unsigned char)s[i] < 0x20 && s[i] != '\n' &&
		        s[i] != '\r' && s[i] != '\t') ||
		    s[i] == 0x7f)
			return (-1);
	if (json_plain(s, n))
		return (0);
	if ((nfc = json_nfc(s, n)) == NULL)
		return (-1);
	r = json_string_set_nocheck(v, nfc);
	free(nfc);
	return (r);
}

/*
 * Certainly in NFC: no byte sequence that starts a combining mark (U+0300 and
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
		if (p[i] >= 0xc2 && p[i] <= 0xc7) /* U+0080..U+01FF */
			i++;
		else if (p[i] == 0xe1 && i + 2 < n && /* U+1E00..U+1EFF */
		    p[i + 1] >= 0xb8 && p[i + 1] <= 0xbb)
			i += 2;
		else
			return (0);
	}
	return (1);
}
