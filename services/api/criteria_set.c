/*
 * Sets of criteria: what people are asked when they look at themselves or are
 * rated. An edition that has been answered stands; the next one follows it.
 */
#include <string.h>

#include "api/api.h"
#include "domain/role.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void criteria_set_prepare(struct ctx *, const char *, json_t *);

/* clang-format off */
static const struct field item_fields[] = {
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED, .max = 40,
	    .eg = "BH01", .doc = "Mã tiêu chí | Code" },
	{ .name = "text", .type = F_TEXT, .max = 4000,
	    .doc = "Nội dung | Text" },
	{ .name = "help", .type = F_TEXT, .max = 4000,
	    .doc = "Hướng dẫn | Guidance" },
	{ .name = "answer", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_answer_kind,
	    .doc = "Loại câu trả lời | Kind of answer" },
	{ .name = "max", .type = F_DECIMAL, .min = 4, .max = 10,
	    .doc = "Mức hoặc điểm tối đa | Highest level or score" },
	{ .name = "required", .type = F_BOOL,
	    .doc = "Phải trả lời | Must be answered" },
	{ .name = "evidence", .type = F_BOOL,
	    .doc = "Cần minh chứng | Wants evidence" },
	FIELDS_END
};

static const struct field fields[] = {
	FIELD_ID,
	{ .name = "code", .type = F_CODE, .flags = FIELD_REQUIRED | FIELD_FIXED,
	    .max = 64, .eg = "BH-2026",
	    .doc = "Mã bộ tiêu chí; mã mà đơn vị đã có là lần ban hành mới | Code; one that the unit has makes a new edition" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "Bộ biểu hiện năm 2026",
	    .doc = "Tên bộ tiêu chí | Title" },
	{ .name = "items", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_REQUIRED, .max = 200, .members = item_fields,
	    .eg = "",
	    .doc = "Các tiêu chí, theo thứ tự | The criteria, in order" },
	{ .name = "edition", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "1",
	    .doc = "Lần ban hành | Edition" },
	FIELDS_CATALOGUE(words_criteria_set_status),
	FIELDS_SERVER,
	FIELDS_END
};

static const struct transition steps[] = {
	{ "active", "update", NULL, PERM_CONFIG, 0, 0, 0 },
	{ NULL, NULL, NULL, 0, 0, 0, 0 }
};
/* clang-format on */
static const struct states states = { "criteria_set", steps, NULL };

const struct resource resource_criteria_set = {
	.name = "criteria-sets",
	.kind = "criteria_set",
	.title = "Bộ tiêu chí | Criteria sets",
	.doc = "Tiêu chí của tự soi và đánh giá; lần ban hành mới không đổi "
	       "những gì đã trả lời. | What reviews and evaluations ask; a new "
	       "edition changes no answer already given.",
	.fields = fields,
	.creates = PERM_CONFIG,
	.states = &states,
	.list = q_criteria_set_list_sorts,
	.sort = "title",
	.get = &q_criteria_set_get,
	.create = &q_criteria_set_create,
	.patch = &q_criteria_set_patch,
	.prepare = criteria_set_prepare,
};

/* A code is asked once. */
static void
criteria_set_prepare(struct ctx *c, const char *verb, json_t *body)
{
	json_t *items = json_object_get(body, "items"), *seen, *item;
	const char *code;
	size_t i;

	if (items == NULL)
		return;
	if (json_array_size(items) == 0)
		fault_add(&c->faults, "/items", "required");
	seen = json_object();
	json_array_foreach(items, i, item)
	{
		code = json_string_value(json_object_get(item, "code"));
		if (json_object_get(seen, code) != NULL)
			fault_add(&c->faults,
			    arena_printf(&c->arena, "/items/%zu/code", i),
			    "twice");
		json_object_set_new(seen, code, json_true());
	}
	json_decref(seen);
}
