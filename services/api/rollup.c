/* Figures: task statistics of a unit and those below, for a period. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/clock.h"
#include "domain/period.h"
#include "domain/vocabulary.h"
#include "http/check.h"
#include "http/problem.h"
#include "http/reply.h"
#include "queries.h"

#define SERIES_MAX 60

static enum step rollup_get(struct ctx *);
static enum step bind_measures(struct ctx *);
static enum step bind_compare(struct ctx *, const char *, enum period_scheme);
static enum step bind_series(struct ctx *, const char *, enum period_scheme);
static void take_figures(struct ctx *, struct db_answer *);
static void take_lag(struct ctx *, struct db_answer *);
static enum step rollup_reply(struct ctx *);

struct figures {
	const char *period;
	const char *scheme;
	struct period range;
	struct buf items;
	int rows;
	long long lag_ms;
};

/* clang-format off */
/* Those that measures= asks for. */
#define FIGURES \
	{ .name = "total", .type = F_INT, .flags = FIELD_ALWAYS | FIELD_MAYBE, .eg = "20", \
	    .doc = "Tổng số | All" }, \
	{ .name = "done_on_time", .type = F_INT, .flags = FIELD_ALWAYS | FIELD_MAYBE, .eg = "12", \
	    .doc = "Hoàn thành đúng hạn | Done in time" }, \
	{ .name = "done_late", .type = F_INT, .flags = FIELD_ALWAYS | FIELD_MAYBE, .eg = "2", \
	    .doc = "Hoàn thành quá hạn | Done late" }, \
	{ .name = "completed", .type = F_INT, .flags = FIELD_ALWAYS | FIELD_MAYBE, .eg = "14", \
	    .doc = "Đã hoàn thành | Done" }, \
	{ .name = "open_in_term", .type = F_INT, .flags = FIELD_ALWAYS | FIELD_MAYBE, .eg = "5", \
	    .doc = "Đang làm, trong hạn | Open, not due yet" }, \
	{ .name = "overdue", .type = F_INT, .flags = FIELD_ALWAYS | FIELD_MAYBE, .eg = "1", \
	    .doc = "Quá hạn | Overdue" }, \
	{ .name = "paused", .type = F_INT, .flags = FIELD_ALWAYS | FIELD_MAYBE, .eg = "0", \
	    .doc = "Tạm dừng | Paused" }, \
	{ .name = "reworks", .type = F_INT, .flags = FIELD_ALWAYS | FIELD_MAYBE, .eg = "1", \
	    .doc = "Số lần làm lại | Times done over" }, \
	{ .name = "due", .type = F_INT, .flags = FIELD_ALWAYS | FIELD_MAYBE, .eg = "15", \
	    .doc = "Đã đến hạn hoặc đã xong | Due or done" }, \
	{ .name = "rate", .type = F_DECIMAL, .flags = FIELD_SERVER | FIELD_MAYBE, .eg = "0.933333", \
	    .doc = "Tỷ lệ hoàn thành; null khi chưa có gì đến hạn | Share done; null when nothing is due" }, \
	{ .name = "overdue_rate", .type = F_DECIMAL, .flags = FIELD_SERVER | FIELD_MAYBE, .eg = "0.066667", \
	    .doc = "Tỷ lệ quá hạn | Share overdue" }
static const struct field previous_fields[] = { FIGURES, FIELDS_END };
static const struct field series_fields[] = {
	{ .name = "period", .type = F_PERIOD, .flags = FIELD_ALWAYS },
	{ .name = "from", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .eg = "2026-01-01" },
	{ .name = "to", .type = F_DATE, .flags = FIELD_ALWAYS },
	FIGURES,
	FIELDS_END
};
static const struct field link_fields[] = {
	{ .name = "*", .type = F_TEXT, .flags = FIELD_EMPTY,
	    .eg = "/v1/tasks?unit=culture&timeliness=overdue" },
	FIELDS_END
};
static const struct field figure_fields[] = {
	{ .name = "unit", .type = F_REF, .flags = FIELD_ALWAYS, .ref = "units",
	    .doc = "Đơn vị, gồm cả cấp dưới | The unit, those below included" },
	{ .name = "level", .type = F_INT, .flags = FIELD_ALWAYS, .eg = "0",
	    .doc = "Cách đơn vị gốc mấy cấp | Levels below the unit asked for" },
	FIGURES,
	{ .name = "previous", .type = F_OBJECT, .flags = FIELD_ALWAYS | FIELD_MAYBE,
	    .members = previous_fields,
	    .doc = "Cùng kỳ năm trước, khi có `compare` | A year before, with `compare`" },
	{ .name = "series", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_ALWAYS | FIELD_MAYBE, .members = series_fields,
	    .doc = "Các kỳ liền trước và kỳ này, khi có `series` | The periods before and this one, with `series`" },
	{ .name = "links", .type = F_OBJECT, .flags = FIELD_ALWAYS,
	    .members = link_fields,
	    .doc = "Danh sách đứng sau mỗi con số | The list behind each figure" },
	FIELDS_END
};
static const struct field figures_fields[] = {
	{ .name = "period", .type = F_PERIOD, .flags = FIELD_EMPTY },
	{ .name = "scheme", .type = F_ENUM, .flags = FIELD_EMPTY,
	    .words = words_scheme },
	{ .name = "from", .type = F_DATE, .flags = FIELD_EMPTY,
	    .eg = "2026-01-01" },
	{ .name = "to", .type = F_DATE, .flags = FIELD_EMPTY },
	{ .name = "as_of", .type = F_DATE, .flags = FIELD_EMPTY,
	    .doc = "Tính đến ngày | As of this day" },
	{ .name = "lag_ms", .type = F_INT, .flags = FIELD_EMPTY, .eg = "0",
	    .doc = "Chậm so với dữ liệu gốc | How far behind the records" },
	{ .name = "complete", .type = F_BOOL, .flags = FIELD_EMPTY,
	    .doc = "Đã tính đủ mọi thay đổi | Every change is counted" },
	{ .name = "missing_units", .type = F_LIST, .item = F_TEXT,
	    .flags = FIELD_EMPTY, .eg = "pasc",
	    .doc = "Đơn vị còn thiếu | Units that are missing" },
	{ .name = "items", .type = F_LIST, .item = F_OBJECT,
	    .flags = FIELD_EMPTY, .members = figure_fields },
	FIELDS_END
};

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/rollups", .run = rollup_get,
	    .params = "unit! depth period scheme measures compare series",
	    .answer = figures_fields,
	    .summary = "Số liệu của đơn vị và cấp dưới | Figures of a unit and those below" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_rollup = {
	.name = "rollups",
	.title = "Số liệu | Figures",
	.doc = "Thống kê nhiệm vụ theo cây đơn vị và kỳ; tỷ lệ tính trên số đã "
	       "đến hạn. | Task statistics up the tree of units, by period; "
	       "rates are of what was due.",
	.routes = routes,
};

static enum step
bad(struct ctx *c, const char *name, const char *code)
{
	fault_add(&c->faults, name, code);
	return (problem(c, P_BAD_PARAMETER, NULL));
}

static enum step
rollup_get(struct ctx *c)
{
	const char *unit, *depth;
	enum period_scheme scheme = PERIOD_CALENDAR;
	struct figures *f;

	f = arena_zalloc(&c->arena, sizeof(*f));
	c->state = f;
	if ((unit = param_take(c, "unit")) == NULL)
		return (bad(c, "unit", "required"));
	if ((depth = param_take(c, "depth")) == NULL)
		depth = "1";
	if (strlen(depth) != 1 || *depth < '0' || *depth > '9')
		return (bad(c, "depth", "out_of_range"));
	if ((f->scheme = param_take(c, "scheme")) == NULL)
		f->scheme = "calendar";
	if (period_scheme(f->scheme, &scheme) == -1)
		return (bad(c, "scheme", "not_in_list"));
	if ((f->period = param_take(c, "period")) == NULL)
		f->period = arena_strndup(&c->arena, c->today, 7);
	if (period_range(f->period, scheme, &f->range) == -1)
		return (bad(c, "period", "bad_format"));
	if (bind_measures(c) == STEP_DONE ||
	    bind_compare(c, f->period, scheme) == STEP_DONE ||
	    bind_series(c, f->period, scheme) == STEP_DONE)
		return (STEP_DONE);
	ctx_bind(c, "unit", unit);
	ctx_bind(c, "depth", depth);
	ctx_bind(c, "from_day", f->range.from);
	ctx_bind(c, "until_day", f->range.until);
	c->next = rollup_reply;
	if (ctx_send(c, &q_rollup_lag, take_lag) == STEP_DONE)
		return (STEP_DONE);
	return (ctx_send(c, &q_rollup_get, take_figures));
}

/* The measures that are not wanted, as an array. */
static enum step
bind_measures(struct ctx *c)
{
	static const char *const measures[] = { "total", "done_on_time",
		"done_late", "completed", "open_in_term", "overdue", "paused",
		"reworks", "due", "rate", "overdue_rate" };
	const char *wanted = param_take(c, "measures"), *p;
	char keep[sizeof(measures) / sizeof(measures[0])] = "";
	struct buf drop;
	size_t i, n;

	buf_init(&drop, &c->arena, 128);
	buf_putc(&drop, '{');
	for (p = wanted; p != NULL; p = p[n] == ',' ? p + n + 1 : NULL) {
		n = strcspn(p, ",");
		for (i = 0; i < sizeof(keep); i++)
			if (strlen(measures[i]) == n &&
			    memcmp(measures[i], p, n) == 0)
				break;
		if (i == sizeof(keep))
			return (bad(c, "measures", "not_in_list"));
		keep[i] = 1;
	}
	for (i = 0; wanted != NULL && i < sizeof(keep); i++)
		if (!keep[i])
			buf_printf(&drop, "%s%s", drop.len > 1 ? "," : "",
			    measures[i]);
	buf_putc(&drop, '}');
	ctx_bind(c, "drop", drop.data);
	return (STEP_MORE);
}

/* The same period a year before, where the scheme has one. */
static enum step
bind_compare(struct ctx *c, const char *code, enum period_scheme scheme)
{
	const char *compare = param_take(c, "compare");
	struct period before;
	char last[16];

	ctx_bind(c, "before_from", NULL);
	ctx_bind(c, "before_until", NULL);
	if (compare == NULL)
		return (STEP_MORE);
	if (strcmp(compare, "previous_year") != 0)
		return (bad(c, "compare", "not_in_list"));
	snprintf(last, sizeof(last), "%04d%s", atoi(code) - 1, code + 4);
	if (period_range(last, scheme, &before) == -1)
		return (STEP_MORE);
	ctx_bind(c, "before_from", arena_strdup(&c->arena, before.from));
	ctx_bind(c, "before_until", arena_strdup(&c->arena, before.until));
	return (STEP_MORE);
}

/* So many periods, this one the last of them, as three arrays. */
static enum step
bind_series(struct ctx *c, const char *code, enum period_scheme scheme)
{
	const char *series = param_take(c, "series");
	char now[PERIOD_LEN + 1], before[PERIOD_LEN + 1], *end;
	struct buf names, froms, untils;
	struct period range;
	long i, n;

	ctx_bind(c, "periods", NULL);
	ctx_bind(c, "froms", NULL);
	ctx_bind(c, "untils", NULL);
	if (series == NULL)
		return (STEP_MORE);
	n = strtol(series, &end, 10);
	if (*end != '\0' || end == series || n < 1 || n > SERIES_MAX)
		return (bad(c, "series", "out_of_range"));
	buf_init(&names, &c->arena, 256);
	buf_init(&froms, &c->arena, 256);
	buf_init(&untils, &c->arena, 256);
	snprintf(now, sizeof(now), "%s", code);
	for (i = 0; i < n && period_range(now, scheme, &range) == 0; i++) {
		buf_printf(&names, "%c%s", i == 0 ? '{' : ',', now);
		buf_printf(&froms, "%c%s", i == 0 ? '{' : ',', range.from);
		buf_printf(&untils, "%c%s", i == 0 ? '{' : ',', range.until);
		period_previous(now, scheme, before);
		memcpy(now, before, sizeof(now));
	}
	buf_putc(&names, '}');
	buf_putc(&froms, '}');
	buf_putc(&untils, '}');
	ctx_bind(c, "periods", names.data);
	ctx_bind(c, "froms", froms.data);
	ctx_bind(c, "untils", untils.data);
	return (STEP_MORE);
}

static void
take_lag(struct ctx *c, struct db_answer *a)
{
	struct figures *f = c->state;

	if (!ctx_failed(c, a))
		f->lag_ms = db_number(a, 0, 0);
}

static void
take_figures(struct ctx *c, struct db_answer *a)
{
	struct figures *f = c->state;
	int i;

	if (ctx_failed(c, a))
		return;
	f->rows = db_rows(a);
	if (f->rows == 1 && db_null(a, 0, 0)) {
		problem(c, P_FORBIDDEN, NULL);
		return;
	}
	buf_init(&f->items, &c->arena, (size_t)f->rows * 512 + 64);
	for (i = 0; i < f->rows; i++) {
		buf_puts(&f->items, i > 0 ? "," : "");
		buf_puts(&f->items, db_text(a, i, 0));
	}
}

static enum step
rollup_reply(struct ctx *c)
{
	struct figures *f = c->state;
	char last[11];
	struct buf b;

	if (c->answered)
		return (STEP_DONE);
	if (f->rows == 0)
		return (problem(c, P_NOT_FOUND, NULL));
	/* ranges are inclusive in JSON: the day before until */
	period_last_day(&f->range, last);
	buf_init(&b, &c->arena, f->items.len + 512);
	buf_printf(&b,
	    "{\"period\":\"%s\",\"scheme\":\"%s\",\"from\":\"%s\","
	    "\"to\":\"%s\",\"as_of\":\"%s\",\"lag_ms\":%lld,\"complete\":%s,"
	    "\"missing_units\":[],\"items\":[",
	    f->period, f->scheme, f->range.from, last, c->today, f->lag_ms,
	    f->lag_ms == 0 ? "true" : "false");
	buf_put(&b, f->items.data, f->items.len);
	buf_puts(&b, "]}");
	return (reply(c, 200, b.data, b.len));
}
