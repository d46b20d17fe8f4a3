/*
 * Who of a plan's recipients has read it. A reading is noted behind its answer,
 * and what this process has noted lately it does not note again, so that many
 * readings of one plan cost one row and no waiting.
 */
#include <string.h>

#include "api/api.h"
#include "core/seal.h"
#include "domain/role.h"
#include "domain/vocabulary.h"
#include "http/note.h"
#include "http/page.h"
#include "http/reply.h"
#include "queries.h"

#define LATELY 4096 /* a power of two */

static uint64_t lately[LATELY];

static uint64_t reading(struct ctx *, const struct item *);

/* clang-format off */
static const struct field fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS,
	    .doc = "Đơn vị, hoặc người | The unit, or the person" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_receipt_status, .doc = "Đã đọc chưa | Whether read" },
	{ .name = "recipient", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Các cơ quan, đơn vị",
	    .doc = "Nơi nhận như ghi trong văn bản | As the document names it" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units", .doc = "Đơn vị | The unit" },
	{ .name = "staff", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "",
	    .doc = "Người, khi gửi đến từng người | The person, where it goes to persons" },
	{ .name = "reader", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "",
	    .doc = "Người đã đọc | Who has read it" },
	{ .name = "read_at", .type = F_INSTANT, .flags = FIELD_SERVER,
	    .doc = "Đọc lúc | When" },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/plans/<uuid>/receipts",
	    .run = page_list, .list = q_plan_receipt_list_sorts,
	    .query = &q_plan_get, .counts = &q_plan_receipt_count,
	    .need = PERM_READ | PERM_IS_AUTHOR,
	    .summary = "Nơi nhận nào đã đọc | Which recipients have read it",
	    .doc = "Một đơn vị đã đọc khi người lãnh đạo đơn vị đã đọc; outdated: chỉ đọc bản trước khi sửa đổi. | A unit has when one who leads it has; outdated: only as it was before an amendment." },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_plan_receipt = {
	.name = "plan-receipts",
	.kind = "plan_receipt",
	.title = "Tiếp nhận kế hoạch | Plan receipts",
	.doc = "Ai trong nơi nhận đã đọc, ai chưa. | Who of the recipients "
	       "has read a plan, and who is missing.",
	.fields = fields,
	.sort = "name",
	.dimensions = "status",
	.routes = routes,
};

void
plan_receipt_note(struct ctx *c, const struct item *x)
{
	uint64_t h;

	if (strcmp(x->status, "draft") == 0 ||
	    strcmp(x->status, "submitted") == 0)
		return;
	h = reading(c, x);
	if (lately[h % LATELY] == h)
		return;
	if (note_send(c, &q_plan_read) == 0)
		lately[h % LATELY] = h;
}

/* Who reads what as it now stands. */
static uint64_t
reading(struct ctx *c, const struct item *x)
{
	const char *s;

	s = arena_printf(&c->arena, "%s %s %s", c->who.staff, c->args[0],
	    x->version);
	return (seal_hash(s, strlen(s)));
}
