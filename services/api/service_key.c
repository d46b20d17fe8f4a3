/*
 * Keys of machines: an account that is nobody's, what it may reach (one role
 * at one unit), what it may ask for (scopes), until when. The key is shown
 * once; its hash is kept. A machine never signs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/clock.h"
#include "core/seal.h"
#include "core/uuid.h"
#include "domain/role.h"
#include "http/auth.h"
#include "http/crud.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

#define LIFE_MAX_DAYS 400

static enum step service_key_list(struct ctx *);
static enum step service_key_create(struct ctx *);
static enum step service_key_revoke(struct ctx *);
static void take_list(struct ctx *, struct db_answer *);
static void take_created(struct ctx *, struct db_answer *);
static void take_revoked(struct ctx *, struct db_answer *);
static void check_scopes(struct ctx *, const json_t *);
static void check_life(struct ctx *, const char *);

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "name", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 200, .eg = "Cổng dịch vụ công",
	    .doc = "Tên hệ thống | Name of the system" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_REQUIRED,
	    .ref = "units",
	    .doc = "Đơn vị; bao gồm các đơn vị trực thuộc | The unit; those below are included" },
	{ .name = "role", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_role, .eg = "auditor", .doc = "Vai trò | Role" },
	{ .name = "scopes", .type = F_LIST, .item = F_TEXT,
	    .flags = FIELD_REQUIRED, .max = 40, .eg = "plans:read",
	    .doc = "`plans:read`, `tasks:write`; `*` là mọi loại | `plans:read`, `tasks:write`; `*` for every resource" },
	{ .name = "expires_at", .type = F_INSTANT, .flags = FIELD_REQUIRED,
	    .eg = "2027-01-01T00:00:00Z",
	    .doc = "Hết hiệu lực | When it ends" },
	FIELDS_END
};

#define KEY_FIELDS \
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS }, \
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS }, \
	{ .name = "status", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "active", \
	    .doc = "active, expired, revoked" }, \
	{ .name = "name", .type = F_TEXT, .flags = FIELD_ALWAYS, \
	    .eg = "Cổng dịch vụ công" }, \
	{ .name = "unit", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "units" }, \
	{ .name = "scopes", .type = F_LIST, .item = F_TEXT, .flags = FIELD_ALWAYS, \
	    .eg = "plans:read" }, \
	{ .name = "hint", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "ck_a8f2…", \
	    .doc = "Để nhận ra khóa | To tell keys apart" }, \
	{ .name = "created_at", .type = F_INSTANT, .flags = FIELD_ALWAYS }, \
	{ .name = "updated_at", .type = F_INSTANT, .flags = FIELD_ALWAYS }, \
	{ .name = "expires_at", .type = F_INSTANT, .flags = FIELD_ALWAYS }, \
	{ .name = "used_at", .type = F_INSTANT, .flags = FIELD_SERVER, \
	    .doc = "Lần dùng gần nhất | When it was used last" }
static const struct field key_fields[] = { KEY_FIELDS, FIELDS_END };
static const struct field rows[] = FIELDS_ROWS(key_fields);
static const struct field answer[] = {
	KEY_FIELDS,
	{ .name = "key", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .doc = "Chỉ hiện một lần | Shown once" },
	FIELDS_END
};

#define OWN (ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE)
static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/service-keys",
	    .run = service_key_list, .flags = OWN,
	    .answer = rows, .summary = "Khóa của hệ thống khác | Keys of machines" },
	{ .method = POST, .pattern = "/v1/service-keys",
	    .run = service_key_create, .fields = fields,
	    .flags = OWN | ROUTE_BODY | ROUTE_SIGN,
	    .answer = answer, .status = 201,
	    .summary = "Cấp khóa cho hệ thống khác; chỉ hiện một lần | A key for a machine; shown once" },
	{ .method = DELETE, .pattern = "/v1/service-keys/<uuid>",
	    .run = service_key_revoke, .flags = OWN | ROUTE_SIGN,
	    .summary = "Hủy khóa | End a key" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_service_key = {
	.name = "service-keys",
	.title = "Khóa hệ thống | Service keys",
	.doc = "Cho các hệ thống khác vào, trong phạm vi và thời hạn nêu rõ. | "
	       "For other systems, with scopes and an end.",
	.routes = routes,
};

static enum step
service_key_list(struct ctx *c)
{
	return (ctx_send(c, &q_service_key_list, take_list));
}

static void
take_list(struct ctx *c, struct db_answer *a)
{
	if (!ctx_failed(c, a))
		reply_rows(c, a);
}

static enum step
service_key_create(struct ctx *c)
{
	char id[UUID_LEN + 1], *hash, *key;

	check_scopes(c, json_object_get(c->body, "scopes"));
	check_life(c,
	    json_string_value(json_object_get(c->body, "expires_at")));
	if (c->faults.count > 0)
		return (problem(c, P_INVALID, NULL));
	if (json_object_get(c->body, "id") == NULL) {
		uuid_new(id);
		json_object_set_new(c->body, "id", json_string(id));
	}
	crud_body(c);
	key = arena_alloc(&c->arena, AUTH_KEY_LEN);
	hash = arena_alloc(&c->arena, SEAL_HASH_LEN);
	memcpy(key, AUTH_KEY_PREFIX, sizeof(AUTH_KEY_PREFIX));
	seal_secret(key + strlen(AUTH_KEY_PREFIX));
	seal_secret_hash(key, strlen(key), hash);
	ctx_bind(c, "plain", key);
	ctx_bind(c, "code_hash", hash);
	ctx_bind(c, "hint", arena_strndup(&c->arena, key, 8));
	return (ctx_send(c, &q_service_key_create, take_created));
}

/* Each is "<resource>:read" or ":write". */
static void
check_scopes(struct ctx *c, const json_t *scopes)
{
	const char *s, *colon;
	const json_t *x;
	size_t i;

	if (json_array_size(scopes) == 0)
		fault_add(&c->faults, "/scopes", "required");
	json_array_foreach(scopes, i, x)
	{
		s = json_string_value(x);
		colon = strchr(s, ':');
		if (colon == NULL || colon == s ||
		    strspn(s, "abcdefghijklmnopqrstuvwxyz-*") !=
		        (size_t)(colon - s) ||
		    (strcmp(colon, ":read") != 0 &&
		        strcmp(colon, ":write") != 0)) {
			fault_add(&c->faults, "/scopes", "not_in_list");
			return;
		}
	}
}

static void
check_life(struct ctx *c, const char *until)
{
	int64_t now, last;
	char day[11];

	clock_day(clock_real_ms(), day);
	clock_day_number(day, &now);
	snprintf(day, sizeof(day), "%.10s", until);
	if (clock_day_number(day, &last) == 0 || last < now ||
	    last > now + LIFE_MAX_DAYS)
		fault_add(&c->faults, "/expires_at", "out_of_range");
}

static void
take_created(struct ctx *c, struct db_answer *a)
{
	struct buf b;

	if (ctx_failed(c, a))
		return;
	if (db_number(a, 0, 0) != 201) {
		problem(c,
		    db_number(a, 0, 0) == 403 ? P_FORBIDDEN : P_NOT_FOUND,
		    NULL);
		return;
	}
	buf_init(&b, &c->arena, 1024);
	buf_put(&b, db_text(a, 0, 1), db_length(a, 0, 1) - 1);
	buf_printf(&b, ",\"key\":\"%s\"}", ctx_value(c, "plain"));
	c->location = arena_printf(&c->arena, "/v1/service-keys/%s",
	    ctx_value(c, "id"));
	reply(c, 201, b.data, b.len);
}

static enum step
service_key_revoke(struct ctx *c)
{
	return (ctx_send(c, &q_service_key_revoke, take_revoked));
}

static void
take_revoked(struct ctx *c, struct db_answer *a)
{
	int64_t outcome;

	if (ctx_failed(c, a))
		return;
	outcome = db_rows(a) == 1 ? db_number(a, 0, 0) : 404;
	if (outcome == 204)
		reply_empty(c, 204);
	else
		problem(c, outcome == 403 ? P_FORBIDDEN : P_NOT_FOUND, NULL);
}
