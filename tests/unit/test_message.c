/* services/http/message.c: what is a request and what is refused. */
#include "test.h"

#include "http/message.h"

#define BODY_MAX 1000
#define HOST "Host: c\r\n"
#define GET_ "GET / HTTP/1.1\r\n" HOST
#define POST_ "POST / HTTP/1.1\r\n" HOST

struct row {
	const char *text;
	size_t n;
	long want; /* > 0: the head's length; < 0: minus the status */
};
#define TAKEN(text) \
	{ \
		text, sizeof(text) - 1, sizeof(text) - 1 \
	}
#define REFUSED(status, text) \
	{ \
		text, sizeof(text) - 1, -(status) \
	}

static struct message m;

/* Parse a copy that ends where the text ends, for the sanitizer's sake. */
static long
parse(const char *text, size_t n)
{
	static char *copy;

	message_clear(&m);
	free(copy);
	copy = malloc(n > 0 ? n : 1);
	memcpy(copy, text, n);
	return (message_parse(&m, copy, n, BODY_MAX));
}

static long
parse_text(const char *text)
{
	return (parse(text, strlen(text)));
}

static void
check(const struct row *rows, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		if (parse(rows[i].text, rows[i].n) != rows[i].want)
			fail_msg("%s: %ld, not %ld", rows[i].text,
			    parse(rows[i].text, rows[i].n), rows[i].want);
		if (rows[i].want <= 0)
			continue;
		/* no part of it is anything yet */
		for (k = 0; k < rows[i].n; k++)
			assert_row(rows[i].text, parse(rows[i].text, k) == 0);
	}
}

static void
test_a_whole_head_is_taken_and_none_of_its_parts(void **state)
{
	static const struct row rows[] = {
		TAKEN(GET_ "\r\n"),
		TAKEN("GET / HTTP/1.0\r\n\r\n"),
		TAKEN("GET /v1/plans?q=a%20b HTTP/1.1\r\n" HOST "\r\n"),
		TAKEN("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
		TAKEN(POST_ "Content-Length: 0\r\n\r\n"),
		TAKEN(POST_ "Content-Length: 1000\r\n\r\n"),
		TAKEN(POST_ "\r\n"),
		TAKEN(GET_ "Empty:\r\nX:\t tab \t\r\n\r\n"),
		TAKEN(GET_ "X: Tân Chính\r\n\r\n"),
		TAKEN("GET http://camket/v1/me?x HTTP/1.1\r\n" HOST "\r\n"),
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
test_one_empty_line_before_a_request_is_ignored(void **state)
{
	(void)state;
	assert_int_equal(parse_text("\r\n" GET_ "\r\n"),
	    strlen("\r\n" GET_ "\r\n"));
	assert_int_equal(parse_text("\r\n"), 0);
	assert_int_equal(parse_text("\r\n\r\n" GET_ "\r\n"), -400);
}

static void
test_what_follows_a_head_is_not_looked_at(void **state)
{
	size_t n = strlen(POST_ "Content-Length: 9\r\n\r\n");

	(void)state;
	assert_int_equal(parse_text(POST_ "Content-Length: 9\r\n\r\n\n\n\x01"),
	    n);
	assert_int_equal(m.body_len, 9);
	assert_int_equal(parse_text(GET_ "\r\n" GET_ "Bad\r\n\r\n"),
	    strlen(GET_ "\r\n"));
}

static void
test_a_request_line_has_one_form(void **state)
{
	static const struct row rows[] = {
		REFUSED(400, "GET\r\n" HOST "\r\n"),
		REFUSED(400, "GET /\r\n" HOST "\r\n"),
		REFUSED(400, "GET / HTTP/1.1 \r\n" HOST "\r\n"),
		REFUSED(400, " GET / HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET  / HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET /  HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET /a b HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET\t/ HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "G@T / HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET / http/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET / HTTP/1.11\r\n" HOST "\r\n"),
		REFUSED(400, "GET / HTTP/1\r\n" HOST "\r\n"),
		REFUSED(505, "GET / HTTP/2.0\r\n" HOST "\r\n"),
		REFUSED(505, "GET / HTTP/0.9\r\n" HOST "\r\n"),
		REFUSED(505, "GET / HTTP/1.2\r\n" HOST "\r\n"),
		REFUSED(501, "get / HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(501, "TRACE / HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(501, "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n"),
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
test_a_target_has_one_form(void **state)
{
	static const struct row rows[] = {
		REFUSED(400, "GET v1 HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET * HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET ? HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET /a#b HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET /a\\b HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET /a\"b HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET /a\x7f HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET /\xc3\xa2 HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET ftp://c/ HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET http:///a HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET http://c HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET https:// HTTP/1.1\r\n" HOST "\r\n"),
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
test_a_path_is_kept_as_it_was_sent(void **state)
{
	static const char *const paths[] = { "/", "//", "/v1/../me", "/v1/./me",
		"/v1/%2e%2e/me", "/%00", "/%", "/%zz", "/V1/me;x=1" };
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(paths); i++) {
		snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n" HOST "\r\n",
		    paths[i]);
		assert_true(parse_text(text) > 0);
		assert_string_equal(m.path, paths[i]);
		assert_null(m.query);
	}
	assert_true(
	    parse_text("GET http://x/v1/me?a?b HTTP/1.1\r\n" HOST "\r\n") > 0);
	assert_string_equal(m.path, "/v1/me");
	assert_string_equal(m.query, "a?b");
	assert_true(parse_text("GET /? HTTP/1.1\r\n" HOST "\r\n") > 0);
	assert_string_equal(m.query, "");
}

static void
test_lines_end_in_cr_lf_and_nothing_else(void **state)
{
	static const struct row rows[] = {
		REFUSED(400, "GET / HTTP/1.1\nHost: c\n\n"),
		REFUSED(400, "GET / HTTP/1.1\r\nHost: c\n\r\n"),
		REFUSED(400, "GET / HTTP/1.1\nHost: c\r\n\r\n"),
		REFUSED(400, GET_ "\n"),
		REFUSED(400, GET_ "X: 1\r\n\n"),
		REFUSED(400, GET_ "X: a\rb\r\n\r\n"),
		REFUSED(400, GET_ "X: a\r\r\n\r\n"),
		REFUSED(400, GET_ "X: a\nY: b\r\n\r\n"),
		REFUSED(400, "GET / HTTP/1.1\r\r\n" HOST "\r\n"),
		REFUSED(400, "\n" GET_ "\r\n"),
		REFUSED(400, "\n\n"),
		REFUSED(400, "\n\r\n"),
		REFUSED(400, "\r\n\n\n"),
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
test_a_nul_is_refused_wherever_it_stands(void **state)
{
	static const struct row rows[] = {
		REFUSED(400, "GET\0 / HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET /\0 HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(400, "GET / HTTP/1.1\0\r\n" HOST "\r\n"),
		REFUSED(400, "GET / HTTP/1.1\0 junk\r\n" HOST "\r\n"),
		REFUSED(400, GET_ "X\0: 1\r\n\r\n"),
		REFUSED(400, GET_ "X: \0\r\n\r\n"),
		REFUSED(400, GET_ "X: a\0b\r\n\r\n"),
		REFUSED(400, GET_ "\0\r\n\r\n"),
		REFUSED(400, "GET / HTTP/1.1\r\nHost: c\0d\r\n\r\n"),
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
test_a_field_has_one_form(void **state)
{
	static const struct row rows[] = {
		REFUSED(400, GET_ "Nocolon\r\n\r\n"),
		REFUSED(400, GET_ ": 1\r\n\r\n"),
		REFUSED(400, GET_ "X : 1\r\n\r\n"),
		REFUSED(400, GET_ "X\t: 1\r\n\r\n"),
		REFUSED(400, GET_ "X Y: 1\r\n\r\n"),
		REFUSED(400, GET_ "X(: 1\r\n\r\n"),
		REFUSED(400, GET_ "\xc3\xa2: 1\r\n\r\n"),
		REFUSED(400, GET_ "X: \x01\r\n\r\n"),
		REFUSED(400, GET_ "X: \x7f\r\n\r\n"),
		REFUSED(400, GET_ "X: \x1b[2J\r\n\r\n"),
		/* obs-fold, of the first field too */
		REFUSED(400, GET_ "X: 1\r\n 2\r\n\r\n"),
		REFUSED(400, GET_ "X: 1\r\n\t2\r\n\r\n"),
		REFUSED(400, GET_ "X: 1\r\n \r\n\r\n"),
		REFUSED(400, "GET / HTTP/1.1\r\n " HOST "\r\n"),
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
test_names_are_read_without_case_and_values_trimmed(void **state)
{
	(void)state;
	assert_true(parse_text("GET / HTTP/1.1\r\nhOsT: c\r\n"
	                       "X-Host: d\r\nHos: e\r\nHostile: f\r\n"
	                       "AUTHORIZATION: \t Bearer x \t \r\n\r\n") > 0);
	assert_string_equal(m.fields[HEADER_HOST], "c");
	assert_string_equal(m.fields[HEADER_AUTHORIZATION], "Bearer x");
	assert_null(m.fields[HEADER_COOKIE]);
}

static void
test_a_host_is_named_once_and_well(void **state)
{
	static const struct row rows[] = {
		TAKEN("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"),
		REFUSED(400, "GET / HTTP/1.1\r\n\r\n"),
		REFUSED(400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
		REFUSED(400, GET_ HOST "\r\n"),
		REFUSED(400, GET_ "hOST: d\r\n\r\n"),
		REFUSED(400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"),
		REFUSED(400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
		REFUSED(400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
		REFUSED(400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
		REFUSED(400, "GET / HTTP/1.0\r\nHost: a/b\r\n\r\n"),
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
test_a_length_is_digits_once_and_within_bounds(void **state)
{
	static const struct row rows[] = {
		TAKEN(POST_ "Content-Length: 0000000000000000001\r\n\r\n"),
		TAKEN(GET_ "Content-Length: 0\r\n\r\n"),
		REFUSED(400, POST_ "Content-Length:\r\n\r\n"),
		REFUSED(400, POST_ "Content-Length: +1\r\n\r\n"),
		REFUSED(400, POST_ "Content-Length: -1\r\n\r\n"),
		REFUSED(400, POST_ "Content-Length: 1x\r\n\r\n"),
		REFUSED(400, POST_ "Content-Length: 0x1\r\n\r\n"),
		REFUSED(400, POST_ "Content-Length: 1 1\r\n\r\n"),
		REFUSED(400, POST_ "Content-Length: 1, 1\r\n\r\n"),
		REFUSED(400, POST_ "Content-Length: 1.0\r\n\r\n"),
		REFUSED(400,
		    POST_ "Content-Length: 1\r\n"
		          "Content-Length: 1\r\n\r\n"),
		REFUSED(400,
		    POST_ "Content-Length: 1\r\n"
		          "content-length: 2\r\n\r\n"),
		REFUSED(413, POST_ "Content-Length: 1001\r\n\r\n"),
		REFUSED(413,
		    POST_ "Content-Length: 18446744073709551615\r\n"
		          "\r\n"),
		REFUSED(413,
		    POST_ "Content-Length: 18446744073709551616\r\n"
		          "\r\n"),
		REFUSED(413,
		    POST_ "Content-Length: 99999999999999999999999\r\n"
		          "\r\n"),
		/* no body where none is meant */
		REFUSED(400, GET_ "Content-Length: 1\r\n\r\n"),
		REFUSED(400,
		    "DELETE / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n"),
		/* nothing says how long it is */
		REFUSED(411, "PUT / HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(411, "PATCH / HTTP/1.1\r\n" HOST "\r\n"),
		REFUSED(411, "POST / HTTP/1.0\r\n\r\n"),
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
test_a_body_is_never_framed_twice_or_in_chunks(void **state)
{
	static const struct row rows[] = {
		REFUSED(411, POST_ "Transfer-Encoding: chunked\r\n\r\n"),
		REFUSED(411, POST_ "Transfer-Encoding: CHUNKED\r\n\r\n"),
		REFUSED(411, GET_ "Transfer-Encoding: chunked\r\n\r\n"),
		REFUSED(400,
		    POST_ "Content-Length: 5\r\n"
		          "Transfer-Encoding: chunked\r\n\r\n"),
		REFUSED(400,
		    POST_ "Transfer-Encoding: chunked\r\n"
		          "Content-Length: 0\r\n\r\n"),
		REFUSED(400,
		    POST_ "Transfer-Encoding: identity\r\n"
		          "Content-Length: 5\r\n\r\n"),
		REFUSED(400,
		    POST_ "Transfer-Encoding:\r\n"
		          "Content-Length: 5\r\n\r\n"),
		REFUSED(400,
		    "POST / HTTP/1.0\r\n" HOST
		    "Transfer-Encoding: chunked\r\n\r\n"),
		REFUSED(400, POST_ "Transfer-Encoding : chunked\r\n\r\n"),
		REFUSED(400,
		    POST_ "Transfer-Encoding:\x0b"
		          "chunked\r\n\r\n"),
		REFUSED(400,
		    POST_ "X: 1\r\n Transfer-Encoding: chunked\r\n"
		          "\r\n"),
		REFUSED(501, POST_ "Transfer-Encoding:\r\n\r\n"),
		REFUSED(501, POST_ "Transfer-Encoding: xchunked\r\n\r\n"),
		REFUSED(501,
		    POST_ "Transfer-Encoding: chunked, identity\r\n"
		          "\r\n"),
		REFUSED(501,
		    POST_ "Transfer-Encoding: chunked\r\n"
		          "Transfer-Encoding: identity\r\n\r\n"),
		REFUSED(501,
		    POST_ "Transfer-Encoding: gzip\r\n"
		          "Transfer-Encoding: chunked\r\n\r\n"),
		REFUSED(501, POST_ "Transfer-Encoding: \"chunked\"\r\n\r\n"),
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
test_a_field_that_stands_once_is_refused_twice(void **state)
{
	static const char *const once[] = { "Host", "Content-Length", "Expect",
		"Content-Type", "Authorization", "Cookie", "Idempotency-Key",
		"X-Request-Id", "Traceparent", "Origin",
		"Access-Control-Request-Method", "X-CSRF-Token", "User-Agent",
		"Last-Event-ID" };
	char text[300];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(once); i++) {
		snprintf(text, sizeof(text),
		    GET_ "%s: 0\r\nX: 1\r\n%s: 0\r\n\r\n", once[i], once[i]);
		assert_row(once[i], parse_text(text) == -400);
	}
}

static void
test_lines_of_a_list_make_one_list(void **state)
{
	(void)state;
	assert_true(
	    parse_text(GET_ "If-None-Match: \"a\"\r\nAccept: text/html\r\n"
	                    "If-None-Match: \"b\"\r\nIf-None-Match: \"c\"\r\n"
	                    "Accept: application/json\r\n\r\n") > 0);
	assert_string_equal(m.fields[HEADER_IF_NONE_MATCH],
	    "\"a\", \"b\", \"c\"");
	assert_string_equal(m.fields[HEADER_ACCEPT],
	    "text/html, application/json");
}

static void
test_connection_options_say_whether_more_follows(void **state)
{
	static const struct {
		const char *version;
		const char *connection;
		int close;
	} rows[] = {
		{ "1.1", "", 0 },
		{ "1.1", "Connection: close\r\n", 1 },
		{ "1.1", "Connection: x, CLOSE\r\n", 1 },
		{ "1.1", "Connection: ,close ,x\r\n", 1 },
		{ "1.1", "Connection: x\r\nConnection: close\r\n", 1 },
		{ "1.1", "Connection: closed\r\n", 0 },
		{ "1.1", "Connection: not close\r\n", 0 },
		{ "1.1", "Connection: keep-alive\r\n", 0 },
		{ "1.0", "", 1 },
		{ "1.0", "Connection: keep-alive\r\n", 0 },
		{ "1.0", "Connection: keep-alive, close\r\n", 1 },
	};
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(text, sizeof(text), "GET / HTTP/%s\r\n" HOST "%s\r\n",
		    rows[i].version, rows[i].connection);
		assert_true(parse_text(text) > 0);
		assert_row(text, m.close == rows[i].close);
	}
}

static void
test_only_a_body_that_comes_is_asked_for(void **state)
{
	static const struct row rows[] = {
		REFUSED(417,
		    POST_ "Expect: 200-ok\r\nContent-Length: 1\r\n"
		          "\r\n"),
		REFUSED(417, POST_ "Expect: 200-ok\r\n\r\n"),
	};
	static const struct {
		const char *text;
		int expects;
	} takes[] = {
		{ POST_ "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n",
		    1 },
		{ POST_ "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n",
		    0 },
		{ POST_ "Expect: 100-continue\r\n\r\n", 0 },
		{ GET_ "Expect: 100-continue\r\n\r\n", 0 },
		{ "POST / HTTP/1.0\r\nExpect: 100-continue\r\n"
		  "Content-Length: 1\r\n\r\n",
		    0 },
	};
	size_t i;

	(void)state;
	check(rows, COUNT(rows));
	for (i = 0; i < COUNT(takes); i++) {
		assert_row(takes[i].text, parse_text(takes[i].text) > 0);
		assert_row(takes[i].text, m.expects == takes[i].expects);
	}
}

/* "GET /aaa… HTTP/1.1" with a target of n bytes, and the rest. */
static char *
with_target(size_t n, const char *rest)
{
	char *text, *p;

	p = text = malloc(n + strlen(rest) + 5);
	p = stpcpy(p, "GET ");
	memset(p, 'a', n);
	*p = '/';
	strcpy(p + n, rest);
	return (text);
}

static void
test_a_target_too_long_is_told_at_once(void **state)
{
	const char *rest = " HTTP/1.1\r\n" HOST "\r\n";
	size_t k;
	char *text;

	(void)state;
	text = with_target(MESSAGE_TARGET_MAX, rest);
	assert_int_equal(parse_text(text), strlen(text));
	assert_int_equal(strlen(m.path), MESSAGE_TARGET_MAX);
	for (k = MESSAGE_TARGET_MAX; k < strlen(text); k++)
		assert_int_equal(parse(text, k), 0);
	free(text);
	text = with_target(MESSAGE_TARGET_MAX + 1, rest);
	assert_int_equal(parse_text(text), -414);
	free(text);
	/* the line never ends */
	text = with_target(MESSAGE_TARGET_MAX + 100, "");
	assert_int_equal(parse_text(text), -414);
	free(text);
}

static void
test_a_head_too_large_is_told_at_once(void **state)
{
	static const char start[] = GET_ "X: ", stop[] = "\r\n\r\n";
	char *text = malloc(MESSAGE_HEAD_MAX + 10);

	(void)state;
	memset(text, 'a', MESSAGE_HEAD_MAX + 10);
	memcpy(text, start, sizeof(start) - 1);
	assert_int_equal(parse(text, MESSAGE_HEAD_MAX - 1), 0);
	assert_int_equal(parse(text, MESSAGE_HEAD_MAX), -431);
	memcpy(text + MESSAGE_HEAD_MAX - 4, stop, 4);
	assert_int_equal(parse(text, MESSAGE_HEAD_MAX), MESSAGE_HEAD_MAX);
	memset(text + MESSAGE_HEAD_MAX - 4, 'a', 4);
	memcpy(text + MESSAGE_HEAD_MAX - 3, stop, 4);
	assert_int_equal(parse(text, MESSAGE_HEAD_MAX + 1), -431);
	free(text);
}

static void
test_no_field_is_dropped_for_want_of_room(void **state)
{
	char text[8000], *p;
	int i;

	(void)state;
	p = stpcpy(text, GET_);
	for (i = 1; i < MESSAGE_FIELDS_MAX - 1; i++)
		p = stpcpy(p, "X: 1\r\n");
	strcpy(p, "Authorization: last\r\n\r\n");
	assert_true(parse_text(text) > 0);
	assert_string_equal(m.fields[HEADER_AUTHORIZATION], "last");
	strcpy(p, "X: 1\r\nAuthorization: last\r\n\r\n");
	assert_int_equal(parse_text(text), -431);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_whole_head_is_taken_and_none_of_its_parts),
		cmocka_unit_test(
		    test_one_empty_line_before_a_request_is_ignored),
		cmocka_unit_test(test_what_follows_a_head_is_not_looked_at),
		cmocka_unit_test(test_a_request_line_has_one_form),
		cmocka_unit_test(test_a_target_has_one_form),
		cmocka_unit_test(test_a_path_is_kept_as_it_was_sent),
		cmocka_unit_test(test_lines_end_in_cr_lf_and_nothing_else),
		cmocka_unit_test(test_a_nul_is_refused_wherever_it_stands),
		cmocka_unit_test(test_a_field_has_one_form),
		cmocka_unit_test(
		    test_names_are_read_without_case_and_values_trimmed),
		cmocka_unit_test(test_a_host_is_named_once_and_well),
		cmocka_unit_test(
		    test_a_length_is_digits_once_and_within_bounds),
		cmocka_unit_test(
		    test_a_body_is_never_framed_twice_or_in_chunks),
		cmocka_unit_test(
		    test_a_field_that_stands_once_is_refused_twice),
		cmocka_unit_test(test_lines_of_a_list_make_one_list),
		cmocka_unit_test(
		    test_connection_options_say_whether_more_follows),
		cmocka_unit_test(test_only_a_body_that_comes_is_asked_for),
		cmocka_unit_test(test_a_target_too_long_is_told_at_once),
		cmocka_unit_test(test_a_head_too_large_is_told_at_once),
		cmocka_unit_test(test_no_field_is_dropped_for_want_of_room),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
