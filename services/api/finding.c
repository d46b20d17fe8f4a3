/* Findings of inspections: drafts of the team, stated with the conclusion. */
#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

/* clang-format off */
const struct field finding_fields[] = {
	FIELD_ID,
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .eg = "Chậm trả kết quả hồ sơ",
	    .doc = "Phát hiện | What was found" },
	{ .name = "text", .type = F_TEXT, .max = 100000,
	    .doc = "Chi tiết | Details" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED, .ref = "units",
	    .doc = "Mặc định là đơn vị được kiểm tra | The unit inspected unless said" },
	{ .name = "subject_staff", .type = F_REF,
	    .flags = FIELD_FIXED | FIELD_WRITE, .ref = "staff",
	    .doc = "Người liên quan | The person concerned" },
	{ .name = "manifestation", .type = F_CODE, .max = 40, .eg = "BH03",
	    .doc = "Mã biểu hiện | Code of the criterion" },
	{ .name = "cause", .type = F_TEXT, .max = 10000,
	    .doc = "Nguyên nhân | Cause" },
	{ .name = "evidence", .type = F_TEXT, .max = 10000,
	    .doc = "Căn cứ, chứng cứ | Evidence" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_finding_status, .doc = "Trạng thái | Status" },
	{ .name = "inspection", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "inspections", .eg = "",
	    .doc = "Cuộc kiểm tra | The inspection" },
	{ .name = "subject", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người liên quan | The person concerned" },
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Giải trình | Explanation" },
	{ .name = "answered_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày giải trình | Day of the explanation" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field answer_fields[] = {
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .eg = "Hồ sơ thiếu giấy tờ, đã bổ sung",
	    .doc = "Giải trình | Explanation" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "answer", answer_fields, "Giải trình | Explain", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/findings/<uuid>/measures",
	    .run = below_list, .below = "finding", .list = q_measure_list_sorts,
	    .query = &q_finding_get,
	    .counts = &q_measure_count, .resource = &resource_measure,
	    .summary = "Biện pháp xử lý | What is done about it" },
	{ .method = POST, .pattern = "/v1/findings/<uuid>/measures",
	    .run = below_create, .below = "finding", .flags = ROUTE_BODY,
	    .fields = measure_fields, .query = &q_measure_create,
	    .resource = &resource_measure, .status = 201,
	    .summary = "Đề ra biện pháp | Take a measure" },
	{ .method = GET, .pattern = "/v1/findings/<uuid>/measures/<uuid>",
	    .run = below_get, .query = &q_measure_get,
	    .params = "fields as_of",
	    .resource = &resource_measure,
	    .summary = "Đọc một biện pháp | Read a measure" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_finding = {
	.name = "findings",
	.kind = "finding",
	.title = "Phát hiện qua kiểm tra | Findings",
	.doc = "Điều một cuộc kiểm tra thấy, và giải trình. | What an "
	       "inspection has found, and the explanation.",
	.fields = finding_fields,
	.states = &states_finding,
	.verbs = verbs,
	.list = q_finding_list_sorts,
	.sort = "-created_at",
	.get = &q_finding_get,
	.patch = &q_finding_patch,
	.verb = &q_finding_verb,
	.remove = &q_finding_remove,
	.restore = &q_finding_restore,
	.routes = routes,
};
