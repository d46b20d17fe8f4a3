/* workers/channels/message.c: a letter as an Internet message. */
#include <sodium.h>

#include "test.h"

#include "core/arena.h"
#include "core/config.h"
#include "channels/message.h"

#define B64 sodium_base64_VARIANT_ORIGINAL

static struct arena arena;
static struct buf text;

static struct letter
letter(void)
{
	return ((struct letter){
	    .id = "01890a5d-ac96-774b-bcce-b302099a8057",
	    .to = "canbo@camket.example",
	    .to_name = "Đồng chí Trưởng phòng",
	    .subject = "[Nhắc việc] II.1 Sinh hoạt chính trị: còn 03 ngày làm "
	               "việc (hạn 31/01/2024)",
	    .body = "Kính gửi đồng chí,\n\nHạn hoàn thành: 31/01/2024.\n",
	    .trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	    .at = "2024-01-26T01:00:00Z",
	});
}

static const char *
written(const struct letter *l)
{
	arena_fini(&arena);
	buf_init(&text, &arena, 64);
	message_write(&text, l);
	return (text.data);
}

static int
start(void **state)
{
	(void)state;
	setenv("CAMKET_MAIL_FROM", "nhacviec@tanchinh.example", 1);
	setenv("TZ", "Asia/Ho_Chi_Minh", 1);
	config_load();
	arena_init(&arena, NULL, 0);
	return (sodium_init());
}

static int
stop(void **state)
{
	(void)state;
	arena_fini(&arena);
	return (0);
}

/* The value of a field, unfolded; NULL if it is not there exactly once. */
static char *
field(const char *message, const char *name)
{
	static char out[8000];
	const char *p = message, *end = strstr(message, "\r\n\r\n"), *found;
	size_t n = strlen(name), len = 0;

	for (found = NULL; p < end; p = strstr(p, "\r\n") + 2)
		if (strncmp(p, name, n) == 0 && p[n] == ':') {
			if (found != NULL)
				return (NULL);
			found = p + n + 1;
		}
	if (found == NULL)
		return (NULL);
	found += *found == ' ';
	for (p = found; strncmp(p, "\r\n", 2) != 0 || p[2] == ' ';)
		if (*p == '\r')
			p += 2;
		else
			out[len++] = *p++;
	out[len] = '\0';
	return (out);
}

/* Encoded words made readable (RFC 2047); blanks between two fall away. */
static char *
readable(const char *value)
{
	static char out[8000];
	size_t len = 0, n;
	const char *end;
	int after = 0;

	while (*value != '\0') {
		if (strncmp(value, "=?utf-8?B?", 10) == 0) {
			end = strstr(value, "?=");
			assert_true(end + 2 - value <= 75);
			value += 10;
			assert_int_equal(sodium_base642bin((unsigned char *)
			                                       out +
			                         len,
			                     sizeof(out) - len, value,
			                     (size_t)(end - value), NULL, &n,
			                     NULL, B64),
			    0);
			/* each word is whole characters (RFC 2047, 5) */
			assert_true((out[len] & 0xc0) != 0x80);
			len += n;
			value = end + 2;
			after = 1;
		} else if (after && strncmp(value, " =?", 3) == 0)
			value++;
		else {
			out[len++] = *value++;
			after = 0;
		}
	}
	out[len] = '\0';
	return (out);
}

static char *
body(const char *message)
{
	static char out[20000];
	size_t n;

	message = strstr(message, "\r\n\r\n") + 4;
	assert_int_equal(sodium_base642bin((unsigned char *)out, sizeof(out),
	                     message, strlen(message), "\r\n", &n, NULL, B64),
	    0);
	out[n] = '\0';
	return (out);
}

/* Lines end in CR LF, are short, and are ASCII. */
static void
assert_well_formed(const char *message)
{
	const char *p = message, *end;
	int header = 1;

	for (; *p != '\0'; p = end + 2) {
		end = strstr(p, "\r\n");
		assert_non_null(end);
		assert_null(memchr(p, '\n', (size_t)(end - p)));
		assert_null(memchr(p, '\r', (size_t)(end - p)));
		if (end == p)
			header = 0;
		/* RFC 5322 2.1.1; with an encoded word RFC 2047 2 */
		assert_true(end - p <= 78);
		if (header && strstr(p, "=?") != NULL && strstr(p, "=?") < end)
			assert_true(end - p <= 76);
		for (; p < end; p++)
			assert_true(*p >= 0x20 && *p < 0x7f);
	}
	assert_int_equal(header, 0);
}

static void
test_a_vietnamese_subject_comes_through(void **state)
{
	static const char *const subjects[] = { "", "x", "Nhắc việc",
		"[Quá hạn 02 ngày] III.2 Đăng ký nhiệm vụ gắn với vị trí việc "
		"làm của từng cán bộ, công chức, người lao động (hạn "
		"15/02/2024)",
		"=?utf-8?B?eA==?=",
		"ữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữ",
		"aữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữ",
		"😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀" };
	struct letter l = letter();
	const char *m;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(subjects); i++) {
		l.subject = subjects[i];
		m = written(&l);
		assert_well_formed(m);
		assert_string_equal(readable(field(m, "Subject")), subjects[i]);
	}
}

static void
test_a_reader_is_named_beside_his_address(void **state)
{
	struct letter l = letter();
	const char *m = written(&l);

	(void)state;
	assert_string_equal(readable(field(m, "To")),
	    "Đồng chí Trưởng phòng <canbo@camket.example>");
	l.to_name = "";
	assert_string_equal(field(written(&l), "To"), "<canbo@camket.example>");
	l.to_name = NULL;
	assert_string_equal(field(written(&l), "To"), "<canbo@camket.example>");
	assert_string_equal(field(written(&l), "From"),
	    "Camket <nhacviec@tanchinh.example>");
}

static void
test_nothing_of_a_letter_starts_a_field(void **state)
{
	static const char
	    evil[] = "x\r\nBcc: a@b\r\n\r\nbody\nBcc: c@d\rBcc: e@f";
	struct letter l = letter();
	const char *m;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		l = letter();
		*(i == 0       ? &l.to :
		        i == 1 ? &l.to_name :
		        i == 2 ? &l.subject :
		                 &l.trace) = evil;
		m = written(&l);
		assert_well_formed(m);
		assert_null(field(m, "Bcc"));
		assert_non_null(field(m, "Message-ID"));
		assert_string_equal(field(m, "MIME-Version"), "1.0");
	}
	l = letter();
	l.to = "a@b>, <c@d";
	assert_string_equal(strchr(field(written(&l), "To"), '<'), "<a@b>");
}

static void
test_the_body_is_text_with_lines_of_the_internet(void **state)
{
	static char long_body[10000];
	struct letter l = letter();
	const char *m = written(&l);

	(void)state;
	assert_string_equal(body(m),
	    "Kính gửi đồng chí,\r\n\r\nHạn hoàn thành: 31/01/2024.\r\n");
	assert_string_equal(field(m, "Content-Type"),
	    "text/plain; charset=utf-8");
	assert_string_equal(field(m, "Content-Transfer-Encoding"), "base64");
	memset(long_body, 'a', sizeof(long_body) - 1);
	l.body = long_body;
	m = written(&l);
	assert_well_formed(m);
	assert_string_equal(body(m), long_body);
	l.body = "";
	assert_string_equal(body(written(&l)), "");
	/* what had such lines already keeps them */
	l.body = "a\r\nb\n.\n";
	assert_string_equal(body(written(&l)), "a\r\nb\r\n.\r\n");
}

static void
test_a_letter_sent_again_is_the_same(void **state)
{
	struct letter l = letter();
	char *first = strdup(written(&l));

	(void)state;
	assert_string_equal(written(&l), first);
	assert_string_equal(field(first, "Message-ID"),
	    "<01890a5d-ac96-774b-bcce-b302099a8057@tanchinh.example>");
	assert_string_equal(field(first, "Auto-Submitted"), "auto-generated");
	free(first);
}

static void
test_the_date_is_that_of_the_office(void **state)
{
	struct letter l = letter();

	(void)state;
	assert_string_equal(field(written(&l), "Date"),
	    "Fri, 26 Jan 2024 08:00:00 +0700");
	l.at = "2024-12-31T17:00:00.123456Z";
	assert_string_equal(field(written(&l), "Date"),
	    "Wed, 01 Jan 2025 00:00:00 +0700");
}

static void
test_the_trace_goes_along_if_there_is_one(void **state)
{
	struct letter l = letter();

	(void)state;
	assert_string_equal(field(written(&l), "Traceparent"), l.trace);
	l.trace = "";
	assert_null(field(written(&l), "Traceparent"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_vietnamese_subject_comes_through),
		cmocka_unit_test(test_a_reader_is_named_beside_his_address),
		cmocka_unit_test(test_nothing_of_a_letter_starts_a_field),
		cmocka_unit_test(
		    test_the_body_is_text_with_lines_of_the_internet),
		cmocka_unit_test(test_a_letter_sent_again_is_the_same),
		cmocka_unit_test(test_the_date_is_that_of_the_office),
		cmocka_unit_test(test_the_trace_goes_along_if_there_is_one),
	};

	return (cmocka_run_group_tests(tests, start, stop));
}
