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
	    .doc = "Phát hiện được xử lý, nếu có | The finding it answers, if any" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_measure_kind, .doc = "Hình thức | Kind" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .eg = "Kiểm điểm rút kinh nghiệm",
	    .doc = "Nội dung | What is to be done" },
	{ .name = "text", .type = F_TEXT, .max = 20000,
	    .doc = "Chi tiết | Details" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED, .ref = "units",
	    .eg = "culture", .doc = "Đơn vị liên quan | The unit concerned" },
	{ .name = "subject_staff", .type = F_REF,
	    .flags = FIELD_FIXED | FIELD_WRITE, .ref = "staff",
	    .doc = "Người liên quan | The person concerned" },
	{ .name = "lead_staff", .type = F_REF, .flags = FIELD_WRITE,
	    .ref = "staff",
	    .doc = "Người thực hiện; trống là người đứng đầu đơn vị | Who carries it out; the unit's head if unset" },
	{ .name = "decision", .type = F_TEXT, .max = 300,
	    .doc = "Số quyết định | Number of the decision" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_REQUIRED,
	    .eg = "2026-04-15", .doc = "Hạn thực hiện | Due day" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_measure_status, .doc = "Trạng thái | Status" },
	{ .name = "inspection_id", .type = F_UUID, .flags = FIELD_SERVER,
	    .doc = "Cuộc kiểm tra | The inspection" },
	{ .name = "subject", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người liên quan | The person concerned" },
	{ .name = "lead", .type = F_REF, .flags = FIELD_SERVER, .ref = "staff",
	    .doc = "Người thực hiện | Who carries it out" },
	FIELDS_DUE,
	FIELDS_DONE("Ngày thực hiện | Day it was done"),
	{ .name = "referred_to", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Cơ quan tiếp nhận | Where it was referred" },
	{ .name = "referred_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày chuyển | Day it was referred" },
	{ .name = "document", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Văn bản kèm theo | The document with it" },
	FIELDS_RETURNED,
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field do_fields[] = {
	{ .name = "result", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 20000, .eg = "Đã kiểm điểm trước tập thể",
	    .doc = "Kết quả thực hiện | Result" },
	{ .name = "done_on", .type = F_DATE,
	    .doc = "Ngày thực hiện; mặc định là hôm nay | Day it was done; today unless said" },
	{ .name = "document", .type = F_TEXT, .max = 300,
	    .doc = "Văn bản kèm theo | The document with it" },
	FIELDS_END
};
static const struct field refer_fields[] = {
	{ .name = "to", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "Ủy ban kiểm tra thành phố",
	    .doc = "Cơ quan tiếp nhận | Where it goes" },
	{ .name = "document", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "15/CV-UBND",
	    .doc = "Văn bản chuyển | The document that refers it" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "do", do_fields, "Báo đã thực hiện | Report it done", NULL },
	{ "verify", NULL, "Xác nhận | Verify", NULL },
	{ "return", NULL, "Trả lại, thực hiện lại | Return", NULL },
	{ "refer", refer_fields, "Chuyển cơ quan khác | Refer elsewhere", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_measure = {
	.name = "measures",
	.kind = "measure",
	.title = "Biện pháp xử lý | Measures",
	.doc = "Điều phải làm sau một phát hiện, hoặc tự thân; có người thực "
	       "hiện và hạn. | What must follow a finding, or stands by "
	       "itself; somebody does it, by a day.",
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
