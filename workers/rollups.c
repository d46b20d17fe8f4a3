/*
 * Rollups: settle what has been marked. All marks found are eaten in one
 * transaction with the cells they change; the lock before them makes the
 * snapshot of the recomputation newer than any other settler's commit. Then
 * the change climbs, level by level, to the root.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/log.h"
#include "queries.h"
#include "queue.h"
#include "worker.h"

#define LEVELS_MAX 40
#define MARKS_MAX 5000 /* eaten in one transaction: see rollups.sql */

/* Cells to recompute: units and days as array texts, NULL when none. */
struct cells {
	char *units;
	char *days;
	int n;
	int marks; /* eaten for them */
};

static void rollups_work(struct worker *, struct job *, int);
static int settle(struct worker *, struct job *, int);
static void take_cells(void *, struct db_answer *);
static void cells_clear(struct cells *);
static void job_arrays(struct arena *, struct job *, int, const char **);

int
main(void)
{
	struct worker w;

	worker_init(&w, "rollups", "camket_worker");
	log_info("started", "rollups");
	queue_run(&w, "q:rollup", 200, rollups_work);
	log_info("stopped", "rollups");
	worker_fini(&w);
	return (0);
}

static void
rollups_work(struct worker *w, struct job *jobs, int n)
{
	int i, marks;

	/* the jobs go with the last marks */
	while ((marks = settle(w, jobs, n)) == MARKS_MAX)
		;
	if (marks >= 0)
		return;
	for (i = 0; i < n; i++)
		queue_retry(w, &jobs[i], "settling failed");
}

/* How many marks were eaten, or -1 with nothing done. */
static int
settle(struct worker *w, struct job *jobs, int n)
{
	struct cells now = { 0 }, up;
	const char *v[2];
	struct arena a;
	int level, fine, marks;

	if (db_begin_s(w) == -1)
		return (-1);
	/* its own statement: the next one's snapshot comes after it */
	fine = db_run_s(w, &q_settle_lock, NULL, NULL, NULL) == DB_OK &&
	    db_run_s(w, &q_settle_marks, NULL, take_cells, &now) == DB_OK;
	marks = now.marks;
	for (level = 0; fine && now.n > 0 && level < LEVELS_MAX; level++) {
		v[0] = now.units;
		v[1] = now.days;
		memset(&up, 0, sizeof(up));
		fine = db_run_s(w, &q_settle_climb, v, take_cells, &up) ==
		    DB_OK;
		cells_clear(&now);
		now = up;
	}
	cells_clear(&now);
	if (fine && marks < MARKS_MAX) {
		arena_init(&a, NULL, 0);
		job_arrays(&a, jobs, n, v);
		fine = db_run_s(w, &q_settle_done, v, NULL, NULL) == DB_OK;
		arena_fini(&a);
	}
	if (db_end_s(w, fine) != DB_OK)
		fine = 0;
	return (fine ? marks : -1);
}

/* One row: units, days, how many. */
static void
take_cells(void *arg, struct db_answer *a)
{
	struct cells *c = arg;

	if (db_rows(a) != 1)
		return;
	if (db_columns(a) > 3)
		c->marks = (int)db_number(a, 0, 3);
	if ((c->n = (int)db_number(a, 0, 2)) == 0)
		return;
	c->units = xstrdup(db_text(a, 0, 0));
	c->days = xstrdup(db_text(a, 0, 1));
}

static void
cells_clear(struct cells *c)
{
	free(c->units);
	free(c->days);
	memset(c, 0, sizeof(*c));
}

static void
job_arrays(struct arena *a, struct job *jobs, int n, const char **v)
{
	struct buf ids, epochs;
	int i;

	buf_init(&ids, a, 1024);
	buf_init(&epochs, a, 1024);
	for (i = 0; i < n; i++) {
		buf_printf(&ids, "%c%s", i == 0 ? '{' : ',', jobs[i].id_text);
		buf_printf(&epochs, "%c%s", i == 0 ? '{' : ',',
		    jobs[i].epoch_text);
	}
	buf_putc(&ids, '}');
	buf_putc(&epochs, '}');
	v[0] = ids.data;
	v[1] = epochs.data;
}
