/*
 * The calendar: days off, days made up for, days swapped. Said once by a unit
 * it holds for all below; a change moves the open deadlines that were counted
 * by it.
 */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/check.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

#define DAYS_MAX 2000

static void calendar_prepare(struct ctx *, const char *, json_t *);
static enum step calendar_deadline(struct ctx *);
static void check_days(struct ctx *, const char *, const char *);

/* clang-format off */
static const struct field redated_fields[] = {
	{ .name = "kind", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "task" },
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "was", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .doc = "Hạn cũ | The day it was" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .doc = "Hạn mới | The day it is now" },
	FIELDS_END
};
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "unit", .type = F_REF,
	    .flags = FIELD_REQUIRED | FIELD_FIXED | FIELD_WRITE, .ref = "units",
	    .eg = "ward-thanh-khe",
	    .doc = "Đơn vị quy định; có hiệu lực ở mọi đơn vị trực thuộc | Who says so; holds for all units below" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER, .ref = "units",
	    .doc = "Đơn vị quy định; trống: toàn hệ thống | Who says so; null: for the whole installation" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .words = words_calendar_kind, .eg = "holiday",
	    .doc = "Nghỉ lễ, nghỉ bù, làm bù, hoán đổi | Kind of days" },
	{ .name = "from", .type = F_DATE, .flags = FIELD_REQUIRED | FIELD_EMPTY,
	    .eg = "2027-02-05", .doc = "Từ ngày | From this day" },
	{ .name = "to", .type = F_DATE, .flags = FIELD_EMPTY,
	    .eg = "2027-02-11",
	    .doc = "Đến hết ngày; mặc định một ngày | To the end of this day; one day unless said" },
	{ .name = "worked_on", .type = F_DATE,
	    .doc = "Hoán đổi: ngày làm việc thay | Of a swap: the day worked instead" },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "Tết Nguyên đán", .doc = "Tên | Name" },
	{ .name = "decision", .type = F_TEXT, .max = 300,
	    .doc = "Văn bản quyết định | The decision" },
	{ .name = "locked", .type = F_BOOL, .flags = FIELD_EMPTY,
	    .eg = "false",
	    .doc = "Cấp dưới không được quy định khác | Nobody below says otherwise" },
	{ .name = "inherited_from", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units",
	    .doc = "Cấp trên đã quy định, khi đọc cho một đơn vị | The unit above that said so, when read for a unit" },
	{ .name = "redated", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_SERVER, .members = redated_fields,
	    .doc = "Các hạn thay đổi theo lần ghi này | Deadlines that this change has moved" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_record_status, .doc = "Trạng thái | Status" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field day_fields[] = {
	{ .name = "day", .type = F_DATE, .flags = FIELD_ALWAYS },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_calendar_kind },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_SERVER },
	FIELDS_END
};
static const struct field deadline_fields[] = {
	{ .name = "unit", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "units",
	    .doc = "Theo lịch của đơn vị này | By the calendar of this unit" },
	{ .name = "from", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .doc = "Không tính ngày này | This day is not counted" },
	{ .name = "working_days", .type = F_INT, .flags = FIELD_SERVER,
	    .eg = "7" },
	{ .name = "calendar_days", .type = F_INT, .flags = FIELD_SERVER,
	    .eg = "5" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày cuối; trống: ngoài các năm có lịch | The last day; null: beyond the years that have a calendar" },
	{ .name = "days", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS, .members = day_fields,
	    .doc = "Những ngày khác thường trong khoảng đó | What is said of days between" },
	FIELDS_END
};

static const struct transition steps[] = {
	{ "recorded", "update", NULL, PERM_CONFIG, 0, 0, 0 },
	{ "recorded", "delete", NULL, PERM_CONFIG, 0, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct states states = { "calendar_entry", steps, NULL };

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/calendar/deadline",
	    .run = calendar_deadline, .answer = deadline_fields,
	    .params = "from! working_days calendar_days unit",
	    .summary = "Ngày cuối của một thời hạn | The last day of a term",
	    .doc = "working_days: ngày làm việc thứ n sau ngày đó. calendar_days: ngày thứ n; nếu là ngày nghỉ thì ngày làm việc tiếp theo. | working_days: the n-th working day after it. calendar_days: the n-th day, or the next working day if it is none." },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_calendar = {
	.name = "calendar",
	.kind = "calendar_entry",
	.title = "Lịch làm việc | Calendar",
	.doc = "Nghỉ lễ, nghỉ bù, làm bù, hoán đổi: một đơn vị ghi một lần, "
	       "mọi đơn vị trực thuộc theo; hạn tính theo ngày làm việc được "
	       "tính lại. | Days off, made up for, swapped: said once by a "
	       "unit, for all below; deadlines counted in working days are "
	       "counted again.",
	.fields = fields,
	.creates = PERM_CONFIG,
	.states = &states,
	.list = q_calendar_list_sorts,
	.sort = "from",
	.get = &q_calendar_get,
	.create = &q_calendar_create,
	.patch = &q_calendar_patch,
	.remove = &q_calendar_remove,
	.restore = &q_calendar_restore,
	.prepare = calendar_prepare,
	.routes = routes,
};

/* A day worked instead belongs to a swap, and to nothing else. */
static void
calendar_prepare(struct ctx *c, const char *verb, json_t *body)
{
	const char *kind = json_string_value(json_object_get(body, "kind"));
	int worked = json_is_string(json_object_get(body, "worked_on"));

	if (strcmp(verb, "create") == 0 &&
	    worked != (strcmp(kind, "swap") == 0))
		fault_add(&c->faults, "/worked_on",
		    worked ? "in_conflict" : "required");
}

static enum step
calendar_deadline(struct ctx *c)
{
	const char *from = param_take(c, "from");
	const char *working = param_take(c, "working_days");
	const char *whole = param_take(c, "calendar_days");
	const char *unit = param_take(c, "unit");

	if (param_rest(c) == STEP_DONE)
		return (STEP_DONE);
	if (from == NULL || !field_date(from, strlen(from)))
		fault_add(&c->faults, "from",
		    from == NULL ? "required" : "bad_format");
	if (working != NULL && whole != NULL)
		fault_add(&c->faults, "calendar_days", "in_conflict");
	else if (whole != NULL)
		check_days(c, "calendar_days", whole);
	else
		check_days(c, "working_days", working);
	if (c->faults.count > 0)
		return (problem(c, P_BAD_PARAMETER, NULL));
	ctx_bind(c, "from_day", from);
	ctx_bind(c, "working", working);
	ctx_bind(c, "whole", whole);
	ctx_bind(c, "unit", unit);
	return (ctx_send(c, &q_calendar_deadline, reply_one));
}

static void
check_days(struct ctx *c, const char *name, const char *days)
{
	if (days == NULL || *days == '\0' || strlen(days) > 4 ||
	    days[strspn(days, "0123456789")] != '\0' || atoi(days) > DAYS_MAX)
		fault_add(&c->faults, name,
		    days == NULL ? "required" : "out_of_range");
}
