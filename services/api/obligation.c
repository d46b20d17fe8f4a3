/* What a plan obliges people to hand in; written while it is a draft. */
#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/crud.h"
#include "http/page.h"
#include "queries.h"

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .max = 40, .eg = "BC-01", .doc = "Mã | Code" },
	{ .name = "task_id", .type = F_UUID, .flags = FIELD_WRITE,
	    .doc = "Thuộc nhiệm vụ | The task it belongs to" },
	FIELDS_OBLIGATION,
	{ .name = "criteria_set_code", .type = F_CODE, .max = 64,
	    .eg = "BH-2023", .doc = "Bộ tiêu chí phải dùng | Criteria to use" },
	{ .name = "report_to", .type = F_LIST, .item = F_CODE, .max = 20,
	    .eg = "office", .doc = "Nộp về đơn vị | Units it goes to" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_record_status, .doc = "Trạng thái | Status" },
	{ .name = "plan", .type = F_REF, .flags = FIELD_SERVER, .ref = "plans",
	    .doc = "Kế hoạch | The plan" },
	{ .name = "task", .type = F_REF, .flags = FIELD_SERVER, .ref = "tasks",
	    .doc = "Nhiệm vụ | The task it belongs to" },
	{ .name = "source", .type = F_ANY, .flags = FIELD_SERVER,
	    .doc = "Nguồn gốc | Where it came from" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct transition steps[] = {
	{ "recorded", "update", NULL, PERM_IS_AUTHOR, PERM_IS_PLANNED, 0, 0 },
	{ "recorded", "delete", NULL, PERM_IS_AUTHOR, PERM_IS_PLANNED, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct states states = { "obligation", steps, NULL };

/* What a member of the audience owes for a period. */
#define FIELDS_OCCURRENCE \
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS }, \
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS, \
	    .words = words_obligation_occurrence_status, \
	    .doc = "Đã nộp chưa | Whether it is met" }, \
	{ .name = "period", .type = F_PERIOD, .flags = FIELD_ALWAYS, \
	    .doc = "Kỳ | Period" }, \
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_ALWAYS, \
	    .doc = "Hạn nộp | Due day" }, \
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER, \
	    .ref = "units", .doc = "Đơn vị phải nộp | The unit that owes it" }, \
	{ .name = "staff", .type = F_REF, .flags = FIELD_SERVER, \
	    .ref = "staff", .eg = "", \
	    .doc = "Người phải nộp | The person who owes it" }, \
	{ .name = "done_on", .type = F_DATE, .flags = FIELD_SERVER, \
	    .doc = "Ngày nộp | Day on which it was handed in" }, \
	{ .name = "href", .type = F_TEXT, .flags = FIELD_SERVER, \
	    .eg = "/v1/reviews/01972f5e-8c4a-7b3e-9d21-5f60c1a7e842", \
	    .doc = "Cái đã nộp | What was handed in" }
static const struct field occurrence_fields[] = {
	FIELDS_OCCURRENCE,
	FIELDS_END
};

static const struct field begin_fields[] = {
	{ .name = "method", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "POST" },
	{ .name = "href", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "/v1/reviews" },
	{ .name = "body", .type = F_ANY, .flags = FIELD_ALWAYS,
	    .doc = "Gửi nguyên như vậy, hoặc thêm nội dung | To be sent as it is, or with more" },
	FIELDS_END
};
static const struct field owed_fields[] = {
	FIELDS_OCCURRENCE,
	{ .name = "obligation", .type = F_REF, .flags = FIELD_ALWAYS,
	    .ref = "obligations", .doc = "Việc phải nộp | The obligation" },
	{ .name = "plan", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "plans",
	    .doc = "Kế hoạch | The plan" },
	{ .name = "subject_kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_subject_kind, .eg = "reviews",
	    .doc = "Phải nộp loại gì | What is to be begun" },
	{ .name = "begin", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .members = begin_fields,
	    .doc = "Bắt đầu bằng lời gọi này; trống khi đã có người bắt đầu | The request that begins it; empty once somebody has" },
	FIELD_PERMISSIONS,
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "1" },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/obligation-occurrences/<uuid>",
	    .run = crud_get, .query = &q_obligation_occurrence_get,
	    .members = owed_fields,
	    .summary = "Một kỳ phải nộp, và cách bắt đầu | What one owes for a period, and how to begin it",
	    .doc = "Có trong me/work từ ngày đầu kỳ đến khi bắt đầu; sau đó chính cái đã bắt đầu đứng ở đó. | Stands in me/work from the period's first day until it is begun; from then on what was begun stands there itself." },
	/* what is owed on a day, also of a plan that came in later */
	{ .method = GET, .pattern = "/v1/obligations/<uuid>/occurrences",
	    .run = page_list, .list = q_obligation_occurrence_list_sorts,
	    .query = &q_obligation_get_present, .members = occurrence_fields,
	    .counts = &q_obligation_occurrence_count,
	    .need = PERM_READ | PERM_IS_AUTHOR,
	    .summary = "Ai phải nộp, kỳ nào, hạn nào, đã nộp chưa | Who owes it for which period and when, and whether it is met",
	    .doc = "Hạn là ngày cuối kỳ, trừ khi due_rule có working_days (số ngày làm việc sau kỳ) hoặc day và months_after (ngày của tháng, sau tháng cuối kỳ mấy tháng). | Due on the period's last day, unless due_rule has working_days (after the period), or day and months_after (a day of the month, so many months behind the period's last)." },
	{ .method = GET, .pattern = "/v1/plans/<uuid>/obligations",
	    .run = below_list, .below = "plan", .list = q_obligation_list_sorts,
	    .query = &q_plan_get,
	    .summary = "Việc kế hoạch buộc phải nộp | What a plan obliges people to hand in" },
	{ .method = POST, .pattern = "/v1/plans/<uuid>/obligations",
	    .run = below_create, .below = "plan",
	    .flags = ROUTE_BODY, .fields = fields,
	    .query = &q_obligation_create, .status = 201,
	    .summary = "Thêm một việc phải nộp | Add one" },
	{ .method = GET, .pattern = "/v1/plans/<uuid>/obligations/<uuid>",
	    .run = below_get, .query = &q_obligation_get,
	    .params = "fields as_of",
	    .summary = "Đọc một việc phải nộp | Read one" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_obligation = {
	.name = "obligations",
	.kind = "obligation",
	.title = "Nghĩa vụ theo kế hoạch | Obligations",
	.doc = "Việc kế hoạch buộc phải nộp; sửa được khi kế hoạch còn là bản "
	       "nháp. | What a plan obliges people to hand in; written while "
	       "the plan is a draft.",
	.fields = fields,
	.states = &states,
	.list = q_obligation_list_sorts,
	.sort = "code",
	.dimensions = "status",
	.get = &q_obligation_get,
	.patch = &q_obligation_patch,
	.remove = &q_obligation_remove,
	.restore = &q_obligation_restore,
	.routes = routes,
};
