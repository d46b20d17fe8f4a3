#ifndef CORE_JSON_H
#define CORE_JSON_H

#include <stddef.h>

#include <jansson.h>

#define JSON_DEPTH_MAX 32

/* Why a text was not taken. */
enum json_fault {
	JSON_FINE,
	JSON_SYNTAX,
	JSON_ENCODING, /* not UTF-8, a NUL, a control character */
	JSON_DEPTH,
	JSON_DUPLICATE /* a member named twice */
};

/*
 * Read one JSON value strictly (RFC 8259): no duplicates, no NUL, no control
 * characters but tab and newlines, at most 32 deep. Strings and members' names
 * come out in NFC.
 * Returns a new reference or NULL, with where it went wrong in *line_r and *column_r.
 */
json_t *json_read(const char *text, size_t n, enum json_fault *fault_r,
    int *line_r, int *column_r);

/* A text in NFC: malloc'd, or NULL for what is not UTF-8 or holds a control
 * character but tab and newlines. */
char *json_nfc(const char *text, size_t n);

/* The value as compact JSON, malloc'd. */
char *json_text(const json_t *);

#endif
