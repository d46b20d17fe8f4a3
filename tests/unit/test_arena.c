/* services/core/arena.c and buf.c: memory of a request, texts that grow. */
#include "test.h"

#include "core/arena.h"
#include "core/buf.h"

static void
test_pieces_are_aligned_and_apart(void **state)
{
	char first[100];
	struct arena a;
	size_t i, n;
	char *p, *q;

	(void)state;
	/* from any first block, however it lies */
	for (i = 0; i < 16; i++) {
		arena_init(&a, first + i, sizeof(first) - i);
		for (p = NULL, n = 0; n < 3000; n += 7) {
			q = arena_alloc(&a, n);
			assert_int_equal((uintptr_t)q % 16, 0);
			memset(q, (int)i, n);
			assert_true(p != q);
			p = n > 0 ? q : p;
		}
		arena_fini(&a);
	}
}

static void
test_the_first_block_is_used_first_and_again(void **state)
{
	_Alignas(16) char first[256];
	struct arena a;
	char *p;

	(void)state;
	arena_init(&a, first, sizeof(first));
	p = arena_alloc(&a, sizeof(first));
	assert_ptr_equal(p, first);
	p = arena_alloc(&a, 1);
	assert_true(p < first || p >= first + sizeof(first));
	arena_fini(&a);
	assert_ptr_equal(arena_alloc(&a, 1), first);
	arena_fini(&a);
}

static void
test_a_piece_may_be_larger_than_any_block(void **state)
{
	struct arena a;
	char *p;

	(void)state;
	arena_init(&a, NULL, 0);
	assert_non_null(arena_zalloc(&a, 0));
	p = arena_zalloc(&a, 5 * 1024 * 1024);
	assert_int_equal(p[5 * 1024 * 1024 - 1], 0);
	arena_alloc(&a, 5 * 1024 * 1024);
	arena_fini(&a);
}

static void
test_copies_are_ended_by_a_nul(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, NULL, 0);
	assert_string_equal(arena_strndup(&a, "cam kết", 3), "cam");
	assert_string_equal(arena_strndup(&a, "x", 0), "");
	assert_string_equal(arena_strdup(&a, "cam kết"), "cam kết");
	assert_string_equal(arena_printf(&a, "%s/%d", "kế hoạch", 56),
	    "kế hoạch/56");
	arena_fini(&a);
}

static void
test_running_out_of_memory_is_fatal(void **state)
{
	(void)state;
	{
		void take(void)
		{
			(void)!xmalloc(SIZE_MAX / 4);
		}
		void clear(void)
		{
			(void)!xcalloc(SIZE_MAX / 4, 1);
		}

		assert_int_equal(status_of(take), 1);
		assert_int_equal(status_of(clear), 1);
	}
}

static void
test_a_text_grows_and_stays_ended(void **state)
{
	struct arena a;
	struct buf b;
	int i;

	(void)state;
	arena_init(&a, NULL, 0);
	buf_init(&b, &a, 0);
	assert_string_equal(b.data, "");
	for (i = 0; i < 10000; i++) {
		buf_putc(&b, (char)('a' + i % 26));
		assert_int_equal(b.data[b.len], '\0');
	}
	assert_int_equal(b.len, 10000);
	for (i = 0; i < 10000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	arena_fini(&a);
}

static void
test_what_is_formatted_fits_whatever_room_is_left(void **state)
{
	char text[100], want[400];
	struct arena a;
	struct buf b;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(text); n++) {
		memset(text, 'x', n);
		text[n] = '\0';
		arena_init(&a, NULL, 0);
		buf_init(&b, &a, 16);
		buf_printf(&b, "%s|", text);
		buf_printf(&b, "%d %s", -1, text);
		snprintf(want, sizeof(want), "%s|-1 %s", text, text);
		assert_string_equal(b.data, want);
		assert_int_equal(b.len, strlen(want));
		arena_fini(&a);
	}
}

static void
test_numbers_are_written_whole(void **state)
{
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a, NULL, 0);
	buf_init(&b, &a, 16);
	buf_number(&b, 0);
	buf_putc(&b, ' ');
	buf_number(&b, 18446744073709551615UL);
	assert_string_equal(b.data, "0 18446744073709551615");
	arena_fini(&a);
}

static void
test_a_json_string_hides_nothing(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *out;
	} rows[] = {
		{ "", 0, "\"\"" },
		{ "Kế hoạch", 12, "\"Kế hoạch\"" },
		{ "a\"b\\c", 5, "\"a\\\"b\\\\c\"" },
		{ "\n\r\t\x01\x1f", 5, "\"\\n\\u000d\\u0009\\u0001\\u001f\"" },
		{ "a\0b", 3, "\"a\\u0000b\"" },
		{ "</script>", 9, "\"</script>\"" },
	};
	struct arena a;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		arena_init(&a, NULL, 0);
		buf_init(&b, &a, 1);
		buf_json_n(&b, rows[i].in, rows[i].n);
		assert_string_equal(b.data, rows[i].out);
		arena_fini(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_aligned_and_apart),
		cmocka_unit_test(test_the_first_block_is_used_first_and_again),
		cmocka_unit_test(test_a_piece_may_be_larger_than_any_block),
		cmocka_unit_test(test_copies_are_ended_by_a_nul),
		cmocka_unit_test(test_running_out_of_memory_is_fatal),
		cmocka_unit_test(test_a_text_grows_and_stays_ended),
		cmocka_unit_test(
		    test_what_is_formatted_fits_whatever_room_is_left),
		cmocka_unit_test(test_numbers_are_written_whole),
		cmocka_unit_test(test_a_json_string_hides_nothing),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
