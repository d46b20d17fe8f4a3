/* Staff: the directory, the whole record, posts and grants. */
#include <string.h>

#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/crud.h"
#include "http/page.h"
#include "queries.h"

static void staff_prepare(struct ctx *, const char *, json_t *);
static enum step part_get(struct ctx *);
static enum step part_create(struct ctx *);
static enum step part_remove(struct ctx *);

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
	{ "suspended", "delete", NULL, PERM_STAFF, 0, 0, 0 },
	{ "suspended", "grant", NULL, PERM_GRANT, 0, 0, STEP_SIGN },
	{ "left", "update", NULL, PERM_STAFF, 0, 0, 0 },
	{ "left", "delete", NULL, PERM_STAFF, 0, 0, 0 },
	{ "left", "grant", NULL, PERM_GRANT, 0, 0, STEP_SIGN },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
/* clang-format on */
static const struct states states = { "staff", steps, NULL };

/* clang-format off */
#define WHOLE (PERM_STAFF | PERM_GRANT | PERM_IS_SUBJECT)
static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/staff/<uuid>/grants",
	    .run = page_list, .list = q_grant_list_sorts,
	    .query = &q_staff_get, .need = WHOLE, .members = grant_fields,
	    .summary = "Roles held" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/grants",
	    .run = part_create, .query = &q_grant_create,
	    .fields = grant_fields, .flags = ROUTE_BODY | ROUTE_SIGN,
	    .summary = "Give a role at a unit" },
	{ .method = GET, .pattern = "/v1/staff/<uuid>/grants/<uuid>",
	    .run = part_get, .query = &q_grant_get, .params = "fields",
	    .members = grant_fields,
	    .summary = "A role held" },
	{ .method = DELETE, .pattern = "/v1/staff/<uuid>/grants/<uuid>",
	    .run = part_remove, .query = &q_grant_remove,
	    .flags = ROUTE_SIGN,
	    .summary = "Take a role back" },
	{ .method = GET, .pattern = "/v1/staff/<uuid>/assignments",
	    .run = page_list, .list = q_assignment_list_sorts,
	    .query = &q_staff_get, .members = assignment_fields,
	    .summary = "Posts held" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/assignments",
	    .run = part_create, .query = &q_assignment_create,
	    .fields = assignment_fields, .flags = ROUTE_BODY,
	    .summary = "A further post" },
	{ .method = GET, .pattern = "/v1/staff/<uuid>/assignments/<uuid>",
	    .run = part_get, .query = &q_assignment_get, .params = "fields",
	    .members = assignment_fields,
	    .summary = "A post held" },
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
	.counts = &q_staff_count,
	.dimensions = "status",
	.get = &q_staff_get,
	.create = &q_staff_create,
	.patch = &q_staff_patch,
	.remove = &q_staff_remove,
	.restore = &q_staff_restore,
	.prepare = staff_prepare,
	.routes = routes,
};

/* Everybody has a main post: it says where he belongs. */
static void
staff_prepare(struct ctx *c, const char *verb, json_t *body)
{
	json_t *posts = json_object_get(body, "assignments"), *p;
	int main_posts = 0;
	size_t i;

	if (strcmp(verb, "create") != 0)
		return;
	json_array_foreach(posts, i, p)
	    main_posts += !json_is_false(json_object_get(p, "main"));
	if (main_posts == 0)
		fault_add(&c->faults, "/assignments", "no_main_post");
}

/* A grant or a post, by the person's id and its own. */
static enum step
part_get(struct ctx *c)
{
	ctx_bind(c, "part_id", c->args[1]);
	return (crud_get(c));
}

static enum step
part_create(struct ctx *c)
{
	return (crud_write(c, c->route->query));
}

static enum step
part_remove(struct ctx *c)
{
	ctx_bind(c, "part_id", c->args[1]);
	return (crud_write(c, c->route->query));
}
