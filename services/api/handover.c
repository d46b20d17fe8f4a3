/* The log of work passed on; below a task, and of all tasks one sees. */
#include "api/api.h"
#include "domain/vocabulary.h"
#include "queries.h"

/* clang-format off */
static const struct field fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "1",
	    .doc = "Luôn là 1: không ai sửa được | Always 1: nobody changes it" },
	{ .name = "task", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "tasks",
	    .doc = "Nhiệm vụ | The task" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_handover_kind,
	    .doc = "Chuyển thế nào | How it was passed on" },
	{ .name = "from_unit", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units", .doc = "Từ đơn vị | From this unit" },
	{ .name = "from_staff", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Từ người | From this person" },
	{ .name = "to_unit", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units", .doc = "Đến đơn vị | To this unit" },
	{ .name = "to_staff", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Đến người | To this person" },
	{ .name = "reason", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "Không đúng chức năng", .doc = "Lý do | Why" },
	{ .name = "author", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người chuyển | Who passed it on" },
	{ .name = "at", .type = F_INSTANT, .flags = FIELD_ALWAYS,
	    .doc = "Lúc chuyển | When" },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/tasks/<uuid>/handovers",
	    .run = below_list, .below = "task", .list = q_handover_list_sorts,
	    .query = &q_task_get, .counts = &q_handover_count,
	    .summary = "Các lần chuyển việc | How it was passed on" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_handover = {
	.name = "handovers",
	.kind = "handover",
	.title = "Chuyển việc | Handovers",
	.doc = "Mỗi lần một việc bị trả lại, thu hồi, giao cho người khác hoặc "
	       "bàn giao: từ ai, đến ai, vì sao, khi nào. | Each time work was "
	       "declined, recalled, given to somebody else or handed over: "
	       "from whom, to whom, why, when.",
	.fields = fields,
	.list = q_handover_list_sorts,
	.sort = "-at",
	.counts = &q_handover_count,
	.dimensions = "kind,unit,staff",
	.routes = routes,
};
