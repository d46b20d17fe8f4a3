/*
 * Documents: what plans rest on and implement. A stub is what somebody has
 * cited; who completes it has entered it, and there is one of each. Whether it
 * holds is asked as of a day.
 */
#include <string.h>

#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/page.h"
#include "queries.h"

#define KEEP (PERM_DRAFT | PERM_NUMBER | PERM_CONFIG)

static void document_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field replaced_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "code", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "90/2020/NĐ-CP", .doc = "Số, ký hiệu | Number and symbol" },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Về đánh giá, xếp loại chất lượng cán bộ",
	    .doc = "Trích yếu | Title" },
	FIELDS_END
};
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_document_kind,
	    .doc = "Loại văn bản | Kind of document" },
	{ .name = "number", .type = F_TEXT, .min = 1, .max = 100,
	    .eg = "34-CT/TU", .doc = "Số, ký hiệu | Number and symbol" },
	{ .name = "issued_on", .type = F_DATE, .eg = "2023-10-27",
	    .doc = "Ngày ban hành | Day of issue" },
	{ .name = "issuer", .type = F_TEXT, .min = 1, .max = 300,
	    .eg = "Ban Thường vụ Thành ủy",
	    .doc = "Cơ quan ban hành | Issuer" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .eg = "Về kỷ luật, kỷ cương",
	    .doc = "Trích yếu | Title" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED, .ref = "units",
	    .doc = "Đơn vị quản lý, dùng cho cả cấp dưới; trống là dùng chung | The unit that keeps it, for all below; common to all if unset" },
	{ .name = "effective_from", .type = F_DATE,
	    .doc = "Có hiệu lực từ ngày; mặc định là ngày ban hành | In force from this day; from the day of issue unless said" },
	{ .name = "ended_on", .type = F_DATE,
	    .doc = "Hết hiệu lực từ ngày; mặc định là ngày văn bản thay thế có hiệu lực | No longer in force from this day; the day on which what replaces it is in force unless said" },
	{ .name = "replaced_by_id", .type = F_UUID, .flags = FIELD_WRITE,
	    .doc = "Văn bản thay thế | The document that replaces it" },
	{ .name = "replaced_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "documents", .eg = "",
	    .doc = "Văn bản thay thế | The document that replaces it" },
	{ .name = "replaces", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS, .members = replaced_fields,
	    .doc = "Những văn bản được thay thế | What it replaces" },
	{ .name = "validity", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_validity,
	    .doc = "Hiệu lực vào ngày đọc, hoặc ngày `as_of` | Whether it holds on the day of reading, or of `as_of`" },
	{ .name = "inherited_from", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units", .eg = "",
	    .doc = "Cấp trên đang quản lý, khi đọc cho một đơn vị | The unit above that keeps it, as read for a unit" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_document_status, .doc = "Trạng thái | Status" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct transition steps[] = {
	{ "stub", "update", "entered", KEEP, 0, 0, 0 },
	{ "stub", "delete", NULL, KEEP, 0, 0, 0 },
	{ "entered", "update", NULL, KEEP, 0, 0, 0 },
	{ "entered", "delete", NULL, KEEP, 0, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct states states = { "document", steps, NULL };

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/documents/<uuid>/plans",
	    .run = page_list, .list = q_document_plan_list_sorts,
	    .query = &q_document_get, .resource = &resource_plan,
	    .summary = "Kế hoạch viện dẫn văn bản này | Plans that name this document" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_document = {
	.name = "documents",
	.kind = "document",
	.title = "Văn bản | Documents",
	.doc = "Danh mục văn bản làm căn cứ; văn bản được viện dẫn mà chưa ai "
	       "nhập là stub, sửa lần đầu là nhập. Nhập trùng thì nối vào "
	       "văn bản đang có. | The catalogue of what plans rest on; what "
	       "is cited and not entered yet is a stub, which its first "
	       "change enters. Entered again, it is the stub that it becomes.",
	.fields = fields,
	.creates = KEEP,
	.states = &states,
	.list = q_document_list_sorts,
	.sort = "-issued_on",
	.counts = &q_document_count,
	.dimensions = "status,kind,validity",
	.get = &q_document_get,
	.create = &q_document_create,
	.patch = &q_document_patch,
	.remove = &q_document_remove,
	.restore = &q_document_restore,
	.prepare = document_prepare,
	.routes = routes,
};

/* A document cannot bear a date that has not come. */
static void
document_prepare(struct ctx *c, const char *verb, json_t *body)
{
	const char *day = json_string_value(json_object_get(body, "issued_on"));

	(void)verb;
	if (day != NULL && strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/issued_on", "in_future");
}
