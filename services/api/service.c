/* The service itself: is it alive, is it ready, what does it count, what can
 * it do. */
#include <string.h>

#include "api/api.h"
#include "core/config.h"
#include "core/metrics.h"
#include "core/pool.h"
#include "core/redis.h"
#include "http/batch.h"
#include "http/docs.h"
#include "http/gate.h"
#include "http/openapi.h"
#include "http/problem.h"
#include "http/pulse.h"
#include "http/reply.h"
#include "queries.h"

static enum step service_health(struct ctx *);
static enum step service_ready(struct ctx *);
static void take_missing(struct ctx *, struct db_answer *);
static enum step service_metrics(struct ctx *);
static void take_gauges(struct ctx *, struct db_answer *);
static enum step metrics_reply(struct ctx *);

#define OPEN (ROUTE_PUBLIC | ROUTE_ALONE)

/* clang-format off */
static const struct field status_fields[] = {
	{ .name = "status", .type = F_TEXT, .flags = FIELD_EMPTY, .eg = "ok" },
	{ .name = NULL }
};
static const struct field ready_fields[] = {
	{ .name = "status", .type = F_TEXT, .flags = FIELD_EMPTY,
	    .eg = "ready" },
	{ .name = "degraded", .type = F_LIST, .item = F_TEXT,
	    .flags = FIELD_EMPTY, .eg = "redis",
	    .doc = "Phần đang thiếu, dù vẫn nhận yêu cầu | What is missing while requests are still accepted" },
	{ .name = NULL }
};
static const struct field word_fields[] = {
	{ .name = "code", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "in_force" },
	{ .name = "vi", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Đang thực hiện" },
	{ .name = "vi_short", .type = F_TEXT, .flags = FIELD_ALWAYS,
	    .eg = "Thực hiện" },
	{ .name = "en", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "In force" },
	{ .name = "tone", .type = F_TEXT, .flags = FIELD_ALWAYS, .eg = "success",
	    .doc = "neutral, info, success, caution, warning, danger" },
	{ .name = "order", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "3" },
	{ .name = NULL }
};
static const struct field vocabulary_fields[] = {
	{ .name = "*", .type = F_LIST, .item = F_OBJECT, .flags = FIELD_EMPTY,
	    .members = word_fields },
	{ .name = NULL }
};
static const struct field document_fields[] = {
	{ .name = "*", .type = F_ANY },
	{ .name = NULL }
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/healthz", .run = service_health,
	    .flags = OPEN | ROUTE_SECRET, .answer = status_fields,
	    .summary = "Tiến trình còn sống | The process is alive" },
	{ .method = GET, .pattern = "/readyz", .run = service_ready,
	    .flags = OPEN | ROUTE_SECRET, .answer = ready_fields,
	    .summary = "Đang nhận yêu cầu | Requests are accepted" },
	{ .method = GET, .pattern = "/metrics", .run = service_metrics,
	    .flags = OPEN | ROUTE_PAGE | ROUTE_HIDDEN | ROUTE_SECRET,
	    .summary = "Counters; on the loopback listener only" },
	{ .method = GET, .pattern = "/openapi.json", .run = openapi_get,
	    .flags = OPEN, .answer = document_fields,
	    .summary = "Tài liệu này | This document" },
	{ .method = GET, .pattern = "/docs", .run = docs_get,
	    .flags = OPEN | ROUTE_PAGE,
	    .summary = "Tài liệu này, để đọc và dùng thử | This document, to read and try" },
	{ .method = GET, .pattern = "/problems/<code>", .run = docs_problem,
	    .flags = OPEN | ROUTE_PAGE, .answer = docs_problem_fields,
	    .summary = "Ý nghĩa của một mã lỗi | What a problem's type means",
	    .doc = "Trình duyệt nhận trang đọc được, chương trình nhận JSON. | A browser gets a page, a program JSON." },
	{ .method = GET, .pattern = "/v1/vocabulary",
	    .run = openapi_vocabulary, .flags = OPEN,
	    .answer = vocabulary_fields,
	    .summary = "Mọi danh mục, bằng lời người dùng thấy | Every enumeration, in the words people see" },
	{ .method = POST, .pattern = "/v1/batch", .run = batch_run,
	    .fields = batch_fields, .flags = ROUTE_BODY | ROUTE_ALONE,
	    .answer = batch_answer,
	    .summary = "Tối đa 100 thao tác trong một yêu cầu | Up to 100 operations in one request",
	    .doc = "`atomic: true`: làm trọn hoặc không làm gì; lỗi của thao tác đầu tiên là câu trả lời, kèm `results` của cả lô. | `atomic: true`: all or nothing; the first refusal is the answer, with the `results` of all." },
	{ .method = POST, .pattern = "/v1/can", .run = batch_can,
	    .fields = can_fields,
	    .flags = ROUTE_BODY | ROUTE_ALONE | ROUTE_UNKEYED,
	    .answer = can_answer,
	    .summary = "Tối đa 100 câu hỏi: tôi được làm bước này không? | Up to 100 questions: may I take this step?" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_service = {
	.name = "service",
	.title = "Hệ thống | Service",
	.doc = "Tình trạng máy chủ, tài liệu, danh mục, và nhiều thao tác "
	       "trong một yêu cầu. | State of the service, documents, words, "
	       "and many operations in one request.",
	.routes = routes,
};

static enum step
service_health(struct ctx *c)
{
	return (reply(c, 200, "{\"status\":\"ok\"}", 15));
}

static enum step
service_ready(struct ctx *c)
{
	if (gate_leaving())
		return (problem(c, P_NOT_READY, "draining"));
	/* a neighbour may be the one that is asked next */
	if (metric_sum(METRIC_joined) < (uint64_t)config_processes())
		return (problem(c, P_NOT_READY, "starting"));
	if (!pulse_ready())
		return (problem(c, P_NOT_READY,
		    pulse_fresh() ? "the database is away" :
		                    "revocations are stale"));
	return (ctx_send(c, &q_service_missing, take_missing));
}

static void
take_missing(struct ctx *c, struct db_answer *a)
{
	const char *missing;
	struct buf b;

	if (db_outcome(a) != DB_OK) {
		problem(c, P_NOT_READY, "the database is away");
		return;
	}
	missing = db_text(a, 0, 0) + 1; /* behind the bracket */
	buf_init(&b, &c->arena, 128);
	buf_printf(&b, "{\"status\":\"ready\",\"degraded\":[%s%s%s}",
	    redis_up(ctx_redis) ? "" : "\"redis\"",
	    redis_up(ctx_redis) || *missing == ']' ? "" : ",", missing);
	reply(c, 200, b.data, b.len);
}

static enum step
service_metrics(struct ctx *c)
{
	long port = config_number(CFG_METRICS_PORT);
	struct buf *b;

	if (port == 0)
		port = config_number(CFG_PORT) + 1000;
	if (c->message == NULL || c->message->port != port)
		return (problem(c, P_NO_ROUTE, NULL));
	b = arena_alloc(&c->arena, sizeof(*b));
	buf_init(b, &c->arena, 16384);
	metrics_text(b);
	c->state = b;
	c->next = metrics_reply;
	/* without the database the counters are still worth having */
	if (!pool_up(ctx_pool, LANE_READ))
		return (STEP_MORE);
	return (ctx_send(c, &q_service_gauges, take_gauges));
}

static void
take_gauges(struct ctx *c, struct db_answer *a)
{
	static const char *const names[] = { "jobs_open", "jobs_dead",
		"oldest_unsent_seconds", "marks", "oldest_mark_seconds" };
	struct buf *b = c->state;
	int i;

	if (db_outcome(a) != DB_OK)
		return;
	for (i = 0; i < 5; i++)
		buf_printf(b, "# TYPE camket_%s gauge\ncamket_%s %s\n",
		    names[i], names[i], db_text(a, 0, i));
}

static enum step
metrics_reply(struct ctx *c)
{
	struct buf *b = c->state;

	buf_printf(b,
	    "# TYPE camket_requests_running gauge\n"
	    "camket_requests_running %d\n# TYPE camket_lane_depth gauge\n"
	    "camket_lane_depth{lane=\"read\"} %d\n"
	    "camket_lane_depth{lane=\"write\"} %d\n"
	    "camket_lane_depth{lane=\"slow\"} %d\n# EOF\n",
	    ctx_count(), pool_depth(ctx_pool, LANE_READ),
	    pool_depth(ctx_pool, LANE_WRITE), pool_depth(ctx_pool, LANE_SLOW));
	c->media = "application/openmetrics-text; version=1.0.0; "
	           "charset=utf-8";
	return (reply(c, 200, b->data, b->len));
}
