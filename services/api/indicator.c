/*
 * Indicators with target and direction, and their values by unit and period.
 * A ratio is its numerator and denominator, so that it can be added up.
 */
#include <string.h>

#include "api/api.h"
#include "core/field.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/check.h"
#include "http/crud.h"
#include "http/problem.h"
#include "queries.h"

static enum step indicator_total(struct ctx *);
static void value_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "unit", .type = F_REF, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .ref = "units", .doc = "Đơn vị ban hành | The unit that sets it" },
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .max = 40, .eg = "CT-01",
	    .doc = "Mã chỉ tiêu, không đổi | Code, never changes" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 500, .eg = "Tỷ lệ hồ sơ đúng hạn",
	    .doc = "Tên chỉ tiêu | Title" },
	{ .name = "text", .type = F_TEXT, .max = 20000,
	    .doc = "Chi tiết | Details" },
	{ .name = "unit_of_measure", .type = F_TEXT, .max = 60, .eg = "%",
	    .doc = "Đơn vị tính | Unit of measure" },
	{ .name = "source", .type = F_TEXT, .max = 500,
	    .doc = "Nguồn số liệu | Where the figures come from" },
	{ .name = "aggregation", .type = F_ENUM,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .words = words_aggregation,
	    .doc = "Cách cộng gộp | How values add up" },
	{ .name = "direction", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_direction,
	    .doc = "Chiều tốt | Which way is better" },
	{ .name = "target", .type = F_DECIMAL, .min = 6, .max = 18, .eg = "98",
	    .doc = "Mục tiêu | Target" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_indicator_status, .doc = "Trạng thái | Status" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field value_fields[] = {
	FIELD_ID,
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED, .ref = "units",
	    .doc = "Đơn vị; mặc định là đơn vị ban hành | The unit; the one that sets it unless said" },
	{ .name = "period", .type = F_PERIOD,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .doc = "Kỳ | Period" },
	{ .name = "scheme", .type = F_ENUM, .flags = FIELD_FIXED | FIELD_EMPTY,
	    .words = words_scheme,
	    .doc = "Cách chia kỳ | How periods are cut" },
	{ .name = "value", .type = F_DECIMAL, .min = 6, .max = 18, .eg = "97.5",
	    .doc = "Giá trị | Value" },
	{ .name = "numerator", .type = F_DECIMAL, .min = 6, .max = 18,
	    .doc = "Tử số | Numerator" },
	{ .name = "denominator", .type = F_DECIMAL, .min = 6, .max = 18,
	    .doc = "Mẫu số | Denominator" },
	{ .name = "note", .type = F_TEXT, .max = 4000,
	    .doc = "Ghi chú | Note" },
	{ .name = "indicator_id", .type = F_UUID, .flags = FIELD_ALWAYS,
	    .doc = "Chỉ tiêu | The indicator" },
	{ .name = "period_from", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .eg = "2026-01-01", .doc = "Kỳ bắt đầu | First day of the period" },
	{ .name = "period_to", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .doc = "Kỳ kết thúc, tính cả ngày này | Last day, included" },
	{ .name = "target", .type = F_DECIMAL, .flags = FIELD_SERVER,
	    .doc = "Mục tiêu | Target" },
	{ .name = "met", .type = F_BOOL, .flags = FIELD_SERVER,
	    .doc = "Đạt mục tiêu | The target is met" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_record_status, .doc = "Trạng thái | Status" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field total_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "period", .type = F_PERIOD, .doc = "Kỳ | Period" },
	{ .name = "aggregation", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_aggregation,
	    .doc = "Cách cộng gộp | How values add up" },
	{ .name = "units", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "12",
	    .doc = "Số đơn vị có số liệu | Units that have values" },
	{ .name = "numerator", .type = F_DECIMAL, .doc = "Tử số | Numerator" },
	{ .name = "denominator", .type = F_DECIMAL,
	    .doc = "Mẫu số | Denominator" },
	{ .name = "value", .type = F_DECIMAL, .eg = "97.5",
	    .doc = "Giá trị | Value" },
	{ .name = "target", .type = F_DECIMAL, .doc = "Mục tiêu | Target" },
	{ .name = "complete", .type = F_BOOL, .flags = FIELD_ALWAYS,
	    .doc = "Gồm mọi đơn vị được hỏi, không chỉ nơi người gọi được xem | All the units asked about, not only those the caller may read" },
	{ .name = "met", .type = F_BOOL,
	    .doc = "Đạt mục tiêu | The target is met" },
	FIELDS_END
};

#define KEEPER (PERM_DRAFT | PERM_CONFIG)
static const struct transition steps[] = {
	{ "active", "update", NULL, KEEPER, 0, 0, 0 },
	{ "active", "close", "ended", KEEPER, 0, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct transition value_steps[] = {
	{ "recorded", "update", NULL, PERM_DRAFT, 0, 0, 0 },
	{ "recorded", "delete", NULL, PERM_DRAFT, 0, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct states states = { "indicator", steps, NULL };
static const struct states value_states = { "indicator_value", value_steps,
	NULL };

static const struct verb verbs[] = {
	{ "close", NULL, "Thôi áp dụng | Stop using it", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/indicators/<uuid>/values",
	    .run = below_list, .below = "indicator",
	    .list = q_indicator_value_list_sorts,
	    .query = &q_indicator_get, .resource = &resource_indicator_value,
	    .summary = "Các giá trị | Its values" },
	{ .method = POST, .pattern = "/v1/indicators/<uuid>/values",
	    .run = below_create, .below = "indicator",
	    .flags = ROUTE_BODY, .fields = value_fields,
	    .query = &q_indicator_value_create,
	    .resource = &resource_indicator_value,
	    .status = 201,
	    .summary = "Nhập giá trị | Enter a value" },
	{ .method = GET, .pattern = "/v1/indicators/<uuid>/values/<uuid>",
	    .run = below_get, .query = &q_indicator_value_get,
	    .params = "fields as_of",
	    .resource = &resource_indicator_value,
	    .summary = "Đọc một giá trị | Read a value" },
	{ .method = GET, .pattern = "/v1/indicators/<uuid>/total",
	    .run = indicator_total, .query = &q_indicator_total,
	    .members = total_fields, .params = "period! scheme unit subtree as_of",
	    .summary = "Giá trị gộp của một kỳ | What the values of a period come to" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_indicator = {
	.name = "indicators",
	.kind = "indicator",
	.title = "Chỉ tiêu | Indicators",
	.doc = "Điều được đo theo kỳ và đơn vị, so với mục tiêu. | What is "
	       "measured by period and unit, against a target.",
	.creates = KEEPER,
	.fields = fields,
	.states = &states,
	.verbs = verbs,
	.list = q_indicator_list_sorts,
	.sort = "title",
	.get = &q_indicator_get,
	.create = &q_indicator_create,
	.patch = &q_indicator_patch,
	.verb = &q_indicator_verb,
	.routes = routes,
};

const struct resource resource_indicator_value = {
	.name = "indicator-values",
	.kind = "indicator_value",
	.title = "Số liệu chỉ tiêu | Indicator values",
	.doc = "Giá trị của một chỉ tiêu ở một đơn vị trong một kỳ. | The "
	       "value of an indicator at a unit in a period.",
	.fields = value_fields,
	.states = &value_states,
	.list = q_indicator_value_list_sorts,
	.sort = "-period",
	.get = &q_indicator_value_get,
	.patch = &q_indicator_value_patch,
	.remove = &q_indicator_value_remove,
	.restore = &q_indicator_value_restore,
	.prepare = value_prepare,
};

static void
value_prepare(struct ctx *c, const char *verb, json_t *body)
{
	prepare_period(c, body);
}

static enum step
indicator_total(struct ctx *c)
{
	static const char *const names[] = { "scheme", "unit", "subtree" };
	const char *period = param_take(c, "period"), *given;
	size_t i;

	if (period == NULL || !field_period(period))
		fault_add(&c->faults, "period",
		    period == NULL ? "required" : "bad_format");
	ctx_bind(c, "period", period);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		given = param_take(c, names[i]);
		if (given != NULL && i != 1 &&
		    (i == 0 ? field_word(words_scheme, given) == NULL :
		              strcmp(given, "true") != 0 &&
		                strcmp(given, "false") != 0))
			fault_add(&c->faults, names[i], "bad_format");
		ctx_bind(c, names[i], given);
	}
	if (c->faults.count > 0)
		return (problem(c, P_BAD_PARAMETER, NULL));
	return (crud_get(c));
}
