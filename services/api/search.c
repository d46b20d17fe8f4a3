/* One search across kinds. */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "http/change.h"
#include "http/check.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

#define LIMIT_DEFAULT 5 /* of each kind */
#define LIMIT_MAX 50
#define WORDS_MAX 200 /* bytes */

static enum step search_run(struct ctx *);
static void take_found(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field group_fields[] = {
	{ .name = "type", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "task" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Nhiệm vụ | Tasks" },
	{ .name = "more", .type = F_BOOL, .flags = FIELD_ALWAYS,
	    .doc = "Còn nữa ngoài những mục này | There is more than these" },
	FIELDS_END
};
static const struct field found_fields[] = {
	{ .name = "type", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "task" },
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "code", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "II.1" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "Tổ chức sinh hoạt chính trị" },
	{ .name = "status", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "assigned" },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "3" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units" },
	{ .name = "href", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "/v1/tasks/01972f5e-8c4a-7b3e-9d21-5f60c1a7e842" },
	FIELDS_END
};
static const struct field found_answer[] = {
	{ .name = "groups", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS, .members = group_fields,
	    .doc = "Các loại có kết quả | The kinds that have any" },
	{ .name = "items", .type = F_LIST, .item = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = found_fields,
	    .doc = "Theo loại, gần nhất trước | By kind, nearest first" },
	{ .name = "next", .type = F_TEXT },
	FIELDS_END
};
/* clang-format on */

static const struct route routes[] = {
	{ .method = GET,
	    .pattern = "/v1/search",
	    .run = search_run,
	    .params = "q! types limit",
	    .answer = found_answer,
	    .summary = "Tìm trong mọi điều bạn được thấy | Look for words in "
	               "all that you may see" },
	{ .pattern = NULL }
};

const struct resource resource_search = {
	.name = "search",
	.title = "Tìm kiếm | Search",
	.doc = "Một lần tìm trong mọi loại; không phân biệt dấu và chữ hoa. | "
	       "One search through all kinds; accents and case do not matter.",
	.routes = routes,
};

static enum step
search_run(struct ctx *c)
{
	const char *q = param_take(c, "q"), *types = param_take(c, "types");
	const char *limit = param_take(c, "limit"), *p;
	uint64_t bits;
	long n = LIMIT_DEFAULT;
	char *end;
	int letters = 0;

	for (p = q; p != NULL && *p != '\0'; p++)
		letters += (*p & 0xc0) != 0x80 && *p != ' ';
	if (q == NULL)
		fault_add(&c->faults, "q", "required");
	else if (letters < 2)
		fault_add(&c->faults, "q", "too_short");
	else if (strlen(q) > WORDS_MAX)
		fault_add(&c->faults, "q", "too_long");
	if (types != NULL && change_kinds(types, &bits) == -1)
		fault_add(&c->faults, "types", "not_in_list");
	if (limit != NULL) {
		n = strtol(limit, &end, 10);
		if (*limit < '0' || *limit > '9' || *end != '\0' || n < 1 ||
		    n > LIMIT_MAX)
			fault_add(&c->faults, "limit", "out_of_range");
	}
	if (param_rest(c) == STEP_DONE)
		return (STEP_DONE);
	ctx_bind(c, "q", q);
	ctx_bind(c, "kinds",
	    types != NULL ? arena_printf(&c->arena, "{%s}", types) : NULL);
	ctx_bind(c, "limit", arena_printf(&c->arena, "%ld", n));
	return (ctx_send(c, &q_search, take_found));
}

/* Rows (kind, item, is there more of it?), kind by kind. */
static void
take_found(struct ctx *c, struct db_answer *a)
{
	const struct resource *r;
	struct buf items, groups;
	int limit, i, n = 0, number;
	const char *kind = "";

	if (ctx_failed(c, a))
		return;
	limit = (int)strtol(ctx_value(c, "limit"), NULL, 10);
	buf_init(&items, &c->arena, 4096);
	buf_init(&groups, &c->arena, 512);
	for (i = 0; i < db_rows(a); i++) {
		if (strcmp(kind, db_text(a, i, 0)) != 0) {
			kind = db_text(a, i, 0);
			n = 0;
			r = sight_resource(kind, &number);
			buf_printf(&groups, "%s{\"type\":\"%s\",\"title\":",
			    groups.len > 0 ? "," : "", kind);
			buf_json(&groups,
			    r != NULL ?
			        field_text(&c->arena, r->title, c->lang) :
			        kind);
			buf_printf(&groups, ",\"more\":%s}",
			    db_text(a, i, 2)[0] == 't' ? "true" : "false");
		}
		if (n++ == limit)
			continue;
		if (items.len > 0)
			buf_putc(&items, ',');
		buf_puts(&items, db_text(a, i, 1));
	}
	buf_puts(&groups, "],\"items\":[");
	buf_put(&groups, items.data, items.len);
	buf_puts(&groups, "],\"next\":null}");
	buf_init(&items, &c->arena, groups.len + 16);
	buf_puts(&items, "{\"groups\":[");
	buf_put(&items, groups.data, groups.len);
	reply(c, 200, items.data, items.len);
}
