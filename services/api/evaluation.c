/* Evaluations: person x period x criteria, as entered; up to decided. */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void evaluation_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field answer_fields[] = {
	{ .name = "value", .type = F_ANY },
	{ .name = "note", .type = F_TEXT, .max = 10000 },
	FIELDS_END
};
/* clang-format on */
/* Each side writes its own column of the scores. */
/* clang-format off */
static const struct field self_score_fields[] = {
	{ .name = "self", .type = F_DECIMAL, .min = 4, .max = 10 },
	FIELDS_END
};
/* clang-format on */
static const struct field reviewer_score_fields[] = {
	{ .name = "reviewer", .type = F_DECIMAL, .min = 4, .max = 10 },
	FIELDS_END
};

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "staff", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "staff", .doc = "Người được đánh giá" },
	{ .name = "criteria_set", .type = F_REF,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .ref = "criteria-sets" },
	{ .name = "period", .type = F_PERIOD,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .doc = "Kỳ đánh giá" },
	{ .name = "scheme", .type = F_ENUM,
	    .flags = FIELD_FIXED | FIELD_EMPTY, .words = words_scheme },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_FIXED },
	{ .name = "answers", .type = F_MAP, .flags = FIELD_EMPTY, .max = 200,
	    .members = answer_fields },
	{ .name = "scores", .type = F_MAP, .flags = FIELD_EMPTY, .max = 200,
	    .members = self_score_fields, .doc = "Điểm theo mã tiêu chí" },
	{ .name = "self_note", .type = F_TEXT, .max = 20000,
	    .doc = "Tự nhận xét" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_evaluation_status },
	{ .name = "unit", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "period_from", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "period_to", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "review_note", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "proposed_level", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_level },
	{ .name = "level", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_level, .doc = "Mức xếp loại" },
	{ .name = "decision", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "decided_by", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "decided_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "meeting_id", .type = F_UUID, .flags = FIELD_SERVER },
	{ .name = "return_reason", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "returns", .type = F_INT, .flags = FIELD_SERVER },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field review_fields[] = {
	{ .name = "scores", .type = F_MAP, .max = 200,
	    .members = reviewer_score_fields },
	{ .name = "review_note", .type = F_TEXT, .max = 20000,
	    .doc = "Nhận xét" },
	{ .name = "proposed_level", .type = F_ENUM, .words = words_level,
	    .doc = "Mức đề xuất" },
	FIELDS_END
};
static const struct field meet_fields[] = {
	{ .name = "meeting_id", .type = F_UUID, .doc = "Cuộc họp" },
	FIELDS_END
};
static const struct field decide_fields[] = {
	{ .name = "level", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_level, .doc = "Mức xếp loại" },
	{ .name = "decision", .type = F_TEXT, .max = 300,
	    .doc = "Số quyết định" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "self_assess", NULL, "Gửi tự đánh giá", NULL },
	{ "withdraw", NULL, "Rút lại", NULL },
	{ "return", NULL, "Trả lại để bổ sung", NULL },
	{ "review", review_fields, "Nhận xét, cho điểm", NULL },
	{ "meet", meet_fields, "Ghi nhận đã họp", NULL },
	{ "decide", decide_fields, "Quyết định xếp loại", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_evaluation = {
	.name = "evaluations",
	.kind = "evaluation",
	.title = "Đánh giá, xếp loại",
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
