/*
 * The second factor (RFC 6238) and step-up. Enrolment is two steps: a secret,
 * then a code that proves it arrived; with it come recovery codes, shown once.
 * Step-up asks a signed-in person again: for a code if there is a second
 * factor, else for the password.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "api/api.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/password.h"
#include "core/redis.h"
#include "core/seal.h"
#include "core/totp.h"
#include "core/uuid.h"
#include "http/note.h"
#include "http/offload.h"
#include "http/problem.h"
#include "http/pulse.h"
#include "http/reply.h"
#include "http/signin.h"
#include "http/throttle.h"
#include "queries.h"

#define RECOVERY_CODES 10

/* What is known of the caller's factors; lives in the request's arena. */
struct factors {
	char hash[PASSWORD_HASH_LEN];
	char *password;   /* malloc'd, being compared */
	const char *totp; /* sealed, or NULL */
	int confirmed;
	int64_t used_step;
	int left; /* recovery codes */
	const char *username;
	int fine;
	uint64_t key;
};

static enum step mfa_get(struct ctx *);
static enum step mfa_enrol(struct ctx *);
static enum step mfa_enrolling(struct ctx *);
static void take_enrolled(struct ctx *, struct db_answer *);
static enum step mfa_confirm(struct ctx *);
static enum step mfa_confirming(struct ctx *);
static enum step mfa_recovery(struct ctx *);
static void take_codes(struct ctx *, struct db_answer *);
static enum step mfa_remove(struct ctx *);
static void take_removed(struct ctx *, struct db_answer *);
static enum step mfa_reset(struct ctx *);
static void take_reset(struct ctx *, struct db_answer *);
static enum step stepup(struct ctx *);
static enum step stepup_by(struct ctx *);
static void stepup_compare(void *);
static enum step stepup_compared(struct ctx *);
static void take_stepup(struct ctx *, struct db_answer *);
static enum step stepup_refuse(struct ctx *, enum problem);
static enum step factors_ask(struct ctx *, enum step (*)(struct ctx *));
static void take_factors(struct ctx *, struct db_answer *);
static enum step mfa_state(struct ctx *);
static void bind_codes(struct ctx *);

/* clang-format off */
static const struct field confirm_fields[] = {
	{ .name = "otp", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 6,
	    .max = 6, .eg = "492039", .doc = "Mã xác thực | One-time code" },
	FIELDS_END
};
static const struct field stepup_fields[] = {
	{ .name = "otp", .type = F_TEXT, .min = 6, .max = 40, .eg = "492039",
	    .doc = "Mã xác thực | One-time code" },
	{ .name = "password", .type = F_TEXT, .min = 1, .max = PASSWORD_MAX,
	    .doc = "Mật khẩu, nếu chưa có mã xác thực | Password, where there is no second factor" },
	FIELDS_END
};

static const struct field state_fields[] = {
	{ .name = "enrolled", .type = F_BOOL, .flags = FIELD_ALWAYS,
	    .doc = "Đã bật | In use" },
	{ .name = "recovery_codes_left", .type = F_INT, .flags = FIELD_ALWAYS,
	    .eg = "10", .doc = "Số mã khôi phục còn lại | Recovery codes left" },
	FIELDS_END
};
static const struct field secret_fields[] = {
	{ .name = "secret", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "JBSWY3DPEHPK3PXP",
	    .doc = "Nhập vào ứng dụng xác thực | For the authenticator app" },
	{ .name = "uri", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "otpauth://totp/Camket:head.office?secret=JBSWY3DPEHPK3PXP&issuer=Camket",
	    .doc = "Cho mã QR | For a QR code" },
	FIELDS_END
};
static const struct field codes_fields[] = {
	{ .name = "recovery_codes", .type = F_LIST, .item = F_TEXT,
	    .flags = FIELD_ALWAYS, .eg = "…",
	    .doc = "Chỉ hiện một lần | Shown once" },
	FIELDS_END
};
static const struct field stepped_fields[] = {
	{ .name = "expires_in", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "600",
	    .doc = "Giây | Seconds" },
	FIELDS_END
};

#define OWN (ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE)
static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/auth/mfa", .run = mfa_get,
	    .flags = OWN, .answer = state_fields,
	    .summary = "Xác thực hai lớp đang thế nào | The second factor's state" },
	{ .method = POST, .pattern = "/v1/auth/mfa/enrol", .run = mfa_enrol,
	    .flags = OWN | ROUTE_SIGN, .answer = secret_fields,
	    .summary = "Bắt đầu: khóa cho ứng dụng | Begin: a secret for the app" },
	{ .method = POST, .pattern = "/v1/auth/mfa/confirm",
	    .run = mfa_confirm, .fields = confirm_fields,
	    .flags = OWN | ROUTE_BODY | ROUTE_SIGN,
	    .answer = codes_fields,
	    .summary = "Mã đầu tiên; nhận các mã khôi phục | A first code; answers with recovery codes" },
	{ .method = POST, .pattern = "/v1/auth/mfa/recovery",
	    .run = mfa_recovery, .flags = OWN | ROUTE_SIGN,
	    .answer = codes_fields,
	    .summary = "Mã khôi phục mới | New recovery codes" },
	{ .method = DELETE, .pattern = "/v1/auth/mfa", .run = mfa_remove,
	    .flags = OWN | ROUTE_SIGN,
	    .summary = "Bỏ xác thực hai lớp | Do without a second factor",
	    .doc = "Mật khẩu dưới 15 ký tự phải được đổi trước. | A password of less than 15 characters must be changed first." },
	{ .method = POST, .pattern = "/v1/auth/step-up", .run = stepup,
	    .fields = stepup_fields, .flags = OWN | ROUTE_BODY,
	    .answer = stepped_fields,
	    .summary = "Xác nhận danh tính để ký trong chốc lát | Confirm who one is, to sign for a while" },
	{ .method = POST, .pattern = "/v1/staff/<uuid>/mfa-reset",
	    .run = mfa_reset, .flags = OWN | ROUTE_SIGN,
	    .summary = "Gỡ xác thực hai lớp bị mất | Take a lost second factor away",
	    .doc = "Mật khẩu dưới 15 ký tự mất hiệu lực; thư đặt mật khẩu mới được gửi, người không có hộp thư cần được mời lại. | A password of less than 15 characters is void; a letter to set another leaves, and who has no mailbox is to be invited." },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_mfa = {
	.name = "mfa",
	.routes = routes,
};

static enum step
mfa_get(struct ctx *c)
{
	return (factors_ask(c, mfa_state));
}

static enum step
mfa_state(struct ctx *c)
{
	const struct factors *f = c->state;
	struct buf b;

	buf_init(&b, &c->arena, 128);
	buf_printf(&b, "{\"enrolled\":%s,\"recovery_codes_left\":%d}",
	    f->confirmed ? "true" : "false", f->left);
	return (reply(c, 200, b.data, b.len));
}

/* --- enrolment --- */

static enum step
mfa_enrol(struct ctx *c)
{
	return (factors_ask(c, mfa_enrolling));
}

static enum step
mfa_enrolling(struct ctx *c)
{
	const struct factors *f = c->state;
	char *secret;

	if (f->confirmed)
		return (problem(c, P_DUPLICATE, NULL));
	secret = arena_alloc(&c->arena, TOTP_SECRET_LEN);
	totp_secret(secret);
	ctx_bind(c, "plain", secret);
	ctx_bind(c, "secret", signin_seal(c, c->who.staff, secret));
	return (ctx_send(c, &q_mfa_enrol, take_enrolled));
}

static void
take_enrolled(struct ctx *c, struct db_answer *a)
{
	const struct factors *f = c->state;
	const char *secret = ctx_value(c, "plain");
	struct buf b;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_DUPLICATE, NULL);
		return;
	}
	buf_init(&b, &c->arena, 512);
	buf_printf(&b,
	    "{\"secret\":\"%s\",\"uri\":\"otpauth://totp/Camket:%s"
	    "?secret=%s&issuer=Camket\"}",
	    secret, f->username, secret);
	reply(c, 200, b.data, b.len);
}

static enum step
mfa_confirm(struct ctx *c)
{
	return (factors_ask(c, mfa_confirming));
}

static enum step
mfa_confirming(struct ctx *c)
{
	const struct factors *f = c->state;

	if (f->totp == NULL || f->confirmed)
		return (problem(c, P_WRONG_STATE, NULL));
	signin_second(c, c->who.staff, f->totp, 0,
	    json_string_value(json_object_get(c->body, "otp")));
	if (ctx_value(c, "step") == NULL) {
		fault_add(&c->faults, "/otp", "wrong");
		return (problem(c, P_INVALID, NULL));
	}
	bind_codes(c);
	return (ctx_send(c, &q_mfa_confirm, take_codes));
}

static enum step
mfa_recovery(struct ctx *c)
{
	bind_codes(c);
	return (ctx_send(c, &q_mfa_recovery, take_codes));
}

/* New codes: shown as $shown, kept as hashes. */
static void
bind_codes(struct ctx *c)
{
	char id[UUID_LEN + 1], code[SEAL_CODE_LEN], hash[SEAL_HASH_LEN];
	struct buf shown, kept;
	int i;

	buf_init(&shown, &c->arena, 512);
	buf_init(&kept, &c->arena, 1024);
	for (i = 0; i < RECOVERY_CODES; i++) {
		uuid_new(id);
		seal_code(id, code);
		seal_code_hash(code, hash);
		buf_printf(&shown, "%s\"%s\"", i > 0 ? "," : "", code);
		buf_puts(&kept, hash);
	}
	ctx_bind(c, "shown", shown.data);
	ctx_bind(c, "codes", kept.data);
}

static void
take_codes(struct ctx *c, struct db_answer *a)
{
	struct buf b;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_WRONG_STATE, NULL);
		return;
	}
	buf_init(&b, &c->arena, 512);
	buf_printf(&b, "{\"recovery_codes\":[%s]}", ctx_value(c, "shown"));
	reply(c, 200, b.data, b.len);
}

static enum step
mfa_remove(struct ctx *c)
{
	return (ctx_send(c, &q_mfa_remove, take_removed));
}

static void
take_removed(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0)
		problem(c, P_WRONG_STATE, NULL);
	else if (db_number(a, 0, 0) == 409)
		problem(c, P_SHORT_PASSWORD, NULL);
	else
		reply_empty(c, 204);
}

static enum step
mfa_reset(struct ctx *c)
{
	signin_link(c, "account_mfa_reset", SIGNIN_LINK_S);
	return (ctx_send(c, &q_mfa_reset, take_reset));
}

static void
take_reset(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_NOT_FOUND, NULL);
		return;
	}
	if (db_number(a, 0, 0) == 403) {
		problem(c, P_FORBIDDEN, NULL);
		return;
	}
	pulse_now();
	redis_wake(ctx_redis, "wake:relay");
	reply_empty(c, 204);
}

/* --- step-up --- */

static enum step
stepup(struct ctx *c)
{
	if (json_object_get(c->body, "otp") == NULL &&
	    json_object_get(c->body, "password") == NULL) {
		fault_add(&c->faults, "/otp", "required");
		return (problem(c, P_INVALID, NULL));
	}
	return (factors_ask(c, stepup_by));
}

static enum step
stepup_by(struct ctx *c)
{
	const char *otp = json_string_value(json_object_get(c->body, "otp"));
	const char *pass = json_string_value(
	    json_object_get(c->body, "password"));
	struct factors *f = c->state;
	unsigned wait;

	f->key = throttle_key(THROTTLE_DEVICE, "step-up", c->who.staff);
	if ((wait = throttle_wait(f->key)) > 0) {
		c->retry_after = arena_printf(&c->arena, "%u", wait);
		return (problem(c, P_TOO_MANY, NULL));
	}
	ctx_bind(c, "step", NULL);
	ctx_bind(c, "recovery", NULL);
	ctx_bind(c, "second", f->confirmed ? "t" : "f");
	if (f->confirmed) {
		if (otp == NULL)
			return (problem(c, P_OTP_REQUIRED, NULL));
		signin_second(c, c->who.staff, f->totp, f->used_step, otp);
		return (ctx_send(c, &q_stepup_done, take_stepup));
	}
	if (pass == NULL ||
	    (f->password = password_normal(pass, strlen(pass))) == NULL)
		return (stepup_refuse(c, P_BAD_CREDENTIALS));
	c->next = stepup_compared;
	if (offload(c, stepup_compare, f) == STEP_DONE) {
		free(f->password);
		return (STEP_DONE);
	}
	return (STEP_WAIT);
}

/* Off the loop. */
static void
stepup_compare(void *arg)
{
	struct factors *f = arg;
	int stale;

	f->fine = password_verify(f->hash, f->password, &stale);
	sodium_memzero(f->password, strlen(f->password));
	free(f->password);
	f->password = NULL;
}

static enum step
stepup_compared(struct ctx *c)
{
	const struct factors *f = c->state;

	if (!f->fine)
		return (stepup_refuse(c, P_BAD_CREDENTIALS));
	return (ctx_send(c, &q_stepup_done, take_stepup));
}

static void
take_stepup(struct ctx *c, struct db_answer *a)
{
	const struct factors *f = c->state;
	struct buf b;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		stepup_refuse(c, P_BAD_OTP);
		return;
	}
	throttle_passed(f->key);
	buf_init(&b, &c->arena, 64);
	buf_printf(&b, "{\"expires_in\":%ld}", config_number(CFG_STEP_UP_S));
	reply(c, 200, b.data, b.len);
}

static enum step
stepup_refuse(struct ctx *c, enum problem why)
{
	const struct factors *f = c->state;

	throttle_failed(THROTTLE_DEVICE, f->key);
	note(c, "step_up_refused", c->who.staff, NULL, NULL, NULL);
	return (problem(c, why, NULL));
}

/* --- what is known --- */

static enum step
factors_ask(struct ctx *c, enum step (*next)(struct ctx *))
{
	c->state = arena_zalloc(&c->arena, sizeof(struct factors));
	c->next = next;
	return (ctx_send(c, &q_mfa_own, take_factors));
}

static void
take_factors(struct ctx *c, struct db_answer *a)
{
	struct factors *f = c->state;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_UNAUTHENTICATED, NULL);
		return;
	}
	snprintf(f->hash, sizeof(f->hash), "%s", db_text(a, 0, 0));
	if (!db_null(a, 0, 1))
		f->totp = arena_strdup(&c->arena, db_text(a, 0, 1));
	f->used_step = db_number(a, 0, 2);
	f->confirmed = db_text(a, 0, 3)[0] == 't';
	f->left = (int)db_number(a, 0, 4);
	f->username = arena_strdup(&c->arena, db_text(a, 0, 5));
}
