/*
 * Complaints: taken in, accepted or refused, resolved. Who complained stands
 * apart: in no list, search, letter or event, and each reading is in the trail.
 */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/crud.h"
#include "http/note.h"
#include "queries.h"

static enum step complainant_read(struct ctx *);
static void complaint_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field complainant_fields[] = {
	{ .name = "full_name", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 200 },
	{ .name = "phone", .type = F_TEXT, .max = 40 },
	{ .name = "email", .type = F_EMAIL },
	{ .name = "address", .type = F_TEXT, .max = 500 },
	FIELDS_END
};
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .doc = "Nội dung" },
	{ .name = "text", .type = F_TEXT, .max = 100000 },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "units", .doc = "Đơn vị bị phản ánh" },
	{ .name = "subject_staff", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "staff", .doc = "Người bị phản ánh" },
	{ .name = "channel", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_complaint_channel, .doc = "Hình thức tiếp nhận" },
	{ .name = "received_on", .type = F_DATE,
	    .flags = FIELD_FIXED | FIELD_EMPTY },
	{ .name = "complainant", .type = F_OBJECT, .flags = FIELD_FIXED,
	    .members = complainant_fields,
	    .doc = "Người phản ánh: được giữ kín, chỉ đọc riêng" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_complaint_status },
	{ .name = "anonymous", .type = F_BOOL, .flags = FIELD_SERVER },
	{ .name = "subject", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "lead", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "days_left", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "signal", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_signal },
	{ .name = "accepted_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "refuse_reason", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "founded", .type = F_BOOL, .flags = FIELD_SERVER },
	{ .name = "resolved_on", .type = F_DATE, .flags = FIELD_SERVER },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field accept_fields[] = {
	{ .name = "lead_staff", .type = F_REF, .ref = "staff",
	    .doc = "Người xem xét; mặc định là người thụ lý" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .doc = "Hạn giải quyết" },
	FIELDS_END
};
static const struct field resolve_fields[] = {
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 50000, .doc = "Trả lời" },
	{ .name = "founded", .type = F_BOOL, .doc = "Có cơ sở" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "accept", accept_fields, "Thụ lý, giao người xem xét", NULL },
	{ "refuse", NULL, "Không thụ lý", NULL },
	{ "resolve", resolve_fields, "Trả lời kết quả", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/complaints/<uuid>/complainant",
	    .run = complainant_read, .query = &q_complainant_get,
	    .flags = ROUTE_SECRET, .members = complainant_fields,
	    .summary = "Who complained; each reading is in the trail" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_complaint = {
	.name = "complaints",
	.kind = "complaint",
	.title = "Phản ánh, kiến nghị",
	.fields = fields,
	.states = &states_complaint,
	.verbs = verbs,
	.list = q_complaint_list_sorts,
	.sort = "-created_at",
	.counts = &q_complaint_count,
	.dimensions = "status,channel",
	.get = &q_complaint_get,
	.create = &q_complaint_create,
	.patch = &q_complaint_patch,
	.verb = &q_complaint_verb,
	.prepare = complaint_prepare,
	.routes = routes,
};

static enum step
complainant_read(struct ctx *c)
{
	note(c, "read", NULL, "complainant", c->args[0], NULL);
	return (crud_get(c));
}

static void
complaint_prepare(struct ctx *c, const char *verb, json_t *body)
{
	const char *day;

	day = json_string_value(json_object_get(body, "received_on"));
	if (strcmp(verb, "create") == 0 && day != NULL &&
	    strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/received_on", "in_future");
}
