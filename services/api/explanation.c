/*
 * Explanations of tasks: asked → answered → accepted, or returned to be
 * answered once more. Who oversees the task asks, who had to do it answers.
 */
#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "question", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 10000, .eg = "Vì sao nhiệm vụ quá hạn?",
	    .doc = "Nội dung cần giải trình | What is to be explained" },
	{ .name = "due_on", .type = F_DATE, .eg = "2026-04-15",
	    .doc = "Hạn giải trình | Answer due" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_explanation_status, .doc = "Trạng thái | Status" },
	FIELDS_OF_TASK,
	{ .name = "subject", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff",
	    .doc = "Người phải giải trình; trống là người đứng đầu đơn vị | Who must answer; the unit's head if unset" },
	{ .name = "asked_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "",
	    .doc = "Người yêu cầu | Who asks" },
	FIELDS_DUE,
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Giải trình | The answer" },
	{ .name = "answered_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người giải trình | Who answered" },
	{ .name = "answered_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày giải trình | Day of the answer" },
	FIELDS_RETURNED,
	{ .name = "accepted_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người chấp nhận | Who accepted it" },
	{ .name = "accepted_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày chấp nhận | Day it was accepted" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field answer_fields[] = {
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .eg = "Cơ quan phối hợp trả lời chậm",
	    .doc = "Giải trình | The answer" },
	FIELDS_END
};
static const struct field return_fields[] = {
	{ .name = "due_on", .type = F_DATE,
	    .doc = "Hạn giải trình lại; mặc định giữ hạn cũ | Answer due; as before unless said" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "answer", answer_fields, "Giải trình | Explain", NULL },
	{ "accept", NULL, "Chấp nhận giải trình | Accept", NULL },
	{ "return", return_fields, "Trả lại, giải trình lại | Return", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/tasks/<uuid>/explanations",
	    .run = below_list, .below = "task",
	    .list = q_explanation_list_sorts,
	    .query = &q_task_get, .counts = &q_explanation_count,
	    .summary = "Các lần giải trình | What was to be explained of it" },
	{ .method = POST, .pattern = "/v1/tasks/<uuid>/explanations",
	    .run = below_create, .below = "task",
	    .flags = ROUTE_BODY, .fields = fields,
	    .query = &q_explanation_create, .status = 201,
	    .summary = "Yêu cầu giải trình | Ask for an explanation" },
	{ .method = GET, .pattern = "/v1/tasks/<uuid>/explanations/<uuid>",
	    .run = below_get, .query = &q_explanation_get,
	    .params = "fields as_of",
	    .summary = "Đọc một lần giải trình | Read one" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_explanation = {
	.name = "explanations",
	.kind = "explanation",
	.title = "Giải trình | Explanations",
	.doc = "Điều người theo dõi, giám sát một nhiệm vụ yêu cầu làm rõ, và "
	       "trả lời của người thực hiện. | What who oversees a task wants "
	       "explained, and the answer of who had to do it.",
	.fields = fields,
	.states = &states_explanation,
	.verbs = verbs,
	.list = q_explanation_list_sorts,
	.sort = "-created_at",
	.counts = &q_explanation_count,
	.dimensions = "status",
	.get = &q_explanation_get,
	.verb = &q_explanation_verb,
	.remove = &q_explanation_remove,
	.restore = &q_explanation_restore,
	.routes = routes,
};
