/* Delegations: KT., TL., TUQ., Q. - by document, for a time. */
#include "api/api.h"
#include "domain/vocabulary.h"
#include "http/crud.h"
#include "http/reply.h"
#include "queries.h"

static enum step delegation_list(struct ctx *);
static enum step delegation_create(struct ctx *);
static enum step delegation_remove(struct ctx *);

/* clang-format off */
static const struct field fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_EMPTY,
	    .doc = "Máy khách có thể tự tạo | A client may make its own" },
	{ .name = "to", .type = F_REF, .flags = FIELD_REQUIRED, .ref = "staff",
	    .column = "to_staff", .eg = "deputy.office",
	    .doc = "Người được giao | Who stands in" },
	{ .name = "powers", .type = F_LIST, .item = F_ENUM,
	    .flags = FIELD_REQUIRED, .min = 1, .max = 20, .words = words_power,
	    .eg = "assign", .doc = "Phạm vi được giao | What is handed over" },
	{ .name = "from", .type = F_DATE,
	    .doc = "Từ ngày; mặc định là hôm nay | From this day; today unless said" },
	{ .name = "to_date", .type = F_DATE, .eg = "2026-04-30",
	    .doc = "Ngày cuối, tính cả ngày này | Last day, included" },
	{ .name = "document", .type = F_TEXT, .max = 300, .eg = "12/GUQ-UBND",
	    .doc = "Văn bản giao | The document that says so" },
	{ .name = "capacity", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_capacity,
	    .doc = "Tư cách ký | Capacity of signing" },
	FIELDS_END
};

static const struct field answer[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS },
	{ .name = "staff", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "staff",
	    .doc = "Người giao | Who hands over" },
	{ .name = "to", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "staff",
	    .doc = "Người được giao | Who stands in" },
	{ .name = "powers", .type = F_LIST, .item = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_power, .eg = "assign",
	    .doc = "Phạm vi được giao | What is handed over" },
	{ .name = "capacity", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_capacity, .doc = "Tư cách ký | Capacity of signing" },
	{ .name = "document", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "12/GUQ-UBND",
	    .doc = "Văn bản giao | The document that says so" },
	{ .name = "from", .type = F_DATE, .flags = FIELD_ALWAYS },
	{ .name = "to_date", .type = F_DATE, .flags = FIELD_SERVER,
	    .eg = "2026-04-30",
	    .doc = "Ngày cuối, tính cả ngày này | Last day, included" },
	{ .name = "_permissions", .type = F_LIST, .item = F_TEXT,
	    .flags = FIELD_ALWAYS | FIELD_MAYBE },
	FIELDS_END
};
static const struct field rows[] = FIELDS_ROWS(answer);

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/staff/<uuid>/delegations",
	    .run = delegation_list, .answer = rows,
	    .summary = "Ai làm thay | Who stands in for a person" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/delegations",
	    .run = delegation_create, .fields = fields,
	    .flags = ROUTE_BODY | ROUTE_SIGN,
	    .answer = answer, .status = 201,
	    .summary = "Giao người làm thay | Have somebody stand in" },
	{ .method = DELETE, .pattern = "/v1/staff/<uuid>/delegations/<uuid>",
	    .run = delegation_remove, .flags = ROUTE_SIGN,
	    .summary = "Thu hồi ủy quyền | Take a delegation back" },
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
	return (ctx_send(c, &q_delegation_list, reply_many));
}

static enum step
delegation_create(struct ctx *c)
{
	return (crud_write(c, &q_delegation_create));
}

static enum step
delegation_remove(struct ctx *c)
{
	ctx_bind(c, "delegation_id", c->args[1]);
	return (crud_write(c, &q_delegation_remove));
}
