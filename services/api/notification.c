/* The inbox, and the ledger of what left the house. */
#include "api/api.h"
#include "core/redis.h"
#include "domain/vocabulary.h"
#include "http/crud.h"
#include "http/page.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

static enum step notification_get(struct ctx *);
static enum step notification_read(struct ctx *);
static enum step notification_acknowledge(struct ctx *);
static enum step notification_read_all(struct ctx *);
static void take_one(struct ctx *, struct db_answer *);
static void take_read_all(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_SERVER },
	{ .name = "category", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_category },
	{ .name = "urgency", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_urgency },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "body", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "href", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "verbs", .type = F_LIST, .item = F_TEXT,
	    .flags = FIELD_SERVER },
	{ .name = "subject", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "read_at", .type = F_INSTANT, .flags = FIELD_SERVER },
	{ .name = "acknowledged_at", .type = F_INSTANT,
	    .flags = FIELD_SERVER },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field delivery_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_SERVER },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_delivery_status },
	{ .name = "channel", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_channel },
	{ .name = "occasion", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "recipient", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "subject", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "about", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "response", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "created_at", .type = F_INSTANT, .flags = FIELD_SERVER },
	{ .name = "sent_at", .type = F_INSTANT, .flags = FIELD_SERVER },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/notifications/<uuid>",
	    .run = notification_get, .summary = "Read" },
	{ .method = POST, .pattern = "/v1/notifications/<uuid>/read",
	    .run = notification_read, .flags = ROUTE_UNKEYED,
	    .summary = "Mark read" },
	{ .method = POST, .pattern = "/v1/notifications/<uuid>/acknowledge",
	    .run = notification_acknowledge, .flags = ROUTE_UNKEYED,
	    .summary = "Acknowledge" },
	{ .method = POST, .pattern = "/v1/notifications/read-all",
	    .run = notification_read_all, .flags = ROUTE_UNKEYED,
	    .summary = "Mark all read" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_notification = {
	.name = "notifications",
	.kind = "notification",
	.title = "Thông báo",
	.fields = fields,
	.list = q_notification_list_sorts,
	.sort = "-created_at",
	.routes = routes,
};

const struct resource resource_delivery = {
	.name = "deliveries",
	.kind = "delivery",
	.title = "Sổ gửi",
	.fields = delivery_fields,
	.list = q_delivery_list_sorts,
	.sort = "-created_at",
};

static enum step
notification_get(struct ctx *c)
{
	return (ctx_send(c, &q_notification_get, take_one));
}

static enum step
notification_read(struct ctx *c)
{
	ctx_bind(c, "acknowledge", "f");
	return (ctx_send(c, &q_notification_read, take_one));
}

static enum step
notification_acknowledge(struct ctx *c)
{
	ctx_bind(c, "acknowledge", "t");
	return (ctx_send(c, &q_notification_read, take_one));
}

static enum step
notification_read_all(struct ctx *c)
{
	return (ctx_send(c, &q_notification_read_all, take_read_all));
}

/* A row (version, what it is about, perms, json); the verbs are made here. */
static void
take_one(struct ctx *c, struct db_answer *a)
{
	struct item x;
	struct buf b;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_NOT_FOUND, NULL);
		return;
	}
	buf_init(&b, &c->arena, db_length(a, 0, 3) + 128);
	buf_put(&b, db_text(a, 0, 3), db_length(a, 0, 3) - 1);
	reply_verbs(&b, db_text(a, 0, 1), db_number(a, 0, 2));
	buf_putc(&b, '}');
	x.version = db_text(a, 0, 0);
	x.status = "";
	x.perms = 0;
	x.json = b.data;
	x.len = b.len;
	reply_item(c, 200, &x);
}

static void
take_read_all(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	reply(c, 200, db_text(a, 0, 0), db_length(a, 0, 0));
}
