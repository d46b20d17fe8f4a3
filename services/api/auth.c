/*
 * Signing in. A login is: find the account, compare the password off the loop
 * (the same work for an account that is not there), open a session, answer
 * with both tokens. The refresh token names session and generation and is made
 * by a key; nothing that signs in is stored.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "api/api.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/keys.h"
#include "core/metrics.h"
#include "core/password.h"
#include "core/seal.h"
#include "core/token.h"
#include "core/uuid.h"
#include "http/offload.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

/* A login on its way; lives in the request's arena. */
struct login {
	char *password;                /* malloc'd, normal form */
	char hash[PASSWORD_HASH_LEN];  /* stored; "" = no account */
	char fresh[PASSWORD_HASH_LEN]; /* "" = the stored one stands */
	int fine;
	char staff[UUID_LEN + 1];
	char session[UUID_LEN + 1];
	int epoch;
};

static enum step auth_login(struct ctx *);
static enum step auth_refresh(struct ctx *);
static enum step auth_logout(struct ctx *);
static enum step auth_jwks(struct ctx *);
static void take_account(struct ctx *, struct db_answer *);
static void compare(void *);
static enum step compared(struct ctx *);
static void take_session(struct ctx *, struct db_answer *);
static void take_rotation(struct ctx *, struct db_answer *);
static void take_closed(struct ctx *, struct db_answer *);
static enum step refuse_login(struct ctx *);
static enum step grant(struct ctx *, const char *, const char *, int, int,
    const char *);

/* clang-format off */
static const struct field login_fields[] = {
	{ .name = "username", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 64, .doc = "Tên đăng nhập" },
	{ .name = "password", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = PASSWORD_MAX, .doc = "Mật khẩu" },
	{ .name = "otp", .type = F_TEXT, .max = 20 },
	{ .name = "cookie", .type = F_BOOL },
	FIELDS_END
};
static const struct field refresh_fields[] = {
	{ .name = "refresh_token", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 200 },
	FIELDS_END
};
/* clang-format on */

#define AUTH_FLAGS (ROUTE_PUBLIC | ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE)
/* clang-format off */
static const struct route routes[] = {
	{ .method = POST, .pattern = "/v1/auth/login", .run = auth_login,
	    .fields = login_fields, .flags = AUTH_FLAGS | ROUTE_BODY,
	    .summary = "Sign in" },
	{ .method = POST, .pattern = "/v1/auth/refresh", .run = auth_refresh,
	    .fields = refresh_fields, .flags = AUTH_FLAGS | ROUTE_BODY,
	    .summary = "New tokens for a refresh token" },
	{ .method = POST, .pattern = "/v1/auth/logout", .run = auth_logout,
	    .fields = refresh_fields, .flags = AUTH_FLAGS | ROUTE_BODY,
	    .summary = "End the session" },
	{ .method = GET, .pattern = "/.well-known/jwks.json",
	    .run = auth_jwks, .flags = ROUTE_PUBLIC | ROUTE_ALONE,
	    .summary = "Keys that sign access tokens" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_auth = {
	.name = "auth",
	.routes = routes,
};

static enum step
auth_login(struct ctx *c)
{
	const char *user, *pass;
	struct login *l;

	user = json_string_value(json_object_get(c->body, "username"));
	pass = json_string_value(json_object_get(c->body, "password"));
	l = arena_zalloc(&c->arena, sizeof(*l));
	c->state = l;
	if ((l->password = password_normal(pass, strlen(pass))) == NULL)
		return (refuse_login(c));
	metric_add(METRIC_logins, 1);
	ctx_bind(c, "username", user);
	c->next = compared;
	return (ctx_send(c, &q_auth_find, take_account));
}

static void
take_account(struct ctx *c, struct db_answer *a)
{
	struct login *l = c->state;

	if (ctx_failed(c, a)) {
		free(l->password);
		return;
	}
	if (db_rows(a) == 1) {
		snprintf(l->staff, sizeof(l->staff), "%s", db_text(a, 0, 0));
		l->epoch = (int)db_number(a, 0, 1);
		snprintf(l->hash, sizeof(l->hash), "%s", db_text(a, 0, 2));
	}
	/* the same work whether there is such an account or not */
	if (offload(c, compare, l) == STEP_DONE)
		free(l->password);
}

/* Off the loop: nothing of the request may be touched but the login. */
static void
compare(void *arg)
{
	struct login *l = arg;
	int stale;

	l->fine = password_verify(l->hash, l->password, &stale);
	if (l->fine && stale)
		(void)password_hash(l->password, l->fresh);
	sodium_memzero(l->password, strlen(l->password));
	free(l->password);
	l->password = NULL;
}

static enum step
compared(struct ctx *c)
{
	struct login *l = c->state;

	if (!l->fine)
		return (refuse_login(c));
	uuid_new(l->session);
	ctx_bind(c, "session", l->session);
	ctx_bind(c, "staff", l->staff);
	ctx_bind(c, "device", c->fields[HEADER_USER_AGENT]);
	ctx_bind(c, "address", c->address);
	ctx_bind(c, "ttl_s",
	    arena_printf(&c->arena, "%ld", config_number(CFG_REFRESH_TTL_S)));
	ctx_bind(c, "rehash", l->fresh[0] != '\0' ? l->fresh : NULL);
	return (ctx_send(c, &q_auth_open, take_session));
}

static void
take_session(struct ctx *c, struct db_answer *a)
{
	struct login *l = c->state;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		refuse_login(c);
		return;
	}
	grant(c, l->staff, l->session, l->epoch, 0, db_text(a, 0, 0));
}

static enum step
auth_refresh(struct ctx *c)
{
	const char *text;
	char *session;
	int generation;

	text = json_string_value(json_object_get(c->body, "refresh_token"));
	session = arena_zalloc(&c->arena, UUID_LEN + 1);
	generation = seal_refresh_read(text, strlen(text), session);
	if (generation == -1)
		return (problem(c, P_BAD_REFRESH, NULL));
	ctx_bind(c, "session", session);
	ctx_bind(c, "generation", arena_printf(&c->arena, "%d", generation));
	ctx_bind(c, "window_s",
	    arena_printf(&c->arena, "%ld",
	        config_number(CFG_REFRESH_WINDOW_S)));
	return (ctx_send(c, &q_auth_rotate, take_rotation));
}

static void
take_rotation(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_BAD_REFRESH, NULL);
		return;
	}
	grant(c, db_text(a, 0, 0), ctx_value(c, "session"),
	    (int)db_number(a, 0, 1), (int)db_number(a, 0, 2), db_text(a, 0, 3));
}

static enum step
auth_logout(struct ctx *c)
{
	const char *text;
	char *session;

	text = json_string_value(json_object_get(c->body, "refresh_token"));
	session = arena_zalloc(&c->arena, UUID_LEN + 1);
	if (seal_refresh_read(text, strlen(text), session) == -1)
		return (problem(c, P_BAD_REFRESH, NULL));
	ctx_bind(c, "session", session);
	return (ctx_send(c, &q_auth_close, take_closed));
}

static void
take_closed(struct ctx *c, struct db_answer *a)
{
	if (!ctx_failed(c, a))
		reply_empty(c, 204);
}

static enum step
refuse_login(struct ctx *c)
{
	return (problem(c, P_BAD_CREDENTIALS, NULL));
}

/* Both tokens. */
static enum step
grant(struct ctx *c, const char *staff, const char *session, int epoch,
    int generation, const char *who)
{
	char refresh[SEAL_REFRESH_LEN];
	struct token t = { .epoch = epoch };
	struct buf b;
	char *access;

	memcpy(t.staff, staff, UUID_LEN);
	memcpy(t.session, session, UUID_LEN);
	t.expires = clock_real_ms() / 1000 + config_number(CFG_ACCESS_TTL_S);
	access = token_sign(&t, config_text(CFG_ISSUER),
	    config_text(CFG_AUDIENCE));
	if (access == NULL)
		return (problem(c, P_INTERNAL, NULL));
	seal_refresh(session, generation, refresh);
	buf_init(&b, &c->arena, 1024);
	buf_printf(&b,
	    "{\"access_token\":\"%s\",\"token_type\":\"Bearer\","
	    "\"expires_in\":%ld,\"refresh_token\":\"%s\",\"staff\":%s}",
	    access, config_number(CFG_ACCESS_TTL_S), refresh, who);
	free(access);
	return (reply(c, 200, b.data, b.len));
}

static enum step
auth_jwks(struct ctx *c)
{
	const struct signing_key *k;
	struct buf b;
	int i;

	buf_init(&b, &c->arena, 512);
	buf_puts(&b, "{\"keys\":[");
	for (i = 0; (k = keys_at(i)) != NULL; i++)
		buf_printf(&b,
		    "%s{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":"
		    "\"sig\",\"alg\":\"ES256\",\"kid\":\"%s\",\"x\":\"%s\","
		    "\"y\":\"%s\"}",
		    i > 0 ? "," : "", k->kid, k->x, k->y);
	buf_puts(&b, "]}");
	return (reply_document(c, NULL, b.data, b.len, "public, max-age=300"));
}
