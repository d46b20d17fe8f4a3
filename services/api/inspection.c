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

static enum step inspection_findings(struct ctx *);
static enum step inspection_find(struct ctx *);
static enum step inspection_measures(struct ctx *);

/* clang-format off */
static const struct field origin_fields[] = {
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_inspection_origin },
	{ .name = "ref", .type = F_TEXT, .max = 300 },
	FIELDS_END
};
static const struct field member_fields[] = {
	{ .name = "staff", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "staff" },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .doc = "Nội dung kiểm tra" },
	{ .name = "text", .type = F_TEXT, .max = 100000 },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "units", .doc = "Đơn vị được kiểm tra" },
	{ .name = "subject_staff", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "staff", .doc = "Người được kiểm tra" },
	{ .name = "origin", .type = F_OBJECT,
	    .flags = FIELD_REQUIRED | FIELD_EMPTY, .members = origin_fields,
	    .doc = "Nguồn" },
	{ .name = "plan_id", .type = F_UUID },
	{ .name = "decision", .type = F_TEXT, .max = 300,
	    .doc = "Quyết định kiểm tra" },
	{ .name = "lead_staff", .type = F_REF, .flags = FIELD_EMPTY,
	    .ref = "staff", .doc = "Trưởng đoàn; mặc định là người lập" },
	{ .name = "members", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_EMPTY, .max = 50, .members = member_fields,
	    .doc = "Thành viên" },
	{ .name = "from", .type = F_DATE },
	{ .name = "to", .type = F_DATE },
	{ .name = "due_on", .type = F_DATE, .doc = "Hạn kết luận" },
	{ .name = "sealed_until", .type = F_DATE,
	    .doc = "Giữ kín đến ngày; công bố thì hết" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_inspection_status },
	{ .name = "sealed", .type = F_BOOL, .flags = FIELD_SERVER },
	{ .name = "subject", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "lead", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "days_left", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "signal", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_signal },
	{ .name = "announced_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "started_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "answered_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "conclusion", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "concluded_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "closed_on", .type = F_DATE, .flags = FIELD_SERVER },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field answer_fields[] = {
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .doc = "Giải trình" },
	FIELDS_END
};
static const struct field conclude_fields[] = {
	{ .name = "conclusion", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 20000, .doc = "Kết luận" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "announce", NULL, "Công bố", NULL },
	{ "start", NULL, "Bắt đầu", NULL },
	{ "answer", answer_fields, "Giải trình", NULL },
	{ "conclude", conclude_fields, "Kết luận", NULL },
	{ "close", NULL, "Kết thúc", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/inspections/<uuid>/findings",
	    .run = inspection_findings, .list = q_finding_list_sorts,
	    .query = &q_inspection_get,
	    .resource = &resource_finding, .summary = "What it has found" },
	{ .method = POST, .pattern = "/v1/inspections/<uuid>/findings",
	    .run = inspection_find, .flags = ROUTE_BODY,
	    .fields = finding_fields, .query = &q_finding_create,
	    .resource = &resource_finding, .summary = "Note a finding" },
	{ .method = GET, .pattern = "/v1/inspections/<uuid>/findings/<uuid>",
	    .run = below_get, .query = &q_finding_get, .params = "fields",
	    .resource = &resource_finding, .summary = "Read" },
	{ .method = GET, .pattern = "/v1/inspections/<uuid>/measures",
	    .run = inspection_measures, .list = q_measure_list_sorts,
	    .query = &q_inspection_get,
	    .counts = &q_measure_count, .resource = &resource_measure,
	    .summary = "What is done about what it found" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_inspection = {
	.name = "inspections",
	.kind = "inspection",
	.title = "Kiểm tra",
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

static enum step
inspection_findings(struct ctx *c)
{
	return (below_list(c, "inspection"));
}

static enum step
inspection_find(struct ctx *c)
{
	return (below_create(c, "inspection"));
}

static enum step
inspection_measures(struct ctx *c)
{
	return (below_list(c, "inspection"));
}
