/* services/domain/period.c: periods by code, in two schemes. */
#include "test.h"

#include "core/clock.h"
#include "domain/period.h"

struct row {
	const char *code;
	const char *from; /* NULL: the scheme has no such period */
	const char *last; /* both days included */
	int days;
};

static void
check(enum period_scheme scheme, const struct row *rows, size_t n)
{
	struct period p;
	int64_t from, until;
	char last[11];
	size_t i;

	for (i = 0; i < n; i++) {
		if (rows[i].from == NULL) {
			assert_row(rows[i].code,
			    period_range(rows[i].code, scheme, &p) == -1);
			continue;
		}
		assert_row(rows[i].code,
		    period_range(rows[i].code, scheme, &p) == 0);
		period_last_day(&p, last);
		assert_string_equal(p.from, rows[i].from);
		assert_string_equal(last, rows[i].last);
		assert_true(clock_day_number(p.from, &from));
		assert_true(clock_day_number(p.until, &until));
		assert_row(rows[i].code, until - from == rows[i].days);
	}
}

/* Nghị định 09/2019/NĐ-CP, Điều 12: from the 15th to the 14th. */
static void
test_reporting_windows_close_on_the_14th(void **state)
{
	static const struct row rows[] = {
		/* around the end of a year */
		{ "2026-12", "2026-11-15", "2026-12-14", 30 },
		{ "2027-01", "2026-12-15", "2027-01-14", 31 },
		{ "2026-Q4", "2026-09-15", "2026-12-14", 91 },
		{ "2027-Q1", "2026-12-15", "2027-03-14", 90 },
		{ "2026-H1", "2025-12-15", "2026-06-14", 182 },
		{ "2027-H1", "2026-12-15", "2027-06-14", 182 },
		{ "2026-9M", "2025-12-15", "2026-09-14", 274 },
		{ "2027-9M", "2026-12-15", "2027-09-14", 274 },
		{ "2026", "2025-12-15", "2026-12-14", 365 },
		{ "2027", "2026-12-15", "2027-12-14", 365 },
		/* the year report covers what would be a second half */
		{ "2026-H2", NULL, NULL, 0 },
		/* leap years */
		{ "2028-03", "2028-02-15", "2028-03-14", 29 },
		{ "2027-03", "2027-02-15", "2027-03-14", 28 },
		{ "2028", "2027-12-15", "2028-12-14", 366 },
		{ "2100-03", "2100-02-15", "2100-03-14", 28 },
		{ "2026-02", "2026-01-15", "2026-02-14", 31 },
		{ "2026-Q2", "2026-03-15", "2026-06-14", 92 },
		{ "2026-Q3", "2026-06-15", "2026-09-14", 92 },
	};

	(void)state;
	check(PERIOD_ND09, rows, COUNT(rows));
}

/* Nghị định 60/2018/NĐ-CP. */
static void
test_calendar_periods_are_whole_months(void **state)
{
	static const struct row rows[] = {
		{ "2026-12", "2026-12-01", "2026-12-31", 31 },
		{ "2027-01", "2027-01-01", "2027-01-31", 31 },
		{ "2026-Q4", "2026-10-01", "2026-12-31", 92 },
		{ "2026-Q1", "2026-01-01", "2026-03-31", 90 },
		{ "2026-H1", "2026-01-01", "2026-06-30", 181 },
		{ "2026-H2", "2026-07-01", "2026-12-31", 184 },
		{ "2026", "2026-01-01", "2026-12-31", 365 },
		{ "2026-9M", NULL, NULL, 0 },
		{ "2028-02", "2028-02-01", "2028-02-29", 29 },
		{ "2028-Q1", "2028-01-01", "2028-03-31", 91 },
		{ "2028", "2028-01-01", "2028-12-31", 366 },
		{ "2100-02", "2100-02-01", "2100-02-28", 28 },
	};

	(void)state;
	check(PERIOD_CALENDAR, rows, COUNT(rows));
}

static void
test_what_is_no_period_has_no_days(void **state)
{
	static const char *const bad[] = { "", "2026-", "2026-13", "2026-00",
		"2026-Q5", "2026-H3", "2026-3M", "26-01", "2026-01-01", "abcd",
		"1899", "2201" };
	struct period p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		assert_row(bad[i],
		    period_range(bad[i], PERIOD_CALENDAR, &p) == -1);
		assert_row(bad[i], period_range(bad[i], PERIOD_ND09, &p) == -1);
	}
}

/* Every day lies in one month, one quarter and one year of its scheme. */
static void
test_periods_follow_each_other_without_gap(void **state)
{
	static const char *const schemes[] = { "calendar", "nd09" };
	static const int a_year[] = { 12, 4, 1 };
	enum period_scheme scheme;
	struct period p, last;
	char code[24];
	size_t s, k;
	int y, i;

	(void)state;
	for (s = 0; s < COUNT(schemes); s++)
		for (k = 0; k < COUNT(a_year); k++) {
			assert_int_equal(period_scheme(schemes[s], &scheme), 0);
			last.until[0] = '\0';
			for (y = 1999; y <= 2101; y++)
				for (i = 1; i <= a_year[k]; i++) {
					if (a_year[k] == 12)
						sprintf(code, "%d-%02d", y, i);
					else if (a_year[k] == 4)
						sprintf(code, "%d-Q%d", y, i);
					else
						sprintf(code, "%d", y);
					assert_int_equal(period_range(code,
					                     scheme, &p),
					    0);
					if (last.until[0] != '\0')
						assert_string_equal(p.from,
						    last.until);
					last = p;
				}
		}
}

static void
test_schemes_are_two(void **state)
{
	enum period_scheme scheme;

	(void)state;
	assert_int_equal(period_scheme("calendar", &scheme), 0);
	assert_int_equal(scheme, PERIOD_CALENDAR);
	assert_int_equal(period_scheme("nd09", &scheme), 0);
	assert_int_equal(scheme, PERIOD_ND09);
	assert_int_equal(period_scheme("", &scheme), -1);
	assert_int_equal(period_scheme("ND09", &scheme), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reporting_windows_close_on_the_14th),
		cmocka_unit_test(test_calendar_periods_are_whole_months),
		cmocka_unit_test(test_what_is_no_period_has_no_days),
		cmocka_unit_test(test_periods_follow_each_other_without_gap),
		cmocka_unit_test(test_schemes_are_two),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
