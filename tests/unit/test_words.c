/* services/domain/vocabulary.c and event.c: the words people see. */
#include "test.h"

#include "core/field.h"
#include "core/json.h"
#include "domain/event.h"
#include "domain/state.h"
#include "domain/vocabulary.h"

static int
is_one_of(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(s, *list) == 0)
			return (1);
	return (0);
}

/* What people read is composed, so that it is found and compared. */
static void
assert_text(const char *code, const char *s)
{
	char *nfc;

	assert_row(code, s != NULL && *s != '\0');
	nfc = json_nfc(s, strlen(s));
	assert_row(code, nfc != NULL && strcmp(nfc, s) == 0);
	free(nfc);
}

static void
test_every_value_has_words_and_a_tone(void **state)
{
	static const char *const tones[] = { "neutral", "info", "success",
		"caution", "warning", "danger", NULL };
	const struct vocabulary *v;
	const struct word *w, *u;

	(void)state;
	for (v = vocabularies; v->name != NULL; v++) {
		assert_row(v->name, v->words->code != NULL);
		for (w = v->words; w->code != NULL; w++) {
			assert_text(w->code, w->vi);
			assert_text(w->code, w->en);
			if (w->vi_short != NULL)
				assert_text(w->code, w->vi_short);
			assert_row(w->code, is_one_of(w->tone, tones));
			assert_row(w->code,
			    field_code(w->code, strlen(w->code), 64));
			for (u = w + 1; u->code != NULL; u++)
				assert_row(w->code,
				    strcmp(w->code, u->code) != 0);
			assert_ptr_equal(field_word(v->words, w->code), w);
		}
	}
	assert_null(field_word(vocabularies[0].words, "no such code"));
}

static void
test_every_status_of_a_table_has_words(void **state)
{
	const struct states *const *s;
	const struct transition *t;
	const struct vocabulary *v;
	char name[100];

	(void)state;
	for (s = states_all; *s != NULL; s++) {
		snprintf(name, sizeof(name), "%s_status", (*s)->resource);
		for (v = vocabularies; v->name != NULL; v++)
			if (strcmp(v->name, name) == 0)
				break;
		assert_row(name, v->name != NULL);
		for (t = (*s)->transitions; t->from != NULL; t++) {
			assert_row(t->from, field_word(v->words, t->from));
			if (t->to != NULL)
				assert_row(t->to, field_word(v->words, t->to));
		}
	}
}

/* Only known places in a template are filled; a brace is nothing else. */
static void
assert_places(const char *code, const char *s)
{
	static const char *const places[] = { "title", "name", "due", "days",
		"reason", "actor", "unit", "url", NULL };
	char name[32];
	size_t n;

	while ((s = strpbrk(s, "{}")) != NULL) {
		n = strcspn(++s, "}");
		assert_row(code, s[n] == '}' && n < sizeof(name));
		snprintf(name, sizeof(name), "%.*s", (int)n, s);
		assert_row(code, is_one_of(name, places));
		s += n + 1;
	}
}

static void
test_every_event_that_is_told_has_its_words(void **state)
{
	static const char *const audiences[] = { "asked", "author", "doer",
		"assigner", "subject", "led", NULL };
	const struct states *const *s;
	const struct transition *t;
	const struct event_rule *rule;
	const struct template *words;
	int told = 0;

	(void)state;
	for (s = states_all; *s != NULL; s++)
		for (t = (*s)->transitions; t->from != NULL; t++) {
			rule = event_rule((*s)->resource, t->verb);
			if (rule == NULL)
				continue;
			told++;
			assert_row(t->verb,
			    is_one_of(rule->audience, audiences));
			words = template_find(rule->template);
			assert_row(rule->template, words != NULL);
			assert_text(words->code, words->subject);
			assert_text(words->code, words->body);
			assert_places(words->code, words->subject);
			assert_places(words->code, words->body);
		}
	assert_true(told > 15);
	assert_null(event_rule("task", "update"));
	assert_null(event_rule("", ""));
	assert_null(template_find("no such template"));
}

/* Whoever is asked next is told so, unless nobody but he himself asked. */
static void
test_who_must_approve_is_told(void **state)
{
	static const char *const pairs[][2] = { { "plan", "submit" },
		{ "task", "complete" }, { "task", "decline" },
		{ "review", "submit" }, { "evaluation", "self_assess" },
		{ "evaluation", "review" }, { "evaluation", "meet" } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pairs); i++)
		assert_string_equal(event_rule(pairs[i][0], pairs[i][1])
		                        ->audience,
		    "asked");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_value_has_words_and_a_tone),
		cmocka_unit_test(test_every_status_of_a_table_has_words),
		cmocka_unit_test(test_every_event_that_is_told_has_its_words),
		cmocka_unit_test(test_who_must_approve_is_told),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
