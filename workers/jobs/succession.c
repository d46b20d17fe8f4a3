/* Units whose day has come: renamed, moved or ended from today on. */
#include "core/log.h"
#include "jobs/duty.h"
#include "queries.h"

static void take_count(void *, struct db_answer *);

int
succession_run(struct worker *w)
{
	const char *v[] = { w->today, w->now };
	int n = 0;

	if (db_run_s(w, &q_succession_due, v, take_count, &n) != DB_OK)
		return (-1);
	if (n > 0)
		log_info("turned", "%d units on %s", n, w->today);
	return (0);
}

static void
take_count(void *arg, struct db_answer *a)
{
	*(int *)arg = (int)db_number(a, 0, 0);
}
