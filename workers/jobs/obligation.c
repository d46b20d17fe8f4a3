/*
 * Obligations: what each asks of each member of its audience, period by period,
 * an obligation a commit. Once a day, and when others may be asked, all are
 * looked at; else those that have changed.
 */
#include <inttypes.h>
#include <stdio.h>

#include "core/uuid.h"
#include "jobs/duty.h"
#include "queries.h"

static void take_id(void *, struct db_answer *);

int
obligation_run(struct worker *w)
{
	char id[UUID_LEN + 1] = "00000000-0000-0000-0000-000000000000";
	char horizon[24], whole[8];
	const char *next[] = { w->today, id, whole };
	const char *looked[] = { "obligation", w->today, horizon };
	int64_t below, all = 0;

	if (db_count_s(w, &q_duty_horizon, NULL, &below) != DB_OK ||
	    db_count_s(w, &q_obligation_whole, next, &all) != DB_OK)
		return (-1);
	snprintf(horizon, sizeof(horizon), "%" PRId64, below);
	snprintf(whole, sizeof(whole), "%d", (int)all);
	while (id[0] != '\0')
		if (db_run_s(w, &q_obligation_next, next, take_id, id) != DB_OK)
			return (-1);
	return (
	    db_run_s(w, &q_duty_looked, looked, NULL, NULL) == DB_OK ? 0 : -1);
}

/* Empty when there is no further one. */
static void
take_id(void *arg, struct db_answer *a)
{
	snprintf(arg, UUID_LEN + 1, "%s",
	    db_rows(a) == 1 ? db_text(a, 0, 0) : "");
}
