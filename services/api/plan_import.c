/*
 * A plan document brought in whole. The members are those of the ward's plan
 * (tests/data/plan-tan-chinh-2024.json). Everything wrong with it, what its
 * members are and what they name, is told in one answer, and what is doubtful
 * with it. ?dry_run=true only tells.
 */
#include <string.h>

#include "api/api.h"
#include "core/uuid.h"
#include "domain/vocabulary.h"
#include "http/check.h"
#include "http/crud.h"
#include "http/problem.h"
#include "queries.h"

static enum step plan_import(struct ctx *);

/* clang-format off */
static const struct field task_fields[] = {
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED, .max = 40,
	    .eg = "II.1", .doc = "Mã nhiệm vụ | Code" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 2000, .eg = "Tổ chức sinh hoạt chính trị",
	    .doc = "Nội dung nhiệm vụ | What is to be done" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_task_kind, .doc = "Loại nhiệm vụ | Kind" },
	{ .name = "cadence", .type = F_LIST, .item = F_ENUM, .max = 4,
	    .words = words_cadence, .doc = "Định kỳ | How often it recurs" },
	{ .name = "due_on", .type = F_DATE, .eg = "2026-03-31",
	    .doc = "Hạn hoàn thành | Due day" },
	{ .name = "due_precision", .type = F_ENUM, .words = words_due_precision,
	    .doc = "Hạn theo ngày hay tháng | Due on a day or within a month" },
	{ .name = "lead_unit_code", .type = F_CODE, .flags = FIELD_REQUIRED,
	    .max = 64, .eg = "culture",
	    .doc = "Đơn vị chủ trì | The unit that leads" },
	{ .name = "audience", .type = F_CODE, .max = 64,
	    .doc = "Mã đơn vị hoặc nhóm phải làm | Code of the unit or group it is for" },
	{ .name = "expected_output", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 2000, .eg = "Báo cáo kết quả",
	    .doc = "Sản phẩm phải có | What it must yield" },
	{ .name = "weight", .type = F_DECIMAL, .min = 4, .max = 9,
	    .doc = "Trọng số | Weight" },
	{ .name = "urgency", .type = F_ENUM, .words = words_urgency,
	    .doc = "Độ khẩn | Urgency" },
	{ .name = "source", .type = F_ANY,
	    .doc = "Nguồn gốc | Where it came from" },
	FIELDS_END
};
static const struct field obligation_fields[] = {
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED, .max = 40,
	    .eg = "BC-01", .doc = "Mã | Code" },
	{ .name = "task_code", .type = F_CODE, .max = 40, .eg = "II.1",
	    .doc = "Thuộc nhiệm vụ | The task it belongs to" },
	FIELDS_OBLIGATION,
	{ .name = "criteria_set_code", .type = F_CODE, .max = 64,
	    .doc = "Bộ tiêu chí phải dùng | Criteria to use" },
	{ .name = "report_to_unit_codes", .type = F_LIST, .item = F_CODE,
	    .max = 20, .doc = "Nộp về đơn vị | Units it goes to" },
	{ .name = "source", .type = F_ANY,
	    .doc = "Nguồn gốc | Where it came from" },
	FIELDS_END
};
static const struct field document_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_EMPTY,
	    .doc = "UUID phiên bản 7; máy khách có thể tự tạo | UUID of version 7; a client may make its own" },
	{ .name = "kind", .type = F_ENUM, .words = words_plan_kind,
	    .doc = "Loại văn bản | Kind of document" },
	{ .name = "number", .type = F_TEXT, .max = 60, .eg = "36",
	    .doc = "Số văn bản | Number" },
	{ .name = "symbol", .type = F_TEXT, .max = 60, .eg = "KH-UBND",
	    .doc = "Ký hiệu | Symbol" },
	{ .name = "issuer", .type = F_TEXT, .max = 300,
	    .doc = "Tên cơ quan ban hành như ghi trong văn bản | The issuer as the document names it" },
	{ .name = "issuer_unit_code", .type = F_CODE, .flags = FIELD_REQUIRED,
	    .max = 64, .eg = "ward-thanh-khe",
	    .doc = "Mã cơ quan ban hành | Code of the unit that issues it" },
	{ .name = "place", .type = F_TEXT, .max = 200,
	    .doc = "Địa danh | Place" },
	{ .name = "issued_on", .type = F_DATE,
	    .doc = "Ngày ban hành | Day of issue" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .eg = "Kế hoạch thực hiện chuyên đề năm 2026",
	    .doc = "Trích yếu | Title" },
	{ .name = "text", .type = F_TEXT, .max = 200000,
	    .doc = "Nội dung | Text" },
	{ .name = "source", .type = F_ANY,
	    .doc = "Nguồn gốc, giữ nguyên | Provenance, kept as it is" },
	{ .name = "legal_bases", .type = F_LIST, .item = F_OBJECT, .max = 200,
	    .members = plan_basis_fields, .doc = "Căn cứ | Legal bases" },
	{ .name = "sections", .type = F_LIST, .item = F_OBJECT, .max = 100,
	    .members = plan_section_fields, .doc = "Phần, mục | Sections" },
	{ .name = "tasks", .type = F_LIST, .item = F_OBJECT, .max = 500,
	    .members = task_fields, .eg = "", .doc = "Nhiệm vụ | Tasks" },
	{ .name = "obligations", .type = F_LIST, .item = F_OBJECT, .max = 500,
	    .members = obligation_fields, .eg = "",
	    .doc = "Việc phải nộp | What people must hand in" },
	{ .name = "recipients", .type = F_LIST, .item = F_OBJECT, .max = 200,
	    .members = plan_recipient_fields, .doc = "Nơi nhận | Recipients" },
	{ .name = "signer", .type = F_OBJECT, .members = plan_signer_fields,
	    .doc = "Người ký | Who signs" },
	FIELDS_END
};

static const struct field warning_fields[] = {
	{ .name = "pointer", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "/tasks/3/lead_unit_code" },
	{ .name = "code", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "moved_to_successor" },
	{ .name = "detail", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "tan-chinh → ward-thanh-khe" },
	FIELDS_END
};
static const struct field count_fields[] = {
	{ .name = "tasks", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "12" },
	{ .name = "obligations", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "5" },
	{ .name = "documents", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "4" },
	FIELDS_END
};
static const struct field import_answer[] = {
	{ .name = "dry_run", .type = F_BOOL,
	    .flags = FIELD_EMPTY | FIELD_MAYBE,
	    .doc = "Có khi chỉ kiểm tra | There when it only checked" },
	{ .name = "warnings", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_EMPTY, .members = warning_fields,
	    .doc = "Điều nên xem lại, không ngăn việc nhập | What to look at; it does not stop the import" },
	{ .name = "counts", .type = F_OBJECT, .flags = FIELD_EMPTY,
	    .members = count_fields,
	    .doc = "Số mục trong văn bản | What the document holds" },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = POST, .pattern = "/v1/plans/import", .run = plan_import,
	    .fields = document_fields,
	    .flags = ROUTE_BODY | ROUTE_FAULTS | ROUTE_DRY_RUN,
	    .params = "dry_run", .resource = &resource_plan,
	    .answer = import_answer,
	    .summary = "Nhập trọn một văn bản kế hoạch | Bring a plan document in whole",
	    .doc = "Mọi lỗi và cảnh báo trong một câu trả lời; có lỗi thì không ghi gì. | Every error and warning in one answer; with an error nothing is written." },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_plan_import = {
	.name = "plans",
	.kind = "plan",
	.routes = routes,
};

static enum step
plan_import(struct ctx *c)
{
	const char *dry = param_take(c, "dry_run"), *day;
	char made[UUID_LEN + 1];

	if (dry != NULL && strcmp(dry, "true") != 0 &&
	    strcmp(dry, "false") != 0) {
		fault_add(&c->faults, "dry_run", "bad_format");
		return (problem(c, P_BAD_PARAMETER, NULL));
	}
	if (dry == NULL)
		dry = "false";
	day = json_string_value(json_object_get(c->body, "issued_on"));
	if (day != NULL && strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/issued_on", "in_future");
	faults_blank(&c->faults, c->body);
	c->args[0] = json_string_value(json_object_get(c->body, "id"));
	if (c->args[0] == NULL) {
		uuid_new(made);
		c->args[0] = arena_strdup(&c->arena, made);
	}
	/* telling is no answer that could be repeated */
	if (strcmp(dry, "true") == 0)
		c->key = NULL;
	ctx_bind(c, "tell", "f");
	ctx_bind(c, "dry_run", dry);
	ctx_bind(c, "faulty", c->faults.count > 0 ? "true" : "false");
	return (crud_write(c, &q_plan_import));
}
