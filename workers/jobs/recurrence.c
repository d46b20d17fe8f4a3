/* Recurring work: what each period that has begun asks of each member. */
#include "core/log.h"
#include "jobs/duty.h"
#include "queries.h"

#define SLICE 500 /* rows a statement makes, as its LIMIT has it */

static void take_whole(void *, struct db_answer *);
static void take_count(void *, struct db_answer *);

int
recurrence_run(struct worker *w)
{
	const char *v[] = { w->today, w->now };
	int whole = 0, n, sum = 0;

	if (db_run_s(w, &q_recurrence_whole, v, take_whole, &whole) != DB_OK)
		return (-1);
	do {
		n = 0;
		if (db_run_s(w,
		        whole ? &q_recurrence_all : &q_recurrence_changed, v,
		        take_count, &n) != DB_OK)
			return (-1);
		sum += n;
	} while (n == SLICE);
	if (sum > 0)
		log_info("recurred", "%d occurrences on %s", sum, w->today);
	return (0);
}

static void
take_whole(void *arg, struct db_answer *a)
{
	*(int *)arg = db_text(a, 0, 0)[0] == 't';
}

static void
take_count(void *arg, struct db_answer *a)
{
	*(int *)arg = (int)db_number(a, 0, 0);
}
