/* services/core/json.c: bodies, and single texts. */
#include "fuzz.h"

#include "core/json.h"

/* Every text is composed, without control characters; nothing is deep. */
static void
check(const char *s)
{
	char *nfc = json_nfc(s, strlen(s));

	must(nfc != NULL && strcmp(nfc, s) == 0);
	free(nfc);
}

static void
check_value(json_t *v, int depth)
{
	const char *name;
	json_t *item;
	size_t i;

	must(depth <= JSON_DEPTH_MAX);
	if (json_is_string(v)) {
		must(strlen(json_string_value(v)) == json_string_length(v));
		check(json_string_value(v));
	} else if (json_is_array(v)) {
		json_array_foreach(v, i, item)
		{
			check_value(item, depth + 1);
		}
	} else if (json_is_object(v)) {
		json_object_foreach(v, name, item)
		{
			check(name);
			check_value(item, depth + 1);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	enum json_fault fault;
	int line, column;
	char *text = exact(data, n), *out;
	json_t *v, *again;

	v = json_read(text, n, &fault, &line, &column);
	must((v != NULL) == (fault == JSON_FINE));
	if (v != NULL) {
		check_value(v, 0);
		out = json_text(v);
		again = json_read(out, strlen(out), &fault, &line, &column);
		must(again != NULL && json_equal(v, again));
		free(out);
		json_decref(again);
		json_decref(v);
	}
	if ((out = json_nfc(text, n)) != NULL) {
		check(out);
		free(out);
	}
	free(text);
	return (0);
}
