/*
 * Complaints: taken in, accepted or refused, resolved. Who complained stands
 * apart: in no list, search, letter or event, and each reading is in the trail.
 */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/crud.h"
#include "queries.h"

static void complaint_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field complainant_fields[] = {
	{ .name = "full_name", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 200, .eg = "…", .doc = "Họ và tên | Full name" },
	{ .name = "phone", .type = F_TEXT, .max = 40,
	    .doc = "Điện thoại | Telephone" },
	{ .name = "email", .type = F_EMAIL,
	    .doc = "Thư điện tử | Mail address" },
	{ .name = "address", .type = F_TEXT, .max = 500,
	    .doc = "Địa chỉ | Address" },
	FIELDS_END
};
static const struct field named_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS },
	{ .name = "full_name", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "…" },
	{ .name = "phone", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "email", .type = F_EMAIL, .flags = FIELD_SERVER },
	{ .name = "address", .type = F_TEXT, .flags = FIELD_SERVER },
	FIELDS_END
};
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .eg = "Chậm trả kết quả",
	    .doc = "Nội dung | What it is about" },
	{ .name = "text", .type = F_TEXT, .max = 100000,
	    .doc = "Chi tiết | Details" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED, .ref = "units",
	    .eg = "pasc",
	    .doc = "Đơn vị bị phản ánh | The unit complained of" },
	{ .name = "subject_staff", .type = F_REF,
	    .flags = FIELD_FIXED | FIELD_WRITE, .ref = "staff",
	    .doc = "Người bị phản ánh | The person complained of" },
	{ .name = "channel", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_complaint_channel,
	    .doc = "Hình thức tiếp nhận | How it came in" },
	{ .name = "received_on", .type = F_DATE,
	    .flags = FIELD_FIXED | FIELD_EMPTY,
	    .doc = "Ngày tiếp nhận; mặc định là hôm nay | Day it was received; today unless said" },
	{ .name = "complainant", .type = F_OBJECT,
	    .flags = FIELD_FIXED | FIELD_WRITE, .members = complainant_fields,
	    .doc = "Người phản ánh; được giữ kín, chỉ đọc riêng | Who complains; kept secret, read apart" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_complaint_status, .doc = "Trạng thái | Status" },
	{ .name = "anonymous", .type = F_BOOL, .flags = FIELD_ALWAYS, .eg = "false",
	    .doc = "Không nêu tên | Without a name" },
	{ .name = "subject", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff",
	    .doc = "Người bị phản ánh | The person complained of" },
	{ .name = "lead", .type = F_REF, .flags = FIELD_SERVER, .ref = "staff",
	    .doc = "Người xem xét | Who looks into it" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Hạn giải quyết | Due day" },
	FIELDS_DUE,
	{ .name = "accepted_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày thụ lý | Day it was accepted" },
	{ .name = "refuse_reason", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Lý do không thụ lý | Why it was refused" },
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Trả lời | Answer" },
	{ .name = "founded", .type = F_BOOL, .flags = FIELD_SERVER,
	    .doc = "Có cơ sở | It was founded" },
	{ .name = "resolved_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày trả lời | Day of the answer" },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field accept_fields[] = {
	{ .name = "lead_staff", .type = F_REF, .ref = "staff",
	    .doc = "Người xem xét; mặc định là người thụ lý | Who looks into it; who accepts it unless said" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .eg = "2026-04-15", .doc = "Hạn giải quyết | Due day" },
	FIELDS_END
};
static const struct field resolve_fields[] = {
	{ .name = "answer", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 50000, .eg = "Đã xin lỗi và trả kết quả",
	    .doc = "Trả lời | Answer" },
	{ .name = "founded", .type = F_BOOL,
	    .doc = "Có cơ sở | It was founded" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "accept", accept_fields, "Thụ lý, giao người xem xét | Accept, and say who looks into it", NULL },
	{ "refuse", NULL, "Không thụ lý | Refuse", NULL },
	{ "resolve", resolve_fields, "Trả lời kết quả | Answer", NULL },
	{ NULL, NULL, NULL, NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/complaints/<uuid>/complainant",
	    .run = crud_get, .query = &q_complainant_get,
	    .flags = ROUTE_SECRET, .members = named_fields,
	    .watched = "complainant",
	    .summary = "Người phản ánh; mỗi lần đọc đều ghi lại | Who complained; each reading is in the trail" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_complaint = {
	.name = "complaints",
	.kind = "complaint",
	.title = "Phản ánh, kiến nghị | Complaints",
	.doc = "Điều người dân phản ánh; tên người phản ánh được giữ riêng. | "
	       "What citizens complain of; who they are is kept apart.",
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

static void
complaint_prepare(struct ctx *c, const char *verb, json_t *body)
{
	const char *day;

	day = json_string_value(json_object_get(body, "received_on"));
	if (strcmp(verb, "create") == 0 && day != NULL &&
	    strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/received_on", "in_future");
}
