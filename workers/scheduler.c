/*
 * The scheduler owns WHEN. It does its duties at their cadence: each is leased
 * in PostgreSQL, so that any number of schedulers may run; what falls due is
 * written as unique rows, so that a missed tick is caught up once, late.
 */
#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/log.h"
#include "jobs/duty.h"
#include "queries.h"
#include "worker.h"

static void duty_do(struct worker *, const struct duty *);
static void take_epoch(void *, struct db_answer *);

int
main(void)
{
	const struct duty *d;
	struct worker w;

	worker_init(&w, "scheduler", "camket_worker");
	log_info("started", "scheduler");
	while (!worker_stopping()) {
		if (worker_clock(&w) == 0)
			for (d = duties; d->name != NULL && !worker_stopping();
			     d++)
				duty_do(&w, d);
		worker_pause((unsigned)config_number(CFG_TICK_MS));
	}
	log_info("stopped", "scheduler");
	worker_fini(&w);
	return (0);
}

static void
duty_do(struct worker *w, const struct duty *d)
{
	char lease[16], cadence[16], epoch[16] = "";
	const char *take[] = { d->name, lease };
	const char *done[] = { d->name, epoch, cadence, NULL };

	snprintf(lease, sizeof(lease), "%d", d->lease_s);
	snprintf(cadence, sizeof(cadence), "%d", d->cadence_ms);
	if (db_run_s(w, &q_duty_take, take, take_epoch, epoch) != DB_OK ||
	    epoch[0] == '\0')
		return; /* not due yet, or another holds it */
	if (d->run(w) == -1)
		done[3] = "failed";
	(void)db_run_s(w, &q_duty_done, done, NULL, NULL);
}

static void
take_epoch(void *arg, struct db_answer *a)
{
	if (db_rows(a) == 1)
		snprintf(arg, 16, "%s", db_text(a, 0, 0));
}
