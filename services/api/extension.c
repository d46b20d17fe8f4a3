/*
 * Extensions of tasks: asked → granted or refused. Who does the task asks, who
 * may assign decides; granting moves the due day.
 */
#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "proposed_on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .eg = "2026-04-15",
	    .doc = "Hạn đề nghị; sau hạn đang có | The day asked for; after the due day there is" },
	{ .name = "reason", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 4000, .eg = "Chờ ý kiến của cơ quan chuyên môn",
	    .doc = "Lý do | Why" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_extension_status, .doc = "Trạng thái | Status" },
	FIELDS_OF_TASK,
	{ .name = "due_before", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Hạn trước khi gia hạn | The due day before" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Hạn được cho | The due day granted" },
	{ .name = "refuse_reason", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Lý do không cho | Why it was refused" },
	{ .name = "asked_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "", .doc = "Người xin | Who asks" },
	FIELDS_DECIDED,
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field grant_fields[] = {
	{ .name = "due_on", .type = F_DATE, .eg = "2026-04-10",
	    .doc = "Hạn mới; mặc định là hạn đề nghị | The new due day; the one asked for unless said" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "grant", grant_fields, "Cho gia hạn | Grant", NULL },
	{ "refuse", NULL, "Không cho gia hạn | Refuse", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/tasks/<uuid>/extensions",
	    .run = below_list, .below = "task", .list = q_extension_list_sorts,
	    .query = &q_task_get, .counts = &q_extension_count,
	    .summary = "Các lần xin gia hạn | More time asked for it" },
	{ .method = POST, .pattern = "/v1/tasks/<uuid>/extensions",
	    .run = below_create, .below = "task",
	    .flags = ROUTE_BODY, .fields = fields,
	    .query = &q_extension_create, .status = 201,
	    .summary = "Xin gia hạn | Ask for more time" },
	{ .method = GET, .pattern = "/v1/tasks/<uuid>/extensions/<uuid>",
	    .run = below_get, .query = &q_extension_get,
	    .params = "fields as_of",
	    .summary = "Đọc một lần xin gia hạn | Read a request" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_extension = {
	.name = "extensions",
	.kind = "extension",
	.title = "Xin gia hạn | Extensions",
	.doc = "Người thực hiện xin lùi hạn của một nhiệm vụ; người giao quyết "
	       "định. Mỗi nhiệm vụ một đề nghị đang mở. | Who does a task asks "
	       "for another due day; who gave it out decides. One open request "
	       "a task.",
	.fields = fields,
	.states = &states_extension,
	.verbs = verbs,
	.list = q_extension_list_sorts,
	.sort = "-created_at",
	.counts = &q_extension_count,
	.dimensions = "status",
	.get = &q_extension_get,
	.verb = &q_extension_verb,
	.remove = &q_extension_remove,
	.restore = &q_extension_restore,
	.routes = routes,
};
