/* Tickets; see ticket.sql. They are taken in http/auth.c. */
#include <string.h>

#include "api/api.h"
#include "core/seal.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

#define LIFE_S 60

static enum step ticket_make(struct ctx *);
static void take_made(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field fields[] = {
	{ .name = "path", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 5,
	    .max = 1500, .eg = "/v1/plans?format=xlsx",
	    .doc = "Đường dẫn và tham số, được đọc một lần | Path and query string to be read once" },
	FIELDS_END
};

static const struct field answer[] = {
	{ .name = "url", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "/v1/plans?format=xlsx&ticket=…" },
	{ .name = "expires_in", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "60",
	    .doc = "Giây | Seconds" },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = POST, .pattern = "/v1/tickets", .run = ticket_make,
	    .fields = fields,
	    .flags = ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE | ROUTE_BODY,
	    .answer = answer, .status = 201,
	    .summary = "Đường dẫn mở được một lần | A URL that opens one path, once" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_ticket = {
	.name = "tickets",
	.title = "Vé một lần | Tickets",
	.doc = "Cho nơi không gửi được tiêu đề: tải về, lịch, luồng sự kiện. | "
	       "For what cannot send header fields: downloads, calendars, "
	       "event streams.",
	.routes = routes,
};

static enum step
ticket_make(struct ctx *c)
{
	const char *path;
	char *secret, *hash;

	path = json_string_value(json_object_get(c->body, "path"));
	if (strncmp(path, "/v1/", 4) != 0 || strpbrk(path, "# \\") != NULL ||
	    strncmp(path, "/v1/auth/", 9) == 0 ||
	    strstr(path, "ticket=") != NULL) {
		fault_add(&c->faults, "/path", "bad_format");
		return (problem(c, P_INVALID, NULL));
	}
	secret = arena_alloc(&c->arena, SEAL_SECRET_LEN);
	hash = arena_alloc(&c->arena, SEAL_HASH_LEN);
	seal_secret(secret);
	seal_secret_hash(secret, strlen(secret), hash);
	ctx_bind(c, "plain", secret);
	ctx_bind(c, "code_hash", hash);
	ctx_bind(c, "path", path);
	ctx_bind(c, "epoch", arena_printf(&c->arena, "%d", c->who.epoch));
	return (ctx_send(c, &q_ticket_make, take_made));
}

static void
take_made(struct ctx *c, struct db_answer *a)
{
	const char *path = ctx_value(c, "path");
	struct buf b;

	if (ctx_failed(c, a))
		return;
	buf_init(&b, &c->arena, 512);
	buf_puts(&b, "{\"url\":");
	buf_json(&b,
	    arena_printf(&c->arena, "%s%sticket=%s", path,
	        strchr(path, '?') != NULL ? "&" : "?", ctx_value(c, "plain")));
	buf_printf(&b, ",\"expires_in\":%d}", LIFE_S);
	reply(c, 201, b.data, b.len);
}
