/* Self-reviews: one subject, one set of criteria, one period. */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void review_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field answer_fields[] = {
	{ .name = "value", .type = F_ANY, .eg = "false",
	    .doc = "Theo kiểu trả lời của tiêu chí | As the criterion wants it" },
	{ .name = "cause", .type = F_TEXT, .max = 10000,
	    .doc = "Nguyên nhân | Cause" },
	{ .name = "remedy", .type = F_TEXT, .max = 10000,
	    .doc = "Cách khắc phục | Remedy" },
	{ .name = "remedy_due_on", .type = F_DATE,
	    .doc = "Hạn khắc phục | Due day of the remedy" },
	{ .name = "remedy_done", .type = F_BOOL,
	    .doc = "Đã khắc phục khi kết luận; từ đó xem `remediations` | Remedied when it is concluded; `remediations` tell how it went on" },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "subject_staff", .type = F_REF,
	    .flags = FIELD_FIXED | FIELD_WRITE, .ref = "staff",
	    .doc = "Người tự soi; mặc định là người gọi | Whose review it is; the caller's unless said" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED, .ref = "units",
	    .doc = "Tập thể tự soi | The unit, when it reviews itself" },
	{ .name = "criteria_set", .type = F_REF,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .ref = "criteria-sets",
	    .doc = "Bộ tiêu chí | Criteria" },
	{ .name = "plan_id", .type = F_UUID, .flags = FIELD_FIXED,
	    .doc = "Theo kế hoạch | The plan it follows" },
	{ .name = "period", .type = F_PERIOD,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .eg = "2026-Q1",
	    .doc = "Kỳ | Period" },
	{ .name = "scheme", .type = F_ENUM, .flags = FIELD_FIXED | FIELD_EMPTY,
	    .words = words_scheme,
	    .doc = "Cách chia kỳ | How periods are cut" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_FIXED,
	    .doc = "Hạn nộp | Due day" },
	{ .name = "answers", .type = F_MAP,
	    .flags = FIELD_EMPTY | FIELD_PRIVATE, .max = 200,
	    .members = answer_fields, .eg = "BH01",
	    .doc = "Trả lời theo mã biểu hiện | Answers by code" },
	{ .name = "summary", .type = F_TEXT, .max = 20000,
	    .doc = "Tự đánh giá chung | In sum" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_review_status, .doc = "Trạng thái | Status" },
	{ .name = "subject", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "",
	    .doc = "Người tự soi | Whose review it is" },
	{ .name = "period_from", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .eg = "2026-01-01", .doc = "Kỳ bắt đầu | First day of the period" },
	{ .name = "period_to", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .eg = "2026-03-31",
	    .doc = "Kỳ kết thúc, tính cả ngày này | Last day, included" },
	{ .name = "comment", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Ý kiến góp ý | Comment" },
	{ .name = "conclusion", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Kết luận | Conclusion" },
	FIELDS_RETURNED,
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field comment_fields[] = {
	{ .name = "comment", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .eg = "Cần nêu rõ hạn khắc phục",
	    .doc = "Ý kiến | Comment" },
	FIELDS_END
};
static const struct field conclude_fields[] = {
	{ .name = "conclusion", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 20000, .eg = "Nhất trí với bản tự soi",
	    .doc = "Kết luận | Conclusion" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "submit", NULL, "Nộp | Submit", NULL },
	{ "withdraw", NULL, "Rút lại | Withdraw", NULL },
	{ "return", NULL, "Trả lại để bổ sung | Return", NULL },
	{ "comment", comment_fields, "Góp ý | Comment", NULL },
	{ "conclude", conclude_fields, "Kết luận | Conclude", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_review = {
	.name = "reviews",
	.kind = "review",
	.title = "Tự soi, tự sửa | Self-reviews",
	.doc = "Một người hoặc một đơn vị, một bộ tiêu chí, một kỳ. Chỉ bản "
	       "thân và người kết luận thấy. | A person or a unit, a set of "
	       "criteria, a period. Only the subject and who concludes it see "
	       "it.",
	.fields = fields,
	.states = &states_review,
	.verbs = verbs,
	.list = q_review_list_sorts,
	.sort = "-created_at",
	.counts = &q_review_count,
	.dimensions = "status",
	.get = &q_review_get,
	.create = &q_review_create,
	.patch = &q_review_patch,
	.verb = &q_review_verb,
	.remove = &q_review_remove,
	.restore = &q_review_restore,
	.prepare = review_prepare,
};

static void
review_prepare(struct ctx *c, const char *verb, json_t *body)
{
	if (strcmp(verb, "create") != 0)
		return;
	prepare_period(c, body);
	if ((json_object_get(body, "subject_staff_id") != NULL ||
	        json_object_get(body, "subject_staff_code") != NULL) &&
	    (json_object_get(body, "unit_id") != NULL ||
	        json_object_get(body, "unit_code") != NULL))
		fault_add(&c->faults, "/unit_id", "in_conflict");
}
