/*
 * Events of people: leave, discipline, commendation, awards, training. Below
 * the person, and together for who keeps the dossiers.
 */
#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static enum step events_list(struct ctx *);
static enum step event_create(struct ctx *);

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "kind", .type = F_ENUM,
	    .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .words = words_staff_event_kind, .doc = "Loại" },
	{ .name = "form", .type = F_TEXT, .max = 200,
	    .doc = "Hình thức: khiển trách, thai sản, bằng khen, …" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 500, .doc = "Nội dung" },
	{ .name = "text", .type = F_TEXT, .max = 20000 },
	{ .name = "from", .type = F_DATE, .flags = FIELD_REQUIRED },
	{ .name = "to", .type = F_DATE },
	{ .name = "duty_related", .type = F_BOOL,
	    .doc = "Liên quan đến công vụ" },
	{ .name = "case_code", .type = F_CODE, .max = 64,
	    .doc = "Mã vụ việc: một vi phạm chỉ tính vào một năm" },
	{ .name = "year_counted", .type = F_INT, .min = 1990, .max = 2200,
	    .doc = "Năm tính; mặc định theo vụ việc, rồi theo quyết định" },
	{ .name = "decision", .type = F_TEXT, .max = 300,
	    .doc = "Số quyết định" },
	{ .name = "decided_on", .type = F_DATE },
	{ .name = "authority", .type = F_TEXT, .max = 300,
	    .doc = "Cấp quyết định" },
	{ .name = "staff", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "unit", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_record_status },
	FIELDS_SERVER,
	FIELDS_END
};

#define RECORDER (PERM_DOSSIER | PERM_DECIDE)
static const struct transition steps[] = {
	{ "recorded", "update", NULL, RECORDER, 0, PERM_IS_SUBJECT, 0 },
	{ "recorded", "delete", NULL, RECORDER, 0, PERM_IS_SUBJECT, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
static const struct states states = { "staff_event", steps, NULL };

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/staff/<uuid>/events",
	    .run = events_list, .list = q_staff_event_list_sorts,
	    .query = &q_staff_get, .summary = "What happened to a person" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/events",
	    .run = event_create, .flags = ROUTE_BODY, .fields = fields,
	    .query = &q_staff_event_create, .summary = "Record it" },
	{ .method = GET, .pattern = "/v1/staff/<uuid>/events/<uuid>",
	    .run = below_get, .query = &q_staff_event_get,
	    .params = "fields", .summary = "Read" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_staff_event = {
	.name = "staff-events",
	.kind = "staff_event",
	.title = "Quá trình, khen thưởng, kỷ luật",
	.watched = 1,
	.fields = fields,
	.states = &states,
	.list = q_staff_event_list_sorts,
	.sort = "-from",
	.get = &q_staff_event_get,
	.patch = &q_staff_event_patch,
	.remove = &q_staff_event_remove,
	.restore = &q_staff_event_restore,
	.routes = routes,
};

static enum step
events_list(struct ctx *c)
{
	return (below_list(c, "staff"));
}

static enum step
event_create(struct ctx *c)
{
	return (below_create(c, "staff"));
}
