/* Due moments: write a row, and a job, for each that has come. */
#include <string.h>

#include "core/log.h"
#include "jobs/duty.h"
#include "queries.h"

static void take_whole(void *, struct db_answer *);
static void take_count(void *, struct db_answer *);

int
due_run(struct worker *w)
{
	const char *v[] = { w->today, w->now };
	int whole = 0, n = 0;

	if (db_run_s(w, &q_due_whole, v, take_whole, &whole) != DB_OK ||
	    db_run_s(w, whole ? &q_due_all : &q_due_changed, v, take_count,
	        &n) != DB_OK)
		return (-1);
	if (n > 0)
		log_info("due", "%d reminders on %s", n, w->today);
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
