/* services/core/db.c and pool.c on workers/loop_poll.c, against PostgreSQL. */
#include <libpq-fe.h>

#include "test.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/pool.h"
#include "loop_poll.h"
#include "proxy.h"

/* --- the statements of this test, in the place of the service's --- */

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"
#define INT(name) \
	{ \
		name, Q_INT \
	}

static const struct query_param one_int[] = { INT("n") };
static const struct query_param one_text[] = { { "s", Q_TEXT } };
static const struct query_param types[] = { { "a", Q_BOOL }, { "b", Q_BYTEA },
	{ "c", Q_BIGINT }, { "d", Q_INT }, { "e", Q_TEXT }, { "f", Q_JSON },
	{ "g", Q_DATE }, { "h", Q_INSTANT }, { "i", Q_NUMERIC },
	{ "j", Q_UUID }, { "k", Q_JSONB }, { "l", Q_INTS }, { "m", Q_TEXTS } };

enum {
	ECHO,
	DIVIDE,
	FRESH,
	FRESH2,
	SERVER,
	TYPES,
	WRITE,
	WRITE_SLOWLY,
	HOLD,
	NAP,
	SLOW_ECHO,
	BROKEN,
	QUIT,
	CANCEL,
	QUERIES
};

#define READ(id, name, params, sql) \
	[id] = { name, sql, params, COUNT(params), id, LANE_READ, NULL, NULL }
#define OTHER(id, lane, name, params, sql) \
	[id] = { name, sql, params, COUNT(params), id, lane, NULL, NULL }
static const struct query q[] = {
	READ(ECHO, "echo", one_int, "SELECT $1::int"),
	READ(DIVIDE, "divide", one_int, "SELECT 1 / $1::int"),
	READ(FRESH, "fresh", one_int, "SELECT $1::int + 1"),
	READ(FRESH2, "fresh2", one_int, "SELECT $1::int + 2"),
	READ(SERVER, "server", one_int, "SELECT pg_backend_pid() + 0 * $1"),
	READ(TYPES, "types", types,
	    "SELECT concat_ws('|', $1, $2, $3, $4, $5, $6, $7, "
	    "$8 AT TIME ZONE 'UTC', $9, $10, $11, $12, $13)"),
	OTHER(WRITE, LANE_WRITE, "write", one_int,
	    "INSERT INTO pool_test VALUES ($1) RETURNING n"),
	OTHER(WRITE_SLOWLY, LANE_WRITE, "write_slowly", one_int,
	    "WITH w AS (INSERT INTO pool_test VALUES ($1) RETURNING n) "
	    "SELECT n, pg_sleep(4) FROM w"),
	OTHER(HOLD, LANE_WRITE, "hold", one_text,
	    "SELECT pg_backend_pid() FROM pg_sleep($1::float8)"),
	OTHER(QUIT, LANE_WRITE, "quit", one_int,
	    "SELECT pg_terminate_backend(pg_backend_pid()), "
	    "pg_sleep(9 + $1)"),
	OTHER(NAP, LANE_SLOW, "nap", one_text, "SELECT pg_sleep($1::float8)"),
	OTHER(SLOW_ECHO, LANE_SLOW, "slow_echo", one_int, "SELECT $1::int"),
	READ(BROKEN, "broken", one_int, "SELECT $1 FROM no_such_table"),
};
const struct query q_backend_cancel = { "backend_cancel",
	"SELECT pg_cancel_backend($1)", one_int, 1, CANCEL, LANE_READ, NULL,
	NULL };
const struct query *const queries[] = { NULL };
const int queries_count = QUERIES;

/* --- asking --- */

struct ask {
	struct db_op op;
	const char *values[COUNT(types)];
	char value[32];
	int done; /* how often */
	enum db_outcome outcome;
	char text[300];
	char sqlstate[8];
};

static char url[300], line_url[300];
static PGconn *side; /* a connection of the test's own */
static struct proxy *line;
static struct pool *pool;
static int turns;

static void
answered(struct db_op *op, struct db_answer *a)
{
	struct ask *x = op->arg;

	x->done++;
	x->outcome = db_outcome(a);
	snprintf(x->sqlstate, sizeof(x->sqlstate), "%s", db_sqlstate(a));
	if (x->outcome == DB_OK && db_rows(a) > 0)
		snprintf(x->text, sizeof(x->text), "%s", db_text(a, 0, 0));
}

static struct ask *
prepare(struct ask *x, int id, const char *value)
{
	memset(x, 0, sizeof(*x));
	if (value != NULL)
		snprintf(x->value, sizeof(x->value), "%s", value);
	x->values[0] = value != NULL ? x->value : NULL;
	x->op.query = id == CANCEL ? &q_backend_cancel : &q[id];
	x->op.values = x->values;
	x->op.done = answered;
	x->op.arg = x;
	return (x);
}

static void
ask(struct ask *x, int id, const char *value)
{
	assert_int_equal(pool_send(pool, &prepare(x, id, value)->op), 0);
	assert_int_equal(x->done, 0); /* never inside the call */
}

/* Turn the loop until the condition holds; the machine may be busy. */
#define UNTIL(condition) \
	do { \
		uint64_t end_ = clock_mono_ms() + 20000; \
\
		for (turns = 0; !(condition); turns++) { \
			if (clock_mono_ms() > end_) \
				fail_msg("never: %s", #condition); \
			loop_turn(10); \
		} \
	} while (0)

static void
assert_answer(const struct ask *x, const char *text)
{
	assert_int_equal(x->done, 1);
	assert_int_equal(x->outcome, DB_OK);
	assert_string_equal(x->text, text);
}

static void
assert_refused(const struct ask *x, const char *sqlstate)
{
	assert_int_equal(x->done, 1);
	assert_int_equal(x->outcome, DB_REFUSED);
	assert_string_equal(x->sqlstate, sqlstate);
}

/* One number from a statement of the side connection. */
static int
number(const char *sql)
{
	PGresult *r = PQexec(side, sql);
	int n;

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(side));
	n = PQntuples(r) > 0 ? atoi(PQgetvalue(r, 0, 0)) : 0;
	PQclear(r);
	return (n);
}

static int
is_written(int n)
{
	char sql[100];

	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM pool_test WHERE n = %d", n);
	return (number(sql));
}

static int
servers(void)
{
	return (number("SELECT count(*) FROM pg_stat_activity "
	               "WHERE application_name = 'pool_test'"));
}

static int
end_servers(void)
{
	return (number("SELECT count(pg_terminate_backend(pid)) "
	               "FROM pg_stat_activity "
	               "WHERE application_name = 'pool_test'"));
}

/* --- coming and going --- */

static const struct pool_settings usual = {
	.program = "pool_test",
	.lanes = { 1, 1, 1 },
	.queue = { 1000, 20, 20 },
	.wait_ms = { 15000, 15000, 15000 },
};

static void
open_pool(const char *to, struct pool_settings s)
{
	static struct pool_settings kept;

	kept = s;
	kept.url = to;
	pool = pool_open(&kept);
}

static void
open_up(const char *to, struct pool_settings s)
{
	open_pool(to, s);
	UNTIL(pool_up(pool, LANE_READ) && pool_up(pool, LANE_WRITE) &&
	    pool_up(pool, LANE_SLOW));
}

static int
setup(void **state)
{
	(void)state;
	PQclear(PQexec(side, "TRUNCATE pool_test"));
	atomic_store(&line->hold, 0);
	atomic_store(&line->refuse, 0);
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	pool_close(&pool);
	atomic_store(&line->hold, 0);
	loop_turn(0);
	loop_turn(0);
	return (0);
}

static int
start(void **state)
{
	const char *host = getenv("PGHOST");

	(void)state;
	if (host == NULL)
		return (-1);
	log_init("pool_test", "error");
	line = proxy_new(host);
	snprintf(url, sizeof(url), "host=%s port=5432 dbname=%s user=postgres",
	    host, getenv("PGDATABASE"));
	snprintf(line_url, sizeof(line_url),
	    "host=%s port=5432 dbname=%s user=postgres", line->dir,
	    getenv("PGDATABASE"));
	side = PQconnectdb(url);
	PQclear(PQexec(side,
	    "CREATE TABLE IF NOT EXISTS pool_test (n int "
	    "CONSTRAINT pool_test_once UNIQUE)"));
	return (PQstatus(side) == CONNECTION_OK ? 0 : -1);
}

static int
stop(void **state)
{
	(void)state;
	PQclear(PQexec(side, "DROP TABLE pool_test"));
	PQfinish(side);
	proxy_free(line);
	return (0);
}

/* --- reads --- */

static void
test_reads_share_a_connection_and_come_back_to_their_askers(void **state)
{
	static struct ask x[500];
	char want[20];
	int i;

	(void)state;
	open_up(url, usual);
	for (i = 0; i < 500; i++) {
		snprintf(want, sizeof(want), "%d", i);
		ask(&x[i], ECHO, want);
	}
	assert_int_equal(pool_depth(pool, LANE_READ), 500);
	UNTIL(pool_depth(pool, LANE_READ) == 0);
	/* many to a turn: not one question and answer after the other */
	assert_true(turns < 250);
	for (i = 0; i < 500; i++)
		assert_answer(&x[i], x[i].value);
	assert_int_equal(servers(), 3);
}

static void
test_values_of_every_type_arrive_as_they_are(void **state)
{
	static const char *const values[] = { "true", "\\x00ff",
		"-9223372036854775808", "-2147483648", "Kế hoạch | \"'\\",
		"{\"a\": 1}", "2024-02-29", "2024-01-31T17:00:00.123456Z",
		"12.50", UUID, "{\"b\":[null]}", "{1,-2}", "{\"a b\",\"c\"}" };
	struct ask x, y;

	(void)state;
	open_up(url, usual);
	prepare(&x, TYPES, NULL);
	memcpy(x.values, values, sizeof(values));
	assert_int_equal(pool_send(pool, &x.op), 0);
	prepare(&y, TYPES, NULL);
	y.values[6] = "infinity";
	y.values[2] = "9223372036854775807";
	y.values[3] = "2147483647";
	assert_int_equal(pool_send(pool, &y.op), 0);
	UNTIL(x.done && y.done);
	assert_answer(&x,
	    "t|\\x00ff|-9223372036854775808|-2147483648|Kế hoạch | \"'\\|"
	    "{\"a\": 1}|2024-02-29|2024-01-31 17:00:00.123456|12.50|" UUID
	    "|{\"b\": [null]}|{1,-2}|{\"a b\",c}");
	assert_answer(&y, "9223372036854775807|2147483647|infinity");
}

static void
test_a_value_that_is_none_is_refused_not_bent(void **state)
{
	static const struct {
		int param;
		const char *value;
		const char *sqlstate;
	} rows[] = {
		{ 3, "4294967297", "22003" },
		{ 3, "-2147483649", "22003" },
		{ 3, "", "22P02" },
		{ 3, "12x", "22P02" },
		{ 3, "x", "22P02" },
		{ 2, "9223372036854775808", "22003" },
		{ 2, "1.5", "22P02" },
		{ 6, "2024-02-30", "22008" },
		{ 6, "tomorrowish", "22007" },
		{ 9, "x", "22P02" },
		{ 0, "maybe", "22P02" },
	};
	struct ask x;
	size_t i;

	(void)state;
	open_up(url, usual);
	for (i = 0; i < COUNT(rows); i++) {
		prepare(&x, TYPES, NULL);
		x.values[rows[i].param] = rows[i].value;
		assert_int_equal(pool_send(pool, &x.op), 0);
		UNTIL(x.done);
		assert_row(rows[i].value, x.outcome == DB_REFUSED);
		assert_string_equal(x.sqlstate, rows[i].sqlstate);
	}
}

static void
test_a_failing_read_does_not_harm_its_neighbours(void **state)
{
	struct ask x[40], y;
	char want[20];
	int i;

	(void)state;
	open_up(url, usual);
	/* prepared beforehand, then all in one turn */
	ask(&y, ECHO, "0");
	UNTIL(y.done);
	for (i = 0; i < 40; i++) {
		snprintf(want, sizeof(want), "%d", i + 1);
		ask(&x[i], i % 7 == 3 ? DIVIDE : ECHO, i % 7 == 3 ? "0" : want);
	}
	UNTIL(pool_depth(pool, LANE_READ) == 0);
	for (i = 0; i < 40; i++)
		if (i % 7 == 3)
			assert_refused(&x[i], "22012");
		else
			assert_answer(&x[i], x[i].value);
}

static void
test_a_statement_first_used_behind_a_failure_is_still_learnt(void **state)
{
	struct ask bad, a, b, c, d;

	(void)state;
	open_up(url, usual);
	ask(&bad, DIVIDE, "0");
	ask(&a, FRESH, "1");
	ask(&b, FRESH, "2");
	loop_turn(0); /* sent, and nothing answered yet as far as we know */
	ask(&c, FRESH, "3");
	ask(&d, FRESH2, "3");
	UNTIL(pool_depth(pool, LANE_READ) == 0);
	assert_refused(&bad, "22012");
	assert_answer(&a, "2");
	assert_answer(&b, "3");
	assert_answer(&c, "4");
	assert_answer(&d, "5");
}

static void
test_a_statement_that_cannot_be_prepared_harms_no_other(void **state)
{
	struct ask x[6];
	int i;

	(void)state;
	open_up(url, usual);
	for (i = 0; i < 6; i++)
		ask(&x[i], i % 2 ? BROKEN : ECHO, "5");
	UNTIL(pool_depth(pool, LANE_READ) == 0);
	for (i = 0; i < 6; i++)
		if (i % 2 == 0)
			assert_answer(&x[i], "5");
		else
			assert_int_equal(x[i].outcome, DB_REFUSED);
	assert_refused(&x[1], "42P01");
	/* nor is it taken for known */
	ask(&x[0], BROKEN, "5");
	UNTIL(x[0].done);
	assert_refused(&x[0], "42P01");
}

/* --- writes --- */

static void
test_a_write_is_committed_when_it_is_answered(void **state)
{
	struct ask x;

	(void)state;
	open_up(url, usual);
	ask(&x, WRITE, "1");
	UNTIL(x.done);
	assert_answer(&x, "1");
	assert_int_equal(is_written(1), 1);
}

static void
test_a_failing_write_leaves_its_neighbours_alone(void **state)
{
	struct ask x[5];
	int i;

	(void)state;
	open_up(url, usual);
	ask(&x[0], WRITE, "1");
	ask(&x[1], WRITE, "1");
	ask(&x[2], WRITE, "2");
	ask(&x[3], WRITE, "2");
	ask(&x[4], WRITE, "3");
	UNTIL(pool_depth(pool, LANE_WRITE) == 0);
	for (i = 0; i < 5; i++)
		if (i == 1 || i == 3)
			assert_refused(&x[i], "23505");
		else
			assert_answer(&x[i], x[i].value);
	assert_int_equal(number("SELECT count(*) FROM pool_test"), 3);
}

static void
test_writes_spread_over_their_connections(void **state)
{
	struct pool_settings s = usual;
	struct ask x[4];
	int i, k;

	(void)state;
	s.lanes[LANE_WRITE] = 4;
	open_up(url, s);
	UNTIL(servers() == 6);
	for (i = 0; i < 4; i++)
		ask(&x[i], HOLD, "0.3");
	UNTIL(pool_depth(pool, LANE_WRITE) == 0);
	for (i = 0; i < 4; i++)
		for (k = 0; k < i; k++)
			assert_string_not_equal(x[i].text, x[k].text);
}

static void
test_a_read_cannot_write(void **state)
{
	static const struct query sly = { "sly",
		"INSERT INTO pool_test VALUES ($1)", one_int, 1, FRESH2,
		LANE_READ, NULL, NULL };
	struct ask x;

	(void)state;
	open_up(url, usual);
	prepare(&x, FRESH2, "9");
	x.op.query = &sly;
	assert_int_equal(pool_send(pool, &x.op), 0);
	UNTIL(x.done);
	assert_refused(&x, "25006");
}

/* --- waiting, and not for ever --- */

static void
test_what_waits_past_its_deadline_is_told_so(void **state)
{
	struct ask busy, late, patient;

	(void)state;
	open_up(url, usual);
	ask(&busy, HOLD, "3");
	prepare(&late, WRITE, "1");
	late.op.wait_ms = 200;
	assert_int_equal(pool_send(pool, &late.op), 0);
	ask(&patient, WRITE, "2");
	UNTIL(late.done);
	assert_int_equal(late.outcome, DB_BUSY);
	assert_int_equal(busy.done, 0);
	UNTIL(patient.done);
	assert_answer(&patient, "2");
	assert_int_equal(is_written(1), 0);
}

static void
test_a_full_queue_refuses_at_once(void **state)
{
	struct pool_settings s = usual;
	struct ask busy, x[3], more;
	int i;

	(void)state;
	s.queue[LANE_WRITE] = 3;
	open_up(url, s);
	ask(&busy, HOLD, "0.5");
	for (i = 0; i < 3; i++)
		ask(&x[i], WRITE, i == 0 ? "0" : i == 1 ? "1" : "2");
	prepare(&more, WRITE, "3");
	assert_int_equal(pool_send(pool, &more.op), -1);
	/* other lanes have room */
	ask(&more, ECHO, "3");
	UNTIL(pool_depth(pool, LANE_WRITE) == 0 && more.done);
	assert_int_equal(more.done, 1);
	for (i = 0; i < 3; i++)
		assert_int_equal(x[i].outcome, DB_OK);
	assert_int_equal(is_written(3), 0);
}

static void
test_a_server_that_says_nothing_is_hung_up_on(void **state)
{
	struct pool_settings s = usual;
	struct ask read, write, again;

	(void)state;
	s.wait_ms[LANE_READ] = s.wait_ms[LANE_WRITE] = 200;
	open_up(line_url, s);
	atomic_store(&line->hold, 1);
	ask(&read, ECHO, "1");
	ask(&write, WRITE, "1");
	UNTIL(read.done && write.done);
	assert_int_equal(read.outcome, DB_GONE);
	assert_int_equal(write.outcome, DB_UNCERTAIN);
	assert_int_equal(is_written(1), 1);
	atomic_store(&line->hold, 0);
	UNTIL(pool_up(pool, LANE_READ));
	ask(&again, ECHO, "2");
	UNTIL(again.done);
	assert_answer(&again, "2");
}

static void
test_a_database_that_is_away_is_told_at_the_deadline_then_at_once(void **state)
{
	struct pool_settings s = usual;
	struct ask x;
	uint64_t begun;

	(void)state;
	s.wait_ms[LANE_READ] = 500;
	open_up(line_url, s);
	atomic_store(&line->refuse, 1);
	atomic_store(&line->cut, 1);
	UNTIL(!pool_up(pool, LANE_READ));
	begun = clock_mono_ms();
	ask(&x, ECHO, "1");
	UNTIL(x.done);
	assert_int_equal(x.outcome, DB_GONE);
	assert_true(clock_mono_ms() - begun >= 500);
	/* it has been away for longer than anybody waits */
	UNTIL(x.done && pool_send(pool, &prepare(&x, ECHO, "2")->op) == -1);
	/* and back */
	atomic_store(&line->refuse, 0);
	UNTIL(pool_up(pool, LANE_READ));
	ask(&x, ECHO, "3");
	UNTIL(x.done);
	assert_answer(&x, "3");
}

/* --- lines that break --- */

static void
test_a_connection_that_is_ended_comes_back(void **state)
{
	struct ask x, y;
	int round;

	(void)state;
	open_up(url, usual);
	for (round = 0; round < 3; round++) {
		ask(&x, ECHO, "7");
		ask(&y, WRITE, round == 0 ? "1" : round == 1 ? "2" : "3");
		UNTIL(x.done && y.done);
		assert_answer(&x, "7");
		assert_int_equal(y.outcome, DB_OK);
		assert_true(end_servers() >= 3);
		UNTIL(!pool_up(pool, LANE_READ) && !pool_up(pool, LANE_WRITE) &&
		    !pool_up(pool, LANE_SLOW));
		UNTIL(pool_up(pool, LANE_READ) && pool_up(pool, LANE_WRITE) &&
		    pool_up(pool, LANE_SLOW));
	}
}

static void
test_a_read_whose_answer_is_lost_is_gone(void **state)
{
	struct ask x[30];
	int i;

	(void)state;
	open_up(line_url, usual);
	atomic_store(&line->hold, 1);
	for (i = 0; i < 30; i++)
		ask(&x[i], ECHO, "1");
	UNTIL(atomic_load(&line->kept) > 0);
	atomic_store(&line->cut, 1);
	UNTIL(pool_depth(pool, LANE_READ) == 0);
	for (i = 0; i < 30; i++) {
		assert_int_equal(x[i].done, 1);
		assert_int_equal(x[i].outcome, DB_GONE);
	}
}

static void
test_a_commit_whose_answer_is_lost_is_uncertain(void **state)
{
	struct ask x;

	(void)state;
	open_up(line_url, usual);
	atomic_store(&line->hold, 1);
	ask(&x, WRITE, "1");
	UNTIL(is_written(1));
	atomic_store(&line->cut, 1);
	UNTIL(x.done);
	assert_int_equal(x.outcome, DB_UNCERTAIN);
	assert_int_equal(x.done, 1);
}

/* The answer came but the end of its commit did not. */
static void
test_an_answer_without_its_sync_is_uncertain(void **state)
{
	struct ask x, first;
	int i;

	(void)state;
	open_up(line_url, usual);
	ask(&first, WRITE, "1");
	UNTIL(first.done);
	atomic_store(&line->hold, 1);
	ask(&x, WRITE, "2");
	UNTIL(atomic_load(&line->kept) > 6 && is_written(2));
	/* ReadyForQuery, the last six bytes, never arrives */
	for (i = 0; i < PROXY_LINES; i++)
		if (line->lines[i].kept_n > 6)
			line->lines[i].kept_n -= 6;
	atomic_store(&line->hold, 0);
	UNTIL(atomic_load(&line->kept) == 0);
	loop_turn(10);
	assert_int_equal(x.done, 0);
	atomic_store(&line->cut, 1);
	UNTIL(x.done);
	assert_int_equal(x.outcome, DB_UNCERTAIN);
}

static void
test_a_write_that_the_server_gave_up_is_not_done(void **state)
{
	struct ask x;

	(void)state;
	open_up(url, usual);
	ask(&x, WRITE_SLOWLY, "1");
	UNTIL(number("SELECT count(*) FROM pg_stat_activity WHERE state = "
	             "'active' AND application_name = 'pool_test'") > 0);
	end_servers();
	UNTIL(x.done);
	assert_int_equal(x.done, 1);
	assert_true(x.outcome == DB_GONE || x.outcome == DB_UNCERTAIN);
	UNTIL(servers() >= 1);
	assert_int_equal(is_written(1), 0);
}

/* --- nobody wants it any more --- */

static void
test_an_abandoned_read_is_drained(void **state)
{
	struct ask x, y;

	(void)state;
	open_up(url, usual);
	ask(&x, ECHO, "1");
	pool_abandon(pool, &x.op);
	ask(&y, ECHO, "2");
	UNTIL(x.done && y.done);
	assert_answer(&y, "2");
	assert_int_equal(x.done, 1);
}

static void
test_an_abandoned_write_runs_to_its_end(void **state)
{
	struct ask busy, x;

	(void)state;
	open_up(url, usual);
	ask(&busy, HOLD, "0.3");
	ask(&x, WRITE, "1"); /* waits */
	pool_abandon(pool, &x.op);
	pool_abandon(pool, &busy.op); /* runs */
	UNTIL(x.done && busy.done);
	assert_int_equal(busy.outcome, DB_OK);
	assert_answer(&x, "1");
	assert_int_equal(is_written(1), 1);
}

static void
test_an_abandoned_slow_statement_is_cancelled(void **state)
{
	struct ask x, waits, next;
	uint64_t begun = clock_mono_ms();

	(void)state;
	open_up(url, usual);
	ask(&x, NAP, "14");
	ask(&waits, SLOW_ECHO, "1");
	ask(&next, SLOW_ECHO, "2");
	UNTIL(number("SELECT count(*) FROM pg_stat_activity WHERE state = "
	             "'active' AND application_name = 'pool_test'") == 1);
	pool_abandon(pool, &waits.op);
	UNTIL(waits.done);
	assert_int_not_equal(waits.outcome, DB_OK);
	assert_int_equal(x.done, 0);
	pool_abandon(pool, &x.op);
	UNTIL(x.done && next.done);
	assert_refused(&x, "57014");
	/* and it hit nothing else */
	assert_answer(&next, "2");
	assert_true(clock_mono_ms() - begun < 14000);
	UNTIL(pool_depth(pool, LANE_READ) == 0);
}

/* --- transactions --- */

struct hold {
	struct pool_claim claim;
	struct db *db;
	int got;
	int ended;
	enum db_outcome outcome;
};

static void
got(struct pool_claim *c, struct db *db)
{
	struct hold *h = c->arg;

	h->got++;
	h->db = db;
}

static void
ended(void *arg, enum db_outcome outcome)
{
	struct hold *h = arg;

	h->ended++;
	h->outcome = outcome;
}

static void
claim(struct hold *h)
{
	memset(h, 0, sizeof(*h));
	h->claim.got = got;
	h->claim.arg = h;
	assert_int_equal(pool_claim(pool, &h->claim), 0);
	assert_int_equal(h->got, 0); /* never inside the call */
}

static void
begin(struct hold *h)
{
	claim(h);
	UNTIL(h->got);
	assert_non_null(h->db);
}

static void
say(struct hold *h, struct ask *x, int id, const char *value)
{
	assert_int_equal(db_send(h->db, &prepare(x, id, value)->op), 0);
	assert_int_equal(x->done, 0);
}

static void
end(struct hold *h, int commit)
{
	assert_int_equal(db_end(h->db, commit, ended, h), 0);
	UNTIL(h->ended);
	assert_int_equal(h->ended, 1);
	pool_release(pool, h->db);
}

static void
test_a_transaction_is_kept_as_a_whole(void **state)
{
	struct ask x, y;
	struct hold h;

	(void)state;
	open_up(url, usual);
	begin(&h);
	say(&h, &x, WRITE, "1");
	UNTIL(x.done); /* answered before the end */
	assert_answer(&x, "1");
	assert_int_equal(is_written(1), 0);
	say(&h, &y, WRITE, "2");
	UNTIL(y.done);
	end(&h, 1);
	assert_int_equal(h.outcome, DB_OK);
	assert_int_equal(is_written(1) + is_written(2), 2);
	/* and the connection is free again */
	ask(&x, WRITE, "3");
	UNTIL(x.done);
	assert_answer(&x, "3");
}

static void
test_a_transaction_with_a_refusal_leaves_nothing(void **state)
{
	struct ask x, y, z;
	struct hold h;

	(void)state;
	open_up(url, usual);
	begin(&h);
	say(&h, &x, WRITE, "1");
	say(&h, &y, WRITE, "1");
	say(&h, &z, WRITE, "2");
	UNTIL(x.done && y.done && z.done);
	assert_answer(&x, "1");
	assert_refused(&y, "23505");
	assert_refused(&z, "25P02");
	end(&h, 0);
	assert_int_equal(h.outcome, DB_OK);
	assert_int_equal(is_written(1) + is_written(2), 0);
	ask(&x, WRITE, "3");
	UNTIL(x.done);
	assert_answer(&x, "3");
}

static void
test_a_transaction_rolled_back_leaves_nothing(void **state)
{
	struct ask x;
	struct hold h;

	(void)state;
	open_up(url, usual);
	begin(&h);
	say(&h, &x, WRITE, "1");
	UNTIL(x.done);
	end(&h, 0);
	assert_int_equal(is_written(1), 0);
}

/* The pool looks at its connections ten times a second. */
static void
test_a_transaction_may_take_its_time(void **state)
{
	struct ask x, y;
	struct hold h;

	(void)state;
	open_up(url, usual);
	begin(&h);
	say(&h, &y, WRITE, "1");
	UNTIL(y.done);
	say(&h, &x, HOLD, "0.6");
	UNTIL(x.done);
	assert_int_equal(x.outcome, DB_OK);
	end(&h, 1);
	assert_int_equal(h.outcome, DB_OK);
	assert_int_equal(is_written(1), 1);
}

static void
test_a_claim_waits_its_turn_and_no_longer(void **state)
{
	struct pool_settings s = usual;
	struct hold h, second, third;

	(void)state;
	s.wait_ms[LANE_WRITE] = 300;
	open_up(url, s);
	begin(&h);
	claim(&second);
	UNTIL(second.got);
	assert_null(second.db);
	assert_int_equal(pool_depth(pool, LANE_WRITE), 1);
	claim(&third);
	end(&h, 0);
	UNTIL(third.got);
	assert_non_null(third.db);
	end(&third, 0);
}

static void
test_a_transaction_whose_line_breaks_is_over(void **state)
{
	struct ask x, y;
	struct hold h;

	(void)state;
	open_up(line_url, usual);
	begin(&h);
	say(&h, &x, WRITE, "1");
	UNTIL(x.done);
	/* while nothing is under way */
	atomic_store(&line->cut, 1);
	UNTIL(!pool_up(pool, LANE_WRITE));
	UNTIL(pool_up(pool, LANE_WRITE));
	/* nothing more is said, least of all outside of a transaction */
	assert_int_equal(db_send(h.db, &prepare(&y, WRITE, "2")->op), -1);
	assert_int_equal(db_end(h.db, 1, ended, &h), -1);
	pool_release(pool, h.db);
	assert_int_equal(h.ended, 0);
	ask(&y, WRITE, "3");
	UNTIL(y.done);
	assert_answer(&y, "3");
	assert_int_equal(is_written(1) + is_written(2), 0);
}

static void
test_what_a_broken_transaction_asked_is_gone(void **state)
{
	struct ask x, y;
	struct hold h;

	(void)state;
	open_up(line_url, usual);
	begin(&h);
	atomic_store(&line->hold, 1);
	say(&h, &x, WRITE, "1");
	say(&h, &y, WRITE, "2");
	UNTIL(atomic_load(&line->kept) > 0);
	atomic_store(&line->cut, 1);
	UNTIL(x.done && y.done);
	assert_int_equal(x.outcome, DB_GONE);
	assert_int_equal(y.outcome, DB_GONE);
	assert_int_equal(db_end(h.db, 0, ended, &h), -1);
	pool_release(pool, h.db);
	UNTIL(servers() >= 2);
	assert_int_equal(is_written(1) + is_written(2), 0);
}

static void
test_a_transaction_whose_server_was_told_to_go_is_gone(void **state)
{
	struct ask x, y;
	struct hold h;

	(void)state;
	open_up(url, usual);
	begin(&h);
	say(&h, &x, QUIT, "1");
	say(&h, &y, WRITE, "2");
	UNTIL(x.done && y.done);
	assert_int_equal(x.outcome, DB_GONE);
	assert_int_equal(y.outcome, DB_GONE);
	assert_int_equal(db_end(h.db, 0, ended, &h), -1);
	pool_release(pool, h.db);
	UNTIL(pool_up(pool, LANE_WRITE));
}

static void
test_a_commit_cut_off_is_uncertain(void **state)
{
	struct ask x;
	struct hold h;

	(void)state;
	open_up(line_url, usual);
	begin(&h);
	say(&h, &x, WRITE, "1");
	UNTIL(x.done);
	atomic_store(&line->hold, 1);
	assert_int_equal(db_end(h.db, 1, ended, &h), 0);
	UNTIL(is_written(1));
	atomic_store(&line->cut, 1);
	UNTIL(h.ended);
	assert_int_equal(h.outcome, DB_UNCERTAIN);
	pool_release(pool, h.db);
}

static void
test_a_commit_that_is_never_answered_is_hung_up_on(void **state)
{
	struct pool_settings s = usual;
	struct ask x;
	struct hold h;

	(void)state;
	s.wait_ms[LANE_WRITE] = 1000;
	open_up(line_url, s);
	begin(&h);
	say(&h, &x, WRITE, "1");
	UNTIL(x.done);
	atomic_store(&line->hold, 1);
	assert_int_equal(db_end(h.db, 1, ended, &h), 0);
	UNTIL(h.ended);
	assert_int_equal(h.outcome, DB_UNCERTAIN);
	pool_release(pool, h.db);
}

/* --- the end --- */

static void
test_closing_answers_whoever_waits(void **state)
{
	struct ask busy, write, read, nap, waits;
	struct hold h;

	(void)state;
	open_up(url, usual);
	ask(&busy, HOLD, "5");
	ask(&write, WRITE, "1");
	claim(&h);
	ask(&nap, NAP, "5");
	ask(&waits, SLOW_ECHO, "1");
	ask(&read, ECHO, "1");
	loop_turn(0);
	pool_abandon(pool, &nap.op);
	pool_close(&pool);
	assert_null(pool);
	assert_int_equal(busy.done, 1);
	assert_int_equal(busy.outcome, DB_UNCERTAIN);
	assert_int_equal(write.done, 1);
	assert_int_equal(write.outcome, DB_GONE);
	assert_int_equal(nap.done, 1);
	assert_int_equal(waits.done, 1);
	assert_int_equal(read.done, 1);
	assert_int_equal(h.got, 1);
	assert_null(h.db);
	UNTIL(servers() <= 2); /* the naps, until the server looks up */
	end_servers();
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_reads_share_a_connection_and_come_back_to_their_askers),
		T(test_values_of_every_type_arrive_as_they_are),
		T(test_a_value_that_is_none_is_refused_not_bent),
		T(test_a_failing_read_does_not_harm_its_neighbours),
		T(test_a_statement_first_used_behind_a_failure_is_still_learnt),
		T(test_a_statement_that_cannot_be_prepared_harms_no_other),
		T(test_a_write_is_committed_when_it_is_answered),
		T(test_a_failing_write_leaves_its_neighbours_alone),
		T(test_writes_spread_over_their_connections),
		T(test_a_read_cannot_write),
		T(test_what_waits_past_its_deadline_is_told_so),
		T(test_a_full_queue_refuses_at_once),
		T(test_a_server_that_says_nothing_is_hung_up_on),
		T(test_a_database_that_is_away_is_told_at_the_deadline_then_at_once),
		T(test_a_connection_that_is_ended_comes_back),
		T(test_a_read_whose_answer_is_lost_is_gone),
		T(test_a_commit_whose_answer_is_lost_is_uncertain),
		T(test_an_answer_without_its_sync_is_uncertain),
		T(test_a_write_that_the_server_gave_up_is_not_done),
		T(test_an_abandoned_read_is_drained),
		T(test_an_abandoned_write_runs_to_its_end),
		T(test_an_abandoned_slow_statement_is_cancelled),
		T(test_a_transaction_is_kept_as_a_whole),
		T(test_a_transaction_with_a_refusal_leaves_nothing),
		T(test_a_transaction_rolled_back_leaves_nothing),
		T(test_a_transaction_may_take_its_time),
		T(test_a_claim_waits_its_turn_and_no_longer),
		T(test_a_transaction_whose_line_breaks_is_over),
		T(test_what_a_broken_transaction_asked_is_gone),
		T(test_a_transaction_whose_server_was_told_to_go_is_gone),
		T(test_a_commit_cut_off_is_uncertain),
		T(test_a_commit_that_is_never_answered_is_hung_up_on),
		T(test_closing_answers_whoever_waits),
	};

	return (cmocka_run_group_tests(tests, start, stop));
}
