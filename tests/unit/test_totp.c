/* One-time passwords: the vectors of RFC 6238, and each code once. */
#include "core/totp.h"
#include "test.h"

/* "12345678901234567890" in base32 */
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static void
test_codes_are_those_of_rfc_6238(void **state)
{
	/* appendix B, SHA-1, the last six of its eight digits */
	static const struct {
		int64_t at;
		const char *code;
	} vectors[] = { { 59, "287082" }, { 1111111109, "081804" },
		{ 1111111111, "050471" }, { 1234567890, "005924" },
		{ 2000000000, "279037" }, { 20000000000, "353130" } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		assert_int_equal(totp_step(SECRET, vectors[i].code,
		                     vectors[i].at, 0),
		    vectors[i].at / 30);
}

static void
test_a_clock_may_be_one_step_off_and_no_more(void **state)
{
	(void)state;
	assert_int_equal(totp_step(SECRET, "005924", 1234567890 + 30, 0),
	    1234567890 / 30);
	assert_int_equal(totp_step(SECRET, "005924", 1234567890 - 30, 0),
	    1234567890 / 30);
	assert_int_equal(totp_step(SECRET, "005924", 1234567890 + 60, 0), -1);
	assert_int_equal(totp_step(SECRET, "005924", 1234567890 - 60, 0), -1);
}

static void
test_a_used_step_serves_no_more(void **state)
{
	(void)state;
	assert_int_equal(totp_step(SECRET, "005924", 1234567890,
	                     1234567890 / 30),
	    -1);
}

static void
test_what_is_no_code_is_none(void **state)
{
	static const char *const bad[] = { "", "05924", "0005924", "00592a",
		"-05924", "005 24" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(totp_step(SECRET, bad[i], 1234567890, 0), -1);
	assert_int_equal(totp_step("not base32 !", "005924", 1234567890, 0),
	    -1);
}

static void
test_secrets_differ_and_are_base32_of_160_bits(void **state)
{
	char a[TOTP_SECRET_LEN], b[TOTP_SECRET_LEN];

	(void)state;
	totp_secret(a);
	totp_secret(b);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 32);
	assert_string_not_equal(a, b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes_are_those_of_rfc_6238),
		cmocka_unit_test(test_a_clock_may_be_one_step_off_and_no_more),
		cmocka_unit_test(test_a_used_step_serves_no_more),
		cmocka_unit_test(test_what_is_no_code_is_none),
		cmocka_unit_test(
		    test_secrets_differ_and_are_base32_of_160_bits),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
