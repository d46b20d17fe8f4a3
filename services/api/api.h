#ifndef API_API_H
#define API_API_H

#include "http/route.h"

/*
 * The resources, one noun.c and noun.sql each. A new one is a line here, a
 * line in api.c and two in the Makefile.
 */
extern const struct resource resource_service;
extern const struct resource resource_auth;
extern const struct resource resource_session;
extern const struct resource resource_password;
extern const struct resource resource_mfa;
extern const struct resource resource_delegation;
extern const struct resource resource_departure;
extern const struct resource resource_service_key;
extern const struct resource resource_ticket;
extern const struct resource resource_audit;
extern const struct resource resource_exchange;
extern const struct resource resource_me;
extern const struct resource resource_unit;
extern const struct resource resource_staff;
extern const struct resource resource_document;
extern const struct resource resource_post;
extern const struct resource resource_group;
extern const struct resource resource_plan;
extern const struct resource resource_plan_import;
extern const struct resource resource_plan_receipt;
extern const struct resource resource_obligation;
extern const struct resource resource_task;
extern const struct resource resource_handover;
extern const struct resource resource_extension;
extern const struct resource resource_explanation;
extern const struct resource resource_task_event;
extern const struct resource resource_review;
extern const struct resource resource_remediation;
extern const struct resource resource_evaluation;
extern const struct resource resource_notification;
extern const struct resource resource_delivery;
extern const struct resource resource_rollup;
extern const struct resource resource_criteria_set;
extern const struct resource resource_commitment;
extern const struct resource resource_inspection;
extern const struct resource resource_finding;
extern const struct resource resource_measure;
extern const struct resource resource_change;
extern const struct resource resource_proposal;
extern const struct resource resource_complaint;
extern const struct resource resource_indicator;
extern const struct resource resource_indicator_value;
extern const struct resource resource_staff_event;
extern const struct resource resource_calendar;
extern const struct resource resource_period;
extern const struct resource resource_setting;
extern const struct resource resource_search;

/* A name that another system has for an item. */
extern const struct field external_ref_fields[];

/* What many tables of fields have in common. */
/* clang-format off */
#define FIELD_ID \
	{ .name = "id", .type = F_UUID, .flags = FIELD_FIXED | FIELD_EMPTY, \
	    .doc = "UUID phiên bản 7; máy khách có thể tự tạo | UUID of version 7; a client may make its own" }
#define FIELDS_SERVER \
	{ .name = "external_refs", .type = F_LIST, .item = F_OBJECT, \
	    .flags = FIELD_ALWAYS | FIELD_MAYBE, .members = external_ref_fields, \
	    .doc = "Mã ở hệ thống khác | Names other systems have for it" }, \
	{ .name = "version", .type = F_INT, \
	    .flags = FIELD_SERVER | FIELD_EMPTY, .eg = "3", \
	    .doc = "Tăng sau mỗi lần ghi; dùng cho If-Match | Rises with every write; for If-Match" }, \
	{ .name = "created_at", .type = F_INSTANT, \
	    .flags = FIELD_SERVER | FIELD_EMPTY }, \
	{ .name = "updated_at", .type = F_INSTANT, \
	    .flags = FIELD_SERVER | FIELD_EMPTY }
/* How far off the day is that it is due. */
#define FIELDS_DUE \
	{ .name = "days_left", .type = F_INT, .flags = FIELD_SERVER, \
	    .doc = "Số ngày làm việc còn lại | Working days left" }, \
	{ .name = "signal", .type = F_ENUM, .flags = FIELD_ALWAYS, \
	    .words = words_signal, .doc = "Tín hiệu nhắc | Signal" }
/* Whose work it is about. */
#define FIELDS_OF_TASK \
	{ .name = "task", .type = F_REF, .flags = FIELD_SERVER, .ref = "tasks", \
	    .eg = "", .doc = "Nhiệm vụ | The task" }, \
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER, .ref = "units", \
	    .eg = "", .doc = "Đơn vị thực hiện | Where the work is" }
/* What was asked has been decided. */
#define FIELDS_DECIDED \
	{ .name = "decided_by", .type = F_REF, .flags = FIELD_SERVER, \
	    .ref = "staff", .doc = "Người quyết định | Who decided" }, \
	{ .name = "decided_on", .type = F_DATE, .flags = FIELD_SERVER, \
	    .doc = "Ngày quyết định | Day of the decision" }
/* That it was returned to its author: why, the last time, and how often. */
#define FIELDS_RETURNED \
	{ .name = "return_reason", .type = F_TEXT, .flags = FIELD_SERVER, \
	    .doc = "Lý do trả lại | Why it was returned" }, \
	{ .name = "returns", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "0", \
	    .doc = "Số lần bị trả lại | Times it was returned" }
/* What was done of what had to be put right, and who has seen that it was. */
#define FIELDS_DONE(done_doc) \
	{ .name = "result", .type = F_TEXT, .flags = FIELD_SERVER, \
	    .doc = "Kết quả | Result" }, \
	{ .name = "done_on", .type = F_DATE, .flags = FIELD_SERVER, \
	    .doc = done_doc }, \
	{ .name = "verified_on", .type = F_DATE, .flags = FIELD_SERVER, \
	    .doc = "Ngày xác nhận | Day it was verified" }, \
	{ .name = "verified_by", .type = F_REF, .flags = FIELD_SERVER, \
	    .ref = "staff", .doc = "Người xác nhận | Who verified it" }
/* What a unit settles for all below it. */
#define FIELDS_CATALOGUE(statuses) \
	{ .name = "unit", .type = F_REF, .flags = FIELD_FIXED, .ref = "units", \
	    .doc = "Đơn vị quy định; trống là dùng chung | The unit that settles it; common to all if unset" }, \
	{ .name = "locked", .type = F_BOOL, .flags = FIELD_EMPTY, \
	    .doc = "Cấp dưới không được quy định khác | Nobody below may settle it otherwise" }, \
	{ .name = "inherited_from", .type = F_REF, .flags = FIELD_SERVER, \
	    .ref = "units", .eg = "", \
	    .doc = "Cấp trên đã quy định, khi đọc cho một đơn vị | The unit above that settled it, as read for a unit" }, \
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS, \
	    .words = statuses, .doc = "Trạng thái | Status" }
/* What is to be handed in, by whom and when: as it stands, and as imported. */
#define FIELDS_OBLIGATION \
	{ .name = "what", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1, \
	    .max = 2000, .eg = "Báo cáo kết quả hằng quý", \
	    .doc = "Phải nộp gì | What is to be handed in" }, \
	{ .name = "audience", .type = F_CODE, .max = 64, .eg = "all-units", \
	    .doc = "Ai phải nộp: mã đơn vị hoặc nhóm | Who owes it: code of a unit or group" }, \
	{ .name = "subject_kind", .type = F_ENUM, .flags = FIELD_REQUIRED, \
	    .words = words_subject_kind, \
	    .doc = "Người hay đơn vị phải nộp | Whether persons or units owe it" }, \
	{ .name = "cadence", .type = F_LIST, .item = F_ENUM, .max = 4, \
	    .words = words_cadence, .doc = "Định kỳ | How often" }, \
	{ .name = "due_rule", .type = F_ANY, \
	    .doc = "Quy tắc tính hạn | How the due day is found" }
/* The answer of a whole list: {"items":[…],"next":null}. */
#define FIELDS_ROWS(item_fields) \
	{ \
		{ .name = "items", .type = F_LIST, .item = F_OBJECT, \
		    .flags = FIELD_ALWAYS, .members = item_fields }, \
		{ .name = "next", .type = F_TEXT }, \
		FIELDS_END \
	}
#define FIELD_PERMISSIONS \
	{ .name = "_permissions", .type = F_LIST, .item = F_TEXT, \
	    .flags = FIELD_ALWAYS, .eg = "update", \
	    .doc = "Thao tác mà người đọc được làm lúc này | The verbs its reader may use now" }
/* clang-format on */
#define FIELDS_END \
	{ \
		.name = NULL \
	}

/* A plan has been read: note it, once, for who is a recipient. */
void plan_receipt_note(struct ctx *, const struct item *);

/* Parts of a plan document: of plans, and of their import. */
extern const struct field plan_basis_fields[];
extern const struct field plan_section_fields[];
extern const struct field plan_recipient_fields[];
extern const struct field plan_signer_fields[];

/* What is made below other items. */
extern const struct field finding_fields[];
extern const struct field measure_fields[];

/*
 * Steps of what stands below an item, by the route /v1/items/<uuid>/parts: the
 * list of the parts filtered by the item, a part made with the item as its
 * member, a part read by its own id. The route's below names the filter
 * ("inspection"), its member in a body ("inspection_id").
 */
enum step below_list(struct ctx *);
enum step below_create(struct ctx *);
enum step below_get(struct ctx *);

/* Bind ?dry_run, the only parameter there is. Refuses, or STEP_MORE. */
enum step bind_dry_run(struct ctx *);

/* period and scheme of a body become period_from and period_until. */
void prepare_period(struct ctx *, json_t *);

#endif
