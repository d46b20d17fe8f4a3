/*
 * Settings: settled by a unit for itself and all below, given back by null.
 * One table says what may be settled; what holds where nobody has settled it
 * is the installation's own.
 */
#include <string.h>

#include "api/api.h"
#include "domain/vocabulary.h"
#include "http/check.h"
#include "http/crud.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

static enum step setting_get(struct ctx *);
static enum step setting_patch(struct ctx *);
static enum step bind_unit(struct ctx *);
static void check_week(struct ctx *);
static void check_locked(struct ctx *);

/* clang-format off */
static const struct field fields[] = {
	{ .name = "salutation", .type = F_TEXT, .min = 1, .max = 40,
	    .eg = "Kính gửi",
	    .doc = "Lời mở đầu thư | How letters begin" },
	{ .name = "working_week", .type = F_LIST, .item = F_INT,
	    .min = 1, .max = 7,
	    .doc = "Các ngày làm việc trong tuần, 1 là thứ Hai | Days worked in a week, 1 is Monday" },
	{ .name = "progress_cadence", .type = F_LIST, .item = F_ENUM, .max = 4,
	    .words = words_cadence,
	    .doc = "Kỳ báo tiến độ của việc thường xuyên không nêu định kỳ; trống: không hỏi | How often continuous work without a cadence tells of its progress; empty: it is not asked" },
	{ .name = "objective_cause_by", .type = F_ENUM,
	    .words = words_objective_cause_by,
	    .doc = "Ai xác nhận nguyên nhân khách quan | Who confirms that a cause was objective" },
	{ .name = "result_accepted_by", .type = F_ENUM,
	    .words = words_result_accepted_by,
	    .doc = "Ai xác nhận kết quả việc do cấp trên giao | Who accepts the result of what a higher unit gave out" },
	{ .name = "locked", .type = F_LIST, .item = F_TEXT, .max = 50,
	    .flags = FIELD_EMPTY,
	    .doc = "Những cài đặt cấp dưới không được đổi | What nobody below may settle" },
	FIELDS_END
};

static const struct field item_fields[] = {
	{ .name = "name", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "salutation" },
	{ .name = "value", .type = F_ANY, .flags = FIELD_ALWAYS,
	    .doc = "Giá trị đang áp dụng | What holds" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER, .ref = "units",
	    .doc = "Đơn vị đã đặt; trống: toàn hệ thống | Who has settled it; null: the installation" },
	{ .name = "inherited_from", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units",
	    .doc = "Cấp trên đã đặt | The unit above that has settled it" },
	{ .name = "locked", .type = F_BOOL, .flags = FIELD_ALWAYS,
	    .doc = "Cấp dưới không được đổi | Nobody below settles it otherwise" },
	FIELDS_END
};
static const struct field answer[] = {
	{ .name = "unit", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "units" },
	{ .name = "items", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS, .members = item_fields },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/settings", .run = setting_get,
	    .answer = answer, .params = "unit",
	    .summary = "Cài đặt đang áp dụng ở một đơn vị | The settings that hold for a unit" },
	{ .method = PATCH, .pattern = "/v1/settings", .run = setting_patch,
	    .fields = fields, .flags = ROUTE_BODY, .answer = answer,
	    .params = "unit",
	    .summary = "Đặt cho đơn vị và cấp dưới; null: theo cấp trên | Settle for a unit and all below; null gives it back to the unit above" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_setting = {
	.name = "settings",
	.title = "Cài đặt | Settings",
	.doc = "Điều một đơn vị đặt cho mình và mọi đơn vị trực thuộc; cấp "
	       "trên "
	       "có thể khóa. | What a unit settles for itself and all units "
	       "below it; a unit above may lock it.",
	.routes = routes,
};

static enum step
setting_get(struct ctx *c)
{
	if (bind_unit(c) == STEP_DONE)
		return (STEP_DONE);
	return (ctx_send(c, &q_setting_get, reply_one));
}

static enum step
setting_patch(struct ctx *c)
{
	if (bind_unit(c) == STEP_DONE)
		return (STEP_DONE);
	check_week(c);
	check_locked(c);
	if (c->faults.count > 0)
		return (problem(c, P_INVALID, NULL));
	return (crud_write(c, &q_setting_patch));
}

static enum step
bind_unit(struct ctx *c)
{
	ctx_bind(c, "unit", param_take(c, "unit"));
	return (param_rest(c));
}

/* Days of the week, each once. */
static void
check_week(struct ctx *c)
{
	json_t *week = json_object_get(c->body, "working_week"), *day;
	unsigned seen = 0;
	json_int_t n;
	size_t i;

	if (!json_is_array(week))
		return;
	json_array_foreach(week, i, day)
	{
		n = json_integer_value(day);
		if (n < 1 || n > 7)
			fault_add(&c->faults, "/working_week", "out_of_range");
		else if (seen & 1U << n)
			fault_add(&c->faults, "/working_week", "twice");
		else
			seen |= 1U << n;
	}
}

static void
check_locked(struct ctx *c)
{
	json_t *locked = json_object_get(c->body, "locked"), *name;
	const struct field *f;
	size_t i;

	json_array_foreach(locked, i, name)
	{
		for (f = fields; f->name != NULL &&
		     strcmp(f->name, json_string_value(name)) != 0;
		     f++)
			;
		if (f->name == NULL || strcmp(f->name, "locked") == 0)
			fault_add(&c->faults, "/locked", "not_in_list");
	}
}
