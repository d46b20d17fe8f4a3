/* Plans: drafted by the office, issued and put in force by the chair. */
#include <string.h>

#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/page.h"
#include "queries.h"

static void plan_prepare(struct ctx *, const char *, json_t *);
static void check_issued(struct ctx *, const json_t *, const char *);
static void check_relations(struct ctx *, const json_t *, const char *);

/* clang-format off */
const struct field plan_basis_fields[] = {
	{ .name = "relation", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_relation,
	    .doc = "Quan hệ với văn bản này | How the plan relates to it" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_document_kind,
	    .doc = "Loại văn bản | Kind of document" },
	{ .name = "number", .type = F_TEXT, .max = 100, .eg = "25-CT/TU",
	    .doc = "Số, ký hiệu | Number and symbol" },
	{ .name = "issued_on", .type = F_DATE,
	    .doc = "Ngày ban hành | Day of issue" },
	{ .name = "issuer", .type = F_TEXT, .max = 300,
	    .doc = "Cơ quan ban hành | Issuer" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .eg = "Về tăng cường kỷ luật, kỷ cương",
	    .doc = "Trích yếu | Title" },
	{ .name = "document_id", .type = F_UUID,
	    .doc = "Văn bản trong hệ thống | The document, where it is known" },
	{ .name = "source", .type = F_ANY,
	    .doc = "Nguồn gốc khi nhập | Where it came from" },
	FIELDS_END
};
static const struct field relation_fields[] = {
	{ .name = "relation", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_relation,
	    .doc = "Kế hoạch này làm gì với nó | What this plan does to it" },
	{ .name = "plan_id", .type = F_UUID, .doc = "Kế hoạch kia | That plan" },
	{ .name = "document_id", .type = F_UUID,
	    .doc = "Hoặc văn bản kia | Or that document" },
	FIELDS_END
};
static const struct field point_fields[] = {
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED, .max = 40,
	    .eg = "II.1", .doc = "Mã điểm | Code" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 2000, .eg = "Sinh hoạt chính trị", .doc = "Tên | Title" },
	{ .name = "text", .type = F_TEXT, .max = 100000,
	    .doc = "Nội dung | Text" },
	FIELDS_END
};
const struct field plan_section_fields[] = {
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED, .max = 40,
	    .eg = "II", .doc = "Mã mục | Code" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .eg = "Nội dung thực hiện", .doc = "Tên mục | Title" },
	{ .name = "text", .type = F_TEXT, .max = 100000,
	    .doc = "Nội dung | Text" },
	{ .name = "points", .type = F_LIST, .item = F_OBJECT, .max = 200,
	    .members = point_fields, .doc = "Các điểm | Points" },
	FIELDS_END
};
const struct field plan_recipient_fields[] = {
	{ .name = "name", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "Các đơn vị thuộc phường",
	    .doc = "Nơi nhận như ghi trong văn bản | As the document names it" },
	{ .name = "audience", .type = F_CODE, .max = 64,
	    .doc = "Mã đơn vị hoặc nhóm | Code of a unit or group" },
	{ .name = "archive", .type = F_BOOL, .doc = "Lưu | File copy" },
	FIELDS_END
};
const struct field plan_signer_fields[] = {
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 200, .eg = "CHỦ TỊCH",
	    .doc = "Thẩm quyền, chức vụ người ký | Capacity and post of who signs" },
	{ .name = "name", .type = F_TEXT, .max = 200,
	    .doc = "Họ tên người ký | Name of who signs" },
	FIELDS_END
};

/* What is issued, and then changes by amendment only. */
#define CONTENT \
	{ .name = "symbol", .type = F_TEXT, .max = 60, .eg = "KH-UBND", \
	    .doc = "Ký hiệu | Symbol" }, \
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1, \
	    .max = 1000, .eg = "Kế hoạch thực hiện chuyên đề năm 2026", \
	    .doc = "Trích yếu | Title" }, \
	{ .name = "text", .type = F_TEXT, .max = 200000, \
	    .doc = "Nội dung | Text" }, \
	{ .name = "issuer", .type = F_TEXT, .max = 300, \
	    .doc = "Tên cơ quan ban hành như ghi trong văn bản | The issuer as the document names it" }, \
	{ .name = "place", .type = F_TEXT, .max = 200, .eg = "Đà Nẵng", \
	    .doc = "Địa danh | Place" }, \
	{ .name = "legal_bases", .type = F_LIST, .item = F_OBJECT, .max = 200, \
	    .members = plan_basis_fields, .doc = "Căn cứ | Legal bases" }, \
	{ .name = "relations", .type = F_LIST, .item = F_OBJECT, .max = 50, \
	    .members = relation_fields, .eg = "", \
	    .doc = "Quan hệ với kế hoạch, văn bản khác | How it relates to other plans and documents" }, \
	{ .name = "sections", .type = F_LIST, .item = F_OBJECT, .max = 100, \
	    .members = plan_section_fields, .doc = "Phần, mục | Sections" }, \
	{ .name = "recipients", .type = F_LIST, .item = F_OBJECT, .max = 200, \
	    .members = plan_recipient_fields, .doc = "Nơi nhận | Recipients" }, \
	{ .name = "signer", .type = F_OBJECT, .members = plan_signer_fields, \
	    .doc = "Người ký | Who signs" }

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_plan_kind,
	    .doc = "Loại văn bản | Kind of document" },
	CONTENT,
	{ .name = "issuer_unit", .type = F_REF,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .ref = "units",
	    .column = "unit",
	    .doc = "Cơ quan ban hành | The unit that issues it" },
	{ .name = "source", .type = F_ANY, .flags = FIELD_FIXED,
	    .doc = "Nguồn gốc khi nhập | Where it came from" },
	{ .name = "number", .type = F_TEXT, .flags = FIELD_SERVER, .max = 60,
	    .eg = "36", .doc = "Số văn bản | Number" },
	{ .name = "issued_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày ban hành | Day of issue" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_plan_status, .doc = "Trạng thái | Status" },
	{ .name = "count_from", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Trước ngày này không nhắc, không tính quá hạn | Nothing due before this day is reminded of or counted overdue" },
	{ .name = "activated_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày đưa vào thực hiện | Day it was put in force" },
	{ .name = "return_reason", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Lý do trả lại, hoặc hủy | Why it was returned or cancelled" },
	{ .name = "returns", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "0",
	    .doc = "Số lần bị trả lại | Times it was returned" },
	{ .name = "amendments", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "0",
	    .doc = "Số lần sửa đổi, bổ sung | Times it was amended" },
	{ .name = "superseded_by_id", .type = F_UUID, .flags = FIELD_SERVER,
	    .doc = "Kế hoạch đã thay thế | The plan that has superseded it" },
	{ .name = "author_id", .type = F_UUID, .flags = FIELD_ALWAYS,
	    .doc = "Người soạn | Who drafted it" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field issue_fields[] = {
	{ .name = "number", .type = F_TEXT, .min = 1, .max = 60, .eg = "36",
	    .doc = "Số văn bản; mặc định là số tiếp theo trong sổ của cơ quan, loại văn bản và năm | Number; the next one of the office, kind and year unless said" },
	{ .name = "issued_on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .eg = "2026-01-15", .doc = "Ngày ban hành | Day of issue" },
	FIELDS_END
};
static const struct field content_fields[] = {
	CONTENT,
	FIELDS_END
};
static const struct field amending_fields[] = {
	{ .name = "kind", .type = F_ENUM, .words = words_document_kind,
	    .doc = "Loại văn bản | Kind of document" },
	{ .name = "number", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 100, .eg = "52/QĐ-UBND",
	    .doc = "Số, ký hiệu | Number and symbol" },
	{ .name = "issued_on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .eg = "2026-02-15", .doc = "Ngày ban hành | Day of issue" },
	{ .name = "issuer", .type = F_TEXT, .max = 300,
	    .doc = "Cơ quan ban hành | Issuer" },
	{ .name = "title", .type = F_TEXT, .max = 1000,
	    .doc = "Trích yếu | Title" },
	FIELDS_END
};
static const struct field amend_fields[] = {
	{ .name = "patch", .type = F_OBJECT,
	    .flags = FIELD_REQUIRED | FIELD_MERGE, .members = content_fields,
	    .doc = "Nội dung mới (merge patch) | The new content (merge patch)" },
	{ .name = "document", .type = F_OBJECT, .flags = FIELD_REQUIRED,
	    .members = amending_fields,
	    .doc = "Văn bản sửa đổi | The document that amends it" },
	FIELDS_END
};
static const struct field change_fields[] = {
	{ .name = "pointer", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "/sections/1/text", .doc = "Chỗ sửa | Where" },
	{ .name = "old", .type = F_ANY, .flags = FIELD_SERVER,
	    .doc = "Nội dung cũ | As it was" },
	{ .name = "new", .type = F_ANY, .flags = FIELD_SERVER,
	    .doc = "Nội dung mới | As it is now" },
	FIELDS_END
};
static const struct field amendment_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "nth", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "1",
	    .doc = "Lần sửa đổi | Which one it is" },
	{ .name = "plan_version", .type = F_INT, .flags = FIELD_ALWAYS,
	    .eg = "5", .doc = "Phiên bản kế hoạch sau sửa đổi | The plan's version with it" },
	{ .name = "changes", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS, .members = change_fields,
	    .doc = "Đã sửa những gì | What has changed" },
	{ .name = "reason", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .doc = "Lý do | Why" },
	{ .name = "document", .type = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = amending_fields,
	    .doc = "Văn bản sửa đổi | The document that amends it" },
	{ .name = "author", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người ghi nhận | Who recorded it" },
	{ .name = "created_at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	FIELDS_END
};
static const struct field basis_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "nth", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "1",
	    .doc = "Căn cứ thứ mấy | Which basis it is" },
	{ .name = "relation", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_relation,
	    .doc = "Quan hệ với văn bản này | How the plan relates to it" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_document_kind,
	    .doc = "Loại văn bản | Kind of document" },
	{ .name = "number", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "25-CT/TU", .doc = "Số, ký hiệu | Number and symbol" },
	{ .name = "issued_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày ban hành | Day of issue" },
	{ .name = "issuer", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Cơ quan ban hành | Issuer" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Về tăng cường kỷ luật, kỷ cương",
	    .doc = "Trích yếu | Title" },
	{ .name = "document", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "documents",
	    .doc = "Văn bản đó trong danh mục | That document in the catalogue" },
	{ .name = "validity", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_validity,
	    .doc = "Hiệu lực hôm nay, hoặc ngày `as_of` | Whether it holds today, or on the day of `as_of`" },
	{ .name = "ended_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Hết hiệu lực từ ngày | No longer in force from this day" },
	{ .name = "replaced_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "documents", .eg = "",
	    .doc = "Văn bản thay thế | The document that replaces it" },
	FIELDS_END
};
static const struct field link_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "relation", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_plan_relation,
	    .doc = "Kế hoạch này đối với bên kia | What this plan is to the other" },
	{ .name = "plan", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "plans",
	    .doc = "Kế hoạch kia, nếu bạn được xem | That plan, if you may see it" },
	{ .name = "plan_status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_plan_status, .eg = "in_force",
	    .doc = "Trạng thái của nó | Its status" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units",
	    .doc = "Cơ quan ban hành kế hoạch đó | The unit that issues it" },
	{ .name = "issued_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày ban hành | Day of issue" },
	{ .name = "document", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "documents", .eg = "",
	    .doc = "Văn bản kia | That document" },
	{ .name = "validity", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_validity,
	    .doc = "Hiệu lực của nó hôm nay | Whether it holds today" },
	FIELDS_END
};
static const struct field activate_fields[] = {
	{ .name = "count_from", .type = F_DATE, .eg = "2026-02-01",
	    .doc = "Bắt đầu tính từ ngày; mặc định là ngày kích hoạt | Count from this day; the day of activation unless said" },
	FIELDS_END
};

static const struct field supersede_fields[] = {
	{ .name = "successor_id", .type = F_UUID,
	    .doc = "Kế hoạch thay thế; mặc định là kế hoạch mới nhất ghi là thay thế nó | The plan in its place; the latest that says it supersedes this one unless said" },
	FIELDS_END
};

static const struct field copy_fields[] = {
	FIELD_ID,
	{ .name = "title", .type = F_TEXT, .min = 1, .max = 1000,
	    .eg = "Kế hoạch thực hiện chuyên đề năm 2027",
	    .doc = "Trích yếu; mặc định là tên cũ với năm kế tiếp | Title; the old one with the next year unless said" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "submit", NULL, "Trình duyệt | Submit", NULL },
	{ "withdraw", NULL, "Rút lại | Withdraw", NULL },
	{ "return", NULL, "Trả lại để bổ sung | Return", NULL },
	{ "issue", issue_fields, "Ban hành | Issue", NULL },
	{ "activate", activate_fields, "Đưa vào thực hiện | Put in force",
	    &q_plan_activate },
	{ "amend", amend_fields, "Sửa đổi, bổ sung | Amend", &q_plan_amend },
	{ "close", NULL, "Kết thúc | Close", NULL },
	{ "supersede", supersede_fields, "Thay thế | Supersede", &q_plan_end },
	{ "cancel", NULL, "Hủy | Cancel", &q_plan_end },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/plans/<uuid>/tasks",
	    .run = page_list, .list = q_plan_task_list_sorts,
	    .query = &q_plan_get, .resource = &resource_task,
	    .summary = "Nhiệm vụ của kế hoạch | Tasks of a plan" },
	{ .method = GET, .pattern = "/v1/plans/<uuid>/amendments",
	    .run = page_list, .list = q_plan_amendment_list_sorts,
	    .query = &q_plan_get, .members = amendment_fields,
	    .summary = "Các lần sửa đổi, bổ sung | How a plan was amended" },
	/* a day asked about is one of the law: the plan is as it stands */
	{ .method = GET, .pattern = "/v1/plans/<uuid>/bases",
	    .run = page_list, .list = q_plan_basis_list_sorts,
	    .query = &q_plan_get_present, .members = basis_fields,
	    .summary = "Căn cứ còn hiệu lực không, được thay bằng gì | Which bases are in force, and what has replaced them" },
	{ .method = GET, .pattern = "/v1/plans/<uuid>/relations",
	    .run = page_list, .list = q_plan_relation_list_sorts,
	    .query = &q_plan_get, .members = link_fields,
	    .summary = "Quan hệ với kế hoạch, văn bản khác, cả hai chiều | How it relates to others, both ways" },
	{ .method = POST, .pattern = "/v1/plans/<uuid>/copy",
	    .run = below_create, .below = "plan",
	    .fields = copy_fields, .query = &q_plan_copy, .status = 201,
	    .summary = "Lập dự thảo cho năm sau | Draft next year's plan from it",
	    .doc = "Chép nội dung, nhiệm vụ và nghĩa vụ; hạn dời sang cùng ngày tháng năm sau (29/02 thành 28/02). | Content, tasks and obligations are copied; due days move to the same day and month a year on (29 February to the 28th)." },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_plan = {
	.name = "plans",
	.kind = "plan",
	.title = "Kế hoạch | Plans",
	.doc = "Văn phòng soạn và trình, người có thẩm quyền ban hành và đưa "
	       "vào thực hiện. Bản nháp chỉ người soạn thấy; nội dung đã ban "
	       "hành chỉ thay đổi bằng văn bản sửa đổi. | Drafted and "
	       "submitted by the office, issued and put in force by who may. A "
	       "draft is its author's alone; issued content changes by "
	       "amendment only.",
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
	.seen = plan_receipt_note,
	.prepare = plan_prepare,
	.routes = routes,
};

/* A document cannot bear a date that has not come. */
static void
plan_prepare(struct ctx *c, const char *verb, json_t *body)
{
	const json_t *amending = json_object_get(body, "document");

	(void)verb;
	check_issued(c, body, "/issued_on");
	check_issued(c, amending, "/document/issued_on");
	check_relations(c, body, "");
	check_relations(c, json_object_get(body, "patch"), "/patch");
}

static void
check_issued(struct ctx *c, const json_t *of, const char *pointer)
{
	const char *day = json_string_value(json_object_get(of, "issued_on"));

	if (day != NULL && strcmp(day, c->today) > 0)
		fault_add(&c->faults, pointer, "in_future");
}

/* A relation is to one thing. */
static void
check_relations(struct ctx *c, const json_t *content, const char *at)
{
	const json_t *x, *list = json_object_get(content, "relations");
	size_t i;
	int plan, document;

	json_array_foreach(list, i, x)
	{
		plan = json_is_string(json_object_get(x, "plan_id"));
		document = json_is_string(json_object_get(x, "document_id"));
		if (plan + document != 1)
			fault_add(&c->faults,
			    arena_printf(&c->arena,
			        "%s/relations/%zu/document_id", at, i),
			    plan + document == 0 ? "required" : "in_conflict");
	}
}
