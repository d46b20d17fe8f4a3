#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

/* What every unit test includes: cmocka and the headers it asks for first. */
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A failure inside a table says which row it was. */
#define assert_row(row, condition) \
	do { \
		if (!(condition)) \
			fail_msg("%s: %s", (row), #condition); \
	} while (0)

/*
 * The status a child ends with that runs f, its standard error closed: what is
 * fatal is told from what is refused.
 */
static inline int
status_of(void (*f)(void))
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		(void)!freopen("/dev/null", "w", stderr);
		f();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

#endif
