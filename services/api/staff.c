/* Staff: the directory, the whole record, posts and grants. */
#include "api/api.h"
#include "core/uuid.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/crud.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

static enum step grant_list(struct ctx *);
static enum step grant_create(struct ctx *);
static enum step grant_remove(struct ctx *);
static enum step assignment_create(struct ctx *);
static void take_grants(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field assignment_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_EMPTY },
	{ .name = "unit", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "units" },
	{ .name = "position", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 300, .doc = "Chức vụ, vị trí việc làm" },
	{ .name = "duty_group", .type = F_CODE, .max = 64,
	    .doc = "Nhóm nhiệm vụ tương đồng" },
	{ .name = "main", .type = F_BOOL, .flags = FIELD_EMPTY },
	{ .name = "from", .type = F_DATE },
	{ .name = "to", .type = F_DATE, .doc = "Ngày cuối, tính cả ngày này" },
	FIELDS_END
};

static const struct field grant_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_EMPTY },
	{ .name = "role", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_role, .doc = "Vai trò" },
	{ .name = "function", .type = F_ENUM, .words = words_function,
	    .doc = "Chức năng kèm vai trò" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "units", .doc = "Đơn vị; bao gồm các đơn vị trực thuộc" },
	{ .name = "from", .type = F_DATE },
	{ .name = "to", .type = F_DATE },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "code", .type = F_CODE,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .max = 64,
	    .doc = "Mã cán bộ" },
	{ .name = "username", .type = F_CODE,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .max = 64,
	    .doc = "Tên đăng nhập" },
	{ .name = "full_name", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 200, .doc = "Họ và tên" },
	{ .name = "honorific", .type = F_TEXT, .max = 40,
	    .doc = "Cách xưng hô" },
	{ .name = "email", .type = F_EMAIL },
	{ .name = "phone", .type = F_TEXT, .max = 40 },
	{ .name = "subject_type", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_subject_type, .doc = "Đối tượng" },
	{ .name = "party_member", .type = F_BOOL, .flags = FIELD_EMPTY,
	    .doc = "Đảng viên" },
	{ .name = "rank_order", .type = F_INT, .flags = FIELD_EMPTY,
	    .max = 10000 },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_staff_status },
	{ .name = "assignments", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .max = 20,
	    .members = assignment_fields, .doc = "Quá trình công tác" },
	{ .name = "grants", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_SERVER, .members = grant_fields,
	    .doc = "Quyền được giao" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct transition steps[] = {
	{ "active", "update", NULL, PERM_STAFF, 0, 0, 0 },
	{ "active", "delete", NULL, PERM_STAFF, 0, 0, 0 },
	{ "active", "grant", NULL, PERM_GRANT, 0, 0, STEP_SIGN },
	{ "suspended", "update", NULL, PERM_STAFF, 0, 0, 0 },
	{ "left", "update", NULL, PERM_STAFF, 0, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
/* clang-format on */
static const struct states states = { "staff", steps, NULL };

/* clang-format off */
static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/staff/<uuid>/grants",
	    .run = grant_list, .summary = "Roles held" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/grants",
	    .run = grant_create, .fields = grant_fields,
	    .flags = ROUTE_BODY | ROUTE_SIGN,
	    .summary = "Give a role at a unit" },
	{ .method = DELETE, .pattern = "/v1/staff/<uuid>/grants/<uuid>",
	    .run = grant_remove, .flags = ROUTE_SIGN,
	    .summary = "Take a role back" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/assignments",
	    .run = assignment_create, .fields = assignment_fields,
	    .flags = ROUTE_BODY, .summary = "A further post" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_staff = {
	.name = "staff",
	.kind = "staff",
	.title = "Cán bộ",
	.fields = fields,
	.creates = PERM_STAFF,
	.states = &states,
	.list = q_staff_list_sorts,
	.sort = "rank",
	.get = &q_staff_get,
	.create = &q_staff_create,
	.patch = &q_staff_patch,
	.remove = &q_staff_remove,
	.restore = &q_staff_restore,
	.routes = routes,
};

static enum step
grant_list(struct ctx *c)
{
	return (ctx_send(c, &q_grant_list, take_grants));
}

static void
take_grants(struct ctx *c, struct db_answer *a)
{
	if (!ctx_failed(c, a))
		reply_rows(c, a);
}

static enum step
grant_create(struct ctx *c)
{
	ctx_bind(c, "tell", "f");
	return (crud_write(c, &q_grant_create));
}

static enum step
grant_remove(struct ctx *c)
{
	ctx_bind(c, "grant_id", c->args[1]);
	return (crud_write(c, &q_grant_remove));
}

static enum step
assignment_create(struct ctx *c)
{
	ctx_bind(c, "tell", "f");
	return (crud_write(c, &q_assignment_create));
}
