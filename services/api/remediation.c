/*
 * Remedies: what the subject of a self-review has said he will put right. Made
 * when the review is concluded; open → done by him, → verified by who looks at
 * his reviews, or returned to be put right once more.
 */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void remediation_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_remediation_status, .doc = "Trạng thái | Status" },
	{ .name = "review_id", .type = F_UUID, .flags = FIELD_ALWAYS,
	    .doc = "Bản tự soi | The self-review" },
	{ .name = "code", .type = F_CODE, .flags = FIELD_ALWAYS, .eg = "BH01",
	    .doc = "Mã biểu hiện | Code of the criterion" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER, .ref = "units",
	    .eg = "", .doc = "Đơn vị | The unit" },
	{ .name = "subject", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff",
	    .doc = "Người khắc phục; trống là người đứng đầu đơn vị | Who puts it right; the unit's head if unset" },
	{ .name = "cause", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Nguyên nhân | Cause" },
	{ .name = "remedy", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Kiểm tra lại hồ sơ hằng tuần",
	    .doc = "Cách khắc phục | Remedy" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Hạn khắc phục | Due day" },
	FIELDS_DUE,
	FIELDS_DONE("Ngày khắc phục | Day it was put right"),
	FIELDS_RETURNED,
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field do_fields[] = {
	{ .name = "result", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .eg = "Đã kiểm tra lại toàn bộ hồ sơ",
	    .doc = "Kết quả khắc phục | Result" },
	{ .name = "done_on", .type = F_DATE,
	    .doc = "Ngày khắc phục; mặc định là hôm nay | Day it was put right; today unless said" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "do", do_fields, "Báo đã khắc phục | Report it put right", NULL },
	{ "verify", NULL, "Xác nhận | Verify", NULL },
	{ "return", NULL, "Trả lại, khắc phục lại | Return", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/reviews/<uuid>/remediations",
	    .run = below_list, .below = "review",
	    .list = q_remediation_list_sorts,
	    .query = &q_review_get, .counts = &q_remediation_count,
	    .summary = "Những điều phải khắc phục | What is to be put right" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_remediation = {
	.name = "remediations",
	.kind = "remediation",
	.title = "Khắc phục sau tự soi | Remedies",
	.doc = "Điều đã hứa khắc phục trong một bản tự soi, sinh ra khi bản đó "
	       "được kết luận; chỉ bản thân và người kết luận thấy. | What a "
	       "self-review has promised to put right, made as it is "
	       "concluded; only the subject and who concludes see it.",
	.fields = fields,
	.states = &states_remediation,
	.verbs = verbs,
	.list = q_remediation_list_sorts,
	.sort = "due_on",
	.counts = &q_remediation_count,
	.dimensions = "status",
	.get = &q_remediation_get,
	.verb = &q_remediation_verb,
	.prepare = remediation_prepare,
	.routes = routes,
};

static void
remediation_prepare(struct ctx *c, const char *verb, json_t *body)
{
	const char *day = json_string_value(json_object_get(body, "done_on"));

	(void)verb;
	if (day != NULL && strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/done_on", "in_future");
}
