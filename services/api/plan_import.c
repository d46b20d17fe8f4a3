/*
 * A plan document brought in whole. The members are those of the ward's plan
 * (tests/data/plan-tan-chinh-2024.json). Everything wrong with it, what its
 * members are and what they name, is told in one answer, and what is doubtful
 * with it. ?dry_run=true only tells.
 */
#include <string.h>

#include "api/api.h"
#include "core/uuid.h"
#include "domain/vocabulary.h"
#include "http/check.h"
#include "http/crud.h"
#include "http/problem.h"
#include "queries.h"

static enum step plan_import(struct ctx *);

/* clang-format off */
static const struct field task_fields[] = {
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED, .max = 40 },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 2000 },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_task_kind },
	{ .name = "cadence", .type = F_LIST, .item = F_ENUM, .max = 4,
	    .words = words_cadence },
	{ .name = "due_on", .type = F_DATE },
	{ .name = "due_precision", .type = F_ENUM,
	    .words = words_due_precision },
	{ .name = "lead_unit_code", .type = F_CODE, .flags = FIELD_REQUIRED,
	    .max = 64 },
	{ .name = "audience", .type = F_CODE, .max = 64 },
	{ .name = "expected_output", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 2000, .doc = "Sản phẩm phải có" },
	{ .name = "weight", .type = F_DECIMAL, .min = 4, .max = 9 },
	{ .name = "urgency", .type = F_ENUM, .words = words_urgency },
	{ .name = "source", .type = F_ANY },
	FIELDS_END
};
static const struct field obligation_fields[] = {
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED, .max = 40 },
	{ .name = "task_code", .type = F_CODE, .max = 40 },
	{ .name = "what", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 2000 },
	{ .name = "audience", .type = F_CODE, .max = 64 },
	{ .name = "subject_kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_subject_kind },
	{ .name = "cadence", .type = F_LIST, .item = F_ENUM, .max = 4,
	    .words = words_cadence },
	{ .name = "due_rule", .type = F_ANY },
	{ .name = "criteria_set_code", .type = F_CODE, .max = 64 },
	{ .name = "report_to_unit_codes", .type = F_LIST, .item = F_CODE,
	    .max = 20 },
	{ .name = "source", .type = F_ANY },
	FIELDS_END
};
static const struct field document_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_EMPTY },
	{ .name = "kind", .type = F_ENUM, .words = words_plan_kind },
	{ .name = "number", .type = F_TEXT, .max = 60 },
	{ .name = "symbol", .type = F_TEXT, .max = 60 },
	{ .name = "issuer", .type = F_TEXT, .max = 300 },
	{ .name = "issuer_unit_code", .type = F_CODE, .flags = FIELD_REQUIRED,
	    .max = 64 },
	{ .name = "place", .type = F_TEXT, .max = 200 },
	{ .name = "issued_on", .type = F_DATE },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000 },
	{ .name = "text", .type = F_TEXT, .max = 200000 },
	{ .name = "source", .type = F_ANY },
	{ .name = "legal_bases", .type = F_LIST, .item = F_OBJECT, .max = 200,
	    .members = plan_basis_fields },
	{ .name = "sections", .type = F_LIST, .item = F_OBJECT, .max = 100,
	    .members = plan_section_fields },
	{ .name = "tasks", .type = F_LIST, .item = F_OBJECT, .max = 500,
	    .members = task_fields },
	{ .name = "obligations", .type = F_LIST, .item = F_OBJECT, .max = 500,
	    .members = obligation_fields },
	{ .name = "recipients", .type = F_LIST, .item = F_OBJECT, .max = 200,
	    .members = plan_recipient_fields },
	{ .name = "signer", .type = F_OBJECT, .members = plan_signer_fields },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = POST, .pattern = "/v1/plans/import", .run = plan_import,
	    .fields = document_fields, .flags = ROUTE_BODY | ROUTE_FAULTS,
	    .params = "dry_run", .resource = &resource_plan,
	    .summary = "Bring a plan document in whole" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_plan_import = {
	.name = "plans",
	.kind = "plan",
	.routes = routes,
};

static enum step
plan_import(struct ctx *c)
{
	const char *dry = param_take(c, "dry_run"), *day;
	char made[UUID_LEN + 1];

	if (dry != NULL && strcmp(dry, "true") != 0 &&
	    strcmp(dry, "false") != 0) {
		fault_add(&c->faults, "dry_run", "bad_format");
		return (problem(c, P_BAD_PARAMETER, NULL));
	}
	if (dry == NULL)
		dry = "false";
	day = json_string_value(json_object_get(c->body, "issued_on"));
	if (day != NULL && strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/issued_on", "in_future");
	faults_blank(&c->faults, c->body);
	c->args[0] = json_string_value(json_object_get(c->body, "id"));
	if (c->args[0] == NULL) {
		uuid_new(made);
		c->args[0] = arena_strdup(&c->arena, made);
	}
	/* telling is no answer that could be repeated */
	if (strcmp(dry, "true") == 0)
		c->key = NULL;
	ctx_bind(c, "tell", "f");
	ctx_bind(c, "dry_run", dry);
	ctx_bind(c, "faulty", c->faults.count > 0 ? "true" : "false");
	return (crud_write(c, &q_plan_import));
}
