/* Tasks, and occurrences of recurring ones. */
#include <string.h>

#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void task_prepare(struct ctx *, const char *, json_t *);
static void check_who(struct ctx *, json_t *, const char *);
static void check_due(struct ctx *, json_t *);

/* A unit or a person. */
/* clang-format off */
static const struct field who_fields[] = {
	{ .name = "unit", .type = F_REF, .ref = "units" },
	{ .name = "staff", .type = F_REF, .ref = "staff" },
	FIELDS_END
};
static const struct field due_rule_fields[] = {
	{ .name = "working_days", .type = F_INT, .max = 1000,
	    .doc = "Số ngày làm việc" },
	{ .name = "from", .type = F_DATE, .flags = FIELD_EMPTY,
	    .doc = "Kể từ sau ngày này; mặc định là hôm nay" },
	FIELDS_END
};
static const struct field origin_fields[] = {
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_origin_kind },
	{ .name = "ref", .type = F_TEXT, .max = 300 },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "plan_id", .type = F_UUID, .flags = FIELD_FIXED },
	{ .name = "parent_id", .type = F_UUID, .flags = FIELD_FIXED },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_FIXED,
	    .words = words_task_kind, .doc = "Loại nhiệm vụ" },
	{ .name = "code", .type = F_CODE, .max = 40 },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 2000, .doc = "Nội dung nhiệm vụ" },
	{ .name = "text", .type = F_TEXT, .max = 100000 },
	{ .name = "cadence", .type = F_LIST, .item = F_ENUM, .max = 4,
	    .words = words_cadence, .doc = "Định kỳ" },
	{ .name = "audience", .type = F_CODE, .max = 64 },
	{ .name = "due_on", .type = F_DATE, .doc = "Hạn hoàn thành" },
	{ .name = "due_precision", .type = F_ENUM,
	    .words = words_due_precision },
	{ .name = "due_rule", .type = F_OBJECT, .members = due_rule_fields,
	    .doc = "Hạn theo số ngày làm việc, thay cho due_on" },
	{ .name = "lead", .type = F_OBJECT, .flags = FIELD_EMPTY,
	    .members = who_fields, .doc = "Chủ trì: đơn vị hoặc người" },
	{ .name = "lead_unit", .type = F_REF, .flags = FIELD_EMPTY,
	    .ref = "units", .column = "unit", .doc = "Đơn vị chủ trì" },
	{ .name = "lead_staff", .type = F_REF, .ref = "staff",
	    .doc = "Người chủ trì" },
	{ .name = "co_owners", .type = F_LIST, .item = F_OBJECT, .max = 50,
	    .members = who_fields, .doc = "Phối hợp" },
	{ .name = "expected_output", .type = F_TEXT, .min = 1, .max = 2000,
	    .doc = "Sản phẩm" },
	{ .name = "weight", .type = F_DECIMAL, .min = 4, .max = 9 },
	{ .name = "urgency", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_urgency, .doc = "Độ khẩn" },
	{ .name = "quantity", .type = F_DECIMAL, .min = 4, .max = 14 },
	{ .name = "unit_of_measure", .type = F_TEXT, .max = 60 },
	{ .name = "origin", .type = F_OBJECT, .members = origin_fields,
	    .doc = "Nguồn giao" },
	{ .name = "source", .type = F_ANY, .flags = FIELD_FIXED },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_task_status },
	{ .name = "plan", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "period", .type = F_PERIOD, .flags = FIELD_SERVER },
	{ .name = "quantity_done", .type = F_DECIMAL, .flags = FIELD_SERVER },
	{ .name = "quantity_accepted", .type = F_DECIMAL,
	    .flags = FIELD_SERVER },
	{ .name = "assigned_by", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "assigned_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "received_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "progress", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "completed_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "recorded_at", .type = F_INSTANT, .flags = FIELD_SERVER },
	{ .name = "accepted_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "return_reason", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "decline_reason", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "suggested", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "reworks", .type = F_INT, .flags = FIELD_SERVER,
	    .doc = "Số lần làm lại" },
	{ .name = "count_from", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "historic", .type = F_BOOL, .flags = FIELD_SERVER },
	{ .name = "timeliness", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_timeliness },
	{ .name = "signal", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_signal },
	{ .name = "days_left", .type = F_INT, .flags = FIELD_SERVER,
	    .doc = "Số ngày làm việc còn lại" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field assign_fields[] = {
	{ .name = "lead", .type = F_OBJECT, .flags = FIELD_EMPTY,
	    .members = who_fields },
	{ .name = "lead_unit", .type = F_REF, .flags = FIELD_EMPTY,
	    .ref = "units", .column = "unit" },
	{ .name = "lead_staff", .type = F_REF, .ref = "staff" },
	{ .name = "co_owners", .type = F_LIST, .item = F_OBJECT, .max = 50,
	    .members = who_fields },
	{ .name = "due_on", .type = F_DATE },
	{ .name = "reason", .type = F_TEXT, .max = 4000 },
	FIELDS_END
};
static const struct field decline_fields[] = {
	{ .name = "suggested", .type = F_TEXT, .max = 1000,
	    .doc = "Đề xuất người hoặc đơn vị khác" },
	FIELDS_END
};
/* clang-format on */
static const struct field progress_fields[] = {
	{ .name = "progress", .type = F_TEXT, .max = 20000 },
	{ .name = "quantity_done", .type = F_DECIMAL, .min = 4, .max = 14 },
	FIELDS_END
};
/* clang-format off */
static const struct field complete_fields[] = {
	{ .name = "completed_on", .type = F_DATE,
	    .doc = "Ngày hoàn thành; mặc định là hôm nay" },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .doc = "Kết quả, sản phẩm" },
	{ .name = "quantity_done", .type = F_DECIMAL, .min = 4, .max = 14 },
	FIELDS_END
};
static const struct field accept_fields[] = {
	{ .name = "quantity_accepted", .type = F_DECIMAL, .min = 4,
	    .max = 14 },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "assign", assign_fields, "Giao việc", NULL },
	{ "receive", NULL, "Tiếp nhận", NULL },
	{ "decline", decline_fields, "Trả lại người giao", NULL },
	{ "recall", NULL, "Thu hồi", NULL },
	{ "progress", progress_fields, "Báo tiến độ", NULL },
	{ "complete", complete_fields, "Báo hoàn thành", NULL },
	{ "withdraw", NULL, "Rút báo cáo hoàn thành", NULL },
	{ "accept", accept_fields, "Xác nhận hoàn thành", NULL },
	{ "return", NULL, "Trả lại, làm lại", NULL },
	{ "pause", NULL, "Tạm dừng", NULL },
	{ "resume", NULL, "Tiếp tục", NULL },
	{ "cancel", NULL, "Hủy", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_task = {
	.name = "tasks",
	.kind = "task",
	.title = "Nhiệm vụ",
	.fields = fields,
	.creates = PERM_ASSIGN,
	.states = &states_task,
	.verbs = verbs,
	.list = q_task_list_sorts,
	.sort = "due_on",
	.counts = &q_task_count,
	.dimensions = "status,timeliness,signal",
	.get = &q_task_get,
	.create = &q_task_create,
	.patch = &q_task_patch,
	.verb = &q_task_verb,
	.remove = &q_task_remove,
	.restore = &q_task_restore,
	.prepare = task_prepare,
};

static void
task_prepare(struct ctx *c, const char *verb, json_t *body)
{
	static const char *const leads[] = { "unit_id", "unit_code",
		"lead_staff_id", "lead_staff_code" };
	const char *kind, *day;
	json_t *who;
	size_t i, named = 0;

	for (i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		named += json_object_get(body, leads[i]) != NULL;
	if ((who = json_object_get(body, "lead")) != NULL) {
		if (named > 0)
			fault_add(&c->faults, "/lead", "ambiguous");
		else
			check_who(c, who, "/lead");
	}
	json_array_foreach(json_object_get(body, "co_owners"), i, who)
	{
		check_who(c, who, arena_printf(&c->arena, "/co_owners/%zu", i));
	}
	check_due(c, body);
	day = json_string_value(json_object_get(body, "completed_on"));
	if (day != NULL && strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/completed_on", "in_future");
	if (strcmp(verb, "create") != 0)
		return;
	kind = json_string_value(json_object_get(body, "kind"));
	if (kind != NULL && strcmp(kind, "occurrence") == 0)
		fault_add(&c->faults, "/kind", "not_in_list");
	if (named == 0 && json_object_get(body, "lead") == NULL)
		fault_add(&c->faults, "/lead", "required");
}

/* {unit_id|unit_code|staff_id|staff_code}: exactly one of them. */
static void
check_who(struct ctx *c, json_t *who, const char *at)
{
	size_t n = json_object_size(who);

	if (n != 1)
		fault_add(&c->faults, at, n == 0 ? "required" : "ambiguous");
	else if (json_is_null(json_object_iter_value(json_object_iter(who))))
		fault_add(&c->faults, at, "not_null");
}

/* The due day, or the rule that makes it. */
static void
check_due(struct ctx *c, json_t *body)
{
	json_t *rule = json_object_get(body, "due_rule");

	if (!json_is_object(rule))
		return;
	if (json_object_get(body, "due_on") != NULL)
		fault_add(&c->faults, "/due_on", "in_conflict");
	if (!json_is_integer(json_object_get(rule, "working_days")))
		fault_add(&c->faults, "/due_rule/working_days", "required");
	if (json_object_get(rule, "from") == NULL)
		json_object_set_new(rule, "from", json_string(c->today));
}
