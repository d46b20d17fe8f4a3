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

const struct states states_commitment = { "commitment", commitment_steps,
	commitment_asks };
