/* Self-reviews: one subject, one set of criteria, one period. */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void review_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field answer_fields[] = {
	{ .name = "value", .type = F_ANY, .doc = "Theo loại câu trả lời" },
	{ .name = "cause", .type = F_TEXT, .max = 10000,
	    .doc = "Nguyên nhân" },
	{ .name = "remedy", .type = F_TEXT, .max = 10000,
	    .doc = "Biện pháp khắc phục" },
	{ .name = "remedy_due_on", .type = F_DATE },
	{ .name = "remedy_done", .type = F_BOOL },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "subject_staff", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "staff", .doc = "Người tự soi; mặc định là người gọi" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "units", .doc = "Tập thể tự soi" },
	{ .name = "criteria_set", .type = F_REF,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .ref = "criteria-sets" },
	{ .name = "plan_id", .type = F_UUID, .flags = FIELD_FIXED },
	{ .name = "period", .type = F_PERIOD,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .doc = "Kỳ" },
	{ .name = "scheme", .type = F_ENUM,
	    .flags = FIELD_FIXED | FIELD_EMPTY, .words = words_scheme },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_FIXED },
	{ .name = "answers", .type = F_MAP, .flags = FIELD_EMPTY, .max = 200,
	    .members = answer_fields, .doc = "Trả lời theo mã biểu hiện" },
	{ .name = "summary", .type = F_TEXT, .max = 20000 },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_review_status },
	{ .name = "subject", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "period_from", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "period_to", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "comment", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "conclusion", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "return_reason", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "returns", .type = F_INT, .flags = FIELD_SERVER },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field comment_fields[] = {
	{ .name = "comment", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 20000, .doc = "Ý kiến" },
	FIELDS_END
};
static const struct field conclude_fields[] = {
	{ .name = "conclusion", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 20000, .doc = "Kết luận" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "submit", NULL, "Nộp", NULL },
	{ "withdraw", NULL, "Rút lại", NULL },
	{ "return", NULL, "Trả lại để bổ sung", NULL },
	{ "comment", comment_fields, "Góp ý", NULL },
	{ "conclude", conclude_fields, "Kết luận", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_review = {
	.name = "reviews",
	.kind = "review",
	.title = "Tự soi, tự sửa",
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
