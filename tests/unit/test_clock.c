/* services/core/clock.c: business time is real time and a shift. */
#include <time.h>

#include "test.h"

#include "core/clock.h"

#define DAY_MS (24 * 60 * 60 * 1000LL)

static int
setup(void **state)
{
	(void)state;
	clock_init("Asia/Ho_Chi_Minh");
	clock_shift(0);
	return (0);
}

static void
test_a_day_begins_at_midnight_of_the_office(void **state)
{
	char day[11];

	(void)state;
	clock_day(1706633999999, day); /* 2024-01-30T16:59:59.999Z */
	assert_string_equal(day, "2024-01-30");
	clock_day(1706634000000, day); /* 2024-01-30T17:00:00Z */
	assert_string_equal(day, "2024-01-31");
}

static void
test_the_shift_moves_business_time_only(void **state)
{
	int64_t real, business;

	(void)state;
	assert_int_equal(clock_shift(-3 * DAY_MS), 1);
	assert_int_equal(clock_shift(-3 * DAY_MS), 0);
	real = clock_real_ms();
	business = clock_business_ms();
	assert_in_range(business - real + 3 * DAY_MS, 0, 60000);
}

static void
test_today_follows_the_shift_at_once(void **state)
{
	char before[11], want[11];

	(void)state;
	strcpy(before, clock_today());
	clock_shift(400 * DAY_MS);
	clock_day(clock_business_ms(), want);
	assert_string_equal(clock_today(), want);
	assert_string_not_equal(clock_today(), before);
}

static void
test_now_is_rfc_3339_in_utc(void **state)
{
	struct tm tm = { 0 };
	int64_t business;
	const char *now;
	int us, end = 0;

	(void)state;
	clock_shift(-800 * DAY_MS + 7);
	business = clock_business_ms();
	now = clock_now();
	assert_int_equal(sscanf(now, "%4d-%2d-%2dT%2d:%2d:%2d.%6dZ%n",
	                     &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
	                     &tm.tm_min, &tm.tm_sec, &us, &end),
	    7);
	assert_int_equal(end, 27);
	assert_int_equal(strlen(now), 27);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	assert_in_range((int64_t)timegm(&tm) * 1000 + us / 1000 - business, 0,
	    60000);
}

static void
test_monotonic_time_never_falls(void **state)
{
	uint64_t last = clock_mono_ms(), now;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++, last = now) {
		now = clock_mono_ms();
		assert_true(now >= last);
	}
}

static void
test_days_are_numbered_as_postgresql_does(void **state)
{
	static const struct {
		const char *day;
		int64_t number;
	} rows[] = {
		{ "2000-01-01", 0 },
		{ "1999-12-31", -1 },
		{ "2000-02-29", 59 },
		{ "2000-03-01", 60 },
		{ "2024-02-29", 8825 },
		{ "1900-01-01", -36524 },
		{ "1900-03-01", -36465 },
		{ "2200-12-31", 73413 },
		{ "0001-01-01", -730119 },
	};
	int64_t n, last;
	char day[11];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_row(rows[i].day, clock_day_number(rows[i].day, &n));
		assert_row(rows[i].day, n == rows[i].number);
	}
	/* each day is one more than the last, for four centuries */
	clock_init("UTC");
	assert_true(clock_day_number("1899-12-31", &last));
	for (i = 0; i < 146097; i++, last = n) {
		clock_day(((int64_t)i - 25567) * DAY_MS, day);
		assert_row(day, clock_day_number(day, &n) && n == last + 1);
	}
}

static void
test_what_is_no_day_has_no_number(void **state)
{
	static const char *const bad[] = { "", "2024-1-01", "2024-01-01 ",
		"2024-13-01", "2024-00-10", "2024-01-00", "2024-01-32",
		"2023-02-29", "2100-02-29", "2024-04-31", "infinity",
		"-infinity", "2024-0a-01", "2024+01-01", "0000-01-01" };
	int64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_row(bad[i], !clock_day_number(bad[i], &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    test_a_day_begins_at_midnight_of_the_office, setup),
		cmocka_unit_test_setup(test_the_shift_moves_business_time_only,
		    setup),
		cmocka_unit_test_setup(test_today_follows_the_shift_at_once,
		    setup),
		cmocka_unit_test_setup(test_now_is_rfc_3339_in_utc, setup),
		cmocka_unit_test(test_monotonic_time_never_falls),
		cmocka_unit_test_setup(
		    test_days_are_numbered_as_postgresql_does, setup),
		cmocka_unit_test(test_what_is_no_day_has_no_number),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
