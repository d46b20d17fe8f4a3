/*
 * Sessions. One is opened by a sign-in and lives on one device; its refresh
 * token changes with each use (session.sql says what a second use means). It
 * ends by signing out, by its owner or an administrator, by age or idleness.
 */
#include "api/api.h"
#include "core/config.h"
#include "http/problem.h"
#include "http/pulse.h"
#include "http/reply.h"
#include "http/signin.h"
#include "queries.h"

static enum step session_refresh(struct ctx *);
static enum step session_logout(struct ctx *);
static enum step session_list(struct ctx *);
static enum step session_end(struct ctx *);
static enum step session_end_others(struct ctx *);
static enum step staff_session_list(struct ctx *);
static enum step staff_session_end(struct ctx *);
static enum step staff_session_end_all(struct ctx *);
static void take_rotation(struct ctx *, struct db_answer *);
static void take_closed(struct ctx *, struct db_answer *);
static void take_ended(struct ctx *, struct db_answer *);
static void take_ended_others(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field refresh_fields[] = {
	{ .name = "refresh_token", .type = F_TEXT, .min = 1, .max = 200,
	    .eg = "…",
	    .doc = "Nhận khi đăng nhập; bỏ trống khi gửi bằng cookie | From signing in; left out where it comes as a cookie" },
	FIELDS_END
};

static const struct field session_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "device", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "Mozilla/5.0 (X11; Linux x86_64)",
	    .doc = "Thiết bị | Device" },
	{ .name = "address", .type = F_TEXT, .flags = FIELD_SERVER,
	    .eg = "10.17.3.21", .doc = "Địa chỉ mạng | Network address" },
	{ .name = "created_at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	{ .name = "last_seen_at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	{ .name = "expires_at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	{ .name = "current", .type = F_BOOL, .flags = FIELD_ALWAYS,
	    .doc = "Phiên đang dùng | The one in use" },
	FIELDS_END
};
static const struct field sessions_fields[] = FIELDS_ROWS(session_fields);

#define OPEN (ROUTE_PUBLIC | ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE)
#define OWN (ROUTE_UNKEYED | ROUTE_SECRET | ROUTE_ALONE)
static const struct route routes[] = {
	{ .method = POST, .pattern = "/v1/auth/refresh",
	    .run = session_refresh, .fields = refresh_fields, .flags = OPEN,
	    .answer = signin_fields,
	    .summary = "Đổi refresh token lấy token mới | New tokens for a refresh token",
	    .doc = "Refresh token trong cookie cần kèm `X-CSRF-Token`. | A refresh token in a cookie needs `X-CSRF-Token` beside it." },
	{ .method = POST, .pattern = "/v1/auth/logout",
	    .run = session_logout, .fields = refresh_fields, .flags = OPEN,
	    .summary = "Đăng xuất | End the session",
	    .doc = "Refresh token trong cookie cần kèm `X-CSRF-Token`. | A refresh token in a cookie needs `X-CSRF-Token` beside it." },
	{ .method = GET, .pattern = "/v1/auth/sessions",
	    .run = session_list, .flags = OWN,
	    .answer = sessions_fields,
	    .summary = "Đang đăng nhập ở đâu | Where the caller is signed in" },
	{ .method = DELETE, .pattern = "/v1/auth/sessions",
	    .run = session_end_others, .flags = OWN,
	    .summary = "Đăng xuất mọi nơi khác | Sign out everywhere else" },
	{ .method = DELETE, .pattern = "/v1/auth/sessions/<uuid>",
	    .run = session_end, .flags = OWN,
	    .summary = "Đăng xuất một thiết bị | Sign out one device" },
	{ .method = GET, .pattern = "/v1/staff/<uuid>/sessions",
	    .run = staff_session_list, .flags = OWN,
	    .answer = sessions_fields,
	    .summary = "Cán bộ đang đăng nhập ở đâu | Where a person is signed in" },
	{ .method = DELETE, .pattern = "/v1/staff/<uuid>/sessions",
	    .run = staff_session_end_all, .flags = OWN,
	    .summary = "Đăng xuất cán bộ ở mọi nơi | Sign a person out everywhere" },
	{ .method = DELETE, .pattern = "/v1/staff/<uuid>/sessions/<uuid>",
	    .run = staff_session_end, .flags = OWN,
	    .summary = "Đăng xuất một thiết bị của cán bộ | Sign one device of a person out" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_session = {
	.name = "sessions",
	.routes = routes,
};

static enum step
session_refresh(struct ctx *c)
{
	int generation, *cookie;

	cookie = arena_alloc(&c->arena, sizeof(*cookie));
	c->state = cookie;
	if ((generation = signin_token(c, cookie)) == -1)
		return (STEP_DONE);
	ctx_bind(c, "generation", arena_printf(&c->arena, "%d", generation));
	ctx_bind(c, "window_s",
	    arena_printf(&c->arena, "%ld",
	        config_number(CFG_REFRESH_WINDOW_S)));
	ctx_bind(c, "idle_s",
	    arena_printf(&c->arena, "%ld", config_number(CFG_IDLE_TTL_S)));
	return (ctx_send(c, &q_session_rotate, take_rotation));
}

static void
take_rotation(struct ctx *c, struct db_answer *a)
{
	const int *cookie = c->state;
	struct signin s = { .cookie = *cookie };
	char verdict;

	if (ctx_failed(c, a))
		return;
	verdict = db_rows(a) == 1 ? db_text(a, 0, 4)[0] : 'r';
	if (verdict == 'r') { /* refuse, reused */
		if (s.cookie)
			signin_forget(c);
		pulse_now();
		problem(c, P_BAD_REFRESH, NULL);
		return;
	}
	s.staff = db_text(a, 0, 0);
	s.session = ctx_value(c, "session");
	s.epoch = (int)db_number(a, 0, 1);
	s.generation = (int)db_number(a, 0, 2);
	s.who = db_text(a, 0, 3);
	signin_reply(c, &s);
}

static enum step
session_logout(struct ctx *c)
{
	int cookie;

	if (signin_token(c, &cookie) == -1)
		return (STEP_DONE);
	if (cookie)
		signin_forget(c);
	return (ctx_send(c, &q_session_close, take_closed));
}

static void
take_closed(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	pulse_now();
	reply_empty(c, 204);
}

static enum step
session_list(struct ctx *c)
{
	return (ctx_send(c, &q_session_list, reply_many));
}

static enum step
staff_session_list(struct ctx *c)
{
	return (ctx_send(c, &q_staff_session_list, reply_many));
}

static enum step
session_end(struct ctx *c)
{
	ctx_bind(c, "target", c->args[0]);
	return (ctx_send(c, &q_session_end, take_ended));
}

static enum step
session_end_others(struct ctx *c)
{
	return (ctx_send(c, &q_session_end_others, take_ended_others));
}

static enum step
staff_session_end(struct ctx *c)
{
	ctx_bind(c, "target", c->args[1]);
	return (ctx_send(c, &q_staff_session_end, take_ended_others));
}

static enum step
staff_session_end_all(struct ctx *c)
{
	ctx_bind(c, "target", NULL);
	return (ctx_send(c, &q_staff_session_end, take_ended_others));
}

static void
take_ended(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_number(a, 0, 0) == 0) {
		problem(c, P_NOT_FOUND, NULL);
		return;
	}
	pulse_now();
	reply_empty(c, 204);
}

static void
take_ended_others(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_NOT_FOUND, NULL);
		return;
	}
	pulse_now();
	reply_empty(c, 204);
}
