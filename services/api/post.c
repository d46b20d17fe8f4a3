/*
 * Positions: the posts people may hold, as a unit settles them for all below.
 */
#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .max = 64, .eg = "specialist",
	    .doc = "Mã chức danh, không đổi | Code, never changes" },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "Chuyên viên",
	    .doc = "Tên chức danh, vị trí việc làm | Name of the post" },
	{ .name = "text", .type = F_TEXT, .max = 20000,
	    .doc = "Mô tả nhiệm vụ, yêu cầu | Duties and requirements" },
	{ .name = "duty_group", .type = F_CODE, .max = 64, .eg = "specialists",
	    .doc = "Nhóm nhiệm vụ tương đồng | Group of like duties" },
	{ .name = "subject_type", .type = F_ENUM, .words = words_subject_type,
	    .doc = "Đối tượng | Kind of staff" },
	{ .name = "leads", .type = F_BOOL, .flags = FIELD_EMPTY, .eg = "false",
	    .doc = "Lãnh đạo, quản lý | Leads a unit" },
	{ .name = "rank_order", .type = F_INT, .flags = FIELD_EMPTY,
	    .max = 10000, .eg = "30",
	    .doc = "Thứ tự sắp xếp | Order by rank" },
	FIELDS_CATALOGUE(words_catalogue_status),
	FIELDS_SERVER,
	FIELDS_END
};

static const struct transition steps[] = {
	{ "active", "update", NULL, PERM_CONFIG, 0, 0, 0 },
	{ "active", "delete", NULL, PERM_CONFIG, 0, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
/* clang-format on */
static const struct states states = { "post", steps, NULL };

const struct resource resource_post = {
	.name = "positions",
	.kind = "post",
	.title = "Chức danh | Positions",
	.doc = "Danh mục chức danh, vị trí việc làm; đơn vị quy định cho cả "
	       "cấp dưới, gần nhất được dùng trừ khi cấp trên đã khóa. | The "
	       "catalogue of posts; a unit settles it for all below, the "
	       "nearest holds unless one above is locked.",
	.fields = fields,
	.creates = PERM_CONFIG,
	.states = &states,
	.list = q_post_list_sorts,
	.sort = "rank",
	.get = &q_post_get,
	.create = &q_post_create,
	.patch = &q_post_patch,
	.remove = &q_post_remove,
	.restore = &q_post_restore,
};
