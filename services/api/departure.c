/*
 * Leaving, and moving to another unit: what is open, who takes it over, and
 * the day rights end. Carried out on the day by the duty departure.
 */
#include "api/api.h"
#include "http/crud.h"
#include "queries.h"

static enum step departure_make(struct ctx *);
static enum step transfer_make(struct ctx *);
static enum step transfer_cancel(struct ctx *);

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
static const struct field transfer_fields[] = {
	{ .name = "on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .eg = "2026-07-01",
	    .doc = "Ngày nhận nhiệm vụ mới; từ ngày này hết quyền ở đơn vị cũ | First day in the new unit; from it on there are no rights in the old one" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "units", .eg = "culture",
	    .doc = "Đơn vị mới | The new unit" },
	{ .name = "position", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "Chuyên viên",
	    .doc = "Chức vụ, vị trí việc làm mới | The new post" },
	{ .name = "duty_group", .type = F_CODE, .max = 64, .eg = "specialists",
	    .doc = "Nhóm nhiệm vụ tương đồng | Group of like duties" },
	{ .name = "hand_over_to", .type = F_REF, .ref = "staff",
	    .column = "hand_over_to_staff", .eg = "deputy.office",
	    .doc = "Người nhận bàn giao; không có thì việc về đơn vị | Who takes over; without, tasks go back to their unit" },
	{ .name = "document", .type = F_TEXT, .max = 300,
	    .eg = "Quyết định 12/QĐ-UBND",
	    .doc = "Quyết định điều động | The decision it rests on" },
	FIELDS_END
};

static const struct field open_fields[] = {
	{ .name = "kind", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "task" },
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "Tổ chức sinh hoạt chính trị",
	    .doc = "Chỉ của nhiệm vụ, kế hoạch | Of tasks and plans only" },
	{ .name = "role", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "do" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "handed_over", .type = F_BOOL, .flags = FIELD_ALWAYS,
	    .eg = "true",
	    .doc = "Sẽ bàn giao trong ngày đó | Changes hands on that day" },
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
static const struct field transfer_answer[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Phiên bản mới của cán bộ | The person's new version" },
	{ .name = "on", .type = F_DATE, .flags = FIELD_ALWAYS },
	{ .name = "unit", .type = F_REF, .flags = FIELD_ALWAYS,
	    .ref = "units", .doc = "Đơn vị mới | The new unit" },
	{ .name = "position", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Chuyên viên" },
	{ .name = "duty_group", .type = F_CODE, .flags = FIELD_SERVER },
	{ .name = "hand_over_to", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người nhận bàn giao | Who takes over" },
	{ .name = "document", .type = F_TEXT, .flags = FIELD_SERVER },
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
	{ .method = POST, .pattern = "/v1/staff/<uuid>/transfer",
	    .run = transfer_make, .fields = transfer_fields,
	    .flags = ROUTE_BODY, .params = "dry_run",
	    .answer = transfer_answer,
	    .summary = "Điều động sang đơn vị khác từ một ngày; dry_run chỉ xem việc còn mở | Move to another unit on a day; dry_run only shows what is open" },
	{ .method = DELETE, .pattern = "/v1/staff/<uuid>/transfer",
	    .run = transfer_cancel,
	    .summary = "Thôi điều động chưa đến ngày | Take back moves whose day has not come" },
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

static enum step
transfer_make(struct ctx *c)
{
	if (bind_dry_run(c) == STEP_DONE)
		return (STEP_DONE);
	return (crud_write(c, &q_transfer_make));
}

static enum step
transfer_cancel(struct ctx *c)
{
	return (crud_write(c, &q_transfer_cancel));
}
