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
	    .max = 2000, .eg = "Giải quyết hồ sơ đúng hạn 100%",
	    .doc = "Nhiệm vụ đăng ký | The task registered" },
	{ .name = "text", .type = F_TEXT, .max = 20000,
	    .doc = "Chi tiết | Details" },
	{ .name = "position", .type = F_TEXT, .max = 300,
	    .doc = "Vị trí việc làm | Post" },
	{ .name = "expected_output", .type = F_TEXT, .max = 2000,
	    .doc = "Sản phẩm | What it must yield" },
	{ .name = "due_on", .type = F_DATE, .doc = "Hạn | Due day" },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "subject_staff", .type = F_REF,
	    .flags = FIELD_FIXED | FIELD_WRITE, .ref = "staff",
	    .doc = "Người cam kết; mặc định là người gọi | Who commits; the caller unless said" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED, .ref = "units",
	    .doc = "Tập thể cam kết; với người là đơn vị của người đó | The unit that commits; of a person, his unit" },
	{ .name = "year", .type = F_INT, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .min = 2000, .max = 2200, .eg = "2026", .doc = "Năm | Year" },
	{ .name = "plan_id", .type = F_UUID,
	    .doc = "Theo kế hoạch | The plan it follows" },
	{ .name = "text", .type = F_TEXT, .min = 1, .max = 100000,
	    .eg = "Thực hiện nghiêm giờ giấc, không né tránh, đùn đẩy",
	    .doc = "Nội dung cam kết | What is promised" },
	{ .name = "registered_task", .type = F_OBJECT, .members = task_fields,
	    .doc = "Nhiệm vụ đăng ký, mỗi năm một | The task registered, one a year" },
	{ .name = "due_on", .type = F_DATE,
	    .doc = "Hạn báo cáo kết quả; khi duyệt mặc định theo nhiệm vụ đăng ký, hoặc ngày cuối năm | Due day of the report; once approved that of the task, or the year's last, unless said" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_commitment_status, .doc = "Trạng thái | Status" },
	{ .name = "subject", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "", .doc = "Người cam kết | Who commits" },
	FIELDS_DUE,
	{ .name = "submitted_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày trình | Day it was submitted" },
	{ .name = "approved_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày duyệt | Day of approval" },
	{ .name = "approved_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người duyệt | Who approved" },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Kết quả thực hiện | Result" },
	{ .name = "completed", .type = F_BOOL, .flags = FIELD_SERVER,
	    .doc = "Đã hoàn thành nhiệm vụ đăng ký | The registered task is done" },
	{ .name = "completed_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày hoàn thành | Day it was done" },
	{ .name = "reported_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày báo cáo | Day of the report" },
	{ .name = "fulfilled", .type = F_BOOL, .flags = FIELD_SERVER,
	    .doc = "Đạt cam kết | The promise was kept" },
	{ .name = "conclusion", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Kết luận | Conclusion" },
	{ .name = "confirmed_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày xác nhận | Day it was confirmed" },
	{ .name = "confirmed_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người xác nhận | Who confirmed" },
	FIELDS_RETURNED,
	{ .name = "revisions", .type = F_LIST, .item = F_ANY,
	    .flags = FIELD_SERVER,
	    .doc = "Nội dung đã duyệt trước đó | What was approved before" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field report_fields[] = {
	{ .name = "result", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .eg = "Đã hoàn thành, không hồ sơ quá hạn",
	    .doc = "Kết quả thực hiện | Result" },
	{ .name = "completed", .type = F_BOOL,
	    .doc = "Đã hoàn thành nhiệm vụ đăng ký | The registered task is done" },
	{ .name = "completed_on", .type = F_DATE,
	    .doc = "Ngày hoàn thành | Day it was done" },
	FIELDS_END
};
static const struct field confirm_fields[] = {
	{ .name = "fulfilled", .type = F_BOOL,
	    .doc = "Đạt cam kết; mặc định là có | The promise was kept; it was unless said" },
	{ .name = "conclusion", .type = F_TEXT, .max = 20000,
	    .doc = "Kết luận | Conclusion" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "submit", NULL, "Trình duyệt | Submit", NULL },
	{ "withdraw", NULL, "Rút lại | Withdraw", NULL },
	{ "return", NULL, "Trả lại để bổ sung | Return", NULL },
	{ "approve", NULL, "Duyệt | Approve", NULL },
	{ "amend", NULL, "Sửa đổi nội dung đã duyệt | Amend what was approved", NULL },
	{ "report", report_fields, "Báo cáo kết quả | Report the result", NULL },
	{ "confirm", confirm_fields, "Xác nhận kết quả | Confirm the result", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_commitment = {
	.name = "commitments",
	.kind = "commitment",
	.title = "Bản cam kết | Commitments",
	.doc = "Của một người hoặc một đơn vị, mỗi năm một; mỗi bản có đúng "
	       "một nhiệm vụ đăng ký. | Of a person or a unit, one a year, "
	       "each with exactly one task registered.",
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
