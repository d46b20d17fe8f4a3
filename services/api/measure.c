/*
 * Measures: what is done about a finding, or without one: open → done →
 * verified, or referred to another authority. All that is not carried out is
 * one list.
 */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void measure_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
const struct field measure_fields[] = {
	FIELD_ID,
	{ .name = "finding_id", .type = F_UUID, .flags = FIELD_FIXED,
	    .doc = "Phát hiện được xử lý, nếu có" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_measure_kind, .doc = "Hình thức" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .doc = "Nội dung" },
	{ .name = "text", .type = F_TEXT, .max = 20000 },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "units", .doc = "Đơn vị liên quan" },
	{ .name = "subject_staff", .type = F_REF, .flags = FIELD_FIXED,
	    .ref = "staff", .doc = "Người liên quan" },
	{ .name = "lead_staff", .type = F_REF, .ref = "staff",
	    .doc = "Người thực hiện; trống là người đứng đầu đơn vị" },
	{ .name = "decision", .type = F_TEXT, .max = 300,
	    .doc = "Số quyết định" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .doc = "Hạn thực hiện" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_measure_status },
	{ .name = "inspection_id", .type = F_UUID, .flags = FIELD_SERVER },
	{ .name = "subject", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "lead", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "days_left", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "signal", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_signal },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "done_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "verified_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "verified_by", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "referred_to", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "referred_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "document", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "return_reason", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "returns", .type = F_INT, .flags = FIELD_SERVER },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field do_fields[] = {
	{ .name = "result", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .doc = "Kết quả thực hiện" },
	{ .name = "done_on", .type = F_DATE,
	    .doc = "Ngày thực hiện; mặc định là hôm nay" },
	{ .name = "document", .type = F_TEXT, .max = 300,
	    .doc = "Văn bản kèm theo" },
	FIELDS_END
};
static const struct field refer_fields[] = {
	{ .name = "to", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .doc = "Cơ quan tiếp nhận" },
	{ .name = "document", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 300, .doc = "Văn bản chuyển" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "do", do_fields, "Báo đã thực hiện", NULL },
	{ "verify", NULL, "Xác nhận", NULL },
	{ "return", NULL, "Trả lại, thực hiện lại", NULL },
	{ "refer", refer_fields, "Chuyển cơ quan khác", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_measure = {
	.name = "measures",
	.kind = "measure",
	.title = "Biện pháp xử lý",
	.fields = measure_fields,
	.states = &states_measure,
	.verbs = verbs,
	.list = q_measure_list_sorts,
	.sort = "due_on",
	.counts = &q_measure_count,
	.dimensions = "status,kind",
	.get = &q_measure_get,
	.create = &q_measure_create,
	.patch = &q_measure_patch,
	.verb = &q_measure_verb,
	.remove = &q_measure_remove,
	.restore = &q_measure_restore,
	.prepare = measure_prepare,
};

static void
measure_prepare(struct ctx *c, const char *verb, json_t *body)
{
	const char *day = json_string_value(json_object_get(body, "done_on"));

	if (strcmp(verb, "do") == 0 && day != NULL && strcmp(day, c->today) > 0)
		fault_add(&c->faults, "/done_on", "in_future");
}
