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
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "at", .type = F_INSTANT, .flags = FIELD_ALWAYS,
	    .doc = "Lúc xảy ra | When it happened" },
	{ .name = "action", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "signed_in",
	    .doc = "Việc gì | What was done" },
	{ .name = "actor", .type = F_REF, .flags = FIELD_SERVER, .ref = "staff",
	    .eg = "", .doc = "Ai làm | By whom" },
	{ .name = "staff", .type = F_REF, .flags = FIELD_SERVER, .ref = "staff",
	    .doc = "Về người nào | About whom" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER, .ref = "units",
	    .doc = "Ở đơn vị nào | At which unit" },
	{ .name = "kind", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Loại đối tượng | Kind of item" },
	{ .name = "ref", .type = F_UUID, .flags = FIELD_SERVER,
	    .doc = "Đối tượng | The item" },
	{ .name = "address", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "10.17.3.21", .doc = "Địa chỉ mạng | Network address" },
	{ .name = "device", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Thiết bị | Device" },
	{ .name = "request", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "f7665a13cfad0eb0-0000000000000002",
	    .doc = "X-Request-Id của yêu cầu | X-Request-Id of the request" },
	{ .name = "detail", .type = F_ANY, .flags = FIELD_SERVER,
	    .doc = "Chi tiết | Details" },
	FIELDS_END
};

static const struct field head_fields[] = {
	{ .name = "n", .type = F_INT, .flags = FIELD_SERVER, .eg = "1024",
	    .doc = "Số thứ tự của dấu niêm | Number of the seal" },
	{ .name = "hash", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "5f60c1a7e842",
	    .doc = "Dấu niêm, hệ 16 | The seal, in hex" },
	{ .name = "sealed_at", .type = F_INSTANT, .flags = FIELD_SERVER,
	    .eg = "2026-03-02T01:30:00Z" },
	FIELDS_END
};
static const struct field broken_fields[] = {
	{ .name = "n", .type = F_INT, .flags = FIELD_ALWAYS },
	{ .name = "source", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "seq", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "how", .type = F_TEXT, .flags = FIELD_SERVER },
	FIELDS_END
};
static const struct field verify_fields[] = {
	{ .name = "head", .type = F_INT, .flags = FIELD_SERVER, .eg = "1024",
	    .doc = "Dấu niêm mới nhất | The newest seal" },
	{ .name = "checked", .type = F_INT, .flags = FIELD_SERVER,
	    .eg = "1000", .doc = "Số dấu niêm đã kiểm tra | Seals looked at" },
	{ .name = "broken", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS, .members = broken_fields,
	    .doc = "Những dấu niêm không khớp | Those that do not fit" },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/audit/head", .run = audit_head,
	    .answer = head_fields,
	    .summary = "Dấu niêm mới nhất, để giữ nơi khác | The chain's newest seal, to be kept elsewhere" },
	{ .method = GET, .pattern = "/v1/audit/verify", .run = audit_verify,
	    .answer = verify_fields,
	    .summary = "Đoạn nhật ký mới nhất có còn nguyên? | Is the newest stretch of the trail as it was sealed?" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_audit = {
	.name = "audit",
	.kind = "audit",
	.title = "Nhật ký | Audit",
	.doc = "Ai đã vào, làm gì, bị từ chối gì; được niêm thành chuỗi. | Who "
	       "came, what was done and refused; sealed in a chain.",
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
