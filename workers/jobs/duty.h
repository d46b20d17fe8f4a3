#ifndef JOBS_DUTY_H
#define JOBS_DUTY_H

#include "worker.h"

/*
 * A periodic duty of the scheduler, one to a file. run does it once, whole,
 * within its lease; -1 if it could not. The list is duty.c.
 */
struct duty {
	const char *name;
	int cadence_ms;
	int lease_s;
	int (*run)(struct worker *);
};
extern const struct duty duties[]; /* a NULL name ends it */

int departure_run(struct worker *);
int due_run(struct worker *);
int obligation_run(struct worker *);
int purge_run(struct worker *);
int recurrence_run(struct worker *);
int seal_run(struct worker *);
int succession_run(struct worker *);

#endif
