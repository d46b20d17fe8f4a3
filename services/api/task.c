/* Tasks, and occurrences of recurring ones. */
#include <string.h>

#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/check.h"
#include "queries.h"

static enum step occurrences(struct ctx *);
static void task_prepare(struct ctx *, const char *, json_t *);
static void check_who(struct ctx *, json_t *, const char *);
static void check_due(struct ctx *, json_t *);

/* A unit or a person, as it is read: a person has no name but full_name. */
#define WHO_FIELDS \
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS }, \
	    { .name = "code", \
		    .type = F_CODE, \
		    .flags = FIELD_ALWAYS, \
		    .eg = "culture" }, \
	    { .name = "name", \
		    .type = F_TEXT, \
		    .flags = FIELD_ALWAYS | FIELD_MAYBE, \
		    .eg = "Phòng Văn hóa - Xã hội" }, \
	    { .name = "full_name", \
		    .type = F_TEXT, \
		    .flags = FIELD_ALWAYS | FIELD_MAYBE }, \
	    { .name = "position", \
		    .type = F_TEXT, \
		    .flags = FIELD_SERVER | FIELD_MAYBE }, \
	    { .name = "unit", \
		    .type = F_REF, \
		    .flags = FIELD_SERVER | FIELD_MAYBE, \
		    .ref = "units" }, \
	    FIELDS_END

/* As it is written. */
/* clang-format off */
static const struct field who_fields[] = {
	{ .name = "unit", .type = F_REF, .ref = "units", .eg = "culture",
	    .doc = "Đơn vị | A unit" },
	{ .name = "staff", .type = F_REF, .ref = "staff",
	    .doc = "Người | A person" },
	FIELDS_END
};
static const struct field due_rule_fields[] = {
	{ .name = "working_days", .type = F_INT, .max = 1000,
	    .eg = "5",
	    .doc = "Số ngày làm việc | Working days" },
	{ .name = "from", .type = F_DATE, .flags = FIELD_EMPTY,
	    .doc = "Kể từ sau ngày này; mặc định là hôm nay | After this day; after today unless said" },
	FIELDS_END
};
/* The same as it is read. */
static const struct field lead_fields[] = {
	{ .name = "kind", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "unit",
	    .doc = "unit, person" },
	WHO_FIELDS
};
static const struct field co_owner_fields[] = { WHO_FIELDS };
static const struct field origin_fields[] = {
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_origin_kind, .doc = "Nguồn | Where it came from" },
	{ .name = "ref", .type = F_TEXT, .max = 300,
	    .doc = "Số, ký hiệu hoặc liên kết | Number, symbol or link" },
	FIELDS_END
};

static const struct field children_fields[] = {
	{ .name = "total", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "5",
	    .doc = "Tổng số | All of them" },
	{ .name = "accepted", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "3",
	    .doc = "Đã xác nhận hoàn thành | Accepted" },
	{ .name = "overdue", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "1",
	    .doc = "Quá hạn | Overdue" },
	FIELDS_END
};

static const struct field progress_due_fields[] = {
	{ .name = "period", .type = F_PERIOD, .flags = FIELD_ALWAYS,
	    .doc = "Kỳ | Period" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .doc = "Hạn báo | Due day" },
	{ .name = "reported_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày báo | Day it was told" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_obligation_occurrence_status,
	    .doc = "Đã báo chưa | Whether it was" },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "plan_id", .type = F_UUID, .flags = FIELD_FIXED | FIELD_WRITE,
	    .doc = "Thuộc kế hoạch | The plan it belongs to" },
	{ .name = "parent_id", .type = F_UUID, .flags = FIELD_FIXED,
	    .doc = "Là phần của nhiệm vụ | The task it is a part of" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_FIXED,
	    .words = words_task_kind,
	    .doc = "Loại nhiệm vụ; mặc định một lần | Kind; one-off unless said" },
	{ .name = "code", .type = F_CODE, .max = 40, .eg = "II.1",
	    .doc = "Mã nhiệm vụ | Code" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 2000, .eg = "Tổ chức sinh hoạt chính trị",
	    .doc = "Nội dung nhiệm vụ | What is to be done" },
	{ .name = "text", .type = F_TEXT, .max = 100000,
	    .doc = "Chi tiết | Details" },
	{ .name = "cadence", .type = F_LIST, .item = F_ENUM, .max = 4,
	    .words = words_cadence, .doc = "Định kỳ, hoặc kỳ báo tiến độ của việc thường xuyên (không nêu: theo cài đặt progress_cadence của đơn vị) | How often it recurs, or tells of its progress if continuous (unless said, as the unit's setting progress_cadence has it)" },
	{ .name = "audience", .type = F_CODE, .max = 64,
	    .doc = "Mã đơn vị hoặc nhóm phải làm | Code of the unit or group it is for" },
	{ .name = "due_on", .type = F_DATE, .eg = "2026-03-31",
	    .doc = "Hạn hoàn thành | Due day" },
	{ .name = "due_precision", .type = F_ENUM, .words = words_due_precision,
	    .doc = "Hạn theo ngày hay tháng | Due on a day or within a month" },
	{ .name = "due_rule", .type = F_OBJECT, .members = due_rule_fields,
	    .doc = "Quy tắc tính hạn | How the due day is found" },
	{ .name = "lead", .type = F_OBJECT,
	    .flags = FIELD_EMPTY | FIELD_WRITE, .members = who_fields,
	    .doc = "Chủ trì: đơn vị hoặc người | Who leads: a unit or a person" },
	{ .name = "lead", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .members = lead_fields, .eg = "",
	    .doc = "Chủ trì: đơn vị hoặc người | Who leads: a unit or a person" },
	{ .name = "lead_unit", .type = F_REF, .flags = FIELD_EMPTY,
	    .ref = "units", .column = "unit", .eg = "culture",
	    .doc = "Đơn vị chủ trì | The unit that leads" },
	{ .name = "lead_staff", .type = F_REF, .ref = "staff",
	    .doc = "Người chủ trì | The person who leads" },
	{ .name = "co_owners", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_WRITE, .max = 50, .members = who_fields,
	    .doc = "Phối hợp | Who works along" },
	{ .name = "co_owners", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS, .members = co_owner_fields,
	    .doc = "Phối hợp | Who works along" },
	{ .name = "expected_output", .type = F_TEXT, .min = 1, .max = 2000,
	    .eg = "Báo cáo kết quả", .doc = "Sản phẩm | What it must yield" },
	{ .name = "weight", .type = F_DECIMAL, .min = 4, .max = 9,
	    .doc = "Trọng số | Weight" },
	{ .name = "urgency", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_urgency, .doc = "Độ khẩn | Urgency" },
	{ .name = "quantity", .type = F_DECIMAL, .min = 4, .max = 14,
	    .doc = "Khối lượng phải làm | Quantity to be done" },
	{ .name = "unit_of_measure", .type = F_TEXT, .max = 60,
	    .doc = "Đơn vị tính | Unit of measure" },
	{ .name = "origin", .type = F_OBJECT, .members = origin_fields,
	    .doc = "Nguồn giao | Where it came from" },
	{ .name = "source", .type = F_ANY, .flags = FIELD_FIXED,
	    .doc = "Nguồn gốc khi nhập | Provenance of an import" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_task_status, .eg = "assigned",
	    .doc = "Trạng thái | Status" },
	{ .name = "plan", .type = F_REF, .flags = FIELD_SERVER, .ref = "plans",
	    .eg = "", .doc = "Kế hoạch | The plan" },
	{ .name = "period", .type = F_PERIOD, .flags = FIELD_SERVER,
	    .doc = "Kỳ, với một kỳ của nhiệm vụ định kỳ hoặc thường xuyên | Period, of an occurrence" },
	{ .name = "quantity_done", .type = F_DECIMAL, .flags = FIELD_SERVER,
	    .doc = "Khối lượng đã làm | Quantity done" },
	{ .name = "quantity_accepted", .type = F_DECIMAL, .flags = FIELD_SERVER,
	    .doc = "Khối lượng được xác nhận | Quantity accepted" },
	{ .name = "assigned_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "", .doc = "Người giao | Who gave it out" },
	{ .name = "assigned_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .eg = "2026-03-02", .doc = "Ngày giao | Day it was given out" },
	{ .name = "received_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày tiếp nhận | Day it was received" },
	{ .name = "progress", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Tiến độ | Progress" },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Kết quả, sản phẩm | Result" },
	{ .name = "completed_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày hoàn thành | Day it was done" },
	{ .name = "recorded_at", .type = F_INSTANT, .flags = FIELD_SERVER,
	    .doc = "Lúc báo hoàn thành | When that was reported" },
	{ .name = "accepted_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày xác nhận | Day it was accepted" },
	{ .name = "return_reason", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Lý do trả lại | Why it was returned" },
	{ .name = "decline_reason", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Lý do không nhận | Why it was declined" },
	{ .name = "suggested", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Đề xuất giao cho ai | Whom to ask instead" },
	{ .name = "reworks", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "0",
	    .doc = "Số lần làm lại | Times it was done over" },
	{ .name = "children", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .members = children_fields,
	    .doc = "Các phần đã giao | The parts given out" },
	{ .name = "progress_due", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .members = progress_due_fields,
	    .doc = "Kỳ báo tiến độ của việc thường xuyên | The period that asks for the progress of continuous work" },
	{ .name = "count_from", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Trước ngày này không nhắc, không tính | Nothing due before this day counts" },
	{ .name = "historic", .type = F_BOOL, .flags = FIELD_ALWAYS, .eg = "false",
	    .doc = "Hạn trước ngày bắt đầu tính | Was due before anything counted" },
	{ .name = "timeliness", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_timeliness, .eg = "open_in_term",
	    .doc = "Tiến độ so với hạn | Done in time or not" },
	{ .name = "signal", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_signal, .eg = "ok",
	    .doc = "Tín hiệu nhắc | Signal" },
	{ .name = "days_left", .type = F_INT, .flags = FIELD_SERVER, .eg = "12",
	    .doc = "Số ngày làm việc còn lại | Working days left" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field assign_fields[] = {
	{ .name = "lead", .type = F_OBJECT, .flags = FIELD_EMPTY,
	    .members = who_fields,
	    .doc = "Chủ trì: đơn vị hoặc người | Who leads: a unit or a person" },
	{ .name = "lead_unit", .type = F_REF, .flags = FIELD_EMPTY,
	    .ref = "units", .column = "unit", .eg = "culture",
	    .doc = "Đơn vị chủ trì | The unit that leads" },
	{ .name = "lead_staff", .type = F_REF, .ref = "staff",
	    .doc = "Người chủ trì | The person who leads" },
	{ .name = "co_owners", .type = F_LIST, .item = F_OBJECT, .max = 50,
	    .members = who_fields, .doc = "Phối hợp | Who works along" },
	{ .name = "due_on", .type = F_DATE, .eg = "2026-03-31",
	    .doc = "Hạn hoàn thành | Due day" },
	{ .name = "reason", .type = F_TEXT, .max = 4000,
	    .doc = "Lý do giao lại | Why it is given anew" },
	FIELDS_END
};
static const struct field decline_fields[] = {
	{ .name = "suggested", .type = F_TEXT, .max = 1000,
	    .doc = "Đề xuất người hoặc đơn vị khác | Whom to ask instead" },
	FIELDS_END
};
/* clang-format on */
static const struct field progress_fields[] = {
	{ .name = "progress",
	    .type = F_TEXT,
	    .max = 20000,
	    .eg = "Đã xong dự thảo, chờ góp ý",
	    .doc = "Tiến độ | How far it is" },
	{ .name = "quantity_done",
	    .type = F_DECIMAL,
	    .min = 4,
	    .max = 14,
	    .doc = "Khối lượng đã làm | Quantity done" },
	FIELDS_END
};
/* clang-format off */
static const struct field complete_fields[] = {
	{ .name = "completed_on", .type = F_DATE, .eg = "2026-03-30",
	    .doc = "Ngày hoàn thành; mặc định là hôm nay | Day it was done; today unless said" },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .eg = "Đã tổ chức, có báo cáo kèm theo",
	    .doc = "Kết quả, sản phẩm | Result" },
	{ .name = "quantity_done", .type = F_DECIMAL, .min = 4, .max = 14,
	    .doc = "Khối lượng đã làm | Quantity done" },
	FIELDS_END
};
static const struct field accept_fields[] = {
	{ .name = "quantity_accepted", .type = F_DECIMAL, .min = 4, .max = 14,
	    .doc = "Khối lượng được xác nhận | Quantity accepted" },
	FIELDS_END
};

static const struct field audience_fields[] = {
	{ .name = "unit", .type = F_REF, .ref = "units", .eg = "culture",
	    .doc = "Đơn vị | A unit" },
	{ .name = "group", .type = F_CODE, .max = 64,
	    .doc = "Khóa của nhóm đơn vị: mọi đơn vị chưa có phần | Key of a group of units: all that have no part yet" },
	FIELDS_END
};
static const struct field cascade_fields[] = {
	{ .name = "audience", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_REQUIRED, .min = 1, .max = 200,
	    .members = audience_fields,
	    .doc = "Các đơn vị phải làm | The units that must do it" },
	{ .name = "due_on", .type = F_DATE, .eg = "2026-03-20",
	    .doc = "Hạn của các đơn vị; mặc định là hạn chung | Due day of each part; the whole's unless said" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "assign", assign_fields, "Giao việc | Assign", NULL },
	{ "receive", NULL, "Tiếp nhận | Receive", NULL },
	{ "decline", decline_fields, "Trả lại người giao | Decline", NULL },
	{ "recall", NULL, "Thu hồi, cùng các phần đã giao | Recall, with the parts it was cascaded to", NULL },
	{ "progress", progress_fields, "Báo tiến độ | Report progress", NULL },
	{ "complete", complete_fields, "Báo hoàn thành | Report completion", NULL },
	{ "withdraw", NULL, "Rút báo cáo hoàn thành | Withdraw the report", NULL },
	{ "accept", accept_fields, "Xác nhận hoàn thành | Accept", NULL },
	{ "return", NULL, "Trả lại, làm lại | Return for rework", NULL },
	{ "pause", NULL, "Tạm dừng, cùng các phần đã giao | Pause, with its parts", NULL },
	{ "resume", NULL, "Tiếp tục, cùng các phần đã giao | Resume, with its parts", NULL },
	{ "cancel", NULL, "Hủy, cùng các phần đã giao | Cancel, with its parts", NULL },
	{ "cascade", cascade_fields, "Triển khai xuống các đơn vị | Cascade to units", &q_task_cascade },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/tasks/<uuid>/occurrences",
	    .run = occurrences, .below = "parent", .list = q_task_list_sorts,
	    .query = &q_task_get, .counts = &q_task_count,
	    .summary = "Các kỳ của việc định kỳ | Occurrences of recurring work" },
	{ .pattern = NULL }
};
/* clang-format on */

static const struct narrow narrow = { "occurrences", &q_occurrence_get };

const struct resource resource_task = {
	.name = "tasks",
	.kind = "task",
	.title = "Nhiệm vụ | Tasks",
	.doc = "Việc được giao: của kế hoạch hoặc đột xuất, một lần, thường "
	       "xuyên hay định kỳ; mỗi kỳ của việc định kỳ là một mục riêng, "
	       "và mỗi kỳ báo tiến độ của việc thường xuyên có định kỳ cũng "
	       "vậy: báo tiến độ bằng lời là đã báo cho kỳ đến hạn kế tiếp. "
	       "Mỗi "
	       "kỳ cũng đọc và xử lý ở `/v1/occurrences/{id}`. "
	       "Đúng hạn hay không là theo ngày hoàn thành của báo cáo được "
	       "xác nhận. | Work given out: of a plan or not, one-off, "
	       "continuous or recurring; each occurrence of recurring work is "
	       "an item of its own, and so is each period in which continuous "
	       "work with a cadence has to tell of its progress: progress told "
	       "in words is that of the period that falls due next. They are "
	       "read and moved at `/v1/occurrences/{id}`, too. In time or "
	       "not goes by the completion day "
	       "of the report that was accepted.",
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
	.narrow = &narrow,
	.routes = routes,
};

static enum step
occurrences(struct ctx *c)
{
	param_give(c, "kind", "occurrence");
	return (below_list(c));
}

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
	json_array_foreach(json_object_get(body, "audience"), i, who)
	{
		check_who(c, who, arena_printf(&c->arena, "/audience/%zu", i));
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
