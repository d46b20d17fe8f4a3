/* Plans: drafted by the office, issued and put in force by the chair. */
#include <string.h>

#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/page.h"
#include "queries.h"

static void plan_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
const struct field plan_basis_fields[] = {
	{ .name = "relation", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_relation },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_document_kind },
	{ .name = "number", .type = F_TEXT, .max = 100, .doc = "Số, ký hiệu" },
	{ .name = "issued_on", .type = F_DATE },
	{ .name = "issuer", .type = F_TEXT, .max = 300 },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .doc = "Trích yếu" },
	{ .name = "document_id", .type = F_UUID },
	{ .name = "source", .type = F_ANY },
	FIELDS_END
};
static const struct field point_fields[] = {
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED, .max = 40 },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 2000 },
	{ .name = "text", .type = F_TEXT, .max = 100000 },
	FIELDS_END
};
const struct field plan_section_fields[] = {
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED, .max = 40 },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000 },
	{ .name = "text", .type = F_TEXT, .max = 100000 },
	{ .name = "points", .type = F_LIST, .item = F_OBJECT, .max = 200,
	    .members = point_fields },
	FIELDS_END
};
const struct field plan_recipient_fields[] = {
	{ .name = "name", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300 },
	{ .name = "audience", .type = F_CODE, .max = 64,
	    .doc = "Mã đơn vị hoặc nhóm" },
	{ .name = "archive", .type = F_BOOL, .doc = "Lưu" },
	FIELDS_END
};
const struct field plan_signer_fields[] = {
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 200, .doc = "Thẩm quyền, chức vụ người ký" },
	{ .name = "name", .type = F_TEXT, .max = 200 },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_plan_kind, .doc = "Loại văn bản" },
	{ .name = "symbol", .type = F_TEXT, .max = 60, .doc = "Ký hiệu" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .doc = "Trích yếu" },
	{ .name = "text", .type = F_TEXT, .max = 200000 },
	{ .name = "issuer", .type = F_TEXT, .max = 300,
	    .doc = "Tên cơ quan ban hành như ghi trong văn bản" },
	{ .name = "issuer_unit", .type = F_REF,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .ref = "units",
	    .column = "unit", .doc = "Cơ quan ban hành" },
	{ .name = "place", .type = F_TEXT, .max = 200, .doc = "Địa danh" },
	{ .name = "legal_bases", .type = F_LIST, .item = F_OBJECT, .max = 200,
	    .members = plan_basis_fields, .doc = "Căn cứ" },
	{ .name = "sections", .type = F_LIST, .item = F_OBJECT, .max = 100,
	    .members = plan_section_fields, .doc = "Phần, mục" },
	{ .name = "recipients", .type = F_LIST, .item = F_OBJECT, .max = 200,
	    .members = plan_recipient_fields, .doc = "Nơi nhận" },
	{ .name = "signer", .type = F_OBJECT, .members = plan_signer_fields },
	{ .name = "source", .type = F_ANY, .flags = FIELD_FIXED },
	{ .name = "number", .type = F_TEXT, .flags = FIELD_SERVER, .max = 60,
	    .doc = "Số văn bản" },
	{ .name = "issued_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày ban hành" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_plan_status },
	{ .name = "count_from", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Trước ngày này không nhắc, không tính quá hạn" },
	{ .name = "activated_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "return_reason", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "returns", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "author_id", .type = F_UUID, .flags = FIELD_SERVER },
	FIELDS_SERVER,
	FIELDS_END
};

/* What a plan obliges people to hand in; it comes in with the plan. */
static const struct field duty_fields[] = {
	FIELD_ID,
	{ .name = "code", .type = F_CODE },
	{ .name = "task", .type = F_OBJECT },
	{ .name = "what", .type = F_TEXT },
	{ .name = "audience", .type = F_CODE },
	{ .name = "subject_kind", .type = F_ENUM, .words = words_subject_kind },
	{ .name = "cadence", .type = F_LIST, .item = F_ENUM,
	    .words = words_cadence },
	{ .name = "due_rule", .type = F_ANY },
	{ .name = "criteria_set_code", .type = F_CODE },
	{ .name = "report_to", .type = F_LIST, .item = F_CODE },
	{ .name = "source", .type = F_ANY },
	FIELDS_END
};
static const struct field issue_fields[] = {
	{ .name = "number", .type = F_TEXT, .min = 1, .max = 60,
	    .doc = "Số văn bản" },
	{ .name = "issued_on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .doc = "Ngày ban hành" },
	FIELDS_END
};
static const struct field activate_fields[] = {
	{ .name = "count_from", .type = F_DATE,
	    .doc = "Bắt đầu tính từ ngày; mặc định là ngày kích hoạt" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "submit", NULL, "Trình duyệt", NULL },
	{ "withdraw", NULL, "Rút lại", NULL },
	{ "return", NULL, "Trả lại để bổ sung", NULL },
	{ "issue", issue_fields, "Ban hành", NULL },
	{ "activate", activate_fields, "Đưa vào thực hiện",
	    &q_plan_activate },
	{ "close", NULL, "Kết thúc", NULL },
	{ "supersede", NULL, "Thay thế", &q_plan_end },
	{ "cancel", NULL, "Hủy", &q_plan_end },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/plans/<uuid>/tasks",
	    .run = page_list, .list = q_plan_task_list_sorts,
	    .query = &q_plan_get, .resource = &resource_task, .summary = "Tasks of a plan" },
	{ .method = GET, .pattern = "/v1/plans/<uuid>/obligations",
	    .run = page_list, .list = q_obligation_list_sorts,
	    .query = &q_plan_get, .members = duty_fields,
	    .summary = "What a plan obliges people to hand in" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_plan = {
	.name = "plans",
	.kind = "plan",
	.title = "Kế hoạch",
	.fields = fields,
	.creates = PERM_DRAFT,
	.states = &states_plan,
	.verbs = verbs,
	.list = q_plan_list_sorts,
	.sort = "-created_at",
	.counts = &q_plan_count,
	.dimensions = "status,kind",
	.get = &q_plan_get,
	.create = &q_plan_create,
	.patch = &q_plan_patch,
	.verb = &q_plan_verb,
	.remove = &q_plan_remove,
	.restore = &q_plan_restore,
	.prepare = plan_prepare,
	.routes = routes,
};

/* A document cannot bear a date that has not come. */
static void
plan_prepare(struct ctx *c, const char *verb, json_t *body)
{
	const char *day;

	(void)verb;
	day = json_string_value(json_object_get(body, "issued_on"));
	if (day != NULL && strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/issued_on", "in_future");
}
