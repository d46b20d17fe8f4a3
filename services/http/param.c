/* What query parameters mean; see param.h. A list's statement knows the type
 * of its filters, this table the form that the type leaves open. */
#include <string.h>

#include "domain/vocabulary.h"
#include "http/param.h"

/* clang-format off */
static const struct field params[] = {
	{ .name = "sort", .type = F_TEXT,
	    .doc = "Thứ tự; `-` đảo lại; mục không có giá trị đứng cuối | Order; `-` reverses it; items without a value come last" },
	{ .name = "fields", .type = F_TEXT, .max = 1000,
	    .doc = "Chỉ lấy các trường này, cách nhau bằng dấu phẩy; `_permissions` chỉ có trong danh sách khi nêu ở đây | Only these members, with commas between; in lists `_permissions` is there only when named" },
	{ .name = "counts", .type = F_LIST, .item = F_TEXT,
	    .doc = "Đếm theo các trường này | Counters by these members" },
	{ .name = "q", .type = F_TEXT, .min = 2, .max = 200,
	    .eg = "ke hoach",
	    .doc = "Tìm theo từ, không phân biệt dấu và chữ hoa | Search by words; accents and case do not matter" },
	{ .name = "ids", .type = F_UUID,
	    .doc = "Chỉ các mục này (tối đa 40) | Only these items (40 at most)" },
	{ .name = "unit", .type = F_TEXT, .max = 200, .eg = "ward-thanh-khe",
	    .doc = "Mã hoặc id đơn vị; gồm cả các đơn vị trực thuộc | Code or id of a unit; those below it are included" },
	{ .name = "subtree", .type = F_BOOL, .eg = "false",
	    .doc = "`false`: chỉ riêng đơn vị nêu ở `unit` | `false`: the unit of `unit` alone" },
	{ .name = "mine", .type = F_ENUM,
	    .doc = "Phần liên quan đến người gọi | What concerns the caller" },
	{ .name = "deleted", .type = F_ENUM,
	    .doc = "`only`: những mục đã xóa, còn khôi phục được | `only`: what was removed and can be restored" },
	{ .name = "as_of", .type = F_DATE,
	    .doc = "Như vào cuối ngày này, cả khi lọc và sắp xếp; quyền, `mine`, `version` và `updated_at` là của hôm nay | As it was at the end of this day, filters and order included; rights, `mine`, `version` and `updated_at` are today's" },
	{ .name = "status", .type = F_TEXT, .max = 200,
	    .doc = "Trạng thái | Status" },
	{ .name = "kind", .type = F_TEXT, .max = 200, .doc = "Loại | Kind" },
	{ .name = "role", .type = F_TEXT, .max = 200,
	    .doc = "Vai trò của người gọi | The caller's part in it" },
	{ .name = "number", .type = F_TEXT, .max = 200, .eg = "36",
	    .doc = "Số văn bản | Number of the document" },
	{ .name = "issued_from", .type = F_DATE,
	    .doc = "Ban hành từ ngày | Issued on this day or later" },
	{ .name = "issued_to", .type = F_DATE,
	    .doc = "Ban hành đến hết ngày | Issued on this day or before" },
	{ .name = "validity", .type = F_TEXT, .max = 200,
	    .doc = "Hiệu lực vào ngày `as_of`, hoặc hôm nay | Whether it holds on the day of `as_of`, or today" },
	{ .name = "due_from", .type = F_DATE,
	    .doc = "Hạn từ ngày | Due on this day or later" },
	{ .name = "due_to", .type = F_DATE,
	    .doc = "Hạn đến hết ngày | Due on this day or before" },
	{ .name = "urgency", .type = F_TEXT, .max = 200,
	    .doc = "Độ khẩn | Urgency" },
	{ .name = "plan", .type = F_UUID, .doc = "Của kế hoạch này | Of this plan" },
	{ .name = "parent", .type = F_TEXT, .max = 200,
	    .doc = "Trực thuộc mục này: id, hoặc mã với đơn vị | Right below this one: its id, or for units its code" },
	{ .name = "period", .type = F_PERIOD, .eg = "2026-Q1",
	    .doc = "Kỳ | Period" },
	{ .name = "scheme", .type = F_ENUM, .words = words_scheme,
	    .doc = "Cách chia kỳ | How periods are cut" },
	{ .name = "lead_staff", .type = F_UUID,
	    .doc = "Do người này chủ trì | Led by this person" },
	{ .name = "timeliness", .type = F_TEXT, .max = 200,
	    .doc = "Tiến độ so với hạn | Done in time or not" },
	{ .name = "signal", .type = F_TEXT, .max = 200,
	    .doc = "Tín hiệu nhắc | Signal" },
	{ .name = "subject", .type = F_UUID,
	    .doc = "Của người này | Of this person" },
	{ .name = "subject_kind", .type = F_TEXT, .max = 200,
	    .doc = "Người hay đơn vị phải nộp | Whether persons or units owe it" },
	{ .name = "subject_type", .type = F_TEXT, .max = 200,
	    .doc = "Đối tượng | Kind of staff" },
	{ .name = "staff", .type = F_UUID, .doc = "Của người này | Of this person" },
	{ .name = "level", .type = F_TEXT, .max = 200,
	    .doc = "Mức xếp loại | Level decided" },
	{ .name = "category", .type = F_TEXT, .max = 200,
	    .doc = "Loại thông báo | Category" },
	{ .name = "unread", .type = F_BOOL,
	    .doc = "`true`: chưa đọc | `true`: not read yet" },
	{ .name = "channel", .type = F_TEXT, .max = 200,
	    .doc = "Kênh gửi | Channel" },
	{ .name = "ref", .type = F_UUID,
	    .doc = "Về đối tượng này | About this item" },
	{ .name = "action", .type = F_TEXT, .max = 200,
	    .doc = "Việc đã làm | What was done" },
	{ .name = "actor_id", .type = F_UUID,
	    .doc = "Do người này làm | Done by this person" },
	{ .name = "staff_id", .type = F_UUID,
	    .doc = "Về người này | About this person" },
	{ .name = "at_from", .type = F_INSTANT,
	    .doc = "Từ lúc | At this instant or later" },
	{ .name = "at_to", .type = F_INSTANT,
	    .doc = "Đến lúc | At this instant or before" },
	{ .name = "depth", .type = F_INT, .max = 9, .eg = "1",
	    .doc = "Số cấp trực thuộc; mặc định 1 | Levels below the unit; 1 unless said" },
	{ .name = "compare", .type = F_ENUM, .words = words_compare,
	    .doc = "So với kỳ nào | What to compare with" },
	{ .name = "measures", .type = F_TEXT, .max = 200,
	    .eg = "completed,due,rate",
	    .doc = "Chỉ các số liệu này, cách nhau bằng dấu phẩy | Only these figures, with commas between" },
	{ .name = "series", .type = F_INT, .min = 1, .max = 60, .eg = "12",
	    .doc = "Ngần này kỳ, tính đến kỳ này | So many periods, up to this one" },
	{ .name = "since", .type = F_TEXT, .max = 200,
	    .doc = "Vị trí đã đọc tới: `next` hoặc `sync`; bỏ trống là từ bây giờ | The position read up to: a `next` or `sync`; from now if left out" },
	{ .name = "types", .type = F_TEXT, .max = 200, .eg = "task,plan",
	    .doc = "Chỉ các loại này, cách nhau bằng dấu phẩy | Only these kinds, with commas between" },
	{ .name = "include", .type = F_TEXT, .eg = "item",
	    .doc = "`item`: kèm đối tượng như người đọc thấy | `item`: the item as its reader sees it" },
	{ .name = "limit", .type = F_INT, .min = 1, .max = 200,
	    .doc = "Số mục mỗi trang | Items a page" },
	{ .name = "year", .type = F_INT, .eg = "2026", .doc = "Năm | Year" },
	{ .name = "origin", .type = F_TEXT, .max = 200, .doc = "Nguồn | Where it came from" },
	{ .name = "inspection", .type = F_UUID,
	    .doc = "Của cuộc kiểm tra này | Of this inspection" },
	{ .name = "review", .type = F_UUID,
	    .doc = "Của bản tự soi này | Of this self-review" },
	{ .name = "task", .type = F_UUID,
	    .doc = "Của nhiệm vụ này | Of this task" },
	{ .name = "finding", .type = F_UUID,
	    .doc = "Của phát hiện này | Of this finding" },
	{ .name = "manifestation", .type = F_TEXT, .max = 200,
	    .doc = "Mã biểu hiện | Code of the criterion" },
	{ .name = "code", .type = F_TEXT, .max = 200, .doc = "Mã | Code" },
	{ .name = "main", .type = F_BOOL,
	    .doc = "`true`: vị trí chính | `true`: main posts" },
	{ .name = "proposer", .type = F_UUID,
	    .doc = "Do người này đề xuất | Proposed by this person" },
	{ .name = "received_from", .type = F_DATE,
	    .doc = "Nhận từ ngày | Received on this day or later" },
	{ .name = "received_to", .type = F_DATE,
	    .doc = "Nhận đến hết ngày | Received on this day or before" },
	{ .name = "from_from", .type = F_DATE,
	    .doc = "Bắt đầu từ ngày | Begun on this day or later" },
	{ .name = "from_to", .type = F_DATE,
	    .doc = "Bắt đầu đến hết ngày | Begun on this day or before" },
	{ .name = "historic", .type = F_BOOL,
	    .doc = "`true`: hạn trước ngày bắt đầu tính | `true`: due before anything counted" },
	{ .name = "indicator", .type = F_UUID,
	    .doc = "Của chỉ tiêu này | Of this indicator" },
	{ .name = "from", .type = F_DATE, .eg = "2026-02-10",
	    .doc = "Từ ngày | From this day" },
	{ .name = "working_days", .type = F_INT, .max = 2000, .eg = "7",
	    .doc = "Số ngày làm việc | Working days" },
	{ .name = "calendar_days", .type = F_INT, .max = 2000, .eg = "5",
	    .doc = "Số ngày, kể cả ngày nghỉ | Days, worked or not" },
	{ .name = "on", .type = F_DATE, .eg = "2026-02-14",
	    .doc = "Kỳ có ngày này | Those this day lies in" },
	{ .name = "dry_run", .type = F_BOOL, .eg = "true",
	    .doc = "`true`: chỉ kiểm tra và báo, không ghi | `true`: check and tell, write nothing" },
	{ .name = NULL }
};
/* clang-format on */

const struct field *
param_field(const char *name)
{
	static const struct field unknown = { .type = F_TEXT };
	const struct field *f;

	for (f = params; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return (f);
	return (&unknown);
}

int
param_wanted(const struct query *q, const char *name)
{
	int i;

	for (i = 0; i < q->nparams; i++)
		if (strcmp(q->params[i].name, name) == 0)
			return (1);
	return (0);
}
