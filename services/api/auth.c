/*
 * Signing in. A login is: find the account, see whether guessing has to wait,
 * compare the password off the loop (the same work for an account that is not
 * there), then the second factor, and open a session.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "api/api.h"
#include "core/config.h"
#include "core/keys.h"
#include "core/metrics.h"
#include "core/password.h"
#include "core/seal.h"
#include "core/uuid.h"
#include "http/note.h"
#include "http/offload.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/signin.h"
#include "http/throttle.h"
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
	const char *totp; /* sealed secret, or NULL */
	int64_t used_step;
	uint64_t keys[2]; /* what failures count for; 0 = nothing */
	enum throttle_kind kinds[2];
};

static enum step auth_login(struct ctx *);
static enum step auth_jwks(struct ctx *);
static void take_account(struct ctx *, struct db_answer *);
static unsigned throttled(struct ctx *, struct login *, int);
static void compare(void *);
static enum step compared(struct ctx *);
static enum step second_factor(struct ctx *);
static enum step auth_open(struct ctx *);
static void take_session(struct ctx *, struct db_answer *);
static enum step refuse_login(struct ctx *, enum problem);

/* clang-format off */
static const struct field login_fields[] = {
	{ .name = "username", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 64, .eg = "head.office",
	    .doc = "Tên đăng nhập | User name" },
	{ .name = "password", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = PASSWORD_MAX, .eg = "…", .doc = "Mật khẩu | Password" },
	{ .name = "otp", .type = F_TEXT, .max = 40,
	    .doc = "Mã xác thực hoặc mã khôi phục, khi được hỏi (401 otp_required) | A one-time or recovery code, when asked for (401 otp_required)" },
	{ .name = "cookie", .type = F_BOOL,
	    .doc = "Giữ refresh token trong cookie HttpOnly | Keep the refresh token in an HttpOnly cookie" },
	FIELDS_END
};

static const struct field key_fields[] = {
	{ .name = "kty", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "EC" },
	{ .name = "crv", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "P-256" },
	{ .name = "use", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "sig" },
	{ .name = "alg", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "ES256" },
	{ .name = "kid", .type = F_TEXT, .flags = FIELD_ALWAYS },
	{ .name = "x", .type = F_TEXT, .flags = FIELD_ALWAYS },
	{ .name = "y", .type = F_TEXT, .flags = FIELD_ALWAYS },
	FIELDS_END
};
static const struct field keys_fields[] = {
	{ .name = "keys", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_EMPTY, .members = key_fields },
	FIELDS_END
};

#define AUTH_FLAGS (ROUTE_PUBLIC | ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE)
static const struct route routes[] = {
	{ .method = POST, .pattern = "/v1/auth/login", .run = auth_login,
	    .fields = login_fields, .flags = AUTH_FLAGS | ROUTE_BODY,
	    .answer = signin_fields, .summary = "Đăng nhập | Sign in" },
	{ .method = GET, .pattern = "/.well-known/jwks.json",
	    .run = auth_jwks, .flags = ROUTE_PUBLIC | ROUTE_ALONE,
	    .answer = keys_fields,
	    .summary = "Khóa ký access token | Keys that sign access tokens" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_auth = {
	.name = "auth",
	.title = "Đăng nhập | Signing in",
	.doc = "Đổi tên và mật khẩu lấy token ngắn hạn, đổi refresh token lấy "
	       "token mới. | A name and a password for a token that lives "
	       "shortly; a refresh token for a new one.",
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
		return (refuse_login(c, P_BAD_CREDENTIALS));
	metric_add(METRIC_logins, 1);
	ctx_bind(c, "username", user);
	c->next = compared;
	return (ctx_send(c, &q_auth_find, take_account));
}

static void
take_account(struct ctx *c, struct db_answer *a)
{
	struct login *l = c->state;
	int familiar = 0;
	unsigned wait;

	if (ctx_failed(c, a))
		goto out;
	if (db_rows(a) == 1) {
		snprintf(l->staff, sizeof(l->staff), "%s", db_text(a, 0, 0));
		l->epoch = (int)db_number(a, 0, 1);
		snprintf(l->hash, sizeof(l->hash), "%s", db_text(a, 0, 2));
		if (!db_null(a, 0, 3))
			l->totp = arena_strdup(&c->arena, db_text(a, 0, 3));
		l->used_step = db_number(a, 0, 4);
		familiar = db_text(a, 0, 5)[0] == 't';
	}
	if ((wait = throttled(c, l, familiar)) > 0) {
		c->retry_after = arena_printf(&c->arena, "%u", wait);
		problem(c, P_TOO_MANY, NULL);
		goto out;
	}
	/* the same work whether there is such an account or not */
	if (offload(c, compare, l) != STEP_DONE)
		return;
out:
	free(l->password);
}

/*
 * A device the account has signed in from counts for itself, so that nobody
 * else can keep its owner out. All others share the name's count, be it
 * somebody's or not, and wait for their address where that has asked for many
 * names that are nobody's: an answer tells nothing of who exists.
 */
static unsigned
throttled(struct ctx *c, struct login *l, int familiar)
{
	const char *user = ctx_value(c, "username");
	unsigned wait[2] = { 0, 0 };
	char name[256];
	size_t i;

	for (i = 0; user[i] != '\0' && i < sizeof(name) - 1; i++)
		name[i] = user[i] >= 'A' && user[i] <= 'Z' ?
		    (char)(user[i] + 32) :
		    user[i];
	name[i] = '\0';
	if (familiar) {
		l->kinds[0] = THROTTLE_DEVICE;
		l->keys[0] = throttle_key(THROTTLE_DEVICE, name,
		    c->fields[HEADER_USER_AGENT]);
		return (throttle_wait(l->keys[0]));
	}
	l->kinds[0] = THROTTLE_STRANGER;
	l->keys[0] = throttle_key(THROTTLE_STRANGER, name, NULL);
	l->kinds[1] = THROTTLE_ADDRESS;
	l->keys[1] = throttle_key(THROTTLE_ADDRESS, c->address, NULL);
	wait[0] = throttle_wait(l->keys[0]);
	wait[1] = throttle_wait(l->keys[1]);
	if (l->staff[0] != '\0')
		l->keys[1] = 0; /* a real name never counts for its address */
	return (wait[0] > wait[1] ? wait[0] : wait[1]);
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
		return (refuse_login(c, P_BAD_CREDENTIALS));
	if (l->totp != NULL)
		return (second_factor(c));
	ctx_bind(c, "second", "f");
	ctx_bind(c, "step", NULL);
	ctx_bind(c, "recovery", NULL);
	c->next = auth_open;
	return (STEP_MORE);
}

static enum step
second_factor(struct ctx *c)
{
	const char *otp = json_string_value(json_object_get(c->body, "otp"));
	struct login *l = c->state;

	if (otp == NULL)
		return (problem(c, P_OTP_REQUIRED, NULL));
	ctx_bind(c, "second", "t");
	signin_second(c, l->staff, l->totp, l->used_step, otp);
	c->next = auth_open;
	return (STEP_MORE);
}

static enum step
auth_open(struct ctx *c)
{
	struct login *l = c->state;

	uuid_new(l->session);
	ctx_bind(c, "session", l->session);
	ctx_bind(c, "staff", l->staff);
	ctx_bind(c, "ttl_s",
	    arena_printf(&c->arena, "%ld", config_number(CFG_REFRESH_TTL_S)));
	ctx_bind(c, "rehash", l->fresh[0] != '\0' ? l->fresh : NULL);
	return (ctx_send(c, &q_auth_open, take_session));
}

static void
take_session(struct ctx *c, struct db_answer *a)
{
	struct login *l = c->state;
	struct signin s = { .staff = l->staff,
		.session = l->session,
		.epoch = l->epoch,
		.cookie = json_is_true(json_object_get(c->body, "cookie")) };

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		refuse_login(c, P_BAD_OTP);
		return;
	}
	throttle_passed(l->keys[0]);
	s.who = db_text(a, 0, 0);
	signin_reply(c, &s);
}

static enum step
refuse_login(struct ctx *c, enum problem why)
{
	const struct login *l = c->state;
	int i;

	for (i = 0; i < 2; i++)
		if (l->keys[i] != 0)
			throttle_failed(l->kinds[i], l->keys[i]);
	note(c, "sign_in_refused", l->staff[0] != '\0' ? l->staff : NULL, NULL,
	    NULL, NULL);
	return (problem(c, why, NULL));
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
