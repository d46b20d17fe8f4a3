/*
 * Commitments of a year: a person's with the one task he registers, a unit's
 * with what it undertakes. draft → submitted → approved → reported → confirmed;
 * amend takes an approved one round again.
 */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void commitment_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field task_fields[] = {
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 2000, .doc = "Nhiệm vụ đăng ký" },
	{ .name = "text", .type = F_TEXT, .max = 20000 },
	{ .name = "position", .type = F_TEXT, .max = 300,
	    .doc = "Vị trí việc làm" },
	{ .name = "expected_output", .type = F_TEXT, .max = 2000,
	    .doc = "Sản phẩm" },
	{ .name = "due_on", .type = F_DATE },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "subject_staff", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "staff", .doc = "Người cam kết; mặc định là người gọi" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "units", .doc = "Tập thể cam kết" },
	{ .name = "year", .type = F_INT,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .min = 2000, .max = 2200,
	    .doc = "Năm" },
	{ .name = "plan_id", .type = F_UUID },
	{ .name = "text", .type = F_TEXT, .min = 1, .max = 100000,
	    .doc = "Nội dung cam kết" },
	{ .name = "registered_task", .type = F_OBJECT,
	    .members = task_fields, .doc = "Nhiệm vụ đăng ký, mỗi năm một" },
	{ .name = "due_on", .type = F_DATE, .doc = "Hạn báo cáo kết quả" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_commitment_status },
	{ .name = "subject", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "days_left", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "signal", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_signal },
	{ .name = "submitted_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "approved_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "approved_by", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "completed", .type = F_BOOL, .flags = FIELD_SERVER },
	{ .name = "completed_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "reported_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "fulfilled", .type = F_BOOL, .flags = FIELD_SERVER },
	{ .name = "conclusion", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "confirmed_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "confirmed_by", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "return_reason", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "returns", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "revisions", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_SERVER, .doc = "Nội dung đã duyệt trước đó" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field report_fields[] = {
	{ .name = "result", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .doc = "Kết quả thực hiện" },
	{ .name = "completed", .type = F_BOOL,
	    .doc = "Đã hoàn thành nhiệm vụ đăng ký" },
	{ .name = "completed_on", .type = F_DATE },
	FIELDS_END
};
static const struct field confirm_fields[] = {
	{ .name = "fulfilled", .type = F_BOOL,
	    .doc = "Đạt cam kết; mặc định là có" },
	{ .name = "conclusion", .type = F_TEXT, .max = 20000 },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "submit", NULL, "Trình duyệt", NULL },
	{ "withdraw", NULL, "Rút lại", NULL },
	{ "return", NULL, "Trả lại để bổ sung", NULL },
	{ "approve", NULL, "Duyệt", NULL },
	{ "amend", NULL, "Sửa đổi nội dung đã duyệt", NULL },
	{ "report", report_fields, "Báo cáo kết quả", NULL },
	{ "confirm", confirm_fields, "Xác nhận kết quả", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_commitment = {
	.name = "commitments",
	.kind = "commitment",
	.title = "Bản cam kết",
	.fields = fields,
	.states = &states_commitment,
	.verbs = verbs,
	.list = q_commitment_list_sorts,
	.sort = "-created_at",
	.counts = &q_commitment_count,
	.dimensions = "status",
	.get = &q_commitment_get,
	.create = &q_commitment_create,
	.patch = &q_commitment_patch,
	.verb = &q_commitment_verb,
	.remove = &q_commitment_remove,
	.restore = &q_commitment_restore,
	.prepare = commitment_prepare,
};

static void
commitment_prepare(struct ctx *c, const char *verb, json_t *body)
{
	const char *day;

	day = json_string_value(json_object_get(body, "completed_on"));
	if (strcmp(verb, "report") == 0 && day != NULL &&
	    strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/completed_on", "in_future");
}
