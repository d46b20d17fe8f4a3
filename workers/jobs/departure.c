/* People who leave, or move to another unit, today. */
#include "core/log.h"
#include "jobs/duty.h"
#include "queries.h"

static int run(struct worker *, const struct query *, const char *);

int
departure_run(struct worker *w)
{
	if (run(w, &q_departure_due, "left") == -1)
		return (-1);
	return (run(w, &q_transfer_due, "moved"));
}

static int
run(struct worker *w, const struct query *q, const char *what)
{
	const char *v[] = { w->today, w->now };
	int64_t n = 0;

	if (db_count_s(w, q, v, &n) != DB_OK)
		return (-1);
	if (n > 0)
		log_info(what, "%d people on %s", (int)n, w->today);
	return (0);
}
