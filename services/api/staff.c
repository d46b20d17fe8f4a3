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
	{ .name = "id", .type = F_UUID, .flags = FIELD_EMPTY,
	    .doc = "Máy khách có thể tự tạo | A client may make its own" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "units", .eg = "culture", .doc = "Đơn vị | Unit" },
	{ .name = "position", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "Chuyên viên",
	    .doc = "Chức vụ, vị trí việc làm | Post" },
	{ .name = "duty_group", .type = F_CODE, .max = 64, .eg = "specialists",
	    .doc = "Nhóm nhiệm vụ tương đồng | Group of like duties" },
	{ .name = "main", .type = F_BOOL, .flags = FIELD_EMPTY,
	    .doc = "Vị trí chính | The main post" },
	{ .name = "from", .type = F_DATE, .eg = "2026-01-01",
	    .doc = "Từ ngày; mặc định là hôm nay | From this day; today unless said" },
	{ .name = "to", .type = F_DATE,
	    .doc = "Ngày cuối, tính cả ngày này | Last day, included" },
	FIELDS_END
};

static const struct field grant_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_EMPTY,
	    .doc = "Máy khách có thể tự tạo | A client may make its own" },
	{ .name = "role", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_role, .eg = "head", .doc = "Vai trò | Role" },
	{ .name = "function", .type = F_ENUM, .words = words_function,
	    .doc = "Chức năng kèm vai trò | Function with the role" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "units", .eg = "culture",
	    .doc = "Đơn vị; bao gồm các đơn vị trực thuộc | The unit; those below are included" },
	{ .name = "from", .type = F_DATE, .eg = "2026-01-01",
	    .doc = "Từ ngày; mặc định là hôm nay | From this day; today unless said" },
	{ .name = "to", .type = F_DATE,
	    .doc = "Ngày cuối, tính cả ngày này | Last day, included" },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .max = 64, .eg = "staff.culture3",
	    .doc = "Mã cán bộ, không đổi | Code, never changes" },
	{ .name = "username", .type = F_CODE,
	    .flags = FIELD_REQUIRED | FIELD_FIXED | FIELD_MAYBE, .max = 64,
	    .eg = "staff.culture3", .doc = "Tên đăng nhập | User name" },
	{ .name = "full_name", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 200, .eg = "Chuyên viên Văn hóa 3",
	    .doc = "Họ và tên | Full name" },
	{ .name = "honorific", .type = F_TEXT, .max = 40,
	    .doc = "Cách xưng hô | How the person is addressed" },
	{ .name = "email", .type = F_EMAIL, .flags = FIELD_MAYBE,
	    .eg = "culture3@example.vn", .doc = "Thư điện tử | Mail address" },
	{ .name = "phone", .type = F_TEXT, .flags = FIELD_MAYBE, .max = 40,
	    .doc = "Điện thoại | Telephone" },
	{ .name = "subject_type", .type = F_ENUM,
	    .flags = FIELD_REQUIRED | FIELD_MAYBE,
	    .words = words_subject_type, .doc = "Đối tượng | Kind of staff" },
	{ .name = "party_member", .type = F_BOOL,
	    .flags = FIELD_EMPTY | FIELD_MAYBE,
	    .doc = "Đảng viên | Party member" },
	{ .name = "rank_order", .type = F_INT, .flags = FIELD_EMPTY,
	    .max = 10000, .doc = "Thứ tự sắp xếp | Order by rank" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_staff_status, .doc = "Trạng thái | Status" },
	{ .name = "assignments", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .max = 20,
	    .members = assignment_fields, .eg = "",
	    .doc = "Quá trình công tác | Posts held" },
	{ .name = "grants", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_SERVER | FIELD_MAYBE, .members = grant_fields,
	    .doc = "Quyền được giao; chỉ bản thân và người quản lý thấy | Roles held; for oneself and administrators only" },
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
	    .summary = "Vai trò được giao | Roles held" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/grants",
	    .run = part_create, .query = &q_grant_create,
	    .fields = grant_fields, .flags = ROUTE_BODY | ROUTE_SIGN,
	    .members = grant_fields, .status = 201,
	    .summary = "Giao vai trò tại một đơn vị | Give a role at a unit" },
	{ .method = GET, .pattern = "/v1/staff/<uuid>/grants/<uuid>",
	    .run = part_get, .query = &q_grant_get, .params = "fields",
	    .members = grant_fields,
	    .summary = "Một vai trò | A role held" },
	{ .method = DELETE, .pattern = "/v1/staff/<uuid>/grants/<uuid>",
	    .run = part_remove, .query = &q_grant_remove,
	    .flags = ROUTE_SIGN,
	    .summary = "Thu hồi vai trò | Take a role back" },
	{ .method = GET, .pattern = "/v1/staff/<uuid>/assignments",
	    .run = page_list, .list = q_assignment_list_sorts,
	    .query = &q_staff_get, .members = assignment_fields,
	    .summary = "Vị trí công tác | Posts held" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/assignments",
	    .run = part_create, .query = &q_assignment_create,
	    .fields = assignment_fields, .flags = ROUTE_BODY,
	    .members = assignment_fields, .status = 201,
	    .summary = "Thêm vị trí công tác | A further post" },
	{ .method = GET, .pattern = "/v1/staff/<uuid>/assignments/<uuid>",
	    .run = part_get, .query = &q_assignment_get, .params = "fields",
	    .members = assignment_fields,
	    .summary = "Một vị trí công tác | A post held" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_staff = {
	.name = "staff",
	.kind = "staff",
	.title = "Cán bộ | Staff",
	.doc = "Đồng nghiệp thấy danh bạ; bản thân và người quản lý thấy cả hồ "
	       "sơ. | Peers see the directory; the person and administrators "
	       "the whole record.",
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
