/* services/core/password.c: argon2id, one form of what people type. */
#include <sodium.h>

#include "test.h"

#include "core/password.h"

static int
start(void **state)
{
	(void)state;
	return (sodium_init());
}

static void
test_a_password_matches_its_own_hash_only(void **state)
{
	char hash[PASSWORD_HASH_LEN], other[PASSWORD_HASH_LEN];
	int stale = 1;

	(void)state;
	assert_int_equal(password_hash("mật khẩu dài dòng", hash), 0);
	assert_int_equal(password_hash("mật khẩu dài dòng", other), 0);
	assert_string_not_equal(hash, other);
	assert_true(password_verify(hash, "mật khẩu dài dòng", &stale));
	assert_int_equal(stale, 0);
	assert_false(password_verify(hash, "mật khẩu dài dòn", &stale));
	assert_false(password_verify(hash, "", &stale));
}

static void
test_the_hash_is_argon2id_with_19_mib(void **state)
{
	char hash[PASSWORD_HASH_LEN];

	(void)state;
	assert_int_equal(password_hash("x", hash), 0);
	assert_ptr_equal(strstr(hash, "$argon2id$v=19$m=19456,t=2,p=1$"), hash);
}

static void
test_every_letter_counts_however_long(void **state)
{
	char hash[PASSWORD_HASH_LEN], text[PASSWORD_MAX + 1];
	int stale;

	(void)state;
	memset(text, 'a', PASSWORD_MAX);
	text[PASSWORD_MAX] = '\0';
	assert_int_equal(password_hash(text, hash), 0);
	assert_true(password_verify(hash, text, &stale));
	text[72] = 'b'; /* where bcrypt stops to look */
	assert_false(password_verify(hash, text, &stale));
	text[72] = 'a';
	text[PASSWORD_MAX - 1] = 'b';
	assert_false(password_verify(hash, text, &stale));
}

static void
test_no_account_never_matches(void **state)
{
	int stale;

	(void)state;
	assert_false(password_verify(NULL, "x", &stale));
	assert_false(password_verify("", "x", &stale));
	assert_false(password_verify("", "", &stale));
	assert_false(password_verify("$argon2id$broken", "x", &stale));
	assert_false(password_verify("x", "x", &stale));
}

static void
test_a_weaker_hash_is_stale(void **state)
{
	char hash[PASSWORD_HASH_LEN];
	int stale = 0;

	(void)state;
	assert_int_equal(crypto_pwhash_str(hash, "x", 1, 1, 8192 * 1024), 0);
	assert_true(password_verify(hash, "x", &stale));
	assert_int_equal(stale, 1);
	assert_false(password_verify(hash, "y", &stale));
	assert_int_equal(stale, 0);
}

static void
test_both_forms_of_a_letter_are_one_password(void **state)
{
	char *a = password_normal("ma\xcc\xa3\xcc\x82t", 7);
	char *b = password_normal("mật", strlen("mật"));

	(void)state;
	assert_string_equal(a, b);
	free(a);
	free(b);
}

static void
test_what_cannot_be_a_password(void **state)
{
	char text[PASSWORD_MAX + 1], *s;

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_null(password_normal("", 0));
	assert_null(password_normal("a\0b", 3));
	assert_null(password_normal("\xff\xfe", 2));
	assert_null(password_normal(text, PASSWORD_MAX + 1));
	s = password_normal(text, PASSWORD_MAX);
	assert_non_null(s);
	free(s);
	s = password_normal("  hai khoảng trắng  ",
	    strlen("  hai khoảng trắng  "));
	assert_string_equal(s, "  hai khoảng trắng  ");
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_password_matches_its_own_hash_only),
		cmocka_unit_test(test_the_hash_is_argon2id_with_19_mib),
		cmocka_unit_test(test_every_letter_counts_however_long),
		cmocka_unit_test(test_no_account_never_matches),
		cmocka_unit_test(test_a_weaker_hash_is_stale),
		cmocka_unit_test(test_both_forms_of_a_letter_are_one_password),
		cmocka_unit_test(test_what_cannot_be_a_password),
	};

	return (cmocka_run_group_tests(tests, start, NULL));
}
