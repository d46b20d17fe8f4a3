/* services/core/uuid.c: UUID version 7. */
#include <sodium.h>

#include "test.h"

#include "core/clock.h"
#include "core/uuid.h"

static int
start(void **state)
{
	(void)state;
	return (sodium_init());
}

static void
test_an_id_bears_its_version_and_time(void **state)
{
	char id[UUID_LEN + 1];
	unsigned char b[16];
	int64_t before, after, ms;
	int i, k;

	(void)state;
	for (i = 0; i < 1000; i++) {
		before = clock_real_ms();
		uuid_new(id);
		after = clock_real_ms();
		assert_true(uuid_valid(id, strlen(id)));
		uuid_bytes(id, b);
		assert_int_equal(b[6] >> 4, 7);
		assert_int_equal(b[8] >> 6, 2);
		for (ms = 0, k = 0; k < 6; k++)
			ms = ms << 8 | b[k];
		/* many in one ms run ahead of it by the counter at most */
		assert_true(ms >= before && ms <= after + 1);
	}
}

static void
test_ids_of_a_process_rise(void **state)
{
	char last[UUID_LEN + 1] = "", id[UUID_LEN + 1];
	int i;

	(void)state;
	/* more than the 4096 a millisecond's counter holds */
	for (i = 0; i < 200000; i++) {
		uuid_new(id);
		assert_true(strcmp(last, id) < 0);
		strcpy(last, id);
	}
}

static void
test_only_the_canonical_form_is_an_id(void **state)
{
	static const char *const bad[] = { "",
		"01890a5dac96774bbcceb302099a8057",
		"01890A5D-AC96-774B-BCCE-B302099A8057",
		"{01890a5d-ac96-774b-bcce-b302099a805}",
		"01890a5d-ac96-774b-bcce-b302099a805",
		"01890a5d-ac96-774b-bcce-b302099a80577",
		"01890a5d-ac96-774b-bcce-b302099a805g",
		"01890a5d-ac96-774b-bcceb302099a8057-",
		"0189-0a5dac96-774b-bcce-b302099a8057",
		"01890a5d-ac96-774b-bcce-b302099a805 " };
	size_t i;

	(void)state;
	assert_true(uuid_valid("01890a5d-ac96-774b-bcce-b302099a8057", 36));
	assert_true(uuid_valid("00000000-0000-0000-0000-000000000000xx", 36));
	for (i = 0; i < COUNT(bad); i++)
		assert_row(bad[i], !uuid_valid(bad[i], strlen(bad[i])));
	assert_false(uuid_valid("01890a5d-ac96-774b-bcce-b302099a805\0", 36));
}

static void
test_text_and_bytes_are_one(void **state)
{
	unsigned char b[16], c[16];
	char text[UUID_LEN + 1];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		randombytes_buf(b, sizeof(b));
		uuid_text(b, text);
		assert_true(uuid_valid(text, strlen(text)));
		uuid_bytes(text, c);
		assert_memory_equal(b, c, sizeof(b));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_id_bears_its_version_and_time),
		cmocka_unit_test(test_ids_of_a_process_rise),
		cmocka_unit_test(test_only_the_canonical_form_is_an_id),
		cmocka_unit_test(test_text_and_bytes_are_one),
	};

	return (cmocka_run_group_tests(tests, start, NULL));
}
