/* The state tables; see state.h. */
#include <string.h>

#include "domain/role.h"
#include "domain/state.h"

#define P(x) PERM_##x

/* Kế hoạch. A draft is its author's alone, and nobody issues his own. */
/* clang-format off */
static const struct transition plan_steps[] = {
	{ "draft", "update", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "draft", "delete", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "draft", "submit", "submitted", P(IS_AUTHOR), 0, 0, 0 },
	{ "submitted", "withdraw", "draft", P(IS_AUTHOR), 0, 0, 0 },
	{ "submitted", "return", "draft", P(ISSUE), 0, P(IS_AUTHOR),
	    STEP_REASON },
	{ "submitted", "issue", "issued", P(ISSUE), 0, P(IS_AUTHOR),
	    STEP_SIGN },
	{ "issued", "activate", "in_force", P(ISSUE), 0, 0, 0 },
	{ "issued", "amend", NULL, P(ISSUE), 0, P(IS_AUTHOR),
	    STEP_REASON | STEP_SIGN },
	{ "issued", "cancel", "cancelled", P(ISSUE), 0, 0, STEP_REASON },
	{ "in_force", "amend", NULL, P(ISSUE), 0, P(IS_AUTHOR),
	    STEP_REASON | STEP_SIGN },
	{ "in_force", "close", "closed", P(ISSUE), 0, 0, 0 },
	{ "in_force", "supersede", "superseded", P(ISSUE), 0, 0, 0 },
	{ "in_force", "cancel", "cancelled", P(ISSUE), 0, 0, STEP_REASON },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask plan_asks[] = {
	{ "draft", "author", "unit", 0, "do" },
	{ "submitted", "leader", "unit", P(ISSUE), "approve" },
	{ "issued", "leader", "unit", P(ISSUE), "approve" },
	{ NULL, NULL, NULL, 0, NULL }
};
/* clang-format on */

/*
 * Nhiệm vụ, và từng kỳ của nhiệm vụ định kỳ. Items of a plan are given out by
 * putting it in force; nobody accepts what he must do or has reported himself.
 * Who may assign where the work is passes it on; only where it was given from
 * can it be changed, stopped or called back - and accepted, where the unit has
 * settled it so.
 */
#define PASSER (P(ASSIGN) | P(IS_ASSIGNER))
#define GIVER P(IS_GIVER)
#define JUDGE (P(ACCEPT) | P(IS_ASSIGNER))
#define DOER (P(IS_NAMED) | P(IS_REPORTER))
#define UNFIT (DOER | P(IS_BELOW))
/* clang-format off */
static const struct transition task_steps[] = {
	{ "draft", "update", NULL, P(IS_AUTHOR), 0, P(IS_HELD), 0 },
	{ "draft", "delete", NULL, P(IS_AUTHOR), 0, P(IS_HELD), 0 },
	{ "draft", "assign", "assigned", P(ASSIGN), 0,
	    P(IS_HELD) | P(IS_PLANNED), 0 },
	{ "assigned", "update", NULL, GIVER, 0, 0, 0 },
	{ "assigned", "assign", "assigned", PASSER, 0, 0, 0 },
	{ "assigned", "receive", "received", P(IS_DOER), 0, 0, 0 },
	{ "assigned", "decline", "declined", P(IS_DOER), 0, 0, STEP_REASON },
	{ "assigned", "progress", "in_progress", P(IS_DOER), 0, 0, 0 },
	{ "assigned", "complete", "done", P(IS_DOER), P(IS_FINITE), 0, 0 },
	{ "assigned", "recall", "recalled", GIVER, 0, 0, 0 },
	{ "assigned", "pause", "paused", GIVER, 0, 0, 0 },
	{ "assigned", "cancel", "cancelled", GIVER, 0, 0, STEP_REASON },
	{ "assigned", "cascade", NULL, PASSER, 0, 0, 0 },
	{ "received", "update", NULL, GIVER, 0, 0, 0 },
	{ "received", "assign", "assigned", PASSER, 0, 0, 0 },
	{ "received", "decline", "declined", P(IS_DOER), 0, 0, STEP_REASON },
	{ "received", "progress", "in_progress", P(IS_DOER), 0, 0, 0 },
	{ "received", "complete", "done", P(IS_DOER), P(IS_FINITE), 0, 0 },
	{ "received", "recall", "recalled", GIVER, 0, 0, 0 },
	{ "received", "pause", "paused", GIVER, 0, 0, 0 },
	{ "received", "cancel", "cancelled", GIVER, 0, 0, STEP_REASON },
	{ "received", "cascade", NULL, PASSER, 0, 0, 0 },
	{ "in_progress", "update", NULL, GIVER, 0, 0, 0 },
	{ "in_progress", "assign", "assigned", PASSER, 0, 0, 0 },
	{ "in_progress", "progress", "in_progress", P(IS_DOER), 0, 0, 0 },
	{ "in_progress", "complete", "done", P(IS_DOER), P(IS_FINITE), 0, 0 },
	{ "in_progress", "recall", "recalled", GIVER, 0, 0, 0 },
	{ "in_progress", "pause", "paused", GIVER, 0, 0, 0 },
	{ "in_progress", "cancel", "cancelled", GIVER, 0, 0, STEP_REASON },
	{ "in_progress", "cascade", NULL, PASSER, 0, 0, 0 },
	{ "done", "withdraw", "in_progress", P(IS_DOER), 0, 0, 0 },
	{ "done", "accept", "accepted", JUDGE, 0, UNFIT, 0 },
	{ "done", "return", "in_progress", JUDGE, 0, UNFIT, STEP_REASON },
	{ "declined", "assign", "assigned", PASSER, 0, 0, 0 },
	{ "declined", "recall", "recalled", GIVER, 0, 0, 0 },
	{ "declined", "cancel", "cancelled", GIVER, 0, 0, STEP_REASON },
	{ "recalled", "assign", "assigned", PASSER, 0, 0, 0 },
	{ "recalled", "cancel", "cancelled", GIVER, 0, 0, STEP_REASON },
	{ "paused", "update", NULL, GIVER, 0, 0, 0 },
	{ "paused", "resume", "in_progress", GIVER, 0, 0, 0 },
	{ "paused", "cancel", "cancelled", GIVER, 0, 0, STEP_REASON },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask task_asks[] = {
	{ "assigned", "doer", "unit", P(LEAD), "do" },
	{ "assigned", "co_owner", "unit", P(LEAD), "know" },
	{ "received", "doer", "unit", P(LEAD), "do" },
	{ "received", "co_owner", "unit", P(LEAD), "know" },
	{ "in_progress", "doer", "unit", P(LEAD), "do" },
	{ "in_progress", "co_owner", "unit", P(LEAD), "know" },
	{ "done", "assigner", "office", P(ACCEPT), "approve" },
	{ "declined", "assigner", "office", P(ASSIGN), "approve" },
	{ NULL, NULL, NULL, 0, NULL }
};
/* clang-format on */

/* Tự soi, tự sửa. */
/* clang-format off */
static const struct transition review_steps[] = {
	{ "draft", "update", NULL, P(IS_SUBJECT), 0, 0, 0 },
	{ "draft", "delete", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "draft", "submit", "submitted", P(IS_SUBJECT), 0, 0, 0 },
	{ "submitted", "withdraw", "draft", P(IS_SUBJECT), 0, 0, 0 },
	{ "submitted", "return", "draft", P(REVIEW), 0, P(IS_SUBJECT),
	    STEP_REASON },
	{ "submitted", "comment", "discussed", P(REVIEW), 0, P(IS_SUBJECT),
	    0 },
	{ "submitted", "conclude", "concluded", P(REVIEW), 0, P(IS_SUBJECT),
	    0 },
	{ "discussed", "return", "draft", P(REVIEW), 0, P(IS_SUBJECT),
	    STEP_REASON },
	{ "discussed", "comment", "discussed", P(REVIEW), 0, P(IS_SUBJECT),
	    0 },
	{ "discussed", "conclude", "concluded", P(REVIEW), 0, P(IS_SUBJECT),
	    0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask review_asks[] = {
	{ "draft", "subject", "unit", P(LEAD), "do" },
	{ "submitted", "leader", "unit", P(REVIEW), "approve" },
	{ "discussed", "leader", "unit", P(REVIEW), "approve" },
	{ NULL, NULL, NULL, 0, NULL }
};
/* clang-format on */

/* Khắc phục sau tự soi. Nobody verifies what was his to put right. */
/* clang-format off */
static const struct transition remediation_steps[] = {
	{ "open", "do", "done", P(IS_SUBJECT), 0, 0, 0 },
	{ "done", "verify", "verified", P(REVIEW), 0, P(IS_SUBJECT), 0 },
	{ "done", "return", "open", P(REVIEW), 0, P(IS_SUBJECT),
	    STEP_REASON },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask remediation_asks[] = {
	{ "open", "doer", "unit", P(LEAD), "do" },
	{ "done", "leader", "unit", P(REVIEW), "approve" },
	{ NULL, NULL, NULL, 0, NULL }
};
/* clang-format on */

/* Đánh giá, xếp loại. Nobody judges his own. */
#define OTHER P(IS_SUBJECT)
static const struct transition evaluation_steps[] = {
	{ "draft", "update", NULL, P(IS_SUBJECT), 0, 0, 0 },
	{ "draft", "delete", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "draft", "self_assess", "self_assessed", P(IS_SUBJECT), 0, 0, 0 },
	{ "self_assessed", "withdraw", "draft", P(IS_SUBJECT), 0, 0, 0 },
	{ "self_assessed", "return", "draft", P(RATE), 0, OTHER, STEP_REASON },
	{ "self_assessed", "review", "reviewed", P(RATE), 0, OTHER, 0 },
	{ "reviewed", "return", "draft", P(RATE) | P(DECIDE), 0, OTHER,
	    STEP_REASON },
	{ "reviewed", "meet", "met", P(DOSSIER) | P(DECIDE), 0, OTHER, 0 },
	{ "met", "return", "draft", P(DECIDE), 0, OTHER, STEP_REASON },
	{ "met", "decide", "decided", P(DECIDE), 0, OTHER, STEP_SIGN },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
/* clang-format off */
static const struct ask evaluation_asks[] = {
	{ "draft", "subject", "unit", 0, "do" },
	{ "self_assessed", "leader", "unit", P(RATE), "approve" },
	{ "reviewed", "leader", "office", P(DOSSIER), "do" },
	{ "met", "leader", "office", P(DECIDE), "approve" },
	{ NULL, NULL, NULL, 0, NULL }
};
/* clang-format on */

/* Việc kế hoạch đòi hỏi theo kỳ: what is begun instead has steps of its own. */
/* clang-format off */
static const struct transition obligation_occurrence_steps[] = {
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask obligation_occurrence_asks[] = {
	{ "open", "doer", "unit", P(LEAD), "do" },
	{ NULL, NULL, NULL, 0, NULL }
};
/* clang-format on */

const struct states states_plan = { "plan", plan_steps, plan_asks };
const struct states states_task = { "task", task_steps, task_asks };
const struct states states_review = { "review", review_steps, review_asks };
const struct states states_remediation = { "remediation", remediation_steps,
	remediation_asks };
const struct states states_evaluation = { "evaluation", evaluation_steps,
	evaluation_asks };
const struct states states_obligation_occurrence = { "obligation_occurrence",
	obligation_occurrence_steps, obligation_occurrence_asks };

const struct states *const states_all[] = { &states_plan, &states_task,
	&states_review, &states_remediation, &states_evaluation,
	&states_commitment, &states_inspection, &states_finding,
	&states_measure, &states_proposal, &states_complaint, &states_extension,
	&states_explanation, &states_task_event, &states_obligation_occurrence,
	NULL };

int
step_allowed(const struct transition *t, const char *status, int64_t perms)
{
	return (!(t->flags & STEP_ELSE) && strcmp(t->from, status) == 0 &&
	    (perms & t->need) != 0 && (perms & t->also) == t->also &&
	    (perms & t->never) == 0);
}
