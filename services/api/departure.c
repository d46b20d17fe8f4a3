/* Leaving: what is open, who takes it over, and the day rights end. */
#include "api/api.h"
#include "http/crud.h"
#include "queries.h"

static enum step departure_make(struct ctx *);

/* clang-format off */
static const struct field fields[] = {
	{ .name = "on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .eg = "2026-06-30",
	    .doc = "Ngày thôi làm việc; từ ngày này không còn quyền | Day of leaving; from it on there are no rights" },
	{ .name = "hand_over_to", .type = F_REF, .ref = "staff",
	    .column = "hand_over_to_staff", .eg = "deputy.office",
	    .doc = "Người nhận bàn giao | Who takes over" },
	FIELDS_END
};

static const struct field open_fields[] = {
	{ .name = "kind", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "task" },
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "Tổ chức sinh hoạt chính trị" },
	{ .name = "role", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "do" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER },
	FIELDS_END
};
static const struct field answer[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Phiên bản mới của cán bộ | The person's new version" },
	{ .name = "on", .type = F_DATE, .flags = FIELD_ALWAYS },
	{ .name = "hand_over_to", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người nhận bàn giao | Who takes over" },
	{ .name = "open", .type = F_LIST, .item = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = open_fields,
	    .doc = "Việc còn mở | What is still open" },
	FIELD_PERMISSIONS,
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = POST, .pattern = "/v1/staff/<uuid>/leave",
	    .run = departure_make, .fields = fields, .flags = ROUTE_BODY,
	    .params = "dry_run",
	    .answer = answer,
	    .summary = "Cho thôi việc; dry_run chỉ xem việc còn mở | A person leaves; dry_run only shows what is open" },
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
	if (bind_dry_run(c) == STEP_DONE)
		return (STEP_DONE);
	return (crud_write(c, &q_departure_make));
}
