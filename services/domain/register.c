/* The state tables of registers; see state.h. */
#include <stddef.h>

#include "domain/role.h"
#include "domain/state.h"

#define P(x) PERM_##x

/*
 * Bản cam kết và nhiệm vụ đăng ký của năm. Who made it may not judge it; what
 * was approved is amended by going round once more.
 */
/* clang-format off */
static const struct transition commitment_steps[] = {
	{ "draft", "update", NULL, P(IS_SUBJECT), 0, 0, 0 },
	{ "draft", "delete", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "draft", "submit", "submitted", P(IS_SUBJECT), 0, 0, 0 },
	{ "submitted", "withdraw", "draft", P(IS_SUBJECT), 0, 0, 0 },
	{ "submitted", "return", "draft", P(REVIEW), 0, P(IS_SUBJECT),
	    STEP_REASON },
	{ "submitted", "approve", "approved", P(REVIEW), 0, P(IS_SUBJECT),
	    0 },
	{ "approved", "amend", "draft", P(IS_SUBJECT), 0, 0, STEP_REASON },
	{ "approved", "report", "reported", P(IS_SUBJECT), 0, 0, 0 },
	{ "reported", "withdraw", "approved", P(IS_SUBJECT), 0, 0, 0 },
	{ "reported", "return", "approved", P(REVIEW), 0, P(IS_SUBJECT),
	    STEP_REASON },
	{ "reported", "confirm", "confirmed", P(REVIEW), 0, P(IS_SUBJECT),
	    0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask commitment_asks[] = {
	{ "draft", "doer", "unit", P(LEAD), "do" },
	{ "submitted", "leader", "unit", P(REVIEW), "approve" },
	{ "approved", "doer", "unit", P(LEAD), "do" },
	{ "reported", "leader", "unit", P(REVIEW), "approve" },
	{ NULL, NULL, NULL, 0, NULL }
};
/* clang-format on */

/*
 * Kiểm tra. Whoever it concerns answers, and neither runs nor judges it.
 */
#define TEAM (P(INSPECT) | P(IS_DOER) | P(IS_AUTHOR))
#define AGAINST (P(IS_SUBJECT) | P(IS_LEADER))
/* clang-format off */
static const struct transition inspection_steps[] = {
	{ "planned", "update", NULL, TEAM, 0, AGAINST, 0 },
	{ "planned", "delete", NULL, TEAM, 0, AGAINST, 0 },
	{ "planned", "announce", "announced", TEAM, 0, AGAINST, 0 },
	{ "planned", "start", "running", TEAM, 0, AGAINST, 0 },
	{ "announced", "update", NULL, TEAM, 0, AGAINST, 0 },
	{ "announced", "start", "running", TEAM, 0, AGAINST, 0 },
	{ "announced", "answer", NULL, AGAINST, 0, 0, 0 },
	{ "running", "update", NULL, TEAM, 0, AGAINST, 0 },
	{ "running", "announce", "running", TEAM, 0, AGAINST, 0 },
	{ "running", "answer", NULL, AGAINST, 0, 0, 0 },
	{ "running", "conclude", "concluded", TEAM, 0, AGAINST, 0 },
	{ "concluded", "close", "closed", TEAM, 0, AGAINST, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask inspection_asks[] = {
	{ "planned", "doer", "unit", 0, "do" },
	{ "announced", "doer", "unit", 0, "do" },
	{ "running", "doer", "unit", 0, "do" },
	{ "concluded", "doer", "unit", 0, "do" },
	{ NULL, NULL, NULL, 0, NULL }
};

/* Phát hiện. Stated with the conclusion of their inspection. */
#define MEMBERS (P(INSPECT) | P(IS_DOER) | P(IS_CO_OWNER))
static const struct transition finding_steps[] = {
	{ "draft", "update", NULL, MEMBERS, 0, AGAINST, 0 },
	{ "draft", "delete", NULL, MEMBERS, 0, AGAINST, 0 },
	{ "stated", "answer", NULL, AGAINST, 0, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask finding_asks[] = { { NULL, NULL, NULL, 0, NULL } };

/* Biện pháp. Nobody verifies what was his to do, or is about him. */
#define VERIFIER (P(INSPECT) | P(REVIEW) | P(IS_AUTHOR))
#define CONCERNED (P(IS_DOER) | P(IS_SUBJECT))
static const struct transition measure_steps[] = {
	{ "open", "update", NULL, VERIFIER, 0, P(IS_SUBJECT), 0 },
	{ "open", "delete", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "open", "do", "done", P(IS_DOER), 0, 0, 0 },
	{ "open", "refer", "referred", VERIFIER, 0, P(IS_SUBJECT), 0 },
	{ "done", "verify", "verified", VERIFIER, 0, CONCERNED, 0 },
	{ "done", "return", "open", VERIFIER, 0, CONCERNED, STEP_REASON },
	{ "done", "refer", "referred", VERIFIER, 0, P(IS_SUBJECT), 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask measure_asks[] = {
	{ "open", "doer", "unit", P(LEAD), "do" },
	{ "done", "author", "unit", P(REVIEW), "approve" },
	{ NULL, NULL, NULL, 0, NULL }
};

/*
 * Đề xuất đổi mới, sáng tạo. The panel (co-owners) votes, its head decides by
 * the count; the proposer has no part in either.
 */
#define HEAD P(DECIDE)
#define SECRETARY (P(DECIDE) | P(ASSIGN))
#define OTHERS P(IS_SUBJECT)
static const struct transition proposal_steps[] = {
	{ "submitted", "update", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "submitted", "delete", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "submitted", "ask_opinion", "opinion_asked", SECRETARY, 0, OTHERS,
	    0 },
	{ "opinion_asked", "give_opinion", NULL, P(PARTY), 0, OTHERS, 0 },
	{ "opinion_asked", "vote", "voted", P(IS_CO_OWNER), 0, OTHERS, 0 },
	{ "voted", "give_opinion", NULL, P(PARTY), 0, OTHERS, 0 },
	{ "voted", "vote", "voted", P(IS_CO_OWNER), 0, OTHERS, 0 },
	{ "voted", "decide", "approved", HEAD, 0, OTHERS, STEP_SIGN },
	{ "voted", "decide", "refused", HEAD, 0, OTHERS,
	    STEP_SIGN | STEP_ELSE },
	{ "refused", "order", "ordered", HEAD, P(IS_HEARD), OTHERS, 0 },
	{ "approved", "start", "running", P(IS_AUTHOR) | SECRETARY, 0, 0, 0 },
	{ "ordered", "start", "running", P(IS_AUTHOR) | SECRETARY, 0, 0, 0 },
	{ "running", "complete", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "running", "report", "reported", P(IS_AUTHOR), 0, 0, 0 },
	{ "reported", "ask_opinion", NULL, SECRETARY, 0,
	    OTHERS | P(IS_ASKED), 0 },
	{ "reported", "give_opinion", NULL, P(PARTY), P(IS_ASKED), OTHERS,
	    0 },
	{ "reported", "assess", "assessed", HEAD, P(IS_HEARD), OTHERS, 0 },
	{ "assessed", "conclude", NULL, HEAD, 0, OTHERS | P(IS_OVER), 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask proposal_asks[] = {
	{ "submitted", "leader", "unit", HEAD, "approve" },
	{ "opinion_asked", "leader", "unit", P(REVIEW), "approve" },
	{ "opinion_asked", "co_owner", "unit", P(PARTY), "approve" },
	{ "voted", "leader", "unit", P(REVIEW), "approve" },
	{ "voted", "co_owner", "unit", P(PARTY), "approve" },
	{ "approved", "author", "unit", 0, "do" },
	{ "ordered", "author", "unit", 0, "do" },
	{ "running", "author", "unit", 0, "do" },
	{ "reported", "leader", "unit", HEAD, "approve" },
	{ "reported", "co_owner", "unit", P(PARTY), "approve" },
	{ "assessed", "leader", "unit", HEAD, "do" },
	{ NULL, NULL, NULL, 0, NULL }
};

/* Xin gia hạn. Whoever may assign decides, never who asks. */
#define GRANTER (P(ASSIGN) | P(IS_ASSIGNER))
#define ASKER (P(IS_AUTHOR) | P(IS_NAMED))
static const struct transition extension_steps[] = {
	{ "asked", "delete", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "asked", "grant", "granted", GRANTER, 0, ASKER, 0 },
	{ "asked", "refuse", "refused", GRANTER, 0, ASKER, STEP_REASON },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask extension_asks[] = {
	{ "asked", "assigner", "unit", P(ASSIGN), "approve" },
	{ NULL, NULL, NULL, 0, NULL }
};

/* Giải trình. Who had to do the task answers, and never judges the answer. */
#define OVERSEER (P(OVERSEE) | P(ACCEPT) | P(INSPECT) | P(IS_AUTHOR))
static const struct transition explanation_steps[] = {
	{ "asked", "delete", NULL, P(IS_AUTHOR), 0, 0, 0 },
	{ "asked", "answer", "answered", P(IS_DOER), 0, 0, 0 },
	{ "answered", "accept", "accepted", OVERSEER, 0, P(IS_DOER), 0 },
	{ "answered", "return", "asked", OVERSEER, 0, P(IS_DOER),
	    STEP_REASON },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask explanation_asks[] = {
	{ "asked", "doer", "unit", P(LEAD), "do" },
	{ "answered", "author", "unit", P(ACCEPT), "approve" },
	{ NULL, NULL, NULL, 0, NULL }
};

/*
 * Chậm, làm lại. Only the authority asked by name says that the cause was
 * objective, and nobody of what he did or asked for himself.
 */
#define CONFIRMER (P(ACCEPT) | P(DECIDE))
static const struct transition task_event_steps[] = {
	{ "recorded", "ask", "asked", P(IS_DOER), 0, 0, 0 },
	{ "asked", "ask", "asked", P(IS_DOER), 0, 0, 0 },
	{ "asked", "confirm", "confirmed", CONFIRMER, P(IS_NAMED), P(IS_DOER),
	    0 },
	{ "asked", "refuse", "refused", CONFIRMER, P(IS_NAMED), P(IS_DOER),
	    STEP_REASON },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask task_event_asks[] = {
	{ "asked", "doer", "unit", 0, "approve" },
	{ NULL, NULL, NULL, 0, NULL }
};

/* Phản ánh, kiến nghị. Whom it is about has no part in it. */
#define JUDGE (P(INSPECT) | P(ISSUE))
static const struct transition complaint_steps[] = {
	{ "received", "update", NULL, P(IS_AUTHOR), 0, AGAINST, 0 },
	{ "received", "accept", "accepted", JUDGE, 0, AGAINST, 0 },
	{ "received", "refuse", "refused", JUDGE, 0, AGAINST, STEP_REASON },
	{ "accepted", "accept", "accepted", JUDGE, 0, AGAINST, 0 },
	{ "accepted", "resolve", "resolved", P(IS_DOER), 0, AGAINST, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct ask complaint_asks[] = {
	{ "received", "leader", "office", P(INSPECT), "approve" },
	{ "received", "leader", "unit", P(ISSUE), "approve" },
	{ "accepted", "doer", "office", P(INSPECT), "do" },
	{ NULL, NULL, NULL, 0, NULL }
};
/* clang-format on */

const struct states states_commitment = { "commitment", commitment_steps,
	commitment_asks };
const struct states states_inspection = { "inspection", inspection_steps,
	inspection_asks };
const struct states states_finding = { "finding", finding_steps, finding_asks };
const struct states states_measure = { "measure", measure_steps, measure_asks };
const struct states states_proposal = { "proposal", proposal_steps,
	proposal_asks };
const struct states states_complaint = { "complaint", complaint_steps,
	complaint_asks };
const struct states states_extension = { "extension", extension_steps,
	extension_asks };
const struct states states_explanation = { "explanation", explanation_steps,
	explanation_asks };
const struct states states_task_event = { "task_event", task_event_steps,
	task_event_asks };
