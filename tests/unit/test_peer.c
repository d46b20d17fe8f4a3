/* services/http/peer.c: whose address a request is counted and kept under. */
#include "test.h"

#include "http/peer.h"

#define PROXY "10.1.2.3"

static const char *
named(const char *address, const char *forwarded)
{
	static char out[PEER_LEN];

	peer_name(out, address, forwarded);
	return (out);
}

static void
test_without_proxies_the_word_of_a_client_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(peer_trust(""), 0);
	assert_string_equal(named("192.0.2.1", "203.0.113.9"), "192.0.2.1");
	assert_string_equal(named("local", "203.0.113.9"), "local");
}

static void
test_only_our_proxies_are_believed(void **state)
{
	(void)state;
	assert_int_equal(peer_trust("  10.1.2.0/23 ::1 fd00::/8 "), 0);
	assert_string_equal(named(PROXY, "203.0.113.9"), "203.0.113.9");
	assert_string_equal(named("10.1.3.255", "2001:db8::1"), "2001:db8::1");
	assert_string_equal(named("::1", "203.0.113.9"), "203.0.113.9");
	assert_string_equal(named("fdff::1", "203.0.113.9"), "203.0.113.9");
	assert_string_equal(named("::ffff:10.1.2.3", "203.0.113.9"),
	    "203.0.113.9");
	assert_string_equal(named("10.1.4.1", "203.0.113.9"), "10.1.4.1");
	assert_string_equal(named("fe00::1", "203.0.113.9"), "fe00::1");
	assert_string_equal(named("::2", "203.0.113.9"), "::2");
}

static void
test_what_the_client_wrote_itself_is_not_looked_at(void **state)
{
	(void)state;
	assert_int_equal(peer_trust("10.1.2.0/24"), 0);
	assert_string_equal(named(PROXY, "198.51.100.7, 203.0.113.9"),
	    "203.0.113.9");
	assert_string_equal(named(PROXY, "10.1.2.9 , 203.0.113.9\t"),
	    "203.0.113.9");
	/* a chain of our own proxies */
	assert_string_equal(named(PROXY, "198.51.100.7,203.0.113.9,10.1.2.4"),
	    "203.0.113.9");
	assert_string_equal(named(PROXY, "10.1.2.5, 10.1.2.4"), "10.1.2.5");
}

static void
test_what_is_no_address_leaves_the_one_before_it(void **state)
{
	static const char *const words[] = { "", ",", " , ", "unknown",
		"_hidden", "1.2.3", "1.2.3.4:80", "[::1]", "1.2.3.4/8",
		"203.0.113.9,", "203.0.113.9, unknown",
		"1111111111111111111111111111111111111111111111111111.2" };
	size_t i;

	(void)state;
	assert_int_equal(peer_trust("10.1.2.0/24"), 0);
	assert_string_equal(named(PROXY, NULL), PROXY);
	for (i = 0; i < COUNT(words); i++)
		assert_row(words[i],
		    strcmp(named(PROXY, words[i]), PROXY) == 0);
	assert_string_equal(named(PROXY, "x, 10.1.2.4"), "10.1.2.4");
}

static void
test_a_list_with_something_else_in_it_trusts_nobody(void **state)
{
	static const char *const lists[] = { "proxy.example", "10.1.2.3/33",
		"::1/129", "10.1.2.3/", "10.1.2.3/-1", "10.1.2.3/8x",
		"10.1.2.3,::1", "10.1.2.3 all" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lists); i++) {
		assert_row(lists[i], peer_trust(lists[i]) == -1);
		assert_row(lists[i],
		    strcmp(named(PROXY, "203.0.113.9"), PROXY) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_without_proxies_the_word_of_a_client_changes_nothing),
		cmocka_unit_test(test_only_our_proxies_are_believed),
		cmocka_unit_test(
		    test_what_the_client_wrote_itself_is_not_looked_at),
		cmocka_unit_test(
		    test_what_is_no_address_leaves_the_one_before_it),
		cmocka_unit_test(
		    test_a_list_with_something_else_in_it_trusts_nobody),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
