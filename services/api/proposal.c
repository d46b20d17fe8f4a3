/*
 * Innovation proposals (Decree 73/2023/NĐ-CP): the Party committee is asked, the
 * head and his deputies vote, the head decides, and may order in writing what
 * has failed; what was done is reported and assessed. Each clock counts working
 * days.
 */
#include <string.h>

#include "api/api.h"
#include "domain/state.h"
#include "domain/vocabulary.h"
#include "queries.h"

static void proposal_prepare(struct ctx *, const char *, json_t *);

#define PART(member, words) \
	{ \
		.name = member, .type = F_TEXT, .max = 50000, .doc = words \
	}

/* clang-format off */
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .doc = "Tên đề xuất" },
	{ .name = "plan_id", .type = F_UUID },
	PART("need", "Sự cần thiết"),
	PART("purpose", "Mục đích"),
	PART("bottleneck", "Điểm nghẽn cần tháo gỡ"),
	PART("content", "Nội dung, nhiệm vụ"),
	PART("solutions", "Giải pháp"),
	PART("scope", "Phạm vi"),
	PART("doers", "Đối tượng thực hiện"),
	PART("duration", "Thời gian thực hiện"),
	PART("resources", "Nguồn lực"),
	PART("feasibility", "Tính khả thi"),
	PART("positive_impact", "Tác động tích cực"),
	PART("negative_impact", "Tác động tiêu cực"),
	{ .name = "received_on", .type = F_DATE,
	    .flags = FIELD_FIXED | FIELD_EMPTY,
	    .doc = "Ngày nhận; mặc định là hôm nay" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_proposal_status },
	{ .name = "unit", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .doc = "Cơ quan quyết định" },
	{ .name = "proposer", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "eligible", .type = F_BOOL, .flags = FIELD_SERVER,
	    .doc = "Thuộc đối tượng của nghị định" },
	{ .name = "meeting_due_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "opinion_asked_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "opinion", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .doc = "Ý kiến cấp ủy trước khi quyết định" },
	{ .name = "votes", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_SERVER },
	{ .name = "tally", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "decided_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "decided_by", .type = F_OBJECT, .flags = FIELD_SERVER },
	{ .name = "order_document", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "ordered_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "started_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "completed_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "report_due_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "reported_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "assessment_due_on", .type = F_DATE,
	    .flags = FIELD_SERVER },
	{ .name = "second_opinion_asked_on", .type = F_DATE,
	    .flags = FIELD_SERVER },
	{ .name = "second_opinion", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .doc = "Ý kiến cấp ủy trước khi đánh giá" },
	{ .name = "assessment", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "effective", .type = F_BOOL, .flags = FIELD_SERVER },
	{ .name = "assessed_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "conclusion_due_on", .type = F_DATE,
	    .flags = FIELD_SERVER },
	{ .name = "conclusion_document", .type = F_TEXT,
	    .flags = FIELD_SERVER },
	{ .name = "concluded_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER },
	{ .name = "days_left", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "signal", .type = F_ENUM, .flags = FIELD_SERVER,
	    .words = words_signal },
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field opinion_fields[] = {
	{ .name = "agrees", .type = F_BOOL,
	    .flags = FIELD_REQUIRED | FIELD_EMPTY },
	{ .name = "text", .type = F_TEXT, .max = 20000, .doc = "Ý kiến" },
	{ .name = "document", .type = F_TEXT, .max = 300 },
	FIELDS_END
};
static const struct field vote_fields[] = {
	{ .name = "choice", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_vote },
	{ .name = "opinion", .type = F_TEXT, .max = 20000 },
	FIELDS_END
};
static const struct field document_fields[] = {
	{ .name = "document", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 300, .doc = "Văn bản" },
	FIELDS_END
};
static const struct field complete_fields[] = {
	{ .name = "completed_on", .type = F_DATE,
	    .doc = "Ngày hoàn thành; mặc định là hôm nay" },
	FIELDS_END
};
static const struct field report_fields[] = {
	{ .name = "completed_on", .type = F_DATE },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 50000, .doc = "Kết quả" },
	FIELDS_END
};
static const struct field assess_fields[] = {
	{ .name = "assessment", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 50000, .doc = "Đánh giá" },
	{ .name = "effective", .type = F_BOOL, .doc = "Có hiệu quả" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "ask_opinion", NULL, "Xin ý kiến cấp ủy", NULL },
	{ "give_opinion", opinion_fields, "Cho ý kiến của cấp ủy", NULL },
	{ "vote", vote_fields, "Biểu quyết", NULL },
	{ "decide", NULL, "Quyết định theo kết quả biểu quyết", NULL },
	{ "order", document_fields, "Chỉ đạo thực hiện bằng văn bản", NULL },
	{ "start", NULL, "Bắt đầu thực hiện", NULL },
	{ "complete", complete_fields, "Ghi ngày hoàn thành", NULL },
	{ "report", report_fields, "Báo cáo kết quả", NULL },
	{ "assess", assess_fields, "Đánh giá", NULL },
	{ "conclude", document_fields, "Ban hành kết luận", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_proposal = {
	.name = "proposals",
	.kind = "proposal",
	.title = "Đề xuất đổi mới, sáng tạo",
	.fields = fields,
	.states = &states_proposal,
	.verbs = verbs,
	.list = q_proposal_list_sorts,
	.sort = "-created_at",
	.counts = &q_proposal_count,
	.dimensions = "status",
	.get = &q_proposal_get,
	.create = &q_proposal_create,
	.patch = &q_proposal_patch,
	.verb = &q_proposal_verb,
	.remove = &q_proposal_remove,
	.restore = &q_proposal_restore,
	.prepare = proposal_prepare,
};

static void
proposal_prepare(struct ctx *c, const char *verb, json_t *body)
{
	static const char *const days[] = { "received_on", "completed_on" };
	const char *day;
	size_t i;

	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		day = json_string_value(json_object_get(body, days[i]));
		if (day != NULL && strcmp(day, c->today) > 0)
			fault_add(&c->faults,
			    arena_printf(&c->arena, "/%s", days[i]),
			    "in_future");
	}
}
