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
static const struct field about_fields[] = {
	{ .name = "kind", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "task" },
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	FIELDS_END
};
static const struct field fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "category", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_category, .doc = "Loại | Category" },
	{ .name = "urgency", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_urgency, .doc = "Độ khẩn | Urgency" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "II.1 Sinh hoạt chính trị: còn 03 ngày làm việc",
	    .doc = "Tiêu đề | Title" },
	{ .name = "body", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "Hạn 31/03/2026.", .doc = "Nội dung | Text" },
	{ .name = "href", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "/v1/tasks/01972f5e-8c4a-7b3e-9d21-5f60c1a7e842",
	    .doc = "Nơi đọc đối tượng | Where the item is read" },
	{ .name = "verbs", .type = F_LIST, .item = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "complete",
	    .doc = "Thao tác được mời làm | Verbs it invites to" },
	{ .name = "subject", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .members = about_fields, .eg = "",
	    .doc = "Về đối tượng nào | What it is about" },
	{ .name = "read_at", .type = F_INSTANT, .flags = FIELD_SERVER,
	    .doc = "Lúc đọc | When it was read" },
	{ .name = "acknowledged_at", .type = F_INSTANT, .flags = FIELD_SERVER,
	    .doc = "Lúc xác nhận đã biết | When it was acknowledged" },
	{ .name = "status", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "unread",
	    .doc = "unread, read" },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS },
	{ .name = "created_at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	FIELDS_END
};
static const struct field read_all_fields[] = {
	{ .name = "read", .type = F_INT, .flags = FIELD_EMPTY, .eg = "7",
	    .doc = "Số thông báo vừa được đánh dấu | How many were marked" },
	FIELDS_END
};

static const struct field delivery_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_delivery_status, .eg = "sent",
	    .doc = "Trạng thái gửi | How it went" },
	{ .name = "channel", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_channel, .doc = "Kênh | Channel" },
	{ .name = "occasion", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "due-3", .doc = "Dịp nhắc | Occasion" },
	{ .name = "recipient", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "", .doc = "Người nhận | Recipient" },
	{ .name = "subject", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "[Nhắc việc] II.1 Sinh hoạt chính trị: còn 03 ngày làm việc (hạn 31/03/2026)",
	    .doc = "Tiêu đề thư | Subject" },
	{ .name = "about", .type = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = about_fields,
	    .doc = "Về đối tượng nào | What it is about" },
	{ .name = "response", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "250 OK",
	    .doc = "Máy nhận trả lời | What the peer answered" },
	{ .name = "created_at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	{ .name = "sent_at", .type = F_INSTANT, .flags = FIELD_SERVER,
	    .eg = "2026-03-02T01:30:00Z",
	    .doc = "Lúc gửi xong | When it was sent" },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/notifications/<uuid>",
	    .run = notification_get, .answer = fields,
	    .summary = "Đọc | Read" },
	{ .method = POST, .pattern = "/v1/notifications/<uuid>/read",
	    .run = notification_read, .flags = ROUTE_UNKEYED,
	    .answer = fields, .summary = "Đánh dấu đã đọc | Mark read" },
	{ .method = POST, .pattern = "/v1/notifications/<uuid>/acknowledge",
	    .run = notification_acknowledge, .flags = ROUTE_UNKEYED,
	    .answer = fields,
	    .summary = "Xác nhận đã biết | Acknowledge" },
	{ .method = POST, .pattern = "/v1/notifications/read-all",
	    .run = notification_read_all, .flags = ROUTE_UNKEYED,
	    .answer = read_all_fields,
	    .summary = "Đánh dấu đã đọc tất cả | Mark all read" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_notification = {
	.name = "notifications",
	.kind = "notification",
	.title = "Thông báo | Notifications",
	.doc = "Hộp thông báo của riêng người gọi. | The caller's own inbox.",
	.fields = fields,
	.list = q_notification_list_sorts,
	.sort = "-created_at",
	.routes = routes,
};

const struct resource resource_delivery = {
	.name = "deliveries",
	.kind = "delivery",
	.title = "Sổ gửi | Deliveries",
	.doc = "Mọi thư và thông báo đã rời hệ thống, mỗi lần một dòng. | "
	       "Whatever left the house, a line each.",
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
