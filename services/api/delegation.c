/* Delegations: KT., TL., TUQ., Q. - by document, for a time. */
#include "api/api.h"
#include "domain/vocabulary.h"
#include "http/crud.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

static enum step delegation_list(struct ctx *);
static enum step delegation_create(struct ctx *);
static enum step delegation_remove(struct ctx *);
static void take_list(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_EMPTY },
	{ .name = "to", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "staff", .column = "to_staff", .doc = "Người được giao" },
	{ .name = "powers", .type = F_LIST, .item = F_ENUM,
	    .flags = FIELD_REQUIRED, .min = 1, .max = 20,
	    .words = words_power, .doc = "Phạm vi được giao" },
	{ .name = "from", .type = F_DATE },
	{ .name = "to_date", .type = F_DATE,
	    .doc = "Ngày cuối, tính cả ngày này" },
	{ .name = "document", .type = F_TEXT, .max = 300,
	    .doc = "Văn bản giao" },
	{ .name = "capacity", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_capacity, .doc = "Tư cách ký" },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/staff/<uuid>/delegations",
	    .run = delegation_list, .summary = "Who stands in for a person" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/delegations",
	    .run = delegation_create, .fields = fields,
	    .flags = ROUTE_BODY | ROUTE_SIGN,
	    .summary = "Have somebody stand in" },
	{ .method = DELETE, .pattern = "/v1/staff/<uuid>/delegations/<uuid>",
	    .run = delegation_remove, .flags = ROUTE_SIGN,
	    .summary = "Take a delegation back" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_delegation = {
	.name = "delegations",
	.routes = routes,
};

static enum step
delegation_list(struct ctx *c)
{
	return (ctx_send(c, &q_delegation_list, take_list));
}

static void
take_list(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0)
		problem(c, P_NOT_FOUND, NULL);
	else
		reply_rows(c, a);
}

static enum step
delegation_create(struct ctx *c)
{
	if (json_array_size(json_object_get(c->body, "powers")) == 0) {
		fault_add(&c->faults, "/powers", "required");
		return (problem(c, P_INVALID, NULL));
	}
	return (crud_write(c, &q_delegation_create));
}

static enum step
delegation_remove(struct ctx *c)
{
	ctx_bind(c, "delegation_id", c->args[1]);
	return (crud_write(c, &q_delegation_remove));
}
