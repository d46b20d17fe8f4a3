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
	{ .name = "code", .type = F_CODE,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .max = 64,
	    .doc = "Mã đơn vị, không đổi" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_unit_kind, .doc = "Loại đơn vị" },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .doc = "Tên đơn vị" },
	{ .name = "short_name", .type = F_TEXT, .max = 40 },
	{ .name = "agency_code", .type = F_CODE, .max = 64,
	    .doc = "Mã định danh cơ quan" },
	{ .name = "own_seal", .type = F_BOOL, .flags = FIELD_EMPTY,
	    .doc = "Có con dấu riêng" },
	{ .name = "parent", .type = F_REF,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .ref = "units",
	    .column = "parent_unit", .doc = "Đơn vị cấp trên" },
	{ .name = "rank_order", .type = F_INT, .flags = FIELD_EMPTY,
	    .max = 10000 },
	{ .name = "valid_from", .type = F_DATE, .flags = FIELD_FIXED },
	{ .name = "valid_to", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_unit_status },
	{ .name = "office", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .doc = "Cơ quan mà đơn vị thuộc về" },
	FIELDS_SERVER,
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
	    .run = unit_versions_list, .summary = "Names and parents, by day" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_unit = {
	.name = "units",
	.kind = "unit",
	.title = "Đơn vị",
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
