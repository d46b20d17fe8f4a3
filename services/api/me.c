/* What concerns the caller: who he is, and what he must do next. */
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "core/config.h"
#include "domain/role.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "http/page.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

static enum step me_get(struct ctx *);
static enum step me_work(struct ctx *);
static void take_me(struct ctx *, struct db_answer *);
static void take_counts(struct ctx *, struct db_answer *);

/* clang-format off */
static const struct field work_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_work_kind, .eg = "task",
	    .doc = "Loại đối tượng | Kind of item" },
	{ .name = "role", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_work_role,
	    .doc = "Phải làm, phải duyệt, hay để biết | To do, to approve, or to know" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "II.1 Sinh hoạt chính trị quý I",
	    .doc = "Mã và tên | Code and title" },
	{ .name = "subject", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff",
	    .doc = "Người được xét, với tự soi và đánh giá | Whom a review or evaluation is about" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER, .ref = "units",
	    .eg = "", .doc = "Đơn vị | Unit" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .eg = "2026-03-31", .doc = "Hạn | Due day" },
	{ .name = "days_left", .type = F_INT, .flags = FIELD_SERVER, .eg = "3",
	    .doc = "Số ngày làm việc còn lại; âm khi đã quá hạn | Working days left; below zero when overdue" },
	{ .name = "signal", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_signal, .eg = "soon",
	    .doc = "Tín hiệu nhắc | Signal" },
	{ .name = "verbs", .type = F_LIST, .item = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "complete", .doc = "Thao tác làm được ngay | Verbs at hand" },
	{ .name = "href", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "/v1/tasks/01972f5e-8c4a-7b3e-9d21-5f60c1a7e842",
	    .doc = "Nơi đọc đối tượng | Where it is read" },
	{ .name = "status", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "in_progress",
	    .doc = "Trạng thái của đối tượng | Its status" },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "3",
	    .doc = "Cho If-Match | For If-Match" },
	{ .name = "summary", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "II.1 Sinh hoạt chính trị quý I",
	    .doc = "Một dòng | In a line" },
	FIELDS_END
};

static const struct field post_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "code", .type = F_CODE, .flags = FIELD_ALWAYS, .eg = "office" },
	{ .name = "name", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Văn phòng HĐND và UBND phường Thanh Khê" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_unit_kind, .eg = "department" },
	{ .name = "position", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Chánh Văn phòng", .doc = "Chức vụ | Post" },
	{ .name = "duty_group", .type = F_CODE, .flags = FIELD_SERVER,
	    .eg = "unit-leaders" },
	{ .name = "main", .type = F_BOOL, .flags = FIELD_ALWAYS,
	    .doc = "Vị trí chính | The main post" },
	FIELDS_END
};
static const struct field role_fields[] = {
	{ .name = "role", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_role, .eg = "office" },
	{ .name = "function", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_function },
	{ .name = "unit", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "units" },
	{ .name = "from", .type = F_DATE, .flags = FIELD_ALWAYS },
	{ .name = "to", .type = F_DATE, .flags = FIELD_SERVER },
	FIELDS_END
};
static const struct field delegation_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "staff", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "staff",
	    .doc = "Người giao | Who hands over" },
	{ .name = "to", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "staff",
	    .doc = "Người được giao | Who stands in" },
	{ .name = "powers", .type = F_LIST, .item = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_power, .eg = "assign" },
	{ .name = "capacity", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_capacity },
	{ .name = "from", .type = F_DATE, .flags = FIELD_ALWAYS },
	{ .name = "to_date", .type = F_DATE, .flags = FIELD_SERVER },
	FIELDS_END
};
static const struct field count_fields[] = {
	{ .name = "overdue", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Quá hạn | Overdue" },
	{ .name = "do", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Phải làm | To do" },
	{ .name = "approve", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Phải duyệt | To approve" },
	{ .name = "unread", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Thông báo chưa đọc | Unread notifications" },
	FIELDS_END
};
static const struct field api_fields[] = {
	{ .name = "version", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "1.0.0" },
	{ .name = "min_client", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "1.0.0" },
	FIELDS_END
};
static const struct field any_fields[] = {
	{ .name = "*", .type = F_ANY },
	FIELDS_END
};
static const struct field me_fields[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_staff_status },
	{ .name = "code", .type = F_CODE, .flags = FIELD_ALWAYS,
	    .eg = "head.office" },
	{ .name = "username", .type = F_CODE, .flags = FIELD_ALWAYS,
	    .eg = "head.office" },
	{ .name = "full_name", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Chánh Văn phòng" },
	{ .name = "honorific", .type = F_TEXT },
	{ .name = "email", .type = F_EMAIL },
	{ .name = "phone", .type = F_TEXT, .eg = "0236 000 000" },
	{ .name = "subject_type", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "civil_servant",
	    .doc = "Đối tượng; `service` với khóa hệ thống | Kind of staff; `service` for a machine's key" },
	{ .name = "party_member", .type = F_BOOL, .flags = FIELD_ALWAYS },
	{ .name = "units", .type = F_LIST, .item = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = post_fields, .doc = "Đơn vị công tác | Posts held today" },
	{ .name = "roles", .type = F_LIST, .item = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = role_fields, .doc = "Vai trò hôm nay | Roles held today" },
	{ .name = "functions", .type = F_LIST, .item = F_ENUM,
	    .flags = FIELD_ALWAYS, .words = words_function,
	    .doc = "Chức năng | Functions" },
	{ .name = "delegations", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS, .members = delegation_fields,
	    .doc = "Ủy quyền hôm nay, đã giao và được giao | Delegations of today, given and held" },
	{ .name = "today", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .doc = "Hôm nay, theo giờ cơ quan | Today, where the office is" },
	{ .name = "counts", .type = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = count_fields },
	{ .name = "time_zone", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Asia/Ho_Chi_Minh" },
	{ .name = "settings", .type = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = any_fields,
	    .doc = "Cài đặt của đơn vị | The unit's settings" },
	{ .name = "api", .type = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = api_fields },
	FIELD_PERMISSIONS,
	FIELDS_SERVER,
	FIELDS_END
};
static const struct field work_count_fields[] = {
	{ .name = "overdue", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Quá hạn | Overdue" },
	{ .name = "due_soon", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Sắp đến hạn | Due soon" },
	{ .name = "this_week", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Hạn trong tuần | Due this week" },
	{ .name = "approve", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Phải duyệt | To approve" },
	{ .name = "unread", .type = F_INT, .flags = FIELD_ALWAYS,
	    .doc = "Thông báo chưa đọc | Unread notifications" },
	FIELDS_END
};
static const struct field work_answer[] = {
	{ .name = "counts", .type = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = work_count_fields },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/me", .run = me_get,
	    .answer = me_fields,
	    .summary = "Người đang gọi | Who is calling" },
	{ .method = GET, .pattern = "/v1/me/work", .run = me_work,
	    .list = q_me_work_sorts, .answer = work_answer,
	    .summary = "Việc phải làm, phải duyệt | What to do and to approve" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_me = {
	.name = "me",
	.kind = "work",
	.title = "Việc của tôi | Mine",
	.doc = "Người gọi là ai, và phải làm gì tiếp theo. | Who is calling, "
	       "and what he must do next.",
	.fields = work_fields,
	.sort = "due_on",
	.routes = routes,
};

static enum step
me_get(struct ctx *c)
{
	return (ctx_send(c, &q_me, take_me));
}

static void
take_me(struct ctx *c, struct db_answer *a)
{
	struct item x;
	char *json;

	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		problem(c, P_UNAUTHENTICATED, NULL);
		return;
	}
	x.version = db_text(a, 0, 0);
	x.status = db_text(a, 0, 1);
	x.perms = db_number(a, 0, 2);
	json = arena_printf(&c->arena,
	    "%.*s,\"time_zone\":\"%s\","
	    "\"api\":{\"version\":\"1.0.0\",\"min_client\":"
	    "\"1.0.0\"}}",
	    (int)db_length(a, 0, 3) - 1, db_text(a, 0, 3), config_text(CFG_TZ));
	x.json = json;
	x.len = strlen(json);
	reply_item(c, 200, &x);
}

/* The list's own machinery, with the counters beside it. */
static enum step
me_work(struct ctx *c)
{
	enum step r;

	if ((r = page_list(c)) == STEP_DONE)
		return (r);
	return (ctx_send(c, &q_me_work_counts, take_counts));
}

static void
take_counts(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	page_also(c, "counts", db_text(a, 0, 0));
}
