/* Business time: one row, that every process follows within 250 ms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/field.h"
#include "operator/command.h"
#include "queries.h"

#define MORNING "T08:00:00"

static int parse_local(const char *, int64_t *);

int
clock_command(struct worker *w, int argc, char **argv)
{
	char text[32], shown[64];
	const char *v[] = { text };
	int64_t at, shift = 0;
	char *end;

	if (config_production())
		return (complain("the clock cannot be moved in production"));
	if (argc == 2 && strcmp(argv[0], "set") == 0) {
		if (parse_local(argv[1], &at) == -1)
			return (
			    complain("\"%s\" is no date, and no date and "
			             "time (2024-01-31, 2024-01-31T08:00:00)",
			        argv[1]));
		shift = at - clock_real_ms();
	} else if (argc == 2 && strcmp(argv[0], "shift") == 0) {
		shift = strtoll(argv[1], &end, 10) * 1000;
		if (*end != '\0' || end == argv[1])
			return (complain("\"%s\" is no number of seconds",
			    argv[1]));
		/* on top of what it is now */
		if (ask(w, &q_clock_get, NULL, shown, sizeof(shown)) != 1)
			return (complain("the database does not answer"));
		shift += strtoll(shown, NULL, 10);
	} else if (argc != 1 || strcmp(argv[0], "real") != 0)
		return (complain("clock set DATE[TIME] | shift SECONDS | "
		                 "real"));
	snprintf(text, sizeof(text), "%lld", (long long)shift);
	if (ask(w, &q_clock_put, v, shown, sizeof(shown)) != 1)
		return (complain("the database does not answer"));
	clock_shift(shift);
	printf("business time is %s (%s)\n", clock_now(), clock_today());
	return (0);
}

/* A day in the office's zone, at eight unless a time is given. An offset or Z
 * makes it absolute. */
static int
parse_local(const char *s, int64_t *ms)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *rest;
	char text[40];
	long off;

	if (!field_date(s, strcspn(s, "T ")))
		return (-1);
	snprintf(text, sizeof(text), "%.10s%s", s,
	    s[10] != '\0' ? s + 10 : MORNING);
	text[10] = 'T';
	if ((rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm)) == NULL &&
	    (rest = strptime(text, "%Y-%m-%dT%H:%M", &tm)) == NULL)
		return (-1);
	if (*rest == '\0')
		*ms = (int64_t)mktime(&tm) * 1000;
	else if (strcmp(rest, "Z") == 0)
		*ms = (int64_t)timegm(&tm) * 1000;
	else if ((*rest == '+' || *rest == '-') && strlen(rest) == 6) {
		off = atol(rest + 1) * 3600 + atol(rest + 4) * 60;
		*ms = ((int64_t)timegm(&tm) - (*rest == '+' ? off : -off)) *
		    1000;
	} else
		return (-1);
	return (0);
}
