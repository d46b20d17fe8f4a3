/* services/core/json.c: strict JSON in, one form of text. */
#include "test.h"

#include "core/json.h"

static enum json_fault fault;
static int line, column;

static json_t *
read_n(const char *text, size_t n)
{
	char *copy = malloc(n > 0 ? n : 1); /* ends where the text ends */
	json_t *v;

	memcpy(copy, text, n);
	fault = JSON_FINE;
	v = json_read(copy, n, &fault, &line, &column);
	free(copy);
	assert_true((v != NULL) == (fault == JSON_FINE));
	return (v);
}

static enum json_fault
fault_of(const char *text, size_t n)
{
	json_decref(read_n(text, n));
	return (fault);
}

static json_t *
read_text(const char *text)
{
	return (read_n(text, strlen(text)));
}

#define FAULT_OF(text) fault_of(text, sizeof(text) - 1)

/* The one string of a JSON array, as it comes out. */
static void
assert_read(const char *text, const char *want)
{
	json_t *v = read_n(text, strlen(text));

	assert_non_null(v);
	assert_string_equal(json_string_value(json_array_get(v, 0)), want);
	json_decref(v);
}

static void
test_json_is_read_to_the_letter(void **state)
{
	static const char *const bad[] = { "", " ", "{", "[1,]", "{\"a\":1,}",
		"{a:1}", "{'a':1}", "[01]", "[+1]", "[.5]", "[1.]", "[1e]",
		"[0x1]", "[NaN]", "[Infinity]", "[nul]", "[True]", "[1] x",
		"[1][2]", "[\"\\x\"]", "[\"\\u12\"]", "[\"a\tb\"]",
		"[\"a\nb\"]", "[1]//", "[/**/1]", "\xef\xbb\xbf[1]", "]", "1",
		"\"a\"", "[\"\\ud800\"]", "[\"\\udc00\"]",
		"[\"\\ud800\\u0041\"]" };
	static const char *const good[] = { "[]", "{}", " [ 1 ] \r\n\t",
		"[1,-0,1.5,1e3,true,false,null,\"\"]",
		"{\"a\":{\"a\":1},\"b\":{\"a\":1}}", "[\"\\ud83d\\ude00\"]" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_row(bad[i],
		    fault_of(bad[i], strlen(bad[i])) == JSON_SYNTAX);
	for (i = 0; i < COUNT(good); i++)
		assert_row(good[i],
		    fault_of(good[i], strlen(good[i])) == JSON_FINE);
}

static void
test_a_syntax_error_names_its_place(void **state)
{
	(void)state;
	assert_int_equal(FAULT_OF("{\n  \"a\": tru\n}"), JSON_SYNTAX);
	assert_int_equal(line, 2);
	assert_true(column > 0);
}

static void
test_a_member_named_twice_is_refused(void **state)
{
	(void)state;
	assert_int_equal(FAULT_OF("{\"a\":1,\"a\":1}"), JSON_DUPLICATE);
	assert_int_equal(FAULT_OF("{\"a\":1,\"\\u0061\":2}"), JSON_DUPLICATE);
	assert_int_equal(FAULT_OF("[{\"x\":{\"a\":1,\"b\":2,\"a\":3}}]"),
	    JSON_DUPLICATE);
	/* the same letters, composed and decomposed */
	assert_int_equal(FAULT_OF("{\"\xc3\xa9\":1,\"e\xcc\x81\":2}"),
	    JSON_DUPLICATE);
}

static void
test_no_nul_comes_in_by_any_way(void **state)
{
	(void)state;
	assert_int_equal(FAULT_OF("[\"a\0b\"]"), JSON_ENCODING);
	assert_int_equal(FAULT_OF("[1\0]"), JSON_ENCODING);
	assert_int_equal(FAULT_OF("[1]\0"), JSON_ENCODING);
	assert_int_equal(FAULT_OF("\0[1]"), JSON_ENCODING);
	assert_int_equal(FAULT_OF("[\"\\u0000\"]"), JSON_ENCODING);
	assert_int_equal(FAULT_OF("{\"\\u0000\":1}"), JSON_ENCODING);
	assert_int_equal(FAULT_OF("{\"a\\u0000b\":1}"), JSON_ENCODING);
}

static void
test_control_characters_are_refused(void **state)
{
	char text[32];
	int c;

	(void)state;
	for (c = 1; c < 0xa0; c++) {
		snprintf(text, sizeof(text), "[\"a\\u%04xb\"]", c);
		assert_row(text,
		    fault_of(text, strlen(text)) ==
		        (c == '\n' || c == '\r' || c == '\t' ||
		                    (c >= 0x20 && c < 0x7f) ?
		                JSON_FINE :
		                JSON_ENCODING));
		if (c == '\n' || c == '\r' || c == '\t')
			continue;
		snprintf(text, sizeof(text), "{\"a\\u%04xb\":1}", c);
		assert_row(text,
		    fault_of(text, strlen(text)) ==
		        (c >= 0x20 && c < 0x7f ? JSON_FINE : JSON_ENCODING));
	}
	assert_int_equal(FAULT_OF("[\"\xc2\x80\"]"), JSON_ENCODING);
	assert_int_equal(FAULT_OF("[\"\x7f\"]"), JSON_ENCODING);
}

static void
test_only_utf8_is_text(void **state)
{
	static const char *const bad[] = { "\x80", "\xc3", "\xc3(", "\xe1\xba",
		"\xff", "\xfe", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe1\xb8(" };
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), "[\"%s\"]", bad[i]);
		assert_true(fault_of(text, strlen(text)) == JSON_ENCODING);
		snprintf(text, sizeof(text), "{\"%s\":1}", bad[i]);
		assert_true(fault_of(text, strlen(text)) == JSON_ENCODING);
		assert_null(json_nfc(bad[i], strlen(bad[i])));
	}
}

static void
test_depth_is_bounded(void **state)
{
	char text[200001];
	int i, n;

	(void)state;
	for (n = 1; n <= JSON_DEPTH_MAX + 1; n++) {
		for (i = 0; i < n; i++) {
			text[i] = '[';
			text[n + i] = ']';
		}
		assert_int_equal(fault_of(text, (size_t)n * 2),
		    n <= JSON_DEPTH_MAX ? JSON_FINE : JSON_DEPTH);
	}
	memset(text, '[', 100000);
	assert_int_equal(fault_of(text, 100000), JSON_DEPTH);
	/* brackets in a string are no depth, whatever is escaped before */
	memset(text, '[', 200000);
	memcpy(text, "[\"\\\\\\\"", 6);
	memcpy(text + 199998, "\"]", 2);
	assert_int_equal(fault_of(text, 200000), JSON_FINE);
	/* nor do closed ones add up */
	for (i = 0; i < 1000; i++)
		memcpy(text + 1 + i * 3, "[],", 3);
	memcpy(text + 3000, "]", 1);
	assert_int_equal(fault_of(text, 3001), JSON_FINE);
}

static void
test_a_number_too_large_is_refused(void **state)
{
	json_t *v;

	(void)state;
	v = read_text("[9223372036854775807]");
	assert_int_equal(json_integer_value(json_array_get(v, 0)), INT64_MAX);
	json_decref(v);
	assert_int_equal(FAULT_OF("[9223372036854775808]"), JSON_SYNTAX);
	assert_int_equal(FAULT_OF("[-9223372036854775809]"), JSON_SYNTAX);
	assert_int_equal(FAULT_OF("[1e400]"), JSON_SYNTAX);
	assert_int_equal(FAULT_OF("[-1e400]"), JSON_SYNTAX);
	assert_int_equal(FAULT_OF("[1e99999999999999999999]"), JSON_SYNTAX);
}

static void
test_many_members_are_read_in_time(void **state)
{
	char *text = malloc(1200000), *p = text;
	int i;

	(void)state;
	*p++ = '{';
	for (i = 0; i < 100000; i++)
		p += sprintf(p, "%s\"k%d\":1", i > 0 ? "," : "", i);
	*p++ = '}';
	assert_int_equal(fault_of(text, (size_t)(p - text)), JSON_FINE);
	free(text);
}

static void
test_text_comes_out_composed(void **state)
{
	(void)state;
	/* Kế hoạch, decomposed and already composed */
	assert_read("[\"Ke\xcc\x82\xcc\x81 hoa\xcc\xa3"
	            "ch\"]",
	    "Kế hoạch");
	assert_read("[\"Kế hoạch\"]", "Kế hoạch");
	/* marks in either order */
	assert_read("[\"\xc3\xaa\xcc\xa3\"]", "ệ");
	assert_read("[\"e\xcc\xa3\xcc\x82\"]", "ệ");
	/* one of Ångström's and of Ohm's signs */
	assert_read("[\"\xe2\x84\xab\xe2\x84\xa6\"]", "ÅΩ");
	/* what is compatible stays what it is */
	assert_read("[\"ﬁ①\"]", "ﬁ①");
	assert_read("[\"\\u1ebf\\u0111\"]", "ếđ");
}

static void
test_member_names_come_out_composed(void **state)
{
	json_t *v = read_text("{\"e\xcc\x81\":{\"o\xcc\x81\":1},\"b\":2}");

	(void)state;
	assert_non_null(v);
	assert_int_equal(json_object_size(v), 2);
	assert_int_equal(json_integer_value(
	                     json_object_get(json_object_get(v, "é"), "ó")),
	    1);
	json_decref(v);
}

static void
test_a_text_alone_is_held_to_the_same(void **state)
{
	char *s;

	(void)state;
	s = json_nfc("Ke\xcc\x82\xcc\x81", 6);
	assert_string_equal(s, "Kế");
	free(s);
	s = json_nfc("", 0);
	assert_string_equal(s, "");
	free(s);
	s = json_nfc("mật khẩu của tôi", strlen("mật khẩu của tôi"));
	assert_string_equal(s, "mật khẩu của tôi");
	free(s);
	assert_null(json_nfc("a\x01", 2));
	assert_null(json_nfc("a\x7f", 2));
	assert_null(json_nfc("a\0b", 3));
	assert_null(json_nfc("\xc2\x85", 2));
}

static void
test_compact_text_reads_back(void **state)
{
	json_t *v = read_text("{\"a\": [1, \"x\\n\", null]}"), *w;
	char *s = json_text(v);

	(void)state;
	assert_string_equal(s, "{\"a\":[1,\"x\\n\",null]}");
	w = read_n(s, strlen(s));
	assert_true(json_equal(v, w));
	free(s);
	json_decref(v);
	json_decref(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_is_read_to_the_letter),
		cmocka_unit_test(test_a_syntax_error_names_its_place),
		cmocka_unit_test(test_a_member_named_twice_is_refused),
		cmocka_unit_test(test_no_nul_comes_in_by_any_way),
		cmocka_unit_test(test_control_characters_are_refused),
		cmocka_unit_test(test_only_utf8_is_text),
		cmocka_unit_test(test_depth_is_bounded),
		cmocka_unit_test(test_a_number_too_large_is_refused),
		cmocka_unit_test(test_many_members_are_read_in_time),
		cmocka_unit_test(test_text_comes_out_composed),
		cmocka_unit_test(test_member_names_come_out_composed),
		cmocka_unit_test(test_a_text_alone_is_held_to_the_same),
		cmocka_unit_test(test_compact_text_reads_back),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
