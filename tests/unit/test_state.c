/* services/domain/state.c and role.c: who may turn what into what. */
#include "test.h"

#include "domain/role.h"
#include "domain/state.h"

#define ANYBODY ((int64_t)-1)

/* Every step there is: status, verb, status. What is not here is no step. */
static const char *const plan_steps[][3] = {
	{ "draft", "update", NULL },
	{ "draft", "delete", NULL },
	{ "draft", "submit", "submitted" },
	{ "submitted", "withdraw", "draft" },
	{ "submitted", "return", "draft" },
	{ "submitted", "issue", "issued" },
	{ "issued", "activate", "in_force" },
	{ "issued", "amend", NULL },
	{ "issued", "cancel", "cancelled" },
	{ "in_force", "amend", NULL },
	{ "in_force", "close", "closed" },
	{ "in_force", "supersede", "superseded" },
	{ "in_force", "cancel", "cancelled" },
	{ NULL, NULL, NULL },
};
static const char *const task_steps[][3] = {
	{ "draft", "update", NULL },
	{ "draft", "delete", NULL },
	{ "draft", "assign", "assigned" },
	{ "assigned", "update", NULL },
	{ "assigned", "assign", "assigned" },
	{ "assigned", "receive", "received" },
	{ "assigned", "decline", "declined" },
	{ "assigned", "progress", "in_progress" },
	{ "assigned", "complete", "done" },
	{ "assigned", "recall", "recalled" },
	{ "assigned", "pause", "paused" },
	{ "assigned", "cancel", "cancelled" },
	{ "assigned", "cascade", NULL },
	{ "received", "update", NULL },
	{ "received", "assign", "assigned" },
	{ "received", "decline", "declined" },
	{ "received", "progress", "in_progress" },
	{ "received", "complete", "done" },
	{ "received", "recall", "recalled" },
	{ "received", "pause", "paused" },
	{ "received", "cancel", "cancelled" },
	{ "received", "cascade", NULL },
	{ "in_progress", "update", NULL },
	{ "in_progress", "assign", "assigned" },
	{ "in_progress", "progress", "in_progress" },
	{ "in_progress", "complete", "done" },
	{ "in_progress", "recall", "recalled" },
	{ "in_progress", "pause", "paused" },
	{ "in_progress", "cancel", "cancelled" },
	{ "in_progress", "cascade", NULL },
	{ "done", "withdraw", "in_progress" },
	{ "done", "accept", "accepted" },
	{ "done", "return", "in_progress" },
	{ "declined", "assign", "assigned" },
	{ "declined", "recall", "recalled" },
	{ "declined", "cancel", "cancelled" },
	{ "recalled", "assign", "assigned" },
	{ "recalled", "cancel", "cancelled" },
	{ "paused", "update", NULL },
	{ "paused", "resume", "in_progress" },
	{ "paused", "cancel", "cancelled" },
	{ NULL, NULL, NULL },
};
static const char *const review_steps[][3] = {
	{ "draft", "update", NULL },
	{ "draft", "delete", NULL },
	{ "draft", "submit", "submitted" },
	{ "submitted", "withdraw", "draft" },
	{ "submitted", "return", "draft" },
	{ "submitted", "comment", "discussed" },
	{ "submitted", "conclude", "concluded" },
	{ "discussed", "return", "draft" },
	{ "discussed", "comment", "discussed" },
	{ "discussed", "conclude", "concluded" },
	{ NULL, NULL, NULL },
};
static const char *const evaluation_steps[][3] = {
	{ "draft", "update", NULL },
	{ "draft", "delete", NULL },
	{ "draft", "self_assess", "self_assessed" },
	{ "self_assessed", "withdraw", "draft" },
	{ "self_assessed", "return", "draft" },
	{ "self_assessed", "review", "reviewed" },
	{ "reviewed", "return", "draft" },
	{ "reviewed", "meet", "met" },
	{ "met", "return", "draft" },
	{ "met", "decide", "decided" },
	{ NULL, NULL, NULL },
};
static const char *const commitment_steps[][3] = {
	{ "draft", "update", NULL },
	{ "draft", "delete", NULL },
	{ "draft", "submit", "submitted" },
	{ "submitted", "withdraw", "draft" },
	{ "submitted", "return", "draft" },
	{ "submitted", "approve", "approved" },
	{ "approved", "amend", "draft" },
	{ "approved", "report", "reported" },
	{ "reported", "withdraw", "approved" },
	{ "reported", "return", "approved" },
	{ "reported", "confirm", "confirmed" },
	{ NULL, NULL, NULL },
};
static const char *const inspection_steps[][3] = {
	{ "planned", "update", NULL },
	{ "planned", "delete", NULL },
	{ "planned", "announce", "announced" },
	{ "planned", "start", "running" },
	{ "announced", "update", NULL },
	{ "announced", "start", "running" },
	{ "announced", "answer", NULL },
	{ "running", "update", NULL },
	{ "running", "announce", "running" },
	{ "running", "answer", NULL },
	{ "running", "conclude", "concluded" },
	{ "concluded", "close", "closed" },
	{ NULL, NULL, NULL },
};
static const char *const finding_steps[][3] = {
	{ "draft", "update", NULL },
	{ "draft", "delete", NULL },
	{ "stated", "answer", NULL },
	{ NULL, NULL, NULL },
};
static const char *const measure_steps[][3] = {
	{ "open", "update", NULL },
	{ "open", "delete", NULL },
	{ "open", "do", "done" },
	{ "open", "refer", "referred" },
	{ "done", "verify", "verified" },
	{ "done", "return", "open" },
	{ "done", "refer", "referred" },
	{ NULL, NULL, NULL },
};
static const struct {
	const struct states *states;
	const char *const (*steps)[3];
} resources[] = {
	{ &states_plan, plan_steps },
	{ &states_task, task_steps },
	{ &states_review, review_steps },
	{ &states_evaluation, evaluation_steps },
	{ &states_commitment, commitment_steps },
	{ &states_inspection, inspection_steps },
	{ &states_finding, finding_steps },
	{ &states_measure, measure_steps },
};

/* Every status and every verb of any resource. */
static const char *const statuses[] = { "draft", "submitted", "issued",
	"in_force", "closed", "superseded", "cancelled", "assigned", "received",
	"in_progress", "done", "accepted", "declined", "recalled", "paused",
	"discussed", "concluded", "self_assessed", "reviewed", "met", "decided",
	"notified", "acknowledged", "appealed", "locked", "approved",
	"reported", "confirmed", "planned", "announced", "running", "stated",
	"open", "verified", "referred", "", "DRAFT" };
static const char *const verbs[] = { "update", "delete", "submit", "withdraw",
	"return", "issue", "activate", "cancel", "close", "supersede", "amend",
	"assign", "receive", "decline", "progress", "complete", "recall",
	"pause", "resume", "accept", "comment", "conclude", "self_assess",
	"review", "meet", "decide", "notify", "acknowledge", "appeal", "lock",
	"reopen", "approve", "report", "confirm", "announce", "start", "answer",
	"do", "verify", "refer", "restore", "cascade", "" };

/* The step a caller may take, or NULL. */
static const struct transition *
step(const struct states *s, const char *status, const char *verb,
    int64_t perms)
{
	const struct transition *t;

	for (t = s->transitions; t->from != NULL; t++)
		if (strcmp(t->verb, verb) == 0 &&
		    step_allowed(t, status, perms))
			return (t);
	return (NULL);
}

static int
same(const char *a, const char *b)
{
	return (a == NULL || b == NULL ? a == b : strcmp(a, b) == 0);
}

/* Is the pair allowed to somebody, whoever it be? */
static const struct transition *
somebody(const struct states *s, const char *status, const char *verb)
{
	const struct transition *t;

	for (t = s->transitions; t->from != NULL; t++)
		if (strcmp(t->verb, verb) == 0 &&
		    step_allowed(t, status, (t->need | t->also) & ~t->never))
			return (t);
	return (NULL);
}

static void
test_every_pair_of_status_and_verb_is_as_listed(void **state)
{
	const char *const(*want)[3];
	const struct transition *t;
	char pair[100];
	size_t r, s, v;

	(void)state;
	for (r = 0; r < COUNT(resources); r++)
		for (s = 0; s < COUNT(statuses); s++)
			for (v = 0; v < COUNT(verbs); v++) {
				snprintf(pair, sizeof(pair), "%s %s %s",
				    resources[r].states->resource, statuses[s],
				    verbs[v]);
				for (want = resources[r].steps;
				     (*want)[0] != NULL; want++)
					if (same((*want)[0], statuses[s]) &&
					    same((*want)[1], verbs[v]))
						break;
				t = somebody(resources[r].states, statuses[s],
				    verbs[v]);
				assert_row(pair,
				    (t != NULL) == ((*want)[0] != NULL));
				if (t != NULL)
					assert_row(pair,
					    same(t->to, (*want)[2]));
			}
}

static void
test_a_table_says_nothing_twice(void **state)
{
	const struct states *const *s;
	const struct transition *t, *u;

	(void)state;
	for (s = states_all; *s != NULL; s++)
		for (t = (*s)->transitions; t->from != NULL; t++) {
			for (u = t + 1; u->from != NULL; u++)
				assert_row(t->verb,
				    !same(t->from, u->from) ||
				        !same(t->verb, u->verb) ||
				        u->flags & STEP_ELSE);
			assert_row(t->verb, t->need != 0);
			/* somebody may */
			assert_row(t->verb, (t->need & ~t->never) != 0);
			assert_row(t->verb, (t->also & t->never) == 0);
		}
}

static void
test_every_status_is_reached_from_the_first(void **state)
{
	const struct states *const *s;
	const struct transition *t, *u;

	(void)state;
	for (s = states_all; *s != NULL; s++) {
		if (*s == &states_finding)
			continue; /* stated with its inspection */
		for (t = (*s)->transitions; t->from != NULL; t++) {
			if (same(t->from, (*s)->transitions->from))
				continue;
			for (u = (*s)->transitions; u->from != NULL; u++)
				if (same(u->to, t->from) &&
				    !same(u->from, t->from))
					break;
			assert_row(t->from, u->from != NULL);
		}
	}
}

/* What somebody is asked for, he can do: his list never leads nowhere. */
static void
test_whoever_is_asked_has_a_verb(void **state)
{
	static const struct {
		const char *asks;
		int64_t perms;
	} hats[] = {
		{ "doer", PERM_IS_DOER | PERM_IS_FINITE },
		{ "doer", PERM_IS_SUBJECT }, /* of what is about him */
		{ "assigner", PERM_IS_ASSIGNER },
		{ "author", PERM_IS_AUTHOR },
		{ "subject", PERM_IS_SUBJECT },
		{ "leader", 0 },
		{ "leader", PERM_IS_CO_OWNER }, /* one of the council */
		{ "co_owner", PERM_IS_ASKED },
	};
	const struct states *const *s;
	const struct transition *t;
	const struct ask *a;
	int can;
	size_t h;

	(void)state;
	for (s = states_all; *s != NULL; s++)
		for (a = (*s)->asks; a->status != NULL; a++) {
			assert_row(a->status,
			    same(a->at, "unit") || same(a->at, "office"));
			if (same(a->role, "know"))
				continue;
			assert_row(a->status,
			    same(a->role, "do") || same(a->role, "approve"));
			/* begun by making something else */
			if ((*s)->transitions->from == NULL)
				continue;
			can = 0;
			for (h = 0; h < COUNT(hats); h++)
				for (t = (*s)->transitions; t->from != NULL;
				     t++)
					can += !same(t->verb, "update") &&
					    !same(t->verb, "delete") &&
					    same(hats[h].asks, a->asks) &&
					    step_allowed(t, a->status,
					        hats[h].perms | a->need);
			assert_row(a->status, can > 0);
		}
}

static void
test_no_permission_means_no_step(void **state)
{
	size_t r, s, v;

	(void)state;
	for (r = 0; r < COUNT(resources); r++)
		for (s = 0; s < COUNT(statuses); s++)
			for (v = 0; v < COUNT(verbs); v++)
				assert_null(step(resources[r].states,
				    statuses[s], verbs[v], 0));
}

/* --- the rules of the office --- */

static void
test_work_is_not_accepted_by_who_did_it(void **state)
{
	int64_t named = ANYBODY;

	(void)state;
	assert_null(step(&states_task, "done", "accept", named));
	assert_null(step(&states_task, "done", "return", named));
	assert_non_null(
	    step(&states_task, "done", "accept", role_perms("head", "")));
	assert_non_null(step(&states_task, "done", "accept", PERM_IS_ASSIGNER));
	assert_null(step(&states_task, "done", "accept", PERM_IS_DOER));
	assert_null(
	    step(&states_task, "done", "accept", role_perms("staff", "")));
}

static void
test_only_the_doer_says_what_is_done(void **state)
{
	static const char *const doing[] = { "receive", "decline", "progress",
		"complete" };
	int64_t doer = PERM_IS_DOER | PERM_IS_FINITE;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(doing); i++) {
		assert_non_null(step(&states_task, "assigned", doing[i], doer));
		assert_null(step(&states_task, "assigned", doing[i],
		    ANYBODY & ~PERM_IS_DOER));
	}
}

static void
test_what_goes_on_is_never_completed(void **state)
{
	static const char *const open[] = { "assigned", "received",
		"in_progress" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(open); i++) {
		assert_null(step(&states_task, open[i], "complete",
		    ANYBODY & ~PERM_IS_FINITE));
		assert_non_null(
		    step(&states_task, open[i], "progress", PERM_IS_DOER));
	}
}

static void
test_nobody_judges_himself(void **state)
{
	static const char *const judging[] = { "return", "review", "meet",
		"decide", "comment", "conclude" };
	size_t s, v;

	(void)state;
	for (s = 0; s < COUNT(statuses); s++)
		for (v = 0; v < COUNT(judging); v++) {
			assert_null(step(&states_evaluation, statuses[s],
			    judging[v], ANYBODY));
			assert_null(step(&states_review, statuses[s],
			    judging[v], ANYBODY));
		}
	assert_non_null(
	    step(&states_evaluation, "met", "decide", role_perms("chair", "")));
	assert_null(
	    step(&states_evaluation, "met", "decide", role_perms("head", "")));
}

static void
test_nobody_else_assesses_for_the_subject(void **state)
{
	(void)state;
	assert_null(step(&states_evaluation, "draft", "self_assess",
	    ANYBODY & ~PERM_IS_SUBJECT));
	assert_null(step(&states_evaluation, "draft", "update",
	    ANYBODY & ~PERM_IS_SUBJECT));
	assert_non_null(
	    step(&states_evaluation, "draft", "self_assess", PERM_IS_SUBJECT));
}

static void
test_a_plan_is_signed_by_who_may_issue(void **state)
{
	static const char *const signing[][2] = { { "submitted", "issue" },
		{ "submitted", "return" }, { "issued", "activate" },
		{ "in_force", "close" }, { "in_force", "cancel" } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(signing); i++) {
		assert_null(step(&states_plan, signing[i][0], signing[i][1],
		    ANYBODY & ~PERM_ISSUE));
		assert_non_null(step(&states_plan, signing[i][0], signing[i][1],
		    role_perms("chair", "")));
		assert_null(step(&states_plan, signing[i][0], signing[i][1],
		    role_perms("chair", "deputy")));
	}
}

static void
test_a_draft_is_its_authors(void **state)
{
	static const char *const own[] = { "update", "delete", "submit" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(own); i++) {
		assert_null(step(&states_plan, "draft", own[i],
		    ANYBODY & ~PERM_IS_AUTHOR));
		assert_non_null(
		    step(&states_plan, "draft", own[i], PERM_IS_AUTHOR));
	}
}

static void
test_what_is_refused_or_undone_has_a_reason(void **state)
{
	const struct transition *t;
	size_t r;

	(void)state;
	for (r = 0; r < COUNT(resources); r++)
		for (t = resources[r].states->transitions; t->from != NULL; t++)
			assert_row(t->verb,
			    (same(t->verb, "return") ||
			        same(t->verb, "decline") ||
			        same(t->verb, "amend") ||
			        same(t->verb, "cancel")) ==
			        ((t->flags & STEP_REASON) != 0));
}

/* --- roles --- */

static void
test_a_permission_is_a_bit_of_its_own(void **state)
{
#define PERM(name, bit, meaning) PERM_##name,
#define ROLE(key, perms, vi, en)
#define FUNCTION(key, adds, takes, vi, en)
	static const int64_t perms[] = {
#include "domain/role.tbl"
	};
#undef PERM
#undef ROLE
#undef FUNCTION
	int64_t seen = 0;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(perms); i++) {
		assert_true(perms[i] > 0 && (perms[i] & (perms[i] - 1)) == 0);
		assert_int_equal(seen & perms[i], 0);
		seen |= perms[i];
	}
}

static void
test_a_role_never_says_how_one_stands_to_a_record(void **state)
{
	const struct word *r, *f;

	(void)state;
	for (r = words_role; r->code != NULL; r++) {
		assert_row(r->code, role_perms(r->code, "") > 0);
		for (f = words_function; f->code != NULL; f++)
			assert_row(r->code,
			    role_perms(r->code, f->code) < (int64_t)1 << 32);
	}
}

static void
test_a_function_adds_and_takes(void **state)
{
	int64_t chair = role_perms("chair", "");

	(void)state;
	assert_int_equal(role_perms("chair", "deputy"),
	    chair & ~(PERM_LEAD | PERM_ISSUE | PERM_RATE | PERM_DECIDE));
	assert_int_equal(role_perms("staff", "clerk"),
	    role_perms("staff", "") | PERM_NUMBER);
	assert_int_equal(role_perms("office", "personnel"),
	    role_perms("office", "") | PERM_DOSSIER);
}

static void
test_what_is_no_role_may_nothing(void **state)
{
	(void)state;
	assert_int_equal(role_perms("", ""), 0);
	assert_int_equal(role_perms("root", ""), 0);
	assert_int_equal(role_perms("Admin", ""), 0);
	assert_int_equal(role_perms("admin", "king"), 0);
}

static void
test_administering_reads_no_record(void **state)
{
	(void)state;
	assert_int_equal(role_perms("admin", "") &
	        (PERM_READ | PERM_BELONG | PERM_RATE | PERM_DECIDE),
	    0);
	assert_int_equal(role_perms("auditor", ""), PERM_AUDIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_every_pair_of_status_and_verb_is_as_listed),
		cmocka_unit_test(test_a_table_says_nothing_twice),
		cmocka_unit_test(test_every_status_is_reached_from_the_first),
		cmocka_unit_test(test_whoever_is_asked_has_a_verb),
		cmocka_unit_test(test_no_permission_means_no_step),
		cmocka_unit_test(test_work_is_not_accepted_by_who_did_it),
		cmocka_unit_test(test_only_the_doer_says_what_is_done),
		cmocka_unit_test(test_what_goes_on_is_never_completed),
		cmocka_unit_test(test_nobody_judges_himself),
		cmocka_unit_test(test_nobody_else_assesses_for_the_subject),
		cmocka_unit_test(test_a_plan_is_signed_by_who_may_issue),
		cmocka_unit_test(test_a_draft_is_its_authors),
		cmocka_unit_test(test_what_is_refused_or_undone_has_a_reason),
		cmocka_unit_test(test_a_permission_is_a_bit_of_its_own),
		cmocka_unit_test(
		    test_a_role_never_says_how_one_stands_to_a_record),
		cmocka_unit_test(test_a_function_adds_and_takes),
		cmocka_unit_test(test_what_is_no_role_may_nothing),
		cmocka_unit_test(test_administering_reads_no_record),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
