/* Units: the tree as a directory, and its administration. */
#include <string.h>

#include "api/api.h"
#include "core/json.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/check.h"
#include "http/crud.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

static enum step unit_versions_list(struct ctx *);
static enum step unit_successions_list(struct ctx *);
static enum step unit_succession_make(struct ctx *);
static void check_succession(struct ctx *);

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
static const struct field versions_fields[] = FIELDS_ROWS(version_fields);

/* What may happen to a unit, and how many heirs it then has. */
static const struct {
	const char *kind;
	size_t least, most;
} successions[] = {
	{ "rename", 0, 0 },
	{ "move", 0, 0 },
	{ "merge", 1, 1 },
	{ "split", 2, 50 },
	{ "abolish", 0, 1 },
};

static const struct field heir_fields[] = {
	{ .name = "unit", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "units", .eg = "culture" },
	FIELDS_END
};
static const struct field succession_fields[] = {
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_succession_kind, .eg = "rename",
	    .doc = "Đổi tên, chuyển, hợp nhất, chia, giải thể | What happens" },
	{ .name = "effective_on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .eg = "2026-07-01",
	    .doc = "Từ ngày này; trước đó giữ nguyên | From this day on; before it all stays as it was" },
	{ .name = "name", .type = F_TEXT, .min = 1, .max = 300,
	    .eg = "Phòng Văn hóa - Xã hội",
	    .doc = "Tên mới: khi đổi tên hoặc chuyển | New name, of a rename or move" },
	{ .name = "parent", .type = F_REF, .ref = "units",
	    .column = "parent_unit",
	    .doc = "Cấp trên mới: khi chuyển | The new unit above, of a move" },
	{ .name = "into", .type = F_LIST, .item = F_OBJECT, .max = 50,
	    .members = heir_fields,
	    .doc = "Đơn vị kế thừa hồ sơ và việc còn mở; đơn vị thứ nhất nhận cả đơn vị trực thuộc | Who takes over records and open work; the first also the units below" },
	{ .name = "note", .type = F_TEXT, .max = 2000,
	    .eg = "Nghị quyết 1659/NQ-UBTVQH15",
	    .doc = "Căn cứ, ghi chú | Basis, remarks" },
	FIELDS_END
};
static const struct field open_fields[] = {
	{ .name = "kind", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "task" },
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "Tổ chức sinh hoạt chính trị" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER },
	FIELDS_END
};
static const struct field succession_answer[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Phiên bản mới của đơn vị | The unit's new version" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_succession_kind },
	{ .name = "effective_on", .type = F_DATE, .flags = FIELD_ALWAYS },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "parent", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units" },
	{ .name = "into", .type = F_LIST, .item = F_REF, .ref = "units",
	    .flags = FIELD_ALWAYS },
	{ .name = "note", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "open", .type = F_LIST, .item = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = open_fields,
	    .doc = "Những gì còn mở ở đơn vị | What is still open there" },
	FIELD_PERMISSIONS,
	FIELDS_END
};
static const struct field befell_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_succession_kind },
	{ .name = "effective_on", .type = F_DATE, .flags = FIELD_ALWAYS },
	{ .name = "from", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "units" },
	{ .name = "to", .type = F_REF, .flags = FIELD_SERVER, .ref = "units" },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "Phòng Văn hóa - Xã hội",
	    .doc = "Tên từ ngày đó: khi đổi tên hoặc chuyển | Its name from that day, of a rename or move" },
	{ .name = "parent", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units", .doc = "Cấp trên từ ngày đó: khi đổi tên hoặc chuyển | The unit above it from that day, of a rename or move" },
	{ .name = "note", .type = F_TEXT, .flags = FIELD_SERVER },
	FIELDS_END
};
static const struct field befell_list[] = FIELDS_ROWS(befell_fields);

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
	{ .method = GET, .pattern = "/v1/units/<uuid>/succession",
	    .run = unit_successions_list, .answer = befell_list,
	    .summary = "Đổi tên, chuyển, hợp nhất, chia, giải thể đã ghi | What befell it, and whose place it took" },
	{ .method = POST, .pattern = "/v1/units/<uuid>/succession",
	    .run = unit_succession_make, .flags = ROUTE_BODY,
	    .fields = succession_fields, .params = "dry_run",
	    .answer = succession_answer,
	    .summary = "Đổi tên, chuyển, hợp nhất, chia, giải thể từ một ngày; dry_run chỉ xem việc còn mở | Rename, move, merge, split or abolish on a day; dry_run only shows what is open" },
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
	return (ctx_send(c, &q_unit_versions, reply_many));
}

static enum step
unit_successions_list(struct ctx *c)
{
	return (ctx_send(c, &q_unit_successions, reply_many));
}

static enum step
unit_succession_make(struct ctx *c)
{
	if (bind_dry_run(c) == STEP_DONE)
		return (STEP_DONE);
	check_succession(c);
	if (c->faults.count > 0)
		return (problem(c, P_INVALID, NULL));
	return (crud_write(c, &q_unit_succession));
}

/* Each kind has members of its own. */
static void
check_succession(struct ctx *c)
{
	const char *kind = json_string_value(json_object_get(c->body, "kind"));
	size_t n = json_array_size(json_object_get(c->body, "into")), i = 0;
	int below = json_object_get(c->body, "parent_unit_id") != NULL ||
	    json_object_get(c->body, "parent_unit_code") != NULL;
	int named = json_object_get(c->body, "name") != NULL;

	while (strcmp(successions[i].kind, kind) != 0)
		i++;
	if (n < successions[i].least)
		fault_add(&c->faults, "/into", "required");
	if (n > successions[i].most)
		fault_add(&c->faults, "/into", "in_conflict");
	if (strcmp(kind, "rename") == 0 && !named)
		fault_add(&c->faults, "/name", "required");
	if (strcmp(kind, "move") == 0 ? !below : below)
		fault_add(&c->faults, "/parent_id",
		    below ? "in_conflict" : "required");
	if (successions[i].most > 0 && named)
		fault_add(&c->faults, "/name", "in_conflict");
}
