#ifndef DOMAIN_STATE_H
#define DOMAIN_STATE_H

#include <stdint.h>

/*
 * States and verbs: one table says what may follow what, who may do it, and
 * who is asked next. Verb routes, _permissions, work lists, reminders and the
 * OpenAPI document all read it.
 */
struct transition {
	const char *from;
	const char *verb;
	const char *to; /* NULL: stays (update, delete, comment) */
	int64_t need;   /* any of these permissions */
	int64_t also;   /* and all of these */
	int64_t never;  /* and none of these */
	unsigned flags;
};
#define STEP_SIGN 0x01   /* a signing verb: asks for step-up */
#define STEP_REASON 0x02 /* a reason must be given */
#define STEP_ELSE 0x04   /* where else the verb above may lead, by the record */

/* Who is asked while an item is in a status; mirrored in table state. */
struct ask {
	const char *status;
	const char *asks; /* doer assigner author subject co_owner leader */
	const char *at;   /* unit or office: whose leader */
	int64_t need;     /* what the leader must hold */
	const char *role; /* do, approve or know */
};

/* Both lists end with a NULL first member. */
struct states {
	const char *resource; /* singular: "task" */
	const struct transition *transitions;
	const struct ask *asks;
};

extern const struct states states_plan;
extern const struct states states_task;
extern const struct states states_review;
extern const struct states states_remediation;
extern const struct states states_evaluation;
extern const struct states states_commitment;
extern const struct states states_inspection;
extern const struct states states_finding;
extern const struct states states_measure;
extern const struct states states_proposal;
extern const struct states states_complaint;
extern const struct states states_extension;
extern const struct states states_explanation;
extern const struct states states_task_event;
extern const struct states states_obligation_occurrence;
extern const struct states *const states_all[]; /* NULL ends it */

/* May a caller with these permissions take this step? */
int step_allowed(const struct transition *, const char *status, int64_t perms);

#endif
