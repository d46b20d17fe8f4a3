/* The trail: who came, who was refused, what was changed, read and granted. */
#include "api/api.h"
#include "http/page.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

#define VERIFY_COUNT "20000"

static enum step audit_head(struct ctx *);
static enum step audit_verify(struct ctx *);
static void take_text(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_SERVER },
	{ .name = "at", .type = F_INSTANT, .flags = FIELD_SERVER },
	{ .name = "action", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "actor", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff" },
	{ .name = "staff", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "units" },
	{ .name = "kind", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "ref", .type = F_UUID, .flags = FIELD_SERVER },
	{ .name = "address", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "device", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "request", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "detail", .type = F_ANY, .flags = FIELD_SERVER },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/audit/head", .run = audit_head,
	    .summary = "The chain's newest seal, to be kept elsewhere" },
	{ .method = GET, .pattern = "/v1/audit/verify", .run = audit_verify,
	    .summary = "Is the newest stretch of the trail as it was sealed?" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_audit = {
	.name = "audit",
	.kind = "audit",
	.title = "Nhật ký",
	.fields = fields,
	.list = q_audit_list_sorts,
	.sort = "-at",
	.routes = routes,
	.watched = 1,
};

static enum step
audit_head(struct ctx *c)
{
	return (ctx_send(c, &q_audit_head, take_text));
}

static enum step
audit_verify(struct ctx *c)
{
	ctx_bind(c, "count", VERIFY_COUNT);
	return (ctx_send(c, &q_audit_verify, take_text));
}

static void
take_text(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0)
		problem(c, P_FORBIDDEN, NULL);
	else
		reply(c, 200, db_text(a, 0, 0), db_length(a, 0, 0));
}
