/*
 * Groups: units or people by a rule, as obligations and recipients name them.
 * Who is in one depends on the unit it is read for, and on the day.
 */
#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/page.h"
#include "queries.h"

/* clang-format off */
static const struct field rule_fields[] = {
	{ .name = "of", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_group_of, .eg = "unit",
	    .doc = "Gồm đơn vị hay người | Units or people" },
	{ .name = "subtree", .type = F_BOOL,
	    .doc = "Mọi cấp trực thuộc; mặc định: đơn vị chỉ cấp liền dưới, người mọi cấp | At all levels below; unless said, units just below, people at all" },
	{ .name = "unit_kinds", .type = F_LIST, .item = F_ENUM, .max = 20,
	    .words = words_unit_kind,
	    .doc = "Chỉ ở các loại đơn vị này | Only units of these kinds" },
	{ .name = "roles", .type = F_LIST, .item = F_ENUM, .max = 20,
	    .words = words_role,
	    .doc = "Chỉ người giữ một trong các vai trò này, không kể cấp phó | Only who holds one of these roles, deputies aside" },
	{ .name = "functions", .type = F_LIST, .item = F_ENUM, .max = 20,
	    .words = words_function,
	    .doc = "Chỉ người giữ một trong các chức năng này | Only who holds one of these functions" },
	{ .name = "subject_types", .type = F_LIST, .item = F_ENUM, .max = 20,
	    .words = words_subject_type,
	    .doc = "Chỉ các đối tượng này | Only these kinds of staff" },
	{ .name = "duty_groups", .type = F_LIST, .item = F_CODE, .max = 20,
	    .doc = "Chỉ các nhóm nhiệm vụ này | Only these groups of like duties" },
	{ .name = "party_member", .type = F_BOOL,
	    .doc = "Chỉ đảng viên, hoặc chỉ người ngoài Đảng | Only party members, or only others" },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "key", .type = F_CODE, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .max = 64, .eg = "all-heads",
	    .doc = "Khóa, không đổi; dùng ở nơi nhận, đối tượng phải nộp | Key, never changes; what audiences name" },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "Trưởng các đơn vị",
	    .doc = "Tên nhóm | Name" },
	{ .name = "rule", .type = F_OBJECT, .flags = FIELD_REQUIRED,
	    .members = rule_fields,
	    .doc = "Ai thuộc nhóm: trong đơn vị được hỏi, vào ngày được hỏi | Who is in it: within the unit and on the day asked for" },
	FIELDS_CATALOGUE(words_catalogue_status),
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field member_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_group_of },
	{ .name = "code", .type = F_CODE, .flags = FIELD_ALWAYS,
	    .eg = "culture" },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Phòng Văn hóa - Xã hội",
	    .doc = "Tên vào ngày đó | As called that day" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_ALWAYS,
	    .ref = "units",
	    .doc = "Chính đơn vị, hoặc nơi công tác | The unit itself, or where the person is posted" },
	FIELDS_END
};

static const struct transition steps[] = {
	{ "active", "update", NULL, PERM_CONFIG, 0, 0, 0 },
	{ "active", "delete", NULL, PERM_CONFIG, 0, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/groups/<uuid>/members",
	    .run = page_list, .list = q_group_member_list_sorts,
	    .query = &q_group_get, .members = member_fields,
	    .summary = "Thành viên, vào một ngày | Who is in it, as of a day" },
	{ .pattern = NULL }
};
/* clang-format on */
static const struct states states = { "group", steps, NULL };

const struct resource resource_group = {
	.name = "groups",
	.kind = "group",
	.title = "Nhóm | Groups",
	.doc = "Đơn vị hoặc người theo quy tắc, xác định vào ngày dùng; đơn vị "
	       "quy định cho cả cấp dưới. | Units or people by a rule, "
	       "resolved "
	       "on the day of use; a unit settles it for all below.",
	.fields = fields,
	.creates = PERM_CONFIG,
	.states = &states,
	.list = q_group_list_sorts,
	.sort = "name",
	.get = &q_group_get,
	.create = &q_group_create,
	.patch = &q_group_patch,
	.remove = &q_group_remove,
	.restore = &q_group_restore,
	.routes = routes,
};
