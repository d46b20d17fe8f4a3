/* What a plan obliges people to hand in; written while it is a draft. */
#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .max = 40, .eg = "BC-01", .doc = "Mã | Code" },
	{ .name = "task_id", .type = F_UUID, .flags = FIELD_WRITE,
	    .doc = "Thuộc nhiệm vụ | The task it belongs to" },
	FIELDS_OBLIGATION,
	{ .name = "criteria_set_code", .type = F_CODE, .max = 64,
	    .eg = "BH-2023", .doc = "Bộ tiêu chí phải dùng | Criteria to use" },
	{ .name = "report_to", .type = F_LIST, .item = F_CODE, .max = 20,
	    .eg = "office", .doc = "Nộp về đơn vị | Units it goes to" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_record_status, .doc = "Trạng thái | Status" },
	{ .name = "plan", .type = F_REF, .flags = FIELD_SERVER, .ref = "plans",
	    .doc = "Kế hoạch | The plan" },
	{ .name = "task", .type = F_REF, .flags = FIELD_SERVER, .ref = "tasks",
	    .doc = "Nhiệm vụ | The task it belongs to" },
	{ .name = "source", .type = F_ANY, .flags = FIELD_SERVER,
	    .doc = "Nguồn gốc | Where it came from" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct transition steps[] = {
	{ "recorded", "update", NULL, PERM_IS_AUTHOR, PERM_IS_PLANNED, 0, 0 },
	{ "recorded", "delete", NULL, PERM_IS_AUTHOR, PERM_IS_PLANNED, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct states states = { "obligation", steps, NULL };

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/plans/<uuid>/obligations",
	    .run = below_list, .below = "plan", .list = q_obligation_list_sorts,
	    .query = &q_plan_get,
	    .summary = "Việc kế hoạch buộc phải nộp | What a plan obliges people to hand in" },
	{ .method = POST, .pattern = "/v1/plans/<uuid>/obligations",
	    .run = below_create, .below = "plan",
	    .flags = ROUTE_BODY, .fields = fields,
	    .query = &q_obligation_create, .status = 201,
	    .summary = "Thêm một việc phải nộp | Add one" },
	{ .method = GET, .pattern = "/v1/plans/<uuid>/obligations/<uuid>",
	    .run = below_get, .query = &q_obligation_get, .params = "fields",
	    .summary = "Đọc một việc phải nộp | Read one" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_obligation = {
	.name = "obligations",
	.kind = "obligation",
	.title = "Nghĩa vụ theo kế hoạch | Obligations",
	.doc = "Việc kế hoạch buộc phải nộp; sửa được khi kế hoạch còn là bản "
	       "nháp. | What a plan obliges people to hand in; written while "
	       "the plan is a draft.",
	.fields = fields,
	.states = &states,
	.list = q_obligation_list_sorts,
	.sort = "code",
	.get = &q_obligation_get,
	.patch = &q_obligation_patch,
	.remove = &q_obligation_remove,
	.restore = &q_obligation_restore,
	.routes = routes,
};
