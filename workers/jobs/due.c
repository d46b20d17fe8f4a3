/*
 * Due moments: write a row, and a job, for each that has come. Once a day, and
 * when others may be asked, all items are looked at, due day by due day; else
 * those that have changed.
 */
#include <inttypes.h>
#include <stdio.h>

#include "core/log.h"
#include "jobs/duty.h"
#include "queries.h"

/* Due days whose moments may come today, in days from today. */
#define DAYS_FIRST -40
#define DAYS_LAST 20

static int look(struct worker *, int64_t *);
static int look_at_all(struct worker *, int64_t *);

int
due_run(struct worker *w)
{
	char horizon[24];
	const char *v[] = { "due", w->today, horizon };
	int64_t below, n = 0;

	if (db_count_s(w, &q_duty_horizon, NULL, &below) != DB_OK)
		return (-1);
	if (look(w, &n) == -1)
		return (-1);
	snprintf(horizon, sizeof(horizon), "%" PRId64, below);
	if (db_run_s(w, &q_duty_looked, v, NULL, NULL) != DB_OK)
		return (-1);
	if (n > 0)
		log_info("due", "%d reminders on %s", (int)n, w->today);
	return (0);
}

static int
look(struct worker *w, int64_t *n_r)
{
	char first[8], last[8];
	const char *v[] = { w->today, w->now, first, last };
	int64_t whole = 0;

	if (db_count_s(w, &q_due_whole, v, &whole) != DB_OK)
		return (-1);
	if (whole)
		return (look_at_all(w, n_r));
	snprintf(first, sizeof(first), "%d", DAYS_FIRST);
	snprintf(last, sizeof(last), "%d", DAYS_LAST);
	return (db_count_s(w, &q_due_changed, v, n_r) == DB_OK ? 0 : -1);
}

static int
look_at_all(struct worker *w, int64_t *n_r)
{
	char ahead[8];
	const char *v[] = { w->today, w->now, ahead };
	int64_t n = 0;
	int i;

	for (i = DAYS_FIRST; i <= DAYS_LAST; i++) {
		snprintf(ahead, sizeof(ahead), "%d", i);
		if (db_count_s(w, &q_due_day, v, &n) != DB_OK)
			return (-1);
		*n_r += n;
	}
	return (0);
}
