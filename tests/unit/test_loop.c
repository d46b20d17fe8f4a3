/* workers/loop_poll.c: descriptors and timers on poll(2). */
#include <fcntl.h>

#include "test.h"

#include "core/clock.h"
#include "core/loop.h"
#include "loop_poll.h"

static char order[64];
static struct loop_timer *other;
static struct loop_watch *watch, *second;
static int ends[2], events_seen;

static void
note(void *arg)
{
	strncat(order, arg, sizeof(order) - strlen(order) - 1);
}

static void
note_and_cancel(void *arg)
{
	note(arg);
	loop_cancel(&other);
}

static void
note_and_again(void *arg)
{
	note(arg);
	loop_after(0, note, "+");
}

static int
setup(void **state)
{
	(void)state;
	order[0] = '\0';
	events_seen = 0;
	return (pipe2(ends, O_NONBLOCK));
}

static int
teardown(void **state)
{
	(void)state;
	loop_unwatch(&watch);
	loop_unwatch(&second);
	loop_turn(0);
	close(ends[0]);
	close(ends[1]);
	return (0);
}

static void
turn_until(const char *want)
{
	uint64_t end = clock_mono_ms() + 20000;

	while (strcmp(order, want) != 0 && clock_mono_ms() < end)
		loop_turn(20);
	assert_string_equal(order, want);
}

static void
test_timers_run_in_time_then_in_order(void **state)
{
	(void)state;
	loop_after(60, note, "d");
	loop_after(0, note, "a");
	loop_after(30, note, "c");
	loop_after(0, note, "b");
	assert_string_equal(order, "");
	turn_until("abcd");
}

static void
test_a_timer_never_runs_before_its_time(void **state)
{
	uint64_t begun = clock_mono_ms();

	(void)state;
	loop_after(100, note, "x");
	turn_until("x");
	assert_true(clock_mono_ms() - begun >= 100);
}

static void
test_what_a_timer_registers_runs_a_turn_later(void **state)
{
	(void)state;
	loop_after(0, note_and_again, "a");
	loop_after(0, note, "b");
	while (order[0] == '\0')
		loop_turn(0);
	assert_string_equal(order, "ab");
	turn_until("ab+");
}

static void
test_a_cancelled_timer_never_runs(void **state)
{
	struct loop_timer *t = loop_after(0, note, "x");

	(void)state;
	loop_cancel(&t);
	assert_null(t);
	loop_cancel(&t);
	/* not even one that was due in the same turn */
	loop_after(0, note_and_cancel, "a");
	other = loop_after(0, note, "y");
	loop_after(0, note, "b");
	turn_until("ab");
	loop_turn(0);
	assert_string_equal(order, "ab");
}

static void
test_a_turn_ends_in_time_for_the_next_timer(void **state)
{
	uint64_t begun = clock_mono_ms();

	(void)state;
	loop_after(20, note, "x");
	while (order[0] == '\0')
		loop_turn(600000);
	assert_true(clock_mono_ms() - begun < 60000);
}

static void
seen(void *arg, int events)
{
	char c;

	events_seen |= events;
	if (events & LOOP_READ)
		note(read(ends[0], &c, 1) == 1 ? "r" : "0");
	else
		note(arg);
}

static void
test_a_descriptor_is_told_of_while_it_is_ready(void **state)
{
	(void)state;
	watch = loop_watch(ends[0], LOOP_READ, seen, "e");
	loop_turn(0);
	assert_string_equal(order, "");
	assert_int_equal(write(ends[1], "12", 2), 2);
	assert_string_equal(order, "");
	turn_until("rr"); /* level-triggered */
	loop_turn(0);
	assert_string_equal(order, "rr");
	close(ends[1]);
	loop_turn(1000);
	assert_true(events_seen & LOOP_ERROR);
	ends[1] = dup(ends[0]);
}

static void
test_interest_can_change(void **state)
{
	(void)state;
	watch = loop_watch(ends[1], 0, seen, "w");
	loop_turn(0);
	assert_string_equal(order, "");
	loop_change(watch, LOOP_WRITE);
	loop_turn(1000);
	assert_string_equal(order, "w");
	loop_change(watch, 0);
	loop_turn(0);
	assert_string_equal(order, "w");
}

static void
unwatch_both(void *arg, int events)
{
	(void)events;
	note(arg);
	loop_unwatch(&watch);
	loop_unwatch(&second);
}

static void
test_an_unwatched_descriptor_is_silent_at_once(void **state)
{
	(void)state;
	/* both are ready in the same turn; whoever comes first ends both */
	watch = loop_watch(ends[1], LOOP_WRITE, unwatch_both, "x");
	second = loop_watch(ends[1], LOOP_WRITE, unwatch_both, "x");
	loop_turn(1000);
	loop_turn(0);
	assert_string_equal(order, "x");
	assert_null(watch);
	assert_null(second);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_timers_run_in_time_then_in_order),
		T(test_a_timer_never_runs_before_its_time),
		T(test_what_a_timer_registers_runs_a_turn_later),
		T(test_a_cancelled_timer_never_runs),
		T(test_a_turn_ends_in_time_for_the_next_timer),
		T(test_a_descriptor_is_told_of_while_it_is_ready),
		T(test_interest_can_change),
		T(test_an_unwatched_descriptor_is_silent_at_once),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
