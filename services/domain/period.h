#ifndef DOMAIN_PERIOD_H
#define DOMAIN_PERIOD_H

/*
 * Periods by code: 2026-02, 2026-Q1, 2026-H1, 2026-9M, 2026. Two schemes: the
 * calendar (NĐ 60/2018), and the reporting windows of NĐ 09/2019 Art 12, from
 * the 15th to the 14th. from and until are YYYY-MM-DD, half-open.
 * 0, or -1 if the scheme has no such period.
 */
struct period {
	char from[11];
	char until[11];
};
#define PERIOD_LEN 7
enum period_scheme { PERIOD_CALENDAR, PERIOD_ND09 };

int period_scheme(const char *name, enum period_scheme *);
int period_range(const char *code, enum period_scheme, struct period *);

/* The period of the same kind before this one, by its code. */
void period_previous(const char *code, enum period_scheme,
    char out[static PERIOD_LEN + 1]);

/* The last day in it, as people write ranges. */
void period_last_day(const struct period *, char out[static 11]);

#endif
