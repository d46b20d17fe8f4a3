#ifndef HTTP_SCHEMA_H
#define HTTP_SCHEMA_H

#include <jansson.h>

#include "core/field.h"

/*
 * Field tables as JSON Schema (2020-12), and examples that fit them. What
 * people read still stands in both languages, "tiếng Việt | English"; see
 * schema_speak(). All values returned are new references.
 */
enum schema_use {
	SCHEMA_READ,   /* an answer: every member is there, null if unset */
	SCHEMA_KEPT,   /* inside an answer: as it was written */
	SCHEMA_CREATE, /* a body that makes something, or a verb's */
	SCHEMA_PATCH   /* a merge patch */
};

/* An object of these members; the name * stands for any name. */
json_t *schema_of(const struct field *, enum schema_use);
json_t *schema_example(const struct field *, enum schema_use);

/* One member's value. */
json_t *schema_field(const struct field *, enum schema_use);
json_t *schema_field_example(const struct field *, enum schema_use);

/* An enumeration, and the component's name it has ("TaskStatus") or "". */
json_t *schema_words(const struct word *);
void schema_words_name(const struct word *, char *out, size_t cap);

/* "plan_status", "post-login" as "PlanStatus", "PostLogin". */
void schema_name(const char *, char *out, size_t cap);

/* Text for both languages, as schema_speak() parts it again. */
json_t *schema_both(const char *vi, const char *en);

/* The same value in one language; lines of a "description" become one text. */
json_t *schema_speak(json_t *, int lang);

#endif
