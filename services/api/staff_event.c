/*
 * Events of people: leave, discipline, commendation, awards, training. Below
 * the person, and together for who keeps the dossiers.
 */
#include "api/api.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .words = words_staff_event_kind, .doc = "Loại | Kind" },
	{ .name = "form", .type = F_TEXT, .max = 200,
	    .doc = "Hình thức: khiển trách, thai sản, bằng khen, … | Form: reprimand, maternity leave, certificate, …" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 500, .eg = "Bằng khen của Chủ tịch UBND thành phố",
	    .doc = "Nội dung | What it is" },
	{ .name = "text", .type = F_TEXT, .max = 20000,
	    .doc = "Chi tiết | Details" },
	{ .name = "from", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .eg = "2026-01-10", .doc = "Từ ngày | From this day" },
	{ .name = "to", .type = F_DATE,
	    .doc = "Đến hết ngày | To the end of this day" },
	{ .name = "duty_related", .type = F_BOOL,
	    .doc = "Liên quan đến công vụ | Related to duty" },
	{ .name = "case_code", .type = F_CODE, .max = 64,
	    .doc = "Mã vụ việc; một vi phạm chỉ tính vào một năm | Code of the case; one breach counts in one year" },
	{ .name = "year_counted", .type = F_INT, .min = 1990, .max = 2200,
	    .doc = "Năm tính; mặc định theo vụ việc, rồi theo quyết định | Year it counts in; by the case, then by the decision unless said" },
	{ .name = "decision", .type = F_TEXT, .max = 300, .eg = "118/QĐ-UBND",
	    .doc = "Số quyết định | Number of the decision" },
	{ .name = "decided_on", .type = F_DATE,
	    .doc = "Ngày quyết định | Day of the decision" },
	{ .name = "authority", .type = F_TEXT, .max = 300,
	    .doc = "Cấp quyết định | Who decided" },
	{ .name = "staff", .type = F_REF, .flags = FIELD_SERVER, .ref = "staff",
	    .eg = "", .doc = "Cán bộ | The person" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER, .ref = "units",
	    .eg = "", .doc = "Đơn vị lúc đó | The unit at the time" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_record_status, .doc = "Trạng thái | Status" },
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
	    .run = below_list, .below = "staff",
	    .list = q_staff_event_list_sorts,
	    .query = &q_staff_get,
	    .summary = "Quá trình của một người | What happened to a person" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/events",
	    .run = below_create, .below = "staff",
	    .flags = ROUTE_BODY, .fields = fields,
	    .query = &q_staff_event_create, .status = 201,
	    .summary = "Ghi vào quá trình | Record it" },
	{ .method = GET, .pattern = "/v1/staff/<uuid>/events/<uuid>",
	    .run = below_get, .query = &q_staff_event_get,
	    .params = "fields as_of", .summary = "Đọc | Read" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_staff_event = {
	.name = "staff-events",
	.kind = "staff_event",
	.title = "Quá trình, khen thưởng, kỷ luật | Staff events",
	.doc = "Kỷ luật, nghỉ, khen thưởng, đào tạo của từng người; chỉ bản "
	       "thân và người giữ hồ sơ đọc được. | Discipline, leave, "
	       "commendation, award and training of a person; for oneself and "
	       "who keeps the dossiers.",
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
