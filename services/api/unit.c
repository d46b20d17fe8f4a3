/* Units: the tree as a directory, and its administration. */
#include "api/api.h"
#include "core/json.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

static enum step unit_versions_list(struct ctx *);
static void take_versions(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .max = 64, .eg = "culture",
	    .doc = "Mã đơn vị, không đổi | Code, never changes" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_unit_kind, .eg = "department",
	    .doc = "Loại đơn vị | Kind of unit" },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "Phòng Văn hóa - Xã hội",
	    .doc = "Tên đơn vị | Name" },
	{ .name = "short_name", .type = F_TEXT, .max = 40, .eg = "VHXH",
	    .doc = "Tên ngắn | Short name" },
	{ .name = "agency_code", .type = F_CODE, .max = 64, .eg = "H17.30.7",
	    .doc = "Mã định danh cơ quan | Agency code" },
	{ .name = "own_seal", .type = F_BOOL, .flags = FIELD_EMPTY,
	    .eg = "false", .doc = "Có con dấu riêng | Has a seal of its own" },
	{ .name = "parent", .type = F_REF,
	    .flags = FIELD_REQUIRED | FIELD_FIXED | FIELD_WRITE,
	    .ref = "units", .column = "parent_unit",
	    .doc = "Đơn vị cấp trên | The unit above" },
	{ .name = "parent", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units", .eg = "",
	    .doc = "Đơn vị cấp trên | The unit above" },
	{ .name = "rank_order", .type = F_INT, .flags = FIELD_EMPTY,
	    .max = 10000, .eg = "30",
	    .doc = "Thứ tự sắp xếp | Order among its peers" },
	{ .name = "valid_from", .type = F_DATE, .flags = FIELD_FIXED,
	    .eg = "2025-07-01",
	    .doc = "Tồn tại từ ngày | Exists from this day" },
	{ .name = "valid_to", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Đến hết ngày | To the end of this day" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_unit_status, .doc = "Trạng thái | Status" },
	{ .name = "office", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units", .eg = "",
	    .doc = "Cơ quan mà đơn vị thuộc về | The office it belongs to" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field version_fields[] = {
	{ .name = "name", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Phòng Văn hóa và Thông tin",
	    .doc = "Tên | Name" },
	{ .name = "parent", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units", .doc = "Đơn vị cấp trên | The unit above" },
	{ .name = "valid_from", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .doc = "Từ ngày | From this day" },
	{ .name = "valid_to", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Đến hết ngày | To the end of this day" },
	{ .name = "attributes", .type = F_ANY, .flags = FIELD_SERVER },
	FIELDS_END
};
static const struct field versions_fields[] = {
	{ .name = "items", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_EMPTY, .members = version_fields },
	FIELDS_END
};

static const struct transition steps[] = {
	{ "active", "update", NULL, PERM_UNIT, 0, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
/* clang-format on */
static const struct states states = { "unit", steps, NULL };

/* clang-format off */
static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/units/<uuid>/versions",
	    .run = unit_versions_list, .answer = versions_fields,
	    .summary = "Tên và cấp trên qua các thời kỳ | Names and parents, by day" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_unit = {
	.name = "units",
	.kind = "unit",
	.title = "Đơn vị | Units",
	.doc = "Cây đơn vị, theo ngày. Ai ở dưới cùng một gốc đều thấy; quản "
	       "lý cần quyền ở đơn vị cấp trên. | The tree of units, by day. "
	       "Whoever shares a root sees it; to administer it takes a role "
	       "above.",
	.fields = fields,
	.creates = PERM_UNIT,
	.states = &states,
	.list = q_unit_list_sorts,
	.sort = "rank",
	.counts = &q_unit_count,
	.dimensions = "kind,status",
	.get = &q_unit_get,
	.create = &q_unit_create,
	.patch = &q_unit_patch,
	.routes = routes,
};

static enum step
unit_versions_list(struct ctx *c)
{
	return (ctx_send(c, &q_unit_versions, take_versions));
}

static void
take_versions(struct ctx *c, struct db_answer *a)
{
	struct buf b;
	int i;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_NOT_FOUND, NULL);
		return;
	}
	buf_init(&b, &c->arena, 1024);
	for (i = 0; i < db_rows(a); i++) {
		buf_puts(&b, i == 0 ? "{\"items\":[" : ",");
		buf_puts(&b, db_text(a, i, 0));
	}
	buf_puts(&b, "]}");
	reply(c, 200, b.data, b.len);
}
