/*
 * Sign-in by an office's own accounts (OpenID Connect). An id token is checked
 * here, with keys that a worker has read; a code is taken to its issuer by
 * that worker, while the request waits. Either way what comes out is a session
 * of ours. Passwords stay possible: a local administrator always gets in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "api/api.h"
#include "core/config.h"
#include "core/issuer.h"
#include "core/json.h"
#include "core/loop.h"
#include "core/redis.h"
#include "core/uuid.h"
#include "http/crud.h"
#include "http/note.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/signin.h"
#include "queries.h"

#define LOOK_MS 100
#define LOOKS 120 /* twelve seconds */

/* An exchange under way; lives in the request's arena. */
struct exchange {
	const struct issuer *issuer;
	const char *token; /* id token, or NULL until there is one */
	const char *nonce;
	json_t *claims; /* owned */
	char *answer;   /* of the worker */
	int looks;
	char session[UUID_LEN + 1];
};

static enum step methods_get(struct ctx *);
static void take_methods(struct ctx *, struct db_answer *);
static enum step exchange_run(struct ctx *);
static enum step exchange_ask(struct ctx *);
static void take_asked(struct ctx *, struct db_answer *);
static enum step exchange_wait(struct ctx *);
static void exchange_again(void *);
static enum step exchange_look(struct ctx *);
static void take_answer(struct ctx *, struct db_answer *);
static enum step exchange_judge(struct ctx *);
static enum step exchange_verify(struct ctx *);
static void take_keys(struct ctx *, struct db_answer *);
static void want_keys(struct ctx *);
static void take_nothing(struct ctx *, struct db_answer *);
static enum step exchange_open(struct ctx *);
static void take_session(struct ctx *, struct db_answer *);
static enum step exchange_refuse(struct ctx *);
static enum step identity_list(struct ctx *);
static enum step identity_create(struct ctx *);
static enum step identity_remove(struct ctx *);
static void take_written(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field exchange_fields[] = {
	{ .name = "issuer", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "https://sso.example.vn",
	    .doc = "Địa chỉ nhà cung cấp định danh | The identity provider" },
	{ .name = "code", .type = F_TEXT, .max = 2000,
	    .doc = "Mã ủy quyền | Authorization code" },
	{ .name = "code_verifier", .type = F_TEXT, .max = 128, .doc = "PKCE" },
	{ .name = "redirect_uri", .type = F_TEXT, .max = 1000,
	    .doc = "Như đã dùng khi xin mã | As it was when asking for the code" },
	{ .name = "id_token", .type = F_TEXT, .max = 8000,
	    .doc = "Thay cho mã | Instead of a code" },
	{ .name = "nonce", .type = F_TEXT, .max = 200,
	    .doc = "Như đã gửi nhà cung cấp | As it was sent to the provider" },
	{ .name = "cookie", .type = F_BOOL,
	    .doc = "Giữ refresh token trong cookie HttpOnly | Keep the refresh token in an HttpOnly cookie" },
	FIELDS_END
};
static const struct field identity_fields[] = {
	{ .name = "issuer", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "https://sso.example.vn",
	    .doc = "Địa chỉ nhà cung cấp định danh | The identity provider" },
	{ .name = "subject", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 255, .eg = "a8f2c1",
	    .doc = "Mã của người đó ở nhà cung cấp | Who the person is there" },
	FIELDS_END
};

static const struct field issuer_fields[] = {
	{ .name = "issuer", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "https://sso.example.vn" },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "SSO thành phố" },
	{ .name = "client_id", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "camket" },
	{ .name = "authorization_endpoint", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "https://sso.example.vn/authorize" },
	FIELDS_END
};
static const struct field methods_fields[] = {
	{ .name = "password", .type = F_BOOL, .flags = FIELD_ALWAYS,
	    .doc = "Bằng mật khẩu | By password" },
	{ .name = "issuers", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS, .members = issuer_fields,
	    .doc = "Bằng hệ thống định danh của cơ quan | By an office's identity provider" },
	FIELDS_END
};
static const struct field identity_answer[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "issuer", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "https://sso.example.vn" },
	{ .name = "subject", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "a8f2c1" },
	{ .name = "created_at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	FIELDS_END
};
static const struct field identities_fields[] =
    FIELDS_ROWS(identity_answer);

#define OPEN (ROUTE_PUBLIC | ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE)
#define OWN (ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE)
static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/auth/methods", .run = methods_get,
	    .flags = ROUTE_PUBLIC | ROUTE_ALONE | ROUTE_SECRET,
	    .answer = methods_fields,
	    .summary = "Các cách đăng nhập | How one can sign in" },
	{ .method = POST, .pattern = "/v1/auth/exchange",
	    .run = exchange_run, .fields = exchange_fields,
	    .flags = OPEN | ROUTE_BODY,
	    .answer = signin_fields,
	    .summary = "Đăng nhập bằng hệ thống định danh của cơ quan | Sign in by the office's identity provider" },
	{ .method = GET, .pattern = "/v1/staff/<uuid>/identities",
	    .run = identity_list, .flags = OWN,
	    .answer = identities_fields,
	    .summary = "Định danh của cán bộ | Who a person is to identity providers" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/identities",
	    .run = identity_create, .fields = identity_fields,
	    .flags = OWN | ROUTE_BODY | ROUTE_SIGN,
	    .answer = identity_answer, .status = 201,
	    .summary = "Ghi định danh | Record who a person is to a provider" },
	{ .method = DELETE, .pattern = "/v1/staff/<uuid>/identities/<uuid>",
	    .run = identity_remove, .flags = OWN | ROUTE_SIGN,
	    .summary = "Gỡ định danh | Forget an identity" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_exchange = {
	.name = "exchange",
	.routes = routes,
};

static enum step
methods_get(struct ctx *c)
{
	return (ctx_send(c, &q_issuer_list, take_methods));
}

static void
take_methods(struct ctx *c, struct db_answer *a)
{
	const struct issuer *is;
	const char *sep = "";
	struct buf b;
	int i;

	if (ctx_failed(c, a))
		return;
	buf_init(&b, &c->arena, 512);
	buf_puts(&b, "{\"password\":true,\"issuers\":[");
	for (i = 0; i < db_rows(a); i++) {
		if ((is = issuer_find(db_text(a, i, 0))) == NULL ||
		    db_null(a, i, 1))
			continue;
		buf_printf(&b, "%s{\"issuer\":", sep);
		buf_json(&b, is->url);
		buf_puts(&b, ",\"name\":");
		buf_json(&b, is->name);
		buf_puts(&b, ",\"client_id\":");
		buf_json(&b, is->client);
		buf_puts(&b, ",\"authorization_endpoint\":");
		buf_json(&b, db_text(a, i, 1));
		buf_putc(&b, '}');
		sep = ",";
	}
	buf_puts(&b, "]}");
	reply(c, 200, b.data, b.len);
}

static enum step
exchange_run(struct ctx *c)
{
	struct exchange *x;
	const char *code;

	x = arena_zalloc(&c->arena, sizeof(*x));
	c->state = x;
	x->issuer = issuer_find(
	    json_string_value(json_object_get(c->body, "issuer")));
	x->token = json_string_value(json_object_get(c->body, "id_token"));
	x->nonce = json_string_value(json_object_get(c->body, "nonce"));
	code = json_string_value(json_object_get(c->body, "code"));
	if (x->issuer == NULL)
		fault_add(&c->faults, "/issuer", "not_in_list");
	if ((x->token == NULL) == (code == NULL))
		fault_add(&c->faults, "/code", "ambiguous");
	/* a token of our own asking says which asking it answers */
	if (x->token != NULL && x->nonce == NULL)
		fault_add(&c->faults, "/nonce", "required");
	if (c->faults.count > 0)
		return (problem(c, P_INVALID, NULL));
	ctx_bind(c, "issuer", x->issuer->url);
	return (x->token != NULL ? exchange_verify(c) : exchange_ask(c));
}

/* --- a code: to its issuer and back, by the worker --- */

static enum step
exchange_ask(struct ctx *c)
{
	static const char *const members[] = { "code", "code_verifier",
		"redirect_uri" };
	json_t *asked = json_object();
	char *text, *id;
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (json_object_get(c->body, members[i]) != NULL)
			json_object_set(asked, members[i],
			    json_object_get(c->body, members[i]));
	text = json_text(asked);
	json_decref(asked);
	id = arena_alloc(&c->arena, UUID_LEN + 1);
	uuid_new(id);
	ctx_bind(c, "exchange_id", id);
	ctx_bind(c, "asked", arena_strdup(&c->arena, text));
	free(text);
	c->next = exchange_wait;
	return (ctx_send(c, &q_exchange_ask, take_asked));
}

static void
take_asked(struct ctx *c, struct db_answer *a)
{
	if (!ctx_failed(c, a))
		redis_wake(ctx_redis, "wake:issuers");
}

static enum step
exchange_wait(struct ctx *c)
{
	struct exchange *x = c->state;

	if (x->looks++ == LOOKS) {
		c->retry_after = "5";
		return (problem(c, P_OVERLOADED, "the issuer does not answer"));
	}
	c->pending++;
	c->next = exchange_look;
	(void)loop_after(LOOK_MS, exchange_again, c);
	return (STEP_WAIT);
}

static void
exchange_again(void *arg)
{
	struct ctx *c = arg;

	c->pending--;
	ctx_run(c);
}

static enum step
exchange_look(struct ctx *c)
{
	c->next = exchange_judge;
	return (ctx_send(c, &q_exchange_look, take_answer));
}

static void
take_answer(struct ctx *c, struct db_answer *a)
{
	struct exchange *x = c->state;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 1)
		x->answer = arena_strdup(&c->arena, db_text(a, 0, 0));
}

/* {"id_token"} to be checked like any other, or {"claims"} of the userinfo
 * that a token the issuer gave us has opened. */
static enum step
exchange_judge(struct ctx *c)
{
	struct exchange *x = c->state;
	json_t *answer;
	const char *token;

	if (x->answer == NULL)
		return (exchange_wait(c));
	answer = json_loads(x->answer, 0, NULL);
	token = json_string_value(json_object_get(answer, "id_token"));
	if (token != NULL)
		x->token = arena_strdup(&c->arena, token);
	else
		x->claims = json_incref(json_object_get(answer, "claims"));
	json_decref(answer);
	if (x->token != NULL)
		return (exchange_verify(c));
	return (x->claims != NULL ? exchange_open(c) : exchange_refuse(c));
}

/* --- an id token --- */

static enum step
exchange_verify(struct ctx *c)
{
	c->next = exchange_open;
	return (ctx_send(c, &q_issuer_keys, take_keys));
}

static void
take_keys(struct ctx *c, struct db_answer *a)
{
	struct exchange *x = c->state;
	json_t *keys;
	int unknown = 1, fresh = 0;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 1) {
		keys = json_loadb(db_text(a, 0, 0), db_length(a, 0, 0), 0,
		    NULL);
		fresh = db_text(a, 0, 1)[0] == 't';
		x->claims = issuer_identity(x->issuer, keys, x->token, x->nonce,
		    &unknown);
		json_decref(keys);
	}
	if (x->claims != NULL)
		return;
	if (unknown && !fresh)
		want_keys(c);
	else
		exchange_refuse(c);
}

/* A key we do not know: perhaps the issuer has turned its keys. */
static void
want_keys(struct ctx *c)
{
	c->next = exchange_refuse;
	(void)ctx_send(c, &q_issuer_want, take_nothing);
}

static void
take_nothing(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	redis_wake(ctx_redis, "wake:issuers");
	c->retry_after = "2";
	problem(c, P_OVERLOADED, "the issuer's keys are being read");
}

/* --- a session --- */

static enum step
exchange_open(struct ctx *c)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	struct exchange *x = c->state;
	const char *subject, *value, *once;
	char *id;

	subject = json_string_value(json_object_get(x->claims, "sub"));
	value = json_string_value(json_object_get(x->claims, x->issuer->claim));
	once = x->token != NULL ? x->token : ctx_value(c, "asked");
	crypto_hash_sha256(hash, (const unsigned char *)once, strlen(once));
	id = arena_alloc(&c->arena, UUID_LEN + 1);
	uuid_text(hash, id);
	uuid_new(x->session);
	ctx_bind(c, "once", id);
	ctx_bind(c, "subject",
	    subject != NULL ? arena_strdup(&c->arena, subject) : "");
	ctx_bind(c, "claim", value != NULL ? x->issuer->claim : "");
	ctx_bind(c, "value",
	    value != NULL ? arena_strdup(&c->arena, value) : NULL);
	ctx_bind(c, "session", x->session);
	ctx_bind(c, "ttl_s",
	    arena_printf(&c->arena, "%ld", config_number(CFG_REFRESH_TTL_S)));
	json_decref(x->claims);
	x->claims = NULL;
	return (ctx_send(c, &q_exchange_open, take_session));
}

static void
take_session(struct ctx *c, struct db_answer *a)
{
	struct exchange *x = c->state;
	struct signin s = { .session = x->session,
		.cookie = json_is_true(json_object_get(c->body, "cookie")) };

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		note(c, "sign_in_refused", NULL, "issuer", NULL, NULL);
		problem(c, P_UNKNOWN_IDENTITY, NULL);
		return;
	}
	s.staff = db_text(a, 0, 0);
	s.epoch = (int)db_number(a, 0, 1);
	s.who = db_text(a, 0, 2);
	signin_reply(c, &s);
}

static enum step
exchange_refuse(struct ctx *c)
{
	note(c, "sign_in_refused", NULL, "issuer", NULL, NULL);
	return (problem(c, P_BAD_IDENTITY, NULL));
}

/* --- recorded identities --- */

static enum step
identity_list(struct ctx *c)
{
	return (ctx_send(c, &q_identity_list, reply_many));
}

static enum step
identity_create(struct ctx *c)
{
	ctx_bind(c, "issuer",
	    json_string_value(json_object_get(c->body, "issuer")));
	ctx_bind(c, "subject",
	    json_string_value(json_object_get(c->body, "subject")));
	return (ctx_send(c, &q_identity_create, take_written));
}

static enum step
identity_remove(struct ctx *c)
{
	ctx_bind(c, "identity_id", c->args[1]);
	return (ctx_send(c, &q_identity_remove, take_written));
}

static void
take_written(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	switch (db_rows(a) == 1 ? db_number(a, 0, 0) : 404) {
	case 201:
		c->location = crud_location(c, db_text(a, 0, 1));
		reply(c, 201, db_text(a, 0, 1), db_length(a, 0, 1));
		break;
	case 204:
		reply_empty(c, 204);
		break;
	case 403:
		problem(c, P_FORBIDDEN, NULL);
		break;
	default:
		problem(c, P_NOT_FOUND, NULL);
	}
}
