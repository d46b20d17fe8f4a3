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

static enum step values_list(struct ctx *);
static enum step value_create(struct ctx *);
static enum step indicator_total(struct ctx *);
static void value_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "unit", .type = F_REF,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .ref = "units",
	    .doc = "Đơn vị ban hành" },
	{ .name = "code", .type = F_CODE,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .max = 40 },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 500, .doc = "Tên chỉ tiêu" },
	{ .name = "text", .type = F_TEXT, .max = 20000 },
	{ .name = "unit_of_measure", .type = F_TEXT, .max = 60 },
	{ .name = "source", .type = F_TEXT, .max = 500,
	    .doc = "Nguồn số liệu" },
	{ .name = "aggregation", .type = F_ENUM,
	    .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .words = words_aggregation, .doc = "Cách cộng gộp" },
	{ .name = "direction", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_direction, .doc = "Chiều tốt" },
	{ .name = "target", .type = F_DECIMAL, .min = 6, .max = 18,
	    .doc = "Mục tiêu" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_indicator_status },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field value_fields[] = {
	FIELD_ID,
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED, .ref = "units",
	    .doc = "Mặc định là đơn vị ban hành" },
	{ .name = "period", .type = F_PERIOD,
	    .flags = FIELD_REQUIRED | FIELD_FIXED, .doc = "Kỳ" },
	{ .name = "scheme", .type = F_ENUM,
	    .flags = FIELD_FIXED | FIELD_EMPTY, .words = words_scheme },
	{ .name = "value", .type = F_DECIMAL, .min = 6, .max = 18 },
	{ .name = "numerator", .type = F_DECIMAL, .min = 6, .max = 18,
	    .doc = "Tử số" },
	{ .name = "denominator", .type = F_DECIMAL, .min = 6, .max = 18,
	    .doc = "Mẫu số" },
	{ .name = "note", .type = F_TEXT, .max = 4000 },
	{ .name = "indicator_id", .type = F_UUID, .flags = FIELD_SERVER },
	{ .name = "period_from", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "period_to", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "target", .type = F_DECIMAL, .flags = FIELD_SERVER },
	{ .name = "met", .type = F_BOOL, .flags = FIELD_SERVER,
	    .doc = "Đạt mục tiêu" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_record_status },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field total_fields[] = {
	{ .name = "id", .type = F_UUID },
	{ .name = "period", .type = F_PERIOD },
	{ .name = "aggregation", .type = F_ENUM, .words = words_aggregation },
	{ .name = "units", .type = F_INT, .doc = "Số đơn vị có số liệu" },
	{ .name = "numerator", .type = F_DECIMAL },
	{ .name = "denominator", .type = F_DECIMAL },
	{ .name = "value", .type = F_DECIMAL },
	{ .name = "target", .type = F_DECIMAL },
	{ .name = "met", .type = F_BOOL },
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
	{ "close", NULL, "Thôi áp dụng", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/indicators/<uuid>/values",
	    .run = values_list, .list = q_indicator_value_list_sorts,
	    .query = &q_indicator_get, .resource = &resource_indicator_value,
	    .summary = "Its values" },
	{ .method = POST, .pattern = "/v1/indicators/<uuid>/values",
	    .run = value_create, .flags = ROUTE_BODY, .fields = value_fields,
	    .query = &q_indicator_value_create,
	    .resource = &resource_indicator_value,
	    .summary = "Enter a value" },
	{ .method = GET, .pattern = "/v1/indicators/<uuid>/values/<uuid>",
	    .run = below_get, .query = &q_indicator_value_get,
	    .params = "fields", .resource = &resource_indicator_value,
	    .summary = "Read" },
	{ .method = GET, .pattern = "/v1/indicators/<uuid>/total",
	    .run = indicator_total, .query = &q_indicator_total,
	    .members = total_fields, .params = "period scheme unit subtree",
	    .summary = "What the values of a period come to" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_indicator = {
	.name = "indicators",
	.kind = "indicator",
	.title = "Chỉ tiêu",
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
	.title = "Số liệu chỉ tiêu",
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

static enum step
values_list(struct ctx *c)
{
	return (below_list(c, "indicator"));
}

static enum step
value_create(struct ctx *c)
{
	return (below_create(c, "indicator"));
}

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
