/* Evaluations: person x period x criteria, as entered; up to decided. */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void evaluation_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field answer_fields[] = {
	{ .name = "value", .type = F_ANY,
	    .doc = "Theo kiểu trả lời của tiêu chí | As the criterion wants it" },
	{ .name = "note", .type = F_TEXT, .max = 10000,
	    .doc = "Ghi chú | Note" },
	FIELDS_END
};
/* clang-format on */
/* Each side writes its own column of the scores. */
/* clang-format off */
static const struct field self_score_fields[] = {
	{ .name = "self", .type = F_DECIMAL, .min = 4, .max = 10, .eg = "18",
	    .doc = "Điểm tự chấm | Own score" },
	FIELDS_END
};
/* clang-format on */
static const struct field reviewer_score_fields[] = {
	{ .name = "reviewer",
	    .type = F_DECIMAL,
	    .min = 4,
	    .max = 10,
	    .eg = "17",
	    .doc = "Điểm người xét | Rater's score" },
	FIELDS_END
};

/* clang-format off */
static const struct field score_fields[] = {
	{ .name = "self", .type = F_DECIMAL, .eg = "18",
	    .doc = "Điểm tự chấm | Own score" },
	{ .name = "reviewer", .type = F_DECIMAL, .eg = "17",
	    .doc = "Điểm người xét | Rater's score" },
	FIELDS_END
};
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "staff", .type = F_REF, .flags = FIELD_FIXED, .ref = "staff",
	    .doc = "Người được đánh giá; mặc định là người gọi | Who is evaluated; the caller unless said" },
	{ .name = "criteria_set", .type = F_REF,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .ref = "criteria-sets",
	    .doc = "Bộ tiêu chí | Criteria" },
	{ .name = "period", .type = F_PERIOD,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .eg = "2026",
	    .doc = "Kỳ đánh giá | Period" },
	{ .name = "scheme", .type = F_ENUM, .flags = FIELD_FIXED | FIELD_EMPTY,
	    .words = words_scheme,
	    .doc = "Cách chia kỳ | How periods are cut" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_FIXED,
	    .doc = "Hạn nộp | Due day" },
	{ .name = "answers", .type = F_MAP,
	    .flags = FIELD_EMPTY | FIELD_PRIVATE, .max = 200,
	    .members = answer_fields,
	    .doc = "Trả lời theo mã tiêu chí | Answers by code" },
	{ .name = "scores", .type = F_MAP, .flags = FIELD_EMPTY | FIELD_WRITE,
	    .max = 200, .members = self_score_fields, .eg = "TC01",
	    .doc = "Điểm tự chấm theo mã tiêu chí | Own scores by code" },
	{ .name = "scores", .type = F_MAP,
	    .flags = FIELD_ALWAYS | FIELD_PRIVATE, .members = score_fields,
	    .eg = "TC01",
	    .doc = "Điểm theo mã tiêu chí; điểm của người xét hiện với người được đánh giá khi đã quyết định | Scores by code; the person sees the rater's once it is decided" },
	{ .name = "self_note", .type = F_TEXT, .max = 20000,
	    .doc = "Tự nhận xét | Own remarks" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_evaluation_status, .doc = "Trạng thái | Status" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER, .ref = "units",
	    .eg = "",
	    .doc = "Đơn vị của người được đánh giá | The person's unit" },
	{ .name = "period_from", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .eg = "2026-01-01", .doc = "Kỳ bắt đầu | First day of the period" },
	{ .name = "period_to", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .eg = "2026-12-31",
	    .doc = "Kỳ kết thúc, tính cả ngày này | Last day, included" },
	{ .name = "review_note", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Nhận xét; người được đánh giá thấy khi đã quyết định | Remarks; the person sees them once it is decided" },
	{ .name = "proposed_level", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_level,
	    .doc = "Mức đề xuất; như trên | Level proposed; as above" },
	{ .name = "level", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_level, .doc = "Mức xếp loại | Level" },
	{ .name = "decision", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Số quyết định | Number of the decision" },
	FIELDS_DECIDED,
	{ .name = "meeting_id", .type = F_UUID, .flags = FIELD_SERVER,
	    .doc = "Cuộc họp | Meeting" },
	FIELDS_RETURNED,
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field review_fields[] = {
	{ .name = "scores", .type = F_MAP, .max = 200,
	    .members = reviewer_score_fields, .eg = "TC01",
	    .doc = "Điểm của người xét, theo mã tiêu chí | Rater's scores by code" },
	{ .name = "review_note", .type = F_TEXT, .max = 20000,
	    .eg = "Hoàn thành đúng hạn", .doc = "Nhận xét | Remarks" },
	{ .name = "proposed_level", .type = F_ENUM, .words = words_level,
	    .eg = "good", .doc = "Mức đề xuất | Level proposed" },
	FIELDS_END
};
static const struct field meet_fields[] = {
	{ .name = "meeting_id", .type = F_UUID, .doc = "Cuộc họp | Meeting" },
	FIELDS_END
};
static const struct field decide_fields[] = {
	{ .name = "level", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_level, .eg = "good", .doc = "Mức xếp loại | Level" },
	{ .name = "decision", .type = F_TEXT, .max = 300, .eg = "118/QĐ-UBND",
	    .doc = "Số quyết định | Number of the decision" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "self_assess", NULL, "Gửi tự đánh giá | Send the self-assessment", NULL },
	{ "withdraw", NULL, "Rút lại | Withdraw", NULL },
	{ "return", NULL, "Trả lại để bổ sung | Return", NULL },
	{ "review", review_fields, "Nhận xét, cho điểm | Review and score", NULL },
	{ "meet", meet_fields, "Ghi nhận đã họp | Record the meeting", NULL },
	{ "decide", decide_fields, "Quyết định xếp loại | Decide the level", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_evaluation = {
	.name = "evaluations",
	.kind = "evaluation",
	.title = "Đánh giá, xếp loại | Evaluations",
	.doc = "Một người, một kỳ. Không ai tự xét mình; nhận xét và mức đề "
	       "xuất chỉ hiện với người được đánh giá khi đã quyết định. | A "
	       "person, a period. Nobody judges himself; remarks and the "
	       "proposed level show to the person once it is decided.",
	.fields = fields,
	.states = &states_evaluation,
	.watched = 1,
	.verbs = verbs,
	.list = q_evaluation_list_sorts,
	.sort = "-created_at",
	.counts = &q_evaluation_count,
	.dimensions = "status,level",
	.get = &q_evaluation_get,
	.create = &q_evaluation_create,
	.patch = &q_evaluation_patch,
	.verb = &q_evaluation_verb,
	.remove = &q_evaluation_remove,
	.restore = &q_evaluation_restore,
	.prepare = evaluation_prepare,
};

static void
evaluation_prepare(struct ctx *c, const char *verb, json_t *body)
{
	json_t *scores = json_object_get(body, "scores"), *x;
	const char *code;

	if (strcmp(verb, "create") == 0)
		prepare_period(c, body);
	/* taking a score away takes one's own, not the other side's */
	json_object_foreach(scores, code, x)
	{
		if (json_is_null(x))
			json_object_set_new(scores, code,
			    json_pack("{s:n}",
			        strcmp(verb, "review") == 0 ? "reviewer" :
			                                      "self"));
	}
}
