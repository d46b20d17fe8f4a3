/* Leaving: what is open, who takes it over, and the day rights end. */
#include <string.h>

#include "api/api.h"
#include "http/check.h"
#include "http/crud.h"
#include "http/problem.h"
#include "queries.h"

static enum step departure_make(struct ctx *);

/* clang-format off */
static const struct field fields[] = {
	{ .name = "on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .doc = "Ngày thôi làm việc; từ ngày này không còn quyền" },
	{ .name = "hand_over_to", .type = F_REF, .ref = "staff",
	    .column = "hand_over_to_staff", .doc = "Người nhận bàn giao" },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = POST, .pattern = "/v1/staff/<uuid>/leave",
	    .run = departure_make, .fields = fields, .flags = ROUTE_BODY,
	    .params = "dry_run",
	    .summary = "A person leaves; ?dry_run=true only shows what is open" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_departure = {
	.name = "departures",
	.routes = routes,
};

static enum step
departure_make(struct ctx *c)
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
	return (crud_write(c, &q_departure_make));
}
