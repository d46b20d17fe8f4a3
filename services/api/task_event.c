/*
 * What befell a task: delays, recorded; reworks, made by its returns. That the
 * cause was objective (nguyên nhân khách quan) is asked of an authority by
 * name: recorded → asked → confirmed or refused. NĐ 335/2025 Art 14: what the
 * competent level has confirmed is not held against who did the task.
 */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void task_event_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "cause", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 10000, .eg = "Bão số 3, đường vào thôn bị ngập",
	    .doc = "Nguyên nhân | What caused it" },
	{ .name = "evidence", .type = F_TEXT, .max = 10000,
	    .eg = "Công điện 12/CĐ-UBND",
	    .doc = "Căn cứ chứng minh | What proves it" },
	{ .name = "occurred_on", .type = F_DATE, .flags = FIELD_EMPTY,
	    .eg = "2026-03-12",
	    .doc = "Ngày xảy ra; mặc định là hôm nay | Day it happened; today unless said" },
	{ .name = "authority_staff", .type = F_REF, .flags = FIELD_WRITE,
	    .ref = "staff",
	    .doc = "Người có thẩm quyền được đề nghị xác nhận nguyên nhân khách quan | Who is asked to confirm that the cause was objective" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_task_event_status, .doc = "Trạng thái | Status" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_task_event_kind, .doc = "Loại | Kind" },
	FIELDS_OF_TASK,
	{ .name = "subject", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff",
	    .doc = "Người thực hiện; trống là người đứng đầu đơn vị | Who had to do it; the unit's head if unset" },
	{ .name = "exempt", .type = F_BOOL, .flags = FIELD_ALWAYS,
	    .eg = "false",
	    .doc = "Nguyên nhân khách quan đã được xác nhận, không tính lỗi | The cause is confirmed as objective: not held against who did it" },
	{ .name = "authority", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff",
	    .doc = "Người được đề nghị xác nhận | Who is asked to confirm" },
	{ .name = "asked_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người đề nghị | Who asks" },
	{ .name = "refuse_reason", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Lý do không xác nhận | Why it was refused" },
	FIELDS_DECIDED,
	{ .name = "author", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "", .doc = "Người ghi | Who recorded it" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field ask_fields[] = {
	{ .name = "authority_staff", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "staff", .eg = "head.economy",
	    .doc = "Người có thẩm quyền xác nhận | Who is to confirm" },
	{ .name = "cause", .type = F_TEXT, .min = 1, .max = 10000,
	    .doc = "Nguyên nhân; mặc định giữ nguyên | What caused it; as before unless said" },
	{ .name = "evidence", .type = F_TEXT, .min = 1, .max = 10000,
	    .doc = "Căn cứ chứng minh | What proves it" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "ask", ask_fields, "Đề nghị xác nhận nguyên nhân khách quan | Ask that the cause be confirmed as objective", NULL },
	{ "confirm", NULL, "Xác nhận nguyên nhân khách quan | Confirm", NULL },
	{ "refuse", NULL, "Không xác nhận | Refuse", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/tasks/<uuid>/events",
	    .run = below_list, .below = "task", .list = q_task_event_list_sorts,
	    .query = &q_task_get, .counts = &q_task_event_count,
	    .summary = "Các lần chậm, làm lại | Its delays and reworks" },
	{ .method = POST, .pattern = "/v1/tasks/<uuid>/events",
	    .run = below_create, .below = "task",
	    .flags = ROUTE_BODY, .fields = fields,
	    .query = &q_task_event_create, .status = 201,
	    .summary = "Ghi một lần chậm | Record a delay" },
	{ .method = GET, .pattern = "/v1/tasks/<uuid>/events/<uuid>",
	    .run = below_get, .query = &q_task_event_get,
	    .params = "fields as_of",
	    .summary = "Đọc một lần chậm, làm lại | Read one" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_task_event = {
	.name = "task-events",
	.kind = "task_event",
	.title = "Chậm tiến độ, làm lại | Delays and reworks",
	.doc = "Các lần một nhiệm vụ bị chậm hoặc phải làm lại, nguyên nhân, "
	       "và xác nhận của người có thẩm quyền rằng nguyên nhân là khách "
	       "quan. | Each delay and rework of a task, its cause, and the "
	       "word of an authority that the cause was objective.",
	.fields = fields,
	.states = &states_task_event,
	.verbs = verbs,
	.list = q_task_event_list_sorts,
	.sort = "-created_at",
	.counts = &q_task_event_count,
	.dimensions = "status,kind",
	.get = &q_task_event_get,
	.verb = &q_task_event_verb,
	.prepare = task_event_prepare,
	.routes = routes,
};

static void
task_event_prepare(struct ctx *c, const char *verb, json_t *body)
{
	const char *day = json_string_value(
	    json_object_get(body, "occurred_on"));

	(void)verb;
	if (day != NULL && strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/occurred_on", "in_future");
}
