/* Business time and real time; see clock.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"

static int64_t clock_shift_ms;

static int64_t clock_read_ms(clockid_t);
static int month_days(int, int);

void
clock_init(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

int64_t
clock_real_ms(void)
{
	return (clock_read_ms(CLOCK_REALTIME));
}

int64_t
clock_business_ms(void)
{
	return (clock_read_ms(CLOCK_REALTIME) + clock_shift_ms);
}

uint64_t
clock_mono_ms(void)
{
	return ((uint64_t)clock_read_ms(CLOCK_MONOTONIC));
}

int
clock_shift(int64_t shift_ms)
{
	int differs;

	differs = clock_shift_ms != shift_ms;
	clock_shift_ms = shift_ms;
	return (differs);
}

const char *
clock_today(void)
{
	static int64_t minute = -1;
	static char day[11];
	int64_t ms;

	/* A day begins on a minute in every zone: one conversion a minute. */
	ms = clock_business_ms();
	if (minute != ms / 60000) {
		clock_day(ms, day);
		minute = ms / 60000;
	}
	return (day);
}

const char *
clock_now(void)
{
	static char text[40];
	struct timespec ts;
	struct tm tm;
	int64_t ms;
	time_t s;

	clock_gettime(CLOCK_REALTIME, &ts);
	ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + clock_shift_ms;
	s = (time_t)(ms / 1000);
	gmtime_r(&s, &tm);
	strftime(text, 20, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + 19, sizeof(text) - 19, ".%06uZ",
	    (unsigned)(ms % 1000) * 1000 +
	        (unsigned)(ts.tv_nsec / 1000 % 1000));
	return (text);
}

void
clock_day(int64_t ms, char out[static 11])
{
	struct tm tm;
	time_t s;

	s = (time_t)(ms / 1000);
	localtime_r(&s, &tm);
	strftime(out, 11, "%Y-%m-%d", &tm);
}

void
clock_day_end(const char *day, char out[static 21])
{
	struct tm tm = { .tm_isdst = -1 };
	time_t s;

	tm.tm_year = atoi(day) - 1900;
	tm.tm_mon = atoi(day + 5) - 1;
	tm.tm_mday = atoi(day + 8) + 1;
	s = mktime(&tm);
	gmtime_r(&s, &tm);
	strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

int
clock_day_number(const char *s, int64_t *number)
{
	int y, m, d, era, doy, i;

	if (strlen(s) != 10 || s[4] != '-' || s[7] != '-')
		return (0);
	for (i = 0; i < 10; i++)
		if (i != 4 && i != 7 && (s[i] < '0' || s[i] > '9'))
			return (0);
	y = atoi(s);
	m = atoi(s + 5);
	d = atoi(s + 8);
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > month_days(y, m))
		return (0);
	/* years that begin in March, in eras of 400 (proleptic Gregorian) */
	y -= m <= 2;
	era = y / 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	y -= era * 400;
	*number = (int64_t)era * 146097 + y * 365 + y / 4 - y / 100 + doy -
	    730425;
	return (1);
}

static int
month_days(int y, int m)
{
	if (m == 2)
		return (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 29 : 28);
	return (m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31);
}

static int64_t
clock_read_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}
