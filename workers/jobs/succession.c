/* Units whose day has come: renamed, moved or ended from today on. */
#include "core/log.h"
#include "jobs/duty.h"
#include "queries.h"

int
succession_run(struct worker *w)
{
	const char *v[] = { w->today, w->now };
	int64_t n = 0;

	if (db_count_s(w, &q_succession_due, v, &n) != DB_OK)
		return (-1);
	if (n > 0)
		log_info("turned", "%d units on %s", (int)n, w->today);
	return (0);
}
