/* Due moments: write a row, and a job, for each that has come. */
#include "core/log.h"
#include "jobs/duty.h"
#include "queries.h"

int
due_run(struct worker *w)
{
	const char *v[] = { w->today, w->now };
	int64_t whole = 0, n = 0;

	if (db_count_s(w, &q_due_whole, v, &whole) != DB_OK ||
	    db_count_s(w, whole ? &q_due_all : &q_due_changed, v, &n) != DB_OK)
		return (-1);
	if (n > 0)
		log_info("due", "%d reminders on %s", (int)n, w->today);
	return (0);
}
