/* services/core/config.c: settings from the environment. */
#include "test.h"

#include "core/config.h"

extern char **environ;

/* As in a shell without any of our variables. */
static int
setup(void **state)
{
	char **e, name[100];

	(void)state;
	for (e = environ; *e != NULL;) {
		if (strncmp(*e, "CAMKET_", 7) != 0) {
			e++;
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*e, "="), *e);
		unsetenv(name);
	}
	return (0);
}

static int
fatal_with(const char *name, const char *value)
{
	int status;

	setenv(name, value, 1);
	status = status_of(config_load);
	unsetenv(name);
	return (status);
}

static void
test_what_is_unset_has_its_default(void **state)
{
	(void)state;
	config_load();
	assert_int_equal(config_number(CFG_PORT), 8080);
	assert_string_equal(config_text(CFG_TZ), "Asia/Ho_Chi_Minh");
	assert_string_equal(config_text(CFG_SMTP_URL), "");
	assert_false(config_production());
}

static void
test_the_environment_decides(void **state)
{
	(void)state;
	setenv("CAMKET_PORT", "9000", 1);
	setenv("CAMKET_ENV", "production", 1);
	setenv("CAMKET_REDIS_URL", "", 1);
	config_load();
	assert_int_equal(config_number(CFG_PORT), 9000);
	assert_true(config_production());
	assert_string_equal(config_text(CFG_REDIS_URL), "");
}

static void
test_a_number_that_is_none_is_fatal(void **state)
{
	static const char *const bad[] = { "", "x", "80x", "0x50", "-1", "1.5",
		"99999999999", "99999999999999999999", " 80", "80 ", "+80" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_row(bad[i], fatal_with("CAMKET_PORT", bad[i]) == 1);
	assert_int_equal(fatal_with("CAMKET_PORT", "81"), 0);
}

static void
test_a_number_unfit_for_its_use_is_fatal(void **state)
{
	(void)state;
	assert_int_equal(fatal_with("CAMKET_PORT", "65536"), 1);
	assert_int_equal(fatal_with("CAMKET_PORT", "0"), 1);
	assert_int_equal(fatal_with("CAMKET_DB_WRITES", "0"), 1);
	assert_int_equal(fatal_with("CAMKET_DB_QUEUE", "0"), 1);
	assert_int_equal(fatal_with("CAMKET_METRICS_PORT", "0"), 0);
	/* a revocation outlives every token */
	assert_int_equal(fatal_with("CAMKET_ACCESS_TTL_S", "900"), 0);
	assert_int_equal(fatal_with("CAMKET_ACCESS_TTL_S", "901"), 1);
}

static void
test_an_environment_is_demo_or_production(void **state)
{
	(void)state;
	assert_int_equal(fatal_with("CAMKET_ENV", "prod"), 1);
	assert_int_equal(fatal_with("CAMKET_ENV", ""), 1);
	assert_int_equal(fatal_with("CAMKET_ENV", "demo"), 0);
}

static void
test_a_secret_may_come_from_a_file(void **state)
{
	char path[] = "/tmp/camket-secret-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "redis://s3cret\r\nmore\n", 21), 21);
	close(fd);
	setenv("CAMKET_REDIS_URL_FILE", path, 1);
	config_load();
	assert_string_equal(config_text(CFG_REDIS_URL), "redis://s3cret");
	/* the variable itself comes first */
	setenv("CAMKET_REDIS_URL", "unix:///x", 1);
	config_load();
	assert_string_equal(config_text(CFG_REDIS_URL), "unix:///x");
	unlink(path);
	unsetenv("CAMKET_REDIS_URL");
	assert_int_equal(status_of(config_load), 1);
}

/* What is written to standard error while settings load. */
static const char *
warned_of(const char *name)
{
	static char text[2000];
	char path[] = "/tmp/camket-warn-XXXXXX";
	int fd = mkstemp(path), old = dup(STDERR_FILENO);
	ssize_t n;

	dup2(fd, STDERR_FILENO);
	setenv(name, "1", 1);
	config_load();
	unsetenv(name);
	dup2(old, STDERR_FILENO);
	close(old);
	n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	unlink(path);
	return (text);
}

static void
test_a_setting_misspelt_is_warned_of(void **state)
{
	(void)state;
	assert_non_null(strstr(warned_of("CAMKET_PROT"), "CAMKET_PROT"));
	assert_string_equal(warned_of("CAMKET_PORT"), "");
	/* no secret, so no file */
	assert_non_null(
	    strstr(warned_of("CAMKET_PORT_FILE"), "CAMKET_PORT_FILE"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_what_is_unset_has_its_default,
		    setup),
		cmocka_unit_test_setup(test_the_environment_decides, setup),
		cmocka_unit_test_setup(test_a_number_that_is_none_is_fatal,
		    setup),
		cmocka_unit_test_setup(test_a_number_unfit_for_its_use_is_fatal,
		    setup),
		cmocka_unit_test_setup(
		    test_an_environment_is_demo_or_production, setup),
		cmocka_unit_test_setup(test_a_secret_may_come_from_a_file,
		    setup),
		cmocka_unit_test_setup(test_a_setting_misspelt_is_warned_of,
		    setup),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
