/*
 * Inspections: planned → announced → running → concluded → closed, sealed from
 * whom they concern until announced. What is found and what is done about it
 * stands below them.
 */
#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/page.h"
#include "queries.h"

/* clang-format off */
static const struct field origin_fields[] = {
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_inspection_origin,
	    .doc = "Nguồn | Where it came from" },
	{ .name = "ref", .type = F_TEXT, .max = 300,
	    .doc = "Số, ký hiệu hoặc liên kết | Number, symbol or link" },
	FIELDS_END
};
static const struct field member_fields[] = {
	{ .name = "staff", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "staff", .doc = "Người | A person" },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .eg = "Kiểm tra kỷ luật, kỷ cương quý I",
	    .doc = "Nội dung kiểm tra | What is inspected" },
	{ .name = "text", .type = F_TEXT, .max = 100000,
	    .doc = "Chi tiết | Details" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED, .ref = "units",
	    .eg = "culture",
	    .doc = "Đơn vị được kiểm tra | The unit inspected" },
	{ .name = "subject_staff", .type = F_REF,
	    .flags = FIELD_FIXED | FIELD_WRITE, .ref = "staff",
	    .doc = "Người được kiểm tra | The person inspected" },
	{ .name = "origin", .type = F_OBJECT,
	    .flags = FIELD_REQUIRED | FIELD_EMPTY, .members = origin_fields,
	    .eg = "", .doc = "Nguồn | Where it came from" },
	{ .name = "plan_id", .type = F_UUID,
	    .doc = "Theo kế hoạch | The plan it follows" },
	{ .name = "decision", .type = F_TEXT, .max = 300,
	    .doc = "Quyết định kiểm tra | The decision to inspect" },
	{ .name = "lead_staff", .type = F_REF,
	    .flags = FIELD_EMPTY | FIELD_WRITE, .ref = "staff",
	    .doc = "Trưởng đoàn; mặc định là người lập | Who leads; its author unless said" },
	{ .name = "members", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_EMPTY | FIELD_WRITE, .max = 50,
	    .members = member_fields, .doc = "Thành viên | Members" },
	{ .name = "members", .type = F_LIST, .item = F_REF, .flags = FIELD_ALWAYS,
	    .ref = "staff", .doc = "Thành viên | Members" },
	{ .name = "from", .type = F_DATE, .doc = "Từ ngày | From this day" },
	{ .name = "to", .type = F_DATE,
	    .doc = "Đến hết ngày | To the end of this day" },
	{ .name = "due_on", .type = F_DATE,
	    .doc = "Hạn kết luận | Due day of the conclusion" },
	{ .name = "sealed_until", .type = F_DATE,
	    .doc = "Giữ kín đến ngày; công bố thì hết | Kept secret until this day, or until announced" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_inspection_status, .doc = "Trạng thái | Status" },
	{ .name = "sealed", .type = F_BOOL, .flags = FIELD_ALWAYS, .eg = "false",
	    .doc = "Đang giữ kín | Kept secret now" },
	{ .name = "subject", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff",
	    .doc = "Người được kiểm tra | The person inspected" },
	{ .name = "lead", .type = F_REF, .flags = FIELD_SERVER, .ref = "staff",
	    .eg = "", .doc = "Trưởng đoàn | Who leads" },
	FIELDS_DUE,
	{ .name = "announced_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày công bố | Day it was announced" },
	{ .name = "started_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày bắt đầu | Day it began" },
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Giải trình | Explanation" },
	{ .name = "answered_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày giải trình | Day of the explanation" },
	{ .name = "conclusion", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Kết luận | Conclusion" },
	{ .name = "concluded_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày kết luận | Day of the conclusion" },
	{ .name = "closed_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày kết thúc | Day it was closed" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field answer_fields[] = {
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .eg = "Đã khắc phục",
	    .doc = "Giải trình | Explanation" },
	FIELDS_END
};
static const struct field conclude_fields[] = {
	{ .name = "conclusion", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 20000, .eg = "Chấp hành tốt",
	    .doc = "Kết luận | Conclusion" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "announce", NULL, "Công bố | Announce", NULL },
	{ "start", NULL, "Bắt đầu | Start", NULL },
	{ "answer", answer_fields, "Giải trình | Explain", NULL },
	{ "conclude", conclude_fields, "Kết luận | Conclude", NULL },
	{ "close", NULL, "Kết thúc | Close", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/inspections/<uuid>/findings",
	    .run = below_list, .below = "inspection",
	    .list = q_finding_list_sorts,
	    .query = &q_inspection_get,
	    .resource = &resource_finding,
	    .summary = "Các phát hiện | What it has found" },
	{ .method = POST, .pattern = "/v1/inspections/<uuid>/findings",
	    .run = below_create, .below = "inspection", .flags = ROUTE_BODY,
	    .fields = finding_fields, .query = &q_finding_create,
	    .resource = &resource_finding, .status = 201,
	    .summary = "Ghi nhận phát hiện | Note a finding" },
	{ .method = GET, .pattern = "/v1/inspections/<uuid>/findings/<uuid>",
	    .run = below_get, .query = &q_finding_get,
	    .params = "fields as_of",
	    .resource = &resource_finding,
	    .summary = "Đọc một phát hiện | Read a finding" },
	{ .method = GET, .pattern = "/v1/inspections/<uuid>/measures",
	    .run = below_list, .below = "inspection",
	    .list = q_measure_list_sorts,
	    .query = &q_inspection_get,
	    .counts = &q_measure_count, .resource = &resource_measure,
	    .summary = "Biện pháp xử lý các phát hiện | What is done about what it found" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_inspection = {
	.name = "inspections",
	.kind = "inspection",
	.title = "Kiểm tra | Inspections",
	.doc = "Kiểm tra một đơn vị hoặc một người; có thể giữ kín đến khi "
	       "công bố. | Of a unit or a person; may be kept secret until "
	       "announced.",
	.fields = fields,
	.creates = PERM_INSPECT | PERM_ISSUE,
	.states = &states_inspection,
	.verbs = verbs,
	.list = q_inspection_list_sorts,
	.sort = "-created_at",
	.counts = &q_inspection_count,
	.dimensions = "status,origin",
	.get = &q_inspection_get,
	.create = &q_inspection_create,
	.patch = &q_inspection_patch,
	.verb = &q_inspection_verb,
	.remove = &q_inspection_remove,
	.restore = &q_inspection_restore,
	.routes = routes,
};
