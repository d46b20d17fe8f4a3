/* What concerns the caller: who he is, and what he must do next. */
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "core/config.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/page.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

static enum step me_get(struct ctx *);
static enum step me_work(struct ctx *);
static void take_me(struct ctx *, struct db_answer *);
static void take_counts(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field work_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_SERVER },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_work_kind },
	{ .name = "role", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_work_role },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "subject", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "unit", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "days_left", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "signal", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_signal },
	{ .name = "verbs", .type = F_LIST, .item = F_TEXT,
	    .flags = FIELD_SERVER },
	{ .name = "href", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "status", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "version", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "summary", .type = F_TEXT, .flags = FIELD_SERVER },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/me", .run = me_get,
	    .summary = "Who is calling" },
	{ .method = GET, .pattern = "/v1/me/work", .run = me_work,
	    .list = q_me_work_sorts, .summary = "Who must do what next" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_me = {
	.name = "me",
	.kind = "work",
	.title = "Việc của tôi",
	.fields = work_fields,
	.sort = "due_on",
	.routes = routes,
};

static enum step
me_get(struct ctx *c)
{
	return (ctx_send(c, &q_me, take_me));
}

static void
take_me(struct ctx *c, struct db_answer *a)
{
	struct item x;
	char *json;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_UNAUTHENTICATED, NULL);
		return;
	}
	x.version = db_text(a, 0, 0);
	x.status = db_text(a, 0, 1);
	x.perms = db_number(a, 0, 2);
	json = arena_printf(&c->arena,
	    "%.*s,\"time_zone\":\"%s\","
	    "\"settings\":{},\"api\":{\"version\":\"1.0.0\",\"min_client\":"
	    "\"1.0.0\"}}",
	    (int)db_length(a, 0, 3) - 1, db_text(a, 0, 3), config_text(CFG_TZ));
	x.json = json;
	x.len = strlen(json);
	reply_item(c, 200, &x);
}

/* The list's own machinery, with the counters beside it. */
static enum step
me_work(struct ctx *c)
{
	enum step r;

	if ((r = page_list(c)) == STEP_DONE)
		return (r);
	return (ctx_send(c, &q_me_work_counts, take_counts));
}

static void
take_counts(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	page_also(c, "counts", db_text(a, 0, 0));
}
