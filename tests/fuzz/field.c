/* services/core/field.c: a body against a table of every type. */
#include "fuzz.h"

#include "core/arena.h"
#include "core/clock.h"
#include "core/field.h"
#include "core/json.h"
#include "domain/period.h"
#include "../unit/form.h"

static int
faults_of(json_t *body, enum field_mode mode)
{
	struct faults faults;
	struct arena arena;
	struct fault *f;
	int n = 0;

	arena_init(&arena, NULL, 0);
	faults_init(&faults, &arena);
	fields_check(all, body, mode, "", &faults);
	for (f = faults.first; f != NULL; f = f->next, n++)
		must(f->pointer[0] == '/' && f->code[0] != '\0');
	must(n == faults.count);
	arena_fini(&arena);
	return (n);
}

/* Values that also come alone, in query strings. */
static void
check_text(const char *s, size_t n)
{
	struct period p;
	char day[11];
	int64_t number;

	if (field_date(s, n)) {
		memcpy(day, s, 10);
		day[10] = '\0';
		must(clock_day_number(day, &number));
	}
	if (field_instant(s, n))
		must(field_date(s, 10) && s[n - 1] == 'Z');
	if (field_code(s, n, 64))
		must(memchr(s, '\0', n) == NULL);
	if (field_period(s))
		must(period_range(s, PERIOD_CALENDAR, &p) == 0 ||
		    period_range(s, PERIOD_ND09, &p) == 0);
	(void)field_decimal(s, 9, 4);
	must(field_length(s) <= (int)n);
	must(field_word(words, s) == NULL || strlen(s) <= 5);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	enum json_fault fault;
	int line, column, faults;
	json_t *body, *copy;
	char *s;

	if ((s = json_nfc((const char *)data, n)) != NULL) {
		check_text(s, strlen(s));
		free(s);
	}
	body = json_read((const char *)data, n, &fault, &line, &column);
	if (body != NULL && json_is_object(body)) {
		copy = json_deep_copy(body);
		faults = faults_of(body, FIELD_CREATE);
		/* what was put in its form is in it */
		must(faults_of(body, FIELD_CREATE) == faults);
		(void)faults_of(copy, FIELD_PATCH);
		json_decref(copy);
	}
	json_decref(body);
	return (0);
}
