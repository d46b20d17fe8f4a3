/* Periods of a year, as each scheme cuts them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "domain/period.h"
#include "domain/vocabulary.h"
#include "http/check.h"
#include "http/problem.h"
#include "http/reply.h"

static enum step period_list(struct ctx *);
static void put_periods(struct buf *, int year, enum period_scheme,
    const char *on);

/* clang-format off */
static const struct {
	const char *kind;
	const char *suffix; /* of the code, after the year */
	int digits;	    /* of its number, after that */
	int count;
} kinds[] = {
	{ "month", "-", 2, 12 },
	{ "quarter", "-Q", 1, 4 },
	{ "half_year", "-H", 1, 2 },
	{ "nine_months", "-9M", 0, 1 },
	{ "year", "", 0, 1 },
};

static const struct field fields[] = {
	{ .name = "code", .type = F_PERIOD, .flags = FIELD_ALWAYS,
	    .eg = "2026-Q1", .doc = "Mã kỳ | Code" },
	{ .name = "kind", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_period_kind, .eg = "quarter",
	    .doc = "Loại kỳ | Kind" },
	{ .name = "scheme", .type = F_ENUM, .flags = FIELD_ALWAYS,
	    .words = words_scheme, .eg = "calendar",
	    .doc = "Cách chia kỳ | How periods are cut" },
	{ .name = "from", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .eg = "2026-01-01", .doc = "Ngày đầu | First day" },
	{ .name = "to", .type = F_DATE, .flags = FIELD_ALWAYS,
	    .eg = "2026-03-31",
	    .doc = "Ngày cuối, tính cả ngày này | Last day, included" },
	FIELDS_END
};
static const struct field answer[] = FIELDS_ROWS(fields);

static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/periods", .run = period_list,
	    .answer = answer, .params = "scheme year on",
	    .summary = "Các kỳ của một năm | The periods of a year",
	    .doc = "calendar: theo lịch; nd09: từ ngày 15 đến ngày 14. | "
	           "calendar: by the calendar; nd09: from the 15th to the 14th." },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_period = {
	.name = "periods",
	.title = "Kỳ | Periods",
	.doc = "Tháng, quý, sáu tháng, chín tháng, năm: theo lịch, hoặc từ "
	       "ngày "
	       "15 đến ngày 14 theo Nghị định 09/2019/NĐ-CP. | Months, "
	       "quarters, six and nine months, years: of the calendar, or from "
	       "the 15th to the 14th as in decree 09/2019.",
	.routes = routes,
};

static enum step
period_list(struct ctx *c)
{
	const char *scheme = param_take(c, "scheme");
	const char *year = param_take(c, "year");
	const char *on = param_take(c, "on");
	enum period_scheme cut = PERIOD_CALENDAR;
	struct buf b;
	int y;

	if (param_rest(c) == STEP_DONE)
		return (STEP_DONE);
	if (scheme != NULL && period_scheme(scheme, &cut) == -1)
		fault_add(&c->faults, "scheme", "not_in_list");
	if (year != NULL && (strlen(year) != 4 || !field_period(year)))
		fault_add(&c->faults, "year", "out_of_range");
	if (on != NULL && !field_date(on, strlen(on)))
		fault_add(&c->faults, "on", "bad_format");
	if (c->faults.count > 0)
		return (problem(c, P_BAD_PARAMETER, NULL));
	y = atoi(year != NULL ? year : on != NULL ? on : c->today);
	buf_init(&b, &c->arena, 4096);
	buf_puts(&b, "{\"items\":[");
	put_periods(&b, y, cut, on);
	/* a window of the next year may have begun in this one */
	if (on != NULL && year == NULL)
		put_periods(&b, y + 1, cut, on);
	buf_puts(&b, "],\"next\":null}");
	return (reply(c, 200, b.data, b.len));
}

/* Those of a year; with a day, those it lies in. */
static void
put_periods(struct buf *b, int year, enum period_scheme cut, const char *on)
{
	char code[16], to[11];
	struct period p;
	size_t i;
	int n;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (n = 1; n <= kinds[i].count; n++) {
			snprintf(code, sizeof(code), "%04d%s%.*d", year,
			    kinds[i].suffix, kinds[i].digits,
			    kinds[i].digits > 0 ? n : 0);
			if (period_range(code, cut, &p) == -1 ||
			    (on != NULL &&
			        (strcmp(on, p.from) < 0 ||
			            strcmp(on, p.until) >= 0)))
				continue;
			period_last_day(&p, to);
			buf_printf(b,
			    "%s{\"code\":\"%s\",\"kind\":\"%s\","
			    "\"scheme\":\"%s\",\"from\":\"%s\","
			    "\"to\":\"%s\"}",
			    b->data[b->len - 1] == '[' ? "" : ",", code,
			    kinds[i].kind,
			    cut == PERIOD_ND09 ? "nd09" : "calendar", p.from,
			    to);
		}
	}
}
