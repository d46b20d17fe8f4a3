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
static const struct field given_fields[] = {
	{ .name = "agrees", .type = F_BOOL, .flags = FIELD_ALWAYS },
	{ .name = "text", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "document", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "given_by", .type = F_REF, .flags = FIELD_ALWAYS,
	    .ref = "staff" },
	{ .name = "given_on", .type = F_DATE, .flags = FIELD_ALWAYS },
	FIELDS_END
};
static const struct field ballot_fields[] = {
	{ .name = "staff", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "staff" },
	{ .name = "choice", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_vote },
	{ .name = "opinion", .type = F_TEXT, .flags = FIELD_SERVER },
	{ .name = "voted_on", .type = F_DATE, .flags = FIELD_ALWAYS },
	FIELDS_END
};
static const struct field tally_fields[] = {
	{ .name = "for", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "5" },
	{ .name = "against", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "2" },
	{ .name = "by", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "majority",
	    .doc = "majority, head" },
	FIELDS_END
};
static const struct field fields[] = {
	FIELD_ID,
	{ .name = "title", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 1000, .eg = "Trả kết quả hồ sơ tại nhà",
	    .doc = "Tên đề xuất | Title" },
	{ .name = "plan_id", .type = F_UUID,
	    .doc = "Theo kế hoạch | The plan it follows" },
	PART("need", "Sự cần thiết | Why it is needed"),
	PART("purpose", "Mục đích | Purpose"),
	PART("bottleneck", "Điểm nghẽn cần tháo gỡ | The bottleneck it removes"),
	PART("content", "Nội dung, nhiệm vụ | What is to be done"),
	PART("solutions", "Giải pháp | Solutions"),
	PART("scope", "Phạm vi | Scope"),
	PART("doers", "Đối tượng thực hiện | Who carries it out"),
	PART("duration", "Thời gian thực hiện | How long it takes"),
	PART("resources", "Nguồn lực | Resources"),
	PART("feasibility", "Tính khả thi | Feasibility"),
	PART("positive_impact", "Tác động tích cực | Good effects"),
	PART("negative_impact", "Tác động tiêu cực | Bad effects"),
	{ .name = "received_on", .type = F_DATE,
	    .flags = FIELD_FIXED | FIELD_EMPTY,
	    .doc = "Ngày nhận; mặc định là hôm nay | Day it was received; today unless said" },
	{ .name = "status", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_proposal_status, .doc = "Trạng thái | Status" },
	{ .name = "unit", .type = F_REF, .flags = FIELD_SERVER, .ref = "units",
	    .eg = "", .doc = "Cơ quan quyết định | The office that decides" },
	{ .name = "proposer", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .eg = "", .doc = "Người đề xuất | Who proposes" },
	{ .name = "eligible", .type = F_BOOL, .flags = FIELD_SERVER,
	    .doc = "Thuộc đối tượng của nghị định | Among those the decree is for" },
	{ .name = "meeting_due_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Hạn họp | Meeting due" },
	{ .name = "opinion_asked_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày xin ý kiến | Day an opinion was asked" },
	{ .name = "opinion", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .members = given_fields,
	    .doc = "Ý kiến cấp ủy trước khi quyết định | The party committee's opinion before the decision" },
	{ .name = "votes", .type = F_LIST, .item = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = ballot_fields, .doc = "Phiếu biểu quyết | Votes" },
	{ .name = "tally", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .members = tally_fields, .doc = "Kết quả biểu quyết | Tally" },
	{ .name = "decided_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày quyết định | Day of the decision" },
	{ .name = "decided_by", .type = F_REF, .flags = FIELD_SERVER,
	    .ref = "staff", .doc = "Người quyết định | Who decided" },
	{ .name = "order_document", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Văn bản chỉ đạo | The document that orders it" },
	{ .name = "ordered_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày chỉ đạo | Day it was ordered" },
	{ .name = "started_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày bắt đầu | Day it began" },
	{ .name = "completed_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày hoàn thành | Day it was done" },
	{ .name = "report_due_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Hạn báo cáo | Report due" },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Kết quả | Result" },
	{ .name = "reported_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày báo cáo | Day of the report" },
	{ .name = "assessment_due_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Hạn đánh giá | Assessment due" },
	{ .name = "second_opinion_asked_on", .type = F_DATE,
	    .flags = FIELD_SERVER,
	    .doc = "Ngày xin ý kiến lần hai | Day a second opinion was asked" },
	{ .name = "second_opinion", .type = F_OBJECT, .flags = FIELD_SERVER,
	    .members = given_fields,
	    .doc = "Ý kiến cấp ủy trước khi đánh giá | The party committee's opinion before the assessment" },
	{ .name = "assessment", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Đánh giá | Assessment" },
	{ .name = "effective", .type = F_BOOL, .flags = FIELD_SERVER,
	    .doc = "Có hiệu quả | It was effective" },
	{ .name = "assessed_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày đánh giá | Day of the assessment" },
	{ .name = "conclusion_due_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Hạn kết luận | Conclusion due" },
	{ .name = "conclusion_document", .type = F_TEXT, .flags = FIELD_SERVER,
	    .doc = "Văn bản kết luận | The document that concludes it" },
	{ .name = "concluded_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Ngày kết luận | Day of the conclusion" },
	{ .name = "due_on", .type = F_DATE, .flags = FIELD_SERVER,
	    .doc = "Hạn của bước tiếp theo | Due day of the next step" },
	FIELDS_DUE,
	FIELDS_SERVER,
	FIELDS_END
};

static const struct field opinion_fields[] = {
	{ .name = "agrees", .type = F_BOOL,
	    .flags = FIELD_REQUIRED | FIELD_EMPTY, .eg = "true",
	    .doc = "Đồng ý | Agrees" },
	{ .name = "text", .type = F_TEXT, .max = 20000,
	    .doc = "Ý kiến | Opinion" },
	{ .name = "document", .type = F_TEXT, .max = 300,
	    .doc = "Văn bản | Document" },
	FIELDS_END
};
static const struct field vote_fields[] = {
	{ .name = "choice", .type = F_ENUM, .flags = FIELD_REQUIRED,
	    .words = words_vote, .doc = "Lựa chọn | Choice" },
	{ .name = "opinion", .type = F_TEXT, .max = 20000,
	    .doc = "Ý kiến | Opinion" },
	FIELDS_END
};
static const struct field document_fields[] = {
	{ .name = "document", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 300, .eg = "15/CV-UBND", .doc = "Văn bản | Document" },
	FIELDS_END
};
static const struct field complete_fields[] = {
	{ .name = "completed_on", .type = F_DATE,
	    .doc = "Ngày hoàn thành; mặc định là hôm nay | Day it was done; today unless said" },
	FIELDS_END
};
static const struct field report_fields[] = {
	{ .name = "completed_on", .type = F_DATE,
	    .doc = "Ngày hoàn thành | Day it was done" },
	{ .name = "result", .type = F_TEXT, .flags = FIELD_REQUIRED, .min = 1,
	    .max = 50000, .eg = "Giảm nửa thời gian đi lại",
	    .doc = "Kết quả | Result" },
	FIELDS_END
};
static const struct field assess_fields[] = {
	{ .name = "assessment", .type = F_TEXT, .flags = FIELD_REQUIRED,
	    .min = 1, .max = 50000, .eg = "Nên nhân rộng",
	    .doc = "Đánh giá | Assessment" },
	{ .name = "effective", .type = F_BOOL,
	    .doc = "Có hiệu quả | It was effective" },
	FIELDS_END
};

static const struct verb verbs[] = {
	{ "ask_opinion", NULL, "Xin ý kiến cấp ủy | Ask the party committee", NULL },
	{ "give_opinion", opinion_fields, "Cho ý kiến của cấp ủy | Give the party committee's opinion", NULL },
	{ "vote", vote_fields, "Biểu quyết | Vote", NULL },
	{ "decide", NULL, "Quyết định theo kết quả biểu quyết | Decide as the vote went", NULL },
	{ "order", document_fields, "Chỉ đạo thực hiện bằng văn bản | Order it by a document", NULL },
	{ "start", NULL, "Bắt đầu thực hiện | Start", NULL },
	{ "complete", complete_fields, "Ghi ngày hoàn thành | Record when it was done", NULL },
	{ "report", report_fields, "Báo cáo kết quả | Report the result", NULL },
	{ "assess", assess_fields, "Đánh giá | Assess", NULL },
	{ "conclude", document_fields, "Ban hành kết luận | Conclude", NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct resource resource_proposal = {
	.name = "proposals",
	.kind = "proposal",
	.title = "Đề xuất đổi mới, sáng tạo | Proposals",
	.doc = "Đề xuất dám nghĩ, dám làm vì lợi ích chung, qua ý kiến, biểu "
	       "quyết, quyết định và đánh giá theo thời hạn. | What somebody "
	       "proposes for the common good: by opinion, vote, decision and "
	       "assessment, each with its term.",
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
