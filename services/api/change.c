/* What has changed since a position, asked for or as it happens. */
#include "api/api.h"
#include "http/feed.h"
#include "http/stream.h"

/* clang-format off */
static const struct field line_fields[] = {
	{ .name = "type", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "task",
	    .doc = "Loại đối tượng | Kind of item" },
	{ .name = "id", .type = F_UUID, .flags = FIELD_ALWAYS },
	{ .name = "version", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "3",
	    .doc = "Giữ bản có số cao nhất | Keep the highest" },
	{ .name = "verb", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "assign",
	    .doc = "Điều đã làm | What was done" },
	{ .name = "at", .type = F_INSTANT, .flags = FIELD_ALWAYS },
	{ .name = "href", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "/v1/tasks/01972f5e-8c4a-7b3e-9d21-5f60c1a7e842" },
	{ .name = "actor_id", .type = F_UUID, .flags = FIELD_ALWAYS | FIELD_MAYBE,
	    .doc = "Ai đã làm | By whom" },
	{ .name = "deleted", .type = F_BOOL, .flags = FIELD_ALWAYS | FIELD_MAYBE,
	    .doc = "Đã xóa | It was removed" },
	{ .name = "gone", .type = F_BOOL, .flags = FIELD_ALWAYS | FIELD_MAYBE,
	    .doc = "Không còn thấy được | It cannot be seen any more" },
	{ .name = "item", .type = F_ANY, .flags = FIELD_SERVER | FIELD_MAYBE,
	    .doc = "Đối tượng, khi có `include=item`; hồ sơ riêng của người khác thì đọc ở href | The item, with `include=item`; what is personal and another's is read at its href" },
	FIELDS_END
};
static const struct field answer[] = {
	{ .name = "items", .type = F_LIST, .item = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = line_fields },
	{ .name = "next", .type = F_TEXT,
	    .doc = "`since` để đọc tiếp; null khi đã hết | The `since` to go on with; null at the end" },
	{ .name = "sync", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "3d6c72dc72e1.882",
	    .doc = "Vị trí đã đọc tới | The position read up to" },
	{ .name = "lag_ms", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "0",
	    .doc = "Chậm so với hiện tại | How far behind" },
	{ .name = "day", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .doc = "Hôm nay, theo giờ cơ quan | Today, where the office is" },
	{ .name = "resync", .type = F_BOOL, .flags = FIELD_ALWAYS, .eg = "false",
	    .doc = "Phải đọc lại từ đầu | Everything must be read anew" },
	{ .name = "permissions", .type = F_BOOL, .flags = FIELD_ALWAYS,
	    .eg = "false",
	    .doc = "Quyền của người đọc đã thay đổi | The reader's rights have changed" },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/changes", .run = feed_list,
	    .params = "since types include limit",
	    .answer = answer,
	    .summary = "Những gì đã thay đổi từ một vị trí | What has changed since a position" },
	{ .method = GET, .pattern = "/v1/changes/stream", .run = stream_changes,
	    .flags = ROUTE_PAGE | ROUTE_ALONE | ROUTE_SECRET,
	    .media = "text/event-stream",
	    .params = "since types include",
	    .summary = "Như trên, gửi ngay khi xảy ra (SSE) | The same as server-sent events, as it happens" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_change = {
	.name = "changes",
	.title = "Thay đổi | Changes",
	.doc = "Theo thứ tự ghi nhận, không sót; chỉ những gì người đọc được "
	       "thấy. | In the order of commits and without gaps; of what its "
	       "reader may see.",
	.routes = routes,
};
