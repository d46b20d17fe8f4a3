/* The list of resources. */
#include <string.h>

#include "core/json.h"
#include "domain/period.h"
#include "api/api.h"
#include "http/check.h"
#include "http/crud.h"
#include "http/module.h"
#include "http/page.h"
#include "http/problem.h"

static const struct resource *const resources[] = {
	&resource_auth,
	&resource_session,
	&resource_password,
	&resource_mfa,
	&resource_delegation,
	&resource_departure,
	&resource_service_key,
	&resource_ticket,
	&resource_audit,
	&resource_exchange,
	&resource_me,
	&resource_unit,
	&resource_staff,
	&resource_post,
	&resource_group,
	&resource_document,
	&resource_plan,
	&resource_plan_import,
	&resource_plan_receipt,
	&resource_obligation,
	&resource_task,
	&resource_handover,
	&resource_extension,
	&resource_explanation,
	&resource_task_event,
	&resource_review,
	&resource_remediation,
	&resource_evaluation,
	&resource_notification,
	&resource_delivery,
	&resource_rollup,
	&resource_criteria_set,
	&resource_commitment,
	&resource_inspection,
	&resource_finding,
	&resource_measure,
	&resource_change,
	&resource_proposal,
	&resource_complaint,
	&resource_indicator,
	&resource_indicator_value,
	&resource_staff_event,
	&resource_calendar,
	&resource_period,
	&resource_setting,
	&resource_search,
	&resource_service,
};

const struct field external_ref_fields[] = {
	{ .name = "system", .type = F_CODE, .flags = FIELD_ALWAYS, .max = 64 },
	{ .name = "key", .type = F_CODE, .flags = FIELD_ALWAYS, .max = 64 },
	{ .name = NULL },
};

void
api_init(void)
{
	size_t i;

	for (i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
		route_add_resource(resources[i]);
}

void
prepare_period(struct ctx *c, json_t *body)
{
	const char *code = json_string_value(json_object_get(body, "period"));
	const char *name = json_string_value(json_object_get(body, "scheme"));
	enum period_scheme scheme = PERIOD_CALENDAR;
	struct period p;

	if (code == NULL)
		return;
	if ((name != NULL && period_scheme(name, &scheme) == -1) ||
	    period_range(code, scheme, &p) == -1) {
		fault_add(&c->faults, "/period", "out_of_range");
		return;
	}
	json_object_set_new(body, "period_from", json_string(p.from));
	json_object_set_new(body, "period_until", json_string(p.until));
}

enum step
bind_dry_run(struct ctx *c)
{
	const char *dry = param_take(c, "dry_run");

	if (param_rest(c) == STEP_DONE)
		return (STEP_DONE);
	if (dry != NULL && strcmp(dry, "true") != 0 &&
	    strcmp(dry, "false") != 0) {
		fault_add(&c->faults, "dry_run", "bad_format");
		return (problem(c, P_BAD_PARAMETER, NULL));
	}
	ctx_bind(c, "dry_run",
	    dry != NULL && strcmp(dry, "true") == 0 ? "t" : "f");
	return (STEP_MORE);
}

enum step
below_list(struct ctx *c)
{
	param_give(c, c->route->below, c->args[0]);
	return (page_list(c));
}

enum step
below_create(struct ctx *c)
{
	const char *name = arena_printf(&c->arena, "%s_id", c->route->below);

	if (json_object_get(c->body, name) != NULL)
		fault_add(&c->faults, arena_printf(&c->arena, "/%s", name),
		    "ambiguous");
	json_object_set_new(c->body, name, json_string(c->args[0]));
	return (crud_create(c));
}

enum step
below_get(struct ctx *c)
{
	c->args[0] = c->args[1];
	return (crud_get(c));
}
