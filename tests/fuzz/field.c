/* services/core/field.c: a body against a table of every type. */
#include "fuzz.h"

#include "core/arena.h"
#include "core/clock.h"
#include "core/field.h"
#include "core/json.h"
#include "domain/period.h"

static const struct word words[] = { { "draft", "", NULL, "", "" },
	{ "done", "", NULL, "", "" }, { NULL, NULL, NULL, NULL, NULL } };
static const struct field point[] = {
	{ .name = "x", .type = F_INT, .flags = FIELD_REQUIRED, .max = 9 },
	{ .name = "t", .type = F_TEXT, .min = 1, .max = 5 },
	{ .name = NULL },
};
static const struct field all[] = {
	{ .name = "id", .type = F_UUID, .flags = FIELD_FIXED },
	{ .name = "version", .type = F_INT, .flags = FIELD_SERVER },
	{ .name = "text",
	    .type = F_TEXT,
	    .flags = FIELD_REQUIRED,
	    .min = 2,
	    .max = 5 },
	{ .name = "code", .type = F_CODE, .max = 8 },
	{ .name = "int",
	    .type = F_INT,
	    .flags = FIELD_EMPTY,
	    .min = -3,
	    .max = 3 },
	{ .name = "decimal", .type = F_DECIMAL, .min = 2, .max = 5 },
	{ .name = "bool", .type = F_BOOL },
	{ .name = "date", .type = F_DATE },
	{ .name = "instant", .type = F_INSTANT },
	{ .name = "email", .type = F_EMAIL },
	{ .name = "period", .type = F_PERIOD },
	{ .name = "enum", .type = F_ENUM, .words = words },
	{ .name = "unit", .type = F_REF, .ref = "unit" },
	{ .name = "object", .type = F_OBJECT, .members = point },
	{ .name = "list", .type = F_LIST, .item = F_CODE, .max = 3 },
	{ .name = "points",
	    .type = F_LIST,
	    .item = F_OBJECT,
	    .members = point },
	{ .name = "map", .type = F_MAP, .members = point, .max = 2 },
	{ .name = "any", .type = F_ANY },
	{ .name = NULL },
};

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
