/* services/core/field.c: bodies against tables, single values. */
#include "test.h"

#include "core/arena.h"
#include "core/field.h"
#include "core/json.h"
#include "form.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"

static const struct field needs_ref[] = {
	{ .name = "staff", .type = F_REF, .flags = FIELD_REQUIRED },
	{ .name = NULL },
};

static char told[4000]; /* "/pointer code" of each fault, blanks between */
static json_t *checked; /* the body afterwards */

/* All faults of a body written with ' for ". */
static const char *
faults_of(const struct field *table, enum field_mode mode, const char *text)
{
	struct faults faults;
	struct arena arena;
	enum json_fault why;
	struct fault *f;
	int line, column, n = 0;
	char *body = strdup(text), *p;
	size_t len = 0;

	for (p = body; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	json_decref(checked);
	checked = json_read(body, strlen(body), &why, &line, &column);
	assert_non_null(checked);
	free(body);
	arena_init(&arena, NULL, 0);
	faults_init(&faults, &arena);
	fields_check(table, checked, mode, "", &faults);
	told[0] = '\0';
	for (f = faults.first; f != NULL; f = f->next, n++)
		len += (size_t)snprintf(told + len, sizeof(told) - len,
		    "%s%s %s", n > 0 ? " " : "", f->pointer, f->code);
	assert_int_equal(n, faults.count);
	arena_fini(&arena);
	return (told);
}

static const char *
created(const char *text)
{
	return (faults_of(all, FIELD_CREATE, text));
}

static const char *
patched(const char *text)
{
	return (faults_of(all, FIELD_PATCH, text));
}

/* One member and its fault; "" if it is taken. */
static void
assert_member(const char *name, const char *value, const char *code)
{
	char text[400], want[200];

	snprintf(text, sizeof(text), "{'%s':%s}", name, value);
	snprintf(want, sizeof(want), "/%s %s", name, code);
	if (strcmp(patched(text), *code != '\0' ? want : "") != 0)
		fail_msg("%s: \"%s\", not \"%s\"", text, told,
		    *code != '\0' ? want : "");
}

struct member {
	const char *name;
	const char *value;
	const char *code;
};

static void
test_each_type_takes_what_is_of_it(void **state)
{
	static const struct member rows[] = {
		{ "text", "'ab'", "" },
		{ "text", "'ếđừng'", "" },
		{ "text", "'a'", "too_short" },
		{ "text", "''", "too_short" },
		{ "text", "' \\t\\n '", "too_short" },
		{ "text", "'abcdef'", "too_long" },
		{ "text", "5", "wrong_type" },
		{ "text", "['ab']", "wrong_type" },
		{ "text", "null", "not_null" },
		{ "note", "null", "" },
		{ "note", "''", "" },
		{ "code", "'II.1'", "fixed" },
		{ "int", "-3", "" },
		{ "int", "3", "" },
		{ "int", "4", "out_of_range" },
		{ "int", "-4", "out_of_range" },
		{ "int", "9223372036854775807", "out_of_range" },
		{ "int", "1.0", "wrong_type" },
		{ "int", "1e0", "wrong_type" },
		{ "int", "'1'", "wrong_type" },
		{ "int", "true", "wrong_type" },
		{ "int", "[1]", "wrong_type" },
		{ "int", "{'$gt':0}", "wrong_type" },
		{ "int", "null", "not_null" },
		{ "decimal", "'12.50'", "" },
		{ "decimal", "12.5", "wrong_type" },
		{ "decimal", "'12.505'", "bad_format" },
		{ "decimal", "null", "" },
		{ "bool", "true", "" },
		{ "bool", "0", "wrong_type" },
		{ "bool", "'true'", "wrong_type" },
		{ "date", "'2024-02-29'", "" },
		{ "date", "'2023-02-29'", "bad_format" },
		{ "date", "20240229", "wrong_type" },
		{ "instant", "'2024-02-29T23:59:59Z'", "" },
		{ "instant", "'2024-02-29'", "bad_format" },
		{ "email", "'a@b'", "" },
		{ "email", "'a@b, c@d'", "bad_format" },
		{ "email", "'<a@b>'", "bad_format" },
		{ "email", "'a@b\\r\\nBcc: c@d'", "bad_format" },
		{ "email", "'@b'", "bad_format" },
		{ "email", "'a@'", "bad_format" },
		{ "email", "''", "bad_format" },
		{ "period", "'2026-9M'", "" },
		{ "period", "'2026-13'", "bad_format" },
		{ "enum", "'draft'", "" },
		{ "enum", "'Draft'", "not_in_list" },
		{ "enum", "''", "not_in_list" },
		{ "enum", "1", "wrong_type" },
		{ "any", "[{'x':[null,1.5,'y']}]", "" },
		{ "any", "null", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		assert_member(rows[i].name, rows[i].value, rows[i].code);
}

static void
test_creation_asks_for_what_is_required(void **state)
{
	(void)state;
	assert_string_equal(created("{}"), "/text required");
	assert_string_equal(created("{'text':null}"), "/text not_null");
	assert_string_equal(created("{'text':'abc'}"), "");
	assert_string_equal(faults_of(needs_ref, FIELD_CREATE, "{}"),
	    "/staff_id required");
	assert_string_equal(faults_of(needs_ref, FIELD_CREATE,
	                        "{'staff_code':null}"),
	    "/staff_code not_null");
}

static void
test_a_patch_changes_only_what_it_names(void **state)
{
	(void)state;
	assert_string_equal(patched("{}"), "");
	assert_string_equal(patched("{'note':null}"), "");
	assert_true(json_is_null(json_object_get(checked, "note")));
	assert_string_equal(patched("{'id':'" UUID "'}"), "/id fixed");
	assert_string_equal(patched("{'code':null}"), "/code fixed");
	/* on creation an absent value is no value */
	assert_string_equal(created("{'text':'abc','note':null}"), "");
	assert_null(json_object_get(checked, "note"));
}

static void
test_members_unknown_and_ours_are_refused(void **state)
{
	(void)state;
	assert_string_equal(patched("{'role':'admin'}"), "/role unknown");
	assert_string_equal(patched("{'':1}"), "/ unknown");
	assert_string_equal(patched("{'Text':'abc'}"), "/Text unknown");
	assert_string_equal(patched("{'unit':'x'}"), "/unit unknown");
	assert_string_equal(patched("{'unit_name':'x'}"), "/unit_name unknown");
	assert_string_equal(patched("{'note_id':'x'}"), "/note_id unknown");
	assert_string_equal(patched("{'version':3}"), "/version server_set");
	assert_string_equal(patched("{'a/b~c':1}"), "/a~1b~0c unknown");
}

static void
test_all_faults_are_told_at_once(void **state)
{
	(void)state;
	assert_string_equal(created("{'wrong':1,'version':2,'int':9,'date':'x',"
	                            "'object':{'z':1}}"),
	    "/wrong unknown /version server_set /text required "
	    "/int out_of_range /date bad_format /object/z unknown "
	    "/object/x required");
}

static void
test_a_reference_is_an_id_or_a_code(void **state)
{
	(void)state;
	assert_string_equal(patched("{'unit_id':'" UUID "'}"), "");
	assert_string_equal(patched("{'unit_code':'VP'}"), "");
	assert_string_equal(patched("{'unit_id':null}"), "");
	assert_string_equal(patched("{'unit_id':'VP'}"), "/unit_id bad_format");
	assert_string_equal(patched("{'unit_code':'a b'}"),
	    "/unit_code bad_format");
	assert_string_equal(patched("{'unit_id':1}"), "/unit_id wrong_type");
	assert_string_equal(patched("{'unit_id':'" UUID "','unit_code':'VP'}"),
	    "/unit_id ambiguous");
	/* and goes on under its column's name */
	assert_string_equal(patched("{'issuer_code':'VP'}"), "");
	assert_null(json_object_get(checked, "issuer_code"));
	assert_string_equal(json_string_value(
	                        json_object_get(checked, "unit2_code")),
	    "VP");
}

static void
test_members_of_members_are_checked(void **state)
{
	static const struct member rows[] = {
		{ "object", "{'x':1}", "" },
		{ "object", "[]", "wrong_type" },
		{ "list", "['a','b.c']", "" },
		{ "list", "[]", "" },
		{ "list", "{}", "wrong_type" },
		{ "list", "['a','b','c','d']", "too_long" },
		{ "words", "['draft','done']", "" },
		{ "map", "{'BH01':{'x':1}}", "" },
		{ "points", "[]", "too_short" },
		{ "map", "{'BH01':null}", "" },
		{ "map", "{'a':null,'b':null,'c':null}", "too_long" },
		{ "map", "[]", "wrong_type" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		assert_member(rows[i].name, rows[i].value, rows[i].code);
	assert_string_equal(patched("{'list':[null,5,' ']}"),
	    "/list/0 not_null /list/1 wrong_type /list/2 bad_format");
	assert_string_equal(patched("{'words':['draft','x']}"),
	    "/words/1 not_in_list");
	assert_string_equal(patched("{'points':[{'x':1},{'y':1},3]}"),
	    "/points/1/x required /points/2 wrong_type");
	assert_string_equal(patched("{'map':{'BH 1':{},'b':3}}"),
	    "/map/BH 1 bad_format /map/b wrong_type");
	assert_string_equal(patched("{'map':{'b':{'y':99,'z':1}}}"),
	    "/map/b/z unknown /map/b/y out_of_range");
}

static void
test_a_date_is_a_day_of_the_calendar(void **state)
{
	static const char *const good[] = { "1900-01-01", "2000-02-29",
		"2024-12-31", "2200-12-31", "2026-02-28", "2028-02-29" };
	static const char *const bad[] = { "", "2024-1-01", "2024-13-01",
		"2024-00-01", "2024-01-00", "2024-01-32", "2024-04-31",
		"2023-02-29", "2100-02-29", "1899-12-31", "2201-01-01",
		"2024/01/01", "2024-01-01 ", " 2024-01-1", "+024-01-01",
		"2024-01-0x", "infinity", "2024-01--1" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_row(good[i], field_date(good[i], strlen(good[i])));
	for (i = 0; i < COUNT(bad); i++)
		assert_row(bad[i], !field_date(bad[i], strlen(bad[i])));
}

static void
test_an_instant_is_in_utc(void **state)
{
	static const char *const good[] = { "2024-01-31T00:00:00Z",
		"2024-01-31T23:59:59.1Z", "2024-01-31T23:59:59.123456789Z" };
	static const char *const bad[] = { "", "2024-01-31",
		"2024-01-31T00:00Z", "2024-01-31T24:00:00Z",
		"2024-01-31T00:60:00Z", "2024-01-31T00:00:60Z",
		"2024-01-31t00:00:00z", "2024-01-31T00:00:00+07:00",
		"2024-01-31T00:00:00.Z", "2024-01-31T00:00:00.1234567890Z",
		"2024-02-30T00:00:00Z", "2024-01-31 00:00:00Z",
		"2024-01-31T00:00:00.1x Z", "2024-01-31T-1:00:00Z" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_row(good[i], field_instant(good[i], strlen(good[i])));
	for (i = 0; i < COUNT(bad); i++)
		assert_row(bad[i], !field_instant(bad[i], strlen(bad[i])));
}

static void
test_a_code_is_short_and_plain(void **state)
{
	static const char *const bad[] = { "", ".", "-a", "_a", "a b", "a/b",
		"a'b", "a%", "đ", "abcdefghi" };
	size_t i;

	(void)state;
	assert_true(field_code("a", 1, 8));
	assert_true(field_code("II.1_a-b", 8, 8));
	for (i = 0; i < COUNT(bad); i++)
		assert_row(bad[i], !field_code(bad[i], strlen(bad[i]), 8));
	assert_false(field_code("a\0b", 3, 8));
}

static void
test_a_decimal_is_digits_with_a_point(void **state)
{
	static const char *const good[] = { "0", "-1", "999", "12.5", "-12.50",
		"0.00", "00012" };
	static const char *const bad[] = { "", "-", ".", ".5", "5.", "1.234",
		"1234", "123456", "1234.56", "+1", "1e3", "1,5", " 1", "1 ",
		"--1", "0x1", "NaN", "Infinity", "1.2.3" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_row(good[i], field_decimal(good[i], 5, 2));
	for (i = 0; i < COUNT(bad); i++)
		assert_row(bad[i], !field_decimal(bad[i], 5, 2));
}

static void
test_a_period_has_one_of_five_forms(void **state)
{
	static const char *const good[] = { "2026", "2026-01", "2026-12",
		"2026-Q1", "2026-Q4", "2026-H1", "2026-H2", "2026-9M" };
	static const char *const bad[] = { "", "26", "2026-", "2026-1",
		"2026-00", "2026-13", "2026-Q0", "2026-Q5", "2026-H0",
		"2026-H3", "2026-8M", "2026-9m", "2026Q1", "2026-Q11", "202a",
		"2026-1x", "1899", "2201", "2026-01-01", "2026/01" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_row(good[i], field_period(good[i]));
	for (i = 0; i < COUNT(bad); i++)
		assert_row(bad[i], !field_period(bad[i]));
}

static void
test_length_counts_letters_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(field_length(""), 0);
	assert_int_equal(field_length("Kế hoạch"), 8);
	assert_int_equal(field_length("😀"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_type_takes_what_is_of_it),
		cmocka_unit_test(test_creation_asks_for_what_is_required),
		cmocka_unit_test(test_a_patch_changes_only_what_it_names),
		cmocka_unit_test(test_members_unknown_and_ours_are_refused),
		cmocka_unit_test(test_all_faults_are_told_at_once),
		cmocka_unit_test(test_a_reference_is_an_id_or_a_code),
		cmocka_unit_test(test_members_of_members_are_checked),
		cmocka_unit_test(test_a_date_is_a_day_of_the_calendar),
		cmocka_unit_test(test_an_instant_is_in_utc),
		cmocka_unit_test(test_a_code_is_short_and_plain),
		cmocka_unit_test(test_a_decimal_is_digits_with_a_point),
		cmocka_unit_test(test_a_period_has_one_of_five_forms),
		cmocka_unit_test(test_length_counts_letters_not_bytes),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
