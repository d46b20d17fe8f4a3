/* Recurring work: what each period that has begun asks of each member. */
#include "core/log.h"
#include "jobs/duty.h"
#include "queries.h"

#define SLICE 500 /* rows a statement makes, as its LIMIT has it */

int
recurrence_run(struct worker *w)
{
	const char *v[] = { w->today, w->now };
	int64_t whole = 0, n = 0, sum = 0;

	if (db_count_s(w, &q_recurrence_whole, v, &whole) != DB_OK)
		return (-1);
	do {
		if (db_count_s(w,
		        whole ? &q_recurrence_all : &q_recurrence_changed, v,
		        &n) != DB_OK)
			return (-1);
		sum += n;
	} while (n == SLICE);
	if (sum > 0)
		log_info("recurred", "%d occurrences on %s", (int)sum,
		    w->today);
	return (0);
}
