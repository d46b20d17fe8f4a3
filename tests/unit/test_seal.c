/* services/core/seal.c: what we hand out and want back unchanged. */
#include <sodium.h>

#include "test.h"

#include "core/arena.h"
#include "core/keys.h"
#include "core/seal.h"
#include "core/uuid.h"

#define SESSION "01890a5d-ac96-774b-bcce-b302099a8057"

static char dir[] = "/tmp/camket-keys-XXXXXX";
static struct arena arena;

static int
start(void **state)
{
	(void)state;
	arena_init(&arena, NULL, 0);
	if (mkdtemp(dir) == NULL || keys_create(dir) == -1)
		return (-1);
	keys_load(dir);
	return (0);
}

static int
stop(void **state)
{
	char command[100];

	(void)state;
	arena_fini(&arena);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return (system(command));
}

static char *
seal(const char *text, const char *context)
{
	return (
	    seal_text(&arena, text, strlen(text), context, strlen(context)));
}

static char *
opened(const char *sealed, const char *context)
{
	return (seal_open(&arena, sealed, strlen(sealed), context,
	    strlen(context)));
}

static void
test_what_is_sealed_opens_in_its_context_only(void **state)
{
	char *s = seal("2024-01-31 Nguyễn", "unit=A&sort=due_on");

	(void)state;
	assert_string_equal(opened(s, "unit=A&sort=due_on"),
	    "2024-01-31 Nguyễn");
	assert_null(opened(s, "unit=B&sort=due_on"));
	assert_null(opened(s, ""));
	s = seal("", "");
	assert_string_equal(opened(s, ""), "");
}

static void
test_a_seal_shows_nothing_and_never_repeats(void **state)
{
	char *a = seal("aaaaaaaaaaaaaaaaaaaaaaaa", "x");
	char *b = seal("aaaaaaaaaaaaaaaaaaaaaaaa", "x");

	(void)state;
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a),
	    strspn(a,
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
	        "mnopqrstuvwxyz0123456789-_"));
}

static void
test_no_letter_of_a_seal_can_be_changed(void **state)
{
	char *s = seal("2024-01-31", "x");
	size_t i, n = strlen(s);
	char was;

	(void)state;
	for (i = 0; i < n; i++) {
		was = s[i];
		s[i] = was == 'A' ? 'B' : 'A';
		assert_null(opened(s, "x"));
		s[i] = '=';
		assert_null(opened(s, "x"));
		s[i] = '\0';
		assert_null(seal_open(&arena, s, n, "x", 1));
		s[i] = was;
		assert_null(seal_open(&arena, s, i, "x", 1));
	}
	assert_non_null(opened(s, "x"));
	assert_null(opened(arena_printf(&arena, "%sA", s), "x"));
	assert_null(opened(arena_printf(&arena, "%s=", s), "x"));
	assert_null(opened(arena_printf(&arena, " %s", s), "x"));
}

static void
test_a_refresh_token_names_session_and_generation(void **state)
{
	static const int generations[] = { 0, 1, 255, 256, 65536, 0x7fffffff };
	char token[SEAL_REFRESH_LEN], session[UUID_LEN + 1];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(generations); i++) {
		seal_refresh(SESSION, generations[i], token);
		memset(session, 0, sizeof(session));
		assert_int_equal(seal_refresh_read(token, strlen(token),
		                     session),
		    generations[i]);
		assert_string_equal(session, SESSION);
	}
}

static void
test_a_successor_is_derived_not_drawn(void **state)
{
	char a[SEAL_REFRESH_LEN], b[SEAL_REFRESH_LEN];

	(void)state;
	seal_refresh(SESSION, 7, a);
	seal_refresh(SESSION, 7, b);
	assert_string_equal(a, b);
	seal_refresh(SESSION, 8, b);
	assert_string_not_equal(a, b);
}

static void
test_a_refresh_token_cannot_be_made_up(void **state)
{
	char token[SEAL_REFRESH_LEN], session[UUID_LEN + 1], longer[200], was;
	size_t i, n;

	(void)state;
	seal_refresh(SESSION, 1, token);
	n = strlen(token);
	for (i = 0; i < n; i++) {
		was = token[i];
		token[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(seal_refresh_read(token, n, session), -1);
		token[i] = was;
		assert_int_equal(seal_refresh_read(token, i, session), -1);
	}
	snprintf(longer, sizeof(longer), "%sAAAA", token);
	assert_int_equal(seal_refresh_read(longer, strlen(longer), session),
	    -1);
	memset(longer, 'A', sizeof(longer));
	for (i = 0; i < sizeof(longer); i++)
		assert_int_equal(seal_refresh_read(longer, i, session), -1);
}

static void
test_a_cursor_is_no_refresh_token(void **state)
{
	char session[UUID_LEN + 1], token[SEAL_REFRESH_LEN];
	char *s = seal("x", "");

	(void)state;
	assert_int_equal(seal_refresh_read(s, strlen(s), session), -1);
	seal_refresh(SESSION, 1, token);
	assert_null(opened(token, ""));
}

static void
test_keys_of_purposes_differ(void **state)
{
	unsigned char a[32], b[32], c[32];

	(void)state;
	keys_derive("cursor", a);
	keys_derive("refresh", b);
	keys_derive("cursor", c);
	assert_memory_not_equal(a, b, 32);
	assert_memory_equal(a, c, 32);
}

static void
load_nothing(void)
{
	keys_load("/nonexistent");
}

static void
load_short(void)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/master.key", dir);
	if (truncate(path, 31) == 0)
		keys_load(dir);
}

/* Last: it spoils the folder. */
static void
test_a_missing_or_short_key_is_fatal(void **state)
{
	(void)state;
	assert_int_equal(status_of(load_nothing), 1);
	assert_int_equal(status_of(load_short), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_sealed_opens_in_its_context_only),
		cmocka_unit_test(test_a_seal_shows_nothing_and_never_repeats),
		cmocka_unit_test(test_no_letter_of_a_seal_can_be_changed),
		cmocka_unit_test(
		    test_a_refresh_token_names_session_and_generation),
		cmocka_unit_test(test_a_successor_is_derived_not_drawn),
		cmocka_unit_test(test_a_refresh_token_cannot_be_made_up),
		cmocka_unit_test(test_a_cursor_is_no_refresh_token),
		cmocka_unit_test(test_keys_of_purposes_differ),
		cmocka_unit_test(test_a_missing_or_short_key_is_fatal),
	};

	return (cmocka_run_group_tests(tests, start, stop));
}
