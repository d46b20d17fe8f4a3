/* Tokens out, refresh tokens in; see signin.h. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/seal.h"
#include "core/token.h"
#include "core/totp.h"
#include "core/uuid.h"
#include "domain/event.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/signin.h"

#define COOKIE "camket_refresh"
#define COOKIE_CSRF "camket_csrf"

static void set_cookies(struct ctx *, const char *, const char *, long);
static const char *cookie_value(struct ctx *, const char *);

/* clang-format off */
static const struct field who_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "code", .type = F_CODE, .flags = FIELD_ALWAYS,
	    .eg = "head.office" },
	{ .name = "username", .type = F_CODE, .eg = "head.office",
	    .flags = FIELD_ALWAYS },
	{ .name = "full_name", .type = F_TEXT, .eg = "Chánh Văn phòng",
	    .flags = FIELD_ALWAYS },
	{ .name = "honorific", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = NULL }
};
const struct field signin_fields[] = {
	{ .name = "access_token", .type = F_TEXT, .flags = FIELD_EMPTY,
	    .eg = "eyJhbGciOiJFUzI1NiIs…",
	    .doc = "Gửi trong Authorization: Bearer | Send it as Authorization: Bearer" },
	{ .name = "token_type", .type = F_TEXT, .flags = FIELD_EMPTY,
	    .eg = "Bearer" },
	{ .name = "expires_in", .type = F_INT, .flags = FIELD_EMPTY,
	    .eg = "600", .doc = "Giây | Seconds" },
	{ .name = "refresh_token", .type = F_TEXT,
	    .flags = FIELD_EMPTY | FIELD_MAYBE, .eg = "…",
	    .doc = "Đổi lấy token mới; không có khi gửi bằng cookie | Good for new tokens; not there when it is a cookie" },
	{ .name = "csrf_token", .type = F_TEXT,
	    .flags = FIELD_EMPTY | FIELD_MAYBE,
	    .doc = "Gửi trong X-CSRF-Token cùng cookie | Send it as X-CSRF-Token beside the cookie" },
	{ .name = "staff", .type = F_OBJECT, .flags = FIELD_EMPTY,
	    .members = who_fields,
	    .doc = "Ai đã đăng nhập | Who has signed in" },
	{ .name = NULL }
};
/* clang-format on */

enum step
signin_reply(struct ctx *c, const struct signin *s)
{
	char refresh[SEAL_REFRESH_LEN], csrf[SEAL_CSRF_LEN], *access;
	struct token t = { .epoch = s->epoch };
	struct buf b;

	memcpy(t.staff, s->staff, UUID_LEN);
	memcpy(t.session, s->session, UUID_LEN);
	t.expires = clock_real_ms() / 1000 + config_number(CFG_ACCESS_TTL_S);
	access = token_sign(&t, config_text(CFG_ISSUER),
	    config_text(CFG_AUDIENCE));
	if (access == NULL)
		return (problem(c, P_INTERNAL, NULL));
	seal_refresh(s->session, s->generation, refresh);
	buf_init(&b, &c->arena, 1024);
	buf_printf(&b,
	    "{\"access_token\":\"%s\",\"token_type\":\"Bearer\","
	    "\"expires_in\":%ld,",
	    access, config_number(CFG_ACCESS_TTL_S));
	free(access);
	if (s->cookie) {
		seal_csrf(s->session, csrf);
		set_cookies(c, refresh, csrf, config_number(CFG_REFRESH_TTL_S));
		buf_printf(&b, "\"csrf_token\":\"%s\",", csrf);
	} else
		buf_printf(&b, "\"refresh_token\":\"%s\",", refresh);
	buf_printf(&b, "\"staff\":%s}", s->who);
	return (reply(c, 200, b.data, b.len));
}

int
signin_token(struct ctx *c, int *cookie_r)
{
	const char *text, *proof = c->fields[HEADER_X_CSRF_TOKEN];
	char csrf[SEAL_CSRF_LEN], *session;
	int generation;

	text = json_string_value(json_object_get(c->body, "refresh_token"));
	*cookie_r = text == NULL;
	if (text == NULL)
		text = cookie_value(c, COOKIE);
	session = arena_zalloc(&c->arena, UUID_LEN + 1);
	if (text == NULL ||
	    (generation = seal_refresh_read(text, strlen(text), session)) ==
	        -1) {
		problem(c, P_BAD_REFRESH, NULL);
		return (-1);
	}
	seal_csrf(session, csrf);
	if (*cookie_r &&
	    (proof == NULL || strlen(proof) != strlen(csrf) ||
	        sodium_memcmp(proof, csrf, strlen(csrf)) != 0)) {
		problem(c, P_FORBIDDEN, "X-CSRF-Token");
		return (-1);
	}
	ctx_bind(c, "session", session);
	return (generation);
}

void
signin_second(struct ctx *c, const char *staff, const char *sealed,
    int64_t used_step, const char *otp)
{
	const char *secret;
	char *hash;
	int64_t step = -1;

	secret = seal_open(&c->arena, sealed, strlen(sealed), staff, UUID_LEN);
	if (secret != NULL)
		step = totp_step(secret, otp, clock_real_ms() / 1000,
		    used_step);
	hash = arena_alloc(&c->arena, SEAL_HASH_LEN);
	seal_code_hash(otp, hash);
	ctx_bind(c, "step",
	    step == -1 ? NULL :
	                 arena_printf(&c->arena, "%lld", (long long)step));
	ctx_bind(c, "recovery", step == -1 ? hash : NULL);
}

const char *
signin_seal(struct ctx *c, const char *staff, const char *secret)
{
	return (seal_text(&c->arena, secret, strlen(secret), staff, UUID_LEN));
}

void
signin_link(struct ctx *c, const char *template, int ttl_s)
{
	const struct template *t = template_find(template);
	char *id, *hash, code[SEAL_CODE_LEN];

	id = arena_alloc(&c->arena, UUID_LEN + 1);
	hash = arena_alloc(&c->arena, SEAL_HASH_LEN);
	uuid_new(id);
	seal_code(id, code);
	seal_code_hash(code, hash);
	ctx_bind(c, "link_id", id);
	ctx_bind(c, "code_hash", hash);
	ctx_bind(c, "ttl_s", arena_printf(&c->arena, "%d", ttl_s));
	ctx_bind(c, "subject", t->subject);
	ctx_bind(c, "text", t->body);
}

void
signin_forget(struct ctx *c)
{
	set_cookies(c, "", "", 0);
}

static void
set_cookies(struct ctx *c, const char *refresh, const char *csrf, long age)
{
	const char *secure = strncmp(config_text(CFG_URL), "https:", 6) == 0 ?
	    "; Secure" :
	    "";

	c->cookies[0] = arena_printf(&c->arena,
	    COOKIE "=%s; Path=/v1/auth; HttpOnly; SameSite=Strict; Max-Age=%ld"
	           "%s",
	    refresh, age, secure);
	c->cookies[1] = arena_printf(&c->arena,
	    COOKIE_CSRF "=%s; Path=/; SameSite=Strict; Max-Age=%ld%s", csrf,
	    age, secure);
}

/* One cookie's value out of the request's list; NULL if it is not there. */
static const char *
cookie_value(struct ctx *c, const char *name)
{
	const char *p = c->fields[HEADER_COOKIE];
	size_t n = strlen(name), len;

	while (p != NULL && *p != '\0') {
		p += strspn(p, "; ");
		len = strcspn(p, ";");
		if (len > n && strncmp(p, name, n) == 0 && p[n] == '=')
			return (
			    arena_strndup(&c->arena, p + n + 1, len - n - 1));
		p += len;
	}
	return (NULL);
}
