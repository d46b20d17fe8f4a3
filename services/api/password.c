/*
 * Passwords. Changed by their owner, who proves the old one; or set with a
 * one-time code, that came by mail or on paper (an administrator asks for it
 * and never learns the password). Either way the rules are looked at and the
 * hash is made off the loop.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "api/api.h"
#include "core/config.h"
#include "core/field.h"
#include "core/password.h"
#include "core/redis.h"
#include "core/seal.h"
#include "domain/vocabulary.h"
#include "http/note.h"
#include "http/offload.h"
#include "http/problem.h"
#include "http/pulse.h"
#include "http/reply.h"
#include "http/signin.h"
#include "http/throttle.h"
#include "queries.h"

#define OWN_WORDS 4
#define RESET_S 3600

/* services/http/reset.html */
extern const char reset_html[];
extern const unsigned reset_html_len;

/* Words an office's passwords are guessed with. */
static const char *const common_words[] = { "camket", "matkhau", "vietnam",
	"danang", "hanoi", "saigon", "hochiminh", "ubnd", "uyban", "phuong",
	"chutich", "canbo", "congchuc", "anhyeuem", "emyeuanh", "yeuem",
	"giadinh", "hanhphuc", "thanhcong", "anhem" };
#define COMMON_WORDS (sizeof(common_words) / sizeof(common_words[0]))

/* A change under way; lives in the request's arena. */
struct change {
	char *old; /* malloc'd, NULL where a code stands for it */
	char *new; /* malloc'd */
	char stored[PASSWORD_HASH_LEN];
	char hash[PASSWORD_HASH_LEN];
	const char *words[OWN_WORDS + COMMON_WORDS + 1];
	int second;
	int shorter;      /* than one that stands alone */
	int right;        /* the old one is */
	const char *weak; /* what is wrong with the new one */
	uint64_t key;
};

static enum step password_change(struct ctx *);
static enum step password_reset(struct ctx *);
static enum step reset_page(struct ctx *);
static enum step reset_ask(struct ctx *);
static enum step invitation_make(struct ctx *);
static struct change *change_new(struct ctx *);
static void change_begin(struct ctx *, struct db_answer *, int);
static void change_free(struct change *);
static void bind_secret(struct ctx *, const struct change *);
static void change_make(void *);
static void take_own(struct ctx *, struct db_answer *);
static void take_link(struct ctx *, struct db_answer *);
static enum step change_made(struct ctx *);
static enum step reset_made(struct ctx *);
static void take_changed(struct ctx *, struct db_answer *);
static void take_reset(struct ctx *, struct db_answer *);
static void take_asked(struct ctx *, struct db_answer *);
static void take_invited(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field change_fields[] = {
	{ .name = "current_password", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = PASSWORD_MAX, .eg = "…",
	    .doc = "Mật khẩu hiện tại | Current password" },
	{ .name = "new_password", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = PASSWORD_MAX, .eg = "…",
	    .doc = "Mật khẩu mới | New password" },
	FIELDS_END
};
static const struct field reset_fields[] = {
	{ .name = "token", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 100, .eg = "…", .doc = "Mã dùng một lần | One-time code" },
	{ .name = "new_password", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = PASSWORD_MAX, .eg = "…",
	    .doc = "Mật khẩu mới | New password" },
	FIELDS_END
};
static const struct field ask_fields[] = {
	{ .name = "login", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 254, .eg = "head.office",
	    .doc = "Tên đăng nhập hoặc thư điện tử | User name or mail address" },
	FIELDS_END
};
static const struct field invitation_fields[] = {
	{ .name = "deliver", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_deliver,
	    .doc = "Cách giao mã | How the code travels" },
	FIELDS_END
};

static const struct field invited_fields[] = {
	{ .name = "username", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "staff.culture3" },
	{ .name = "expires_at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	{ .name = "code", .type = F_TEXT, .flags = FIELD_ALWAYS | FIELD_MAYBE,
	    .doc = "Mã để in, chỉ hiện một lần | The code to print, shown once" },
	FIELDS_END
};

#define OPEN (ROUTE_PUBLIC | ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE)
#define OWN (ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE)
static const struct route routes[] = {
	{ .method = POST, .pattern = "/v1/auth/password",
	    .run = password_change, .fields = change_fields,
	    .flags = OWN | ROUTE_BODY, .answer = signin_fields,
	    .summary = "Đổi mật khẩu | Change the own password" },
	{ .method = POST, .pattern = "/v1/auth/reset-request",
	    .run = reset_ask, .fields = ask_fields,
	    .flags = OPEN | ROUTE_BODY,
	    .status = 202,
	    .summary = "Xin thư đặt lại mật khẩu | Ask for a letter with a one-time code" },
	{ .method = POST, .pattern = "/v1/auth/reset",
	    .run = password_reset, .fields = reset_fields,
	    .flags = OPEN | ROUTE_BODY,
	    .summary = "Đặt mật khẩu bằng mã dùng một lần | Set a password with a one-time code" },
	{ .method = GET, .pattern = "/reset", .run = reset_page,
	    .flags = ROUTE_PUBLIC | ROUTE_ALONE | ROUTE_PAGE,
	    .summary = "Trang mở từ thư đặt lại mật khẩu | The page mailed links open" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/invitation",
	    .run = invitation_make, .fields = invitation_fields,
	    .flags = OWN | ROUTE_BODY,
	    .answer = invited_fields, .status = 201,
	    .summary = "Mời cán bộ vào, bằng thư hoặc mã in | Let a person in, by mail or by a printed code" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_password = {
	.name = "password",
	.routes = routes,
};

/* --- by its owner --- */

static enum step
password_change(struct ctx *c)
{
	const char *old;
	struct change *x;
	unsigned wait;

	if ((x = change_new(c)) == NULL)
		return (STEP_DONE);
	old = json_string_value(json_object_get(c->body, "current_password"));
	x->key = throttle_key(THROTTLE_DEVICE, "password", c->who.staff);
	if ((wait = throttle_wait(x->key)) > 0) {
		change_free(x);
		c->retry_after = arena_printf(&c->arena, "%u", wait);
		return (problem(c, P_TOO_MANY, NULL));
	}
	if ((x->old = password_normal(old, strlen(old))) == NULL) {
		change_free(x);
		fault_add(&c->faults, "/current_password", "wrong");
		return (problem(c, P_INVALID, NULL));
	}
	c->next = change_made;
	if (ctx_send(c, &q_password_own, take_own) == STEP_DONE) {
		change_free(x);
		return (STEP_DONE);
	}
	return (STEP_WAIT);
}

static void
take_own(struct ctx *c, struct db_answer *a)
{
	struct change *x = c->state;

	if (ctx_failed(c, a) || db_rows(a) == 0) {
		change_free(x);
		if (!c->answered)
			problem(c, P_UNAUTHENTICATED, NULL);
		return;
	}
	snprintf(x->stored, sizeof(x->stored), "%s", db_text(a, 0, 0));
	change_begin(c, a, 1);
}

static enum step
change_made(struct ctx *c)
{
	struct change *x = c->state;

	if (!x->right) {
		throttle_failed(THROTTLE_DEVICE, x->key);
		note(c, "password_refused", c->who.staff, NULL, NULL, NULL);
		fault_add(&c->faults, "/current_password", "wrong");
	} else
		throttle_passed(x->key);
	if (x->weak != NULL)
		fault_add(&c->faults, "/new_password", x->weak);
	if (c->faults.count > 0)
		return (problem(c, P_INVALID, NULL));
	bind_secret(c, x);
	return (ctx_send(c, &q_password_change, take_changed));
}

/* Every token made before has ended; here are new ones for this session. */
static void
take_changed(struct ctx *c, struct db_answer *a)
{
	struct signin s = { .staff = c->who.staff, .session = c->who.session };

	if (ctx_failed(c, a))
		return;
	pulse_now();
	if (db_rows(a) == 0) {
		problem(c, P_UNAUTHENTICATED, NULL);
		return;
	}
	s.epoch = (int)db_number(a, 0, 0);
	s.generation = (int)db_number(a, 0, 1);
	s.who = db_text(a, 0, 2);
	s.cookie = c->fields[HEADER_X_CSRF_TOKEN] != NULL;
	signin_reply(c, &s);
}

/* --- by a code --- */

static enum step
password_reset(struct ctx *c)
{
	struct change *x;
	char *hash;

	if ((x = change_new(c)) == NULL)
		return (STEP_DONE);
	hash = arena_alloc(&c->arena, SEAL_HASH_LEN);
	seal_code_hash(json_string_value(json_object_get(c->body, "token")),
	    hash);
	ctx_bind(c, "code_hash", hash);
	c->next = reset_made;
	if (ctx_send(c, &q_link_find, take_link) == STEP_DONE) {
		change_free(x);
		return (STEP_DONE);
	}
	return (STEP_WAIT);
}

static void
take_link(struct ctx *c, struct db_answer *a)
{
	struct change *x = c->state;

	if (ctx_failed(c, a) || db_rows(a) == 0) {
		change_free(x);
		if (c->answered)
			return;
		note(c, "reset_refused", NULL, NULL, NULL, NULL);
		problem(c, P_BAD_LINK, NULL);
		return;
	}
	change_begin(c, a, 1);
}

static enum step
reset_made(struct ctx *c)
{
	struct change *x = c->state;

	if (x->weak != NULL) {
		fault_add(&c->faults, "/new_password", x->weak);
		return (problem(c, P_INVALID, NULL));
	}
	bind_secret(c, x);
	return (ctx_send(c, &q_link_use, take_reset));
}

static void
take_reset(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_BAD_LINK, NULL);
		return;
	}
	pulse_now();
	reply_empty(c, 204);
}

/* Opening a link changes nothing: mail scanners do it too. */
static enum step
reset_page(struct ctx *c)
{
	return (reply_document(c, "text/html; charset=utf-8", reset_html,
	    reset_html_len, "no-store"));
}

/* --- what both share --- */

static struct change *
change_new(struct ctx *c)
{
	const char *new;
	struct change *x;

	x = arena_zalloc(&c->arena, sizeof(*x));
	c->state = x;
	new = json_string_value(json_object_get(c->body, "new_password"));
	if ((x->new = password_normal(new, strlen(new))) == NULL) {
		fault_add(&c->faults, "/new_password", "bad_format");
		problem(c, P_INVALID, NULL);
		return (NULL);
	}
	return (x);
}

/* From column at on: second factor or not, the person's own words. */
static void
change_begin(struct ctx *c, struct db_answer *a, int at)
{
	struct change *x = c->state;
	size_t i, n = 0;

	x->second = db_text(a, 0, at)[0] == 't';
	for (i = 0; i < OWN_WORDS; i++)
		if (db_length(a, 0, at + 1 + (int)i) > 2)
			x->words[n++] = arena_strdup(&c->arena,
			    db_text(a, 0, at + 1 + (int)i));
	memcpy(x->words + n, common_words, sizeof(common_words));
	if (offload(c, change_make, x) == STEP_DONE)
		change_free(x);
}

/* Off the loop. */
static void
change_make(void *arg)
{
	struct change *x = arg;
	int stale;

	x->right = x->old == NULL || password_verify(x->stored, x->old, &stale);
	x->weak = password_weak(x->new, x->second, x->words);
	x->shorter = field_length(x->new) < PASSWORD_MIN;
	if (x->right && x->weak == NULL && password_hash(x->new, x->hash) == -1)
		x->weak = "bad_format";
	change_free(x);
}

static void
change_free(struct change *x)
{
	if (x->old != NULL)
		sodium_memzero(x->old, strlen(x->old));
	if (x->new != NULL)
		sodium_memzero(x->new, strlen(x->new));
	free(x->old);
	free(x->new);
	x->old = x->new = NULL;
}

static void
bind_secret(struct ctx *c, const struct change *x)
{
	ctx_bind(c, "secret", x->hash);
	ctx_bind(c, "short", x->shorter ? "t" : "f");
}

/* --- codes --- */

/*
 * Letters to one account are few, in silence; an address that asks in names
 * that are nobody's waits, as it does where it signs in with them.
 */
static enum step
reset_ask(struct ctx *c)
{
	const char *login;
	uint64_t key, *from;
	unsigned wait;

	login = json_string_value(json_object_get(c->body, "login"));
	key = throttle_key(THROTTLE_MAIL, login, NULL);
	from = c->state = arena_alloc(&c->arena, sizeof(*from));
	*from = throttle_key(THROTTLE_ADDRESS, c->address, NULL);
	if ((wait = throttle_wait(*from)) > 0) {
		c->retry_after = arena_printf(&c->arena, "%u", wait);
		return (problem(c, P_TOO_MANY, NULL));
	}
	if (throttle_wait(key) > 0)
		return (reply_empty(c, 202));
	throttle_failed(THROTTLE_MAIL, key);
	ctx_bind(c, "login", login);
	signin_link(c, "account_reset", RESET_S);
	return (ctx_send(c, &q_reset_ask, take_asked));
}

static void
take_asked(struct ctx *c, struct db_answer *a)
{
	const uint64_t *from = c->state;

	if (ctx_failed(c, a))
		return;
	if (db_text(a, 0, 0)[0] == 't')
		redis_wake(ctx_redis, "wake:relay");
	else
		throttle_failed(THROTTLE_ADDRESS, *from);
	reply_empty(c, 202);
}

static enum step
invitation_make(struct ctx *c)
{
	const char *deliver;

	deliver = json_string_value(json_object_get(c->body, "deliver"));
	ctx_bind(c, "by_mail", strcmp(deliver, "mail") == 0 ? "t" : "f");
	signin_link(c, "account_invitation", SIGNIN_LINK_S);
	return (ctx_send(c, &q_invitation_make, take_invited));
}

static void
take_invited(struct ctx *c, struct db_answer *a)
{
	char code[SEAL_CODE_LEN];
	struct buf b;

	if (ctx_failed(c, a))
		return;
	switch (db_rows(a) == 1 ? db_number(a, 0, 0) : 404) {
	case 201:
		break;
	case 403:
		problem(c, P_FORBIDDEN, NULL);
		return;
	case 422:
		fault_add(&c->faults, "/deliver", "in_conflict");
		problem(c, P_INVALID, "no mail address");
		return;
	default:
		problem(c, P_NOT_FOUND, NULL);
		return;
	}
	redis_wake(ctx_redis, "wake:relay");
	buf_init(&b, &c->arena, 256);
	buf_puts(&b, "{\"username\":");
	buf_json(&b, db_text(a, 0, 1));
	buf_puts(&b, ",\"expires_at\":");
	buf_json(&b, db_text(a, 0, 2));
	if (ctx_value(c, "by_mail")[0] == 'f') {
		seal_code(ctx_value(c, "link_id"), code);
		buf_printf(&b, ",\"code\":\"%s\"", code);
	}
	buf_putc(&b, '}');
	reply(c, 201, b.data, b.len);
}
