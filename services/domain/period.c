/* Periods; see period.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/field.h"
#include "domain/period.h"

static void month_day(char out[11], int year, int month, int day);

int
period_scheme(const char *name, enum period_scheme *scheme)
{
	if (strcmp(name, "calendar") == 0)
		*scheme = PERIOD_CALENDAR;
	else if (strcmp(name, "nd09") == 0)
		*scheme = PERIOD_ND09;
	else
		return (-1);
	return (0);
}

int
period_range(const char *code, enum period_scheme scheme, struct period *p)
{
	int year, first, months;

	if (!field_period(code))
		return (-1);
	year = atoi(code);
	first = 1;
	if (code[4] == '\0')
		months = 12;
	else if (code[5] == 'Q') {
		first = (code[6] - '1') * 3 + 1;
		months = 3;
	} else if (code[5] == 'H') {
		/* NĐ 09 windows know no second half: the year covers it */
		if (code[6] == '2' && scheme == PERIOD_ND09)
			return (-1);
		first = (code[6] - '1') * 6 + 1;
		months = 6;
	} else if (code[6] == 'M') {
		if (scheme == PERIOD_CALENDAR)
			return (-1);
		months = 9;
	} else {
		first = atoi(code + 5);
		months = 1;
	}
	if (scheme == PERIOD_CALENDAR) {
		month_day(p->from, year, first, 1);
		month_day(p->until, year, first + months, 1);
	} else {
		month_day(p->from, year, first - 1, 15);
		month_day(p->until, year, first + months - 1, 15);
	}
	return (0);
}

void
period_previous(const char *code, enum period_scheme scheme,
    char out[static PERIOD_LEN + 1])
{
	int year = atoi(code), last, part;
	const char *kind;

	/* how many of the kind a year has, and how they are written */
	if (code[4] == '\0' || code[6] == 'M') {
		snprintf(out, PERIOD_LEN + 1, "%04d%s", year - 1, code + 4);
		return;
	}
	if (code[5] == 'Q') {
		kind = "-Q";
		last = 4;
	} else if (code[5] == 'H') {
		kind = "-H";
		last = scheme == PERIOD_ND09 ? 1 : 2;
	} else {
		kind = "-";
		last = 12;
	}
	part = atoi(code + 4 + strlen(kind)) - 1;
	if (part == 0) {
		part = last;
		year--;
	}
	snprintf(out, PERIOD_LEN + 1, "%04d%s%0*d", year, kind,
	    last == 12 ? 2 : 1, part);
}

void
period_last_day(const struct period *p, char out[static 11])
{
	struct tm tm = { .tm_year = atoi(p->until) - 1900,
		.tm_mon = atoi(p->until + 5) - 1,
		.tm_mday = atoi(p->until + 8) - 1,
		.tm_isdst = 0 };

	/* the 0th of a month is the last of the month before */
	tm.tm_hour = 12;
	(void)timegm(&tm);
	strftime(out, 11, "%Y-%m-%d", &tm);
}

/* Months run on over the ends of the year. */
static void
month_day(char out[11], int year, int month, int day)
{
	struct tm tm = { .tm_mday = day };

	tm.tm_mon = (month + 11) % 12;
	tm.tm_year = year - 1900 + (month + 11) / 12 - 1;
	strftime(out, 11, "%Y-%m-%d", &tm);
}
