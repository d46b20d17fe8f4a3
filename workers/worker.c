/* The life of a worker process; see worker.h. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/log.h"
#include "core/redis_s.h"
#include "core/uuid.h"
#include "loop_poll.h"
#include "queries.h"
#include "worker.h"

#define WORKER_WAIT_MS 10000   /* for a connection */
#define WORKER_ANSWER_MS 60000 /* for an answer */
#define CLOCK_MS 250
#define ALIVE_MS 1000

static volatile sig_atomic_t stopping;
static int alive_fd = -1;
static struct db_settings settings;
static uint64_t clock_read_at;

/* One statement that is being waited for. */
struct wait {
	struct db_op op;
	void (*take)(void *, struct db_answer *);
	void *arg;
	int done;
	enum db_outcome outcome;
};
struct end {
	int done;
	enum db_outcome outcome;
};

static void on_signal(int);
static void alive(void);
static void turn(struct worker *);
static void idle(void *);
static void waited(struct db_op *, struct db_answer *);
static void ended(void *, enum db_outcome);
static void take_clock(void *, struct db_answer *);
static void take_count(void *, struct db_answer *);

void
worker_init(struct worker *w, const char *name, const char *role)
{
	struct sigaction sa = { .sa_handler = on_signal };
	const char *own = "";
	char options[160];

	memset(w, 0, sizeof(*w));
	w->name = name;
	config_load();
	log_init(name, config_text(CFG_LOG_LEVEL));
	clock_init(config_text(CFG_TZ));
	if (*config_text(CFG_ALIVE) != '\0' &&
	    (alive_fd = open(config_text(CFG_ALIVE),
	         O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) == -1)
		fatal("CAMKET_ALIVE: %s: %s", config_text(CFG_ALIVE),
		    strerror(errno));
	srand((unsigned)time(NULL) ^ (unsigned)getpid());
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(role, "camket_worker") == 0)
		own = config_text(CFG_WORKER_DATABASE_URL);
	settings.url = *own != '\0' ? own : config_text(CFG_DATABASE_URL);
	if (*settings.url == '\0')
		fatal("CAMKET_DATABASE_URL is not set");
	snprintf(options, sizeof(options), "%s%s%s",
	    *own == '\0' && *role != '\0' ? "-c role=" : "",
	    *own == '\0' ? role : "",
	    " -c statement_timeout=60000 -c lock_timeout=5000");
	settings.options = xstrdup(options);
	settings.program = xstrdup(name);
	settings.wait_ms = WORKER_ANSWER_MS;
	w->db = db_open(&settings, idle, w);
	if (*config_text(CFG_REDIS_URL) != '\0')
		w->redis = redis_open_s(config_text(CFG_REDIS_URL), 5000);
	gethostname(w->consumer, sizeof(w->consumer) - 12);
	snprintf(w->consumer + strlen(w->consumer), 12, "-%d", (int)getpid());
}

void
worker_fini(struct worker *w)
{
	db_close(&w->db);
	loop_turn(0); /* what was closed is freed a turn later */
	redis_close_s(&w->redis);
}

int
worker_stopping(void)
{
	alive();
	return (stopping);
}

void
worker_stop(void)
{
	stopping = 1;
}

void
worker_pause(unsigned ms)
{
	uint64_t end = clock_mono_ms() + ms, now;

	while (!stopping && (now = clock_mono_ms()) < end)
		loop_turn((int)(end - now));
}

int
worker_clock(struct worker *w)
{
	if (clock_read_at == 0 || clock_mono_ms() - clock_read_at >= CLOCK_MS) {
		if (db_run_s(w, &q_worker_clock, NULL, take_clock, NULL) !=
		    DB_OK)
			return (-1);
		clock_read_at = clock_mono_ms();
	}
	memcpy(w->today, clock_today(), sizeof(w->today));
	snprintf(w->now, sizeof(w->now), "%s", clock_now());
	return (0);
}

enum db_outcome
db_run_s(struct worker *w, const struct query *q, const char *const *values,
    void (*take)(void *, struct db_answer *), void *arg)
{
	uint64_t end = clock_mono_ms() + WORKER_WAIT_MS;
	struct wait x = { .take = take, .arg = arg };

	x.op.query = q;
	x.op.values = values;
	x.op.done = waited;
	x.op.arg = &x;
	while (!db_ready(w->db)) {
		if (clock_mono_ms() >= end ||
		    (stopping &&
		        clock_mono_ms() + WORKER_WAIT_MS >= end + 1000))
			return (DB_GONE);
		loop_turn(50);
	}
	if (db_send(w->db, &x.op) == -1)
		return (DB_GONE);
	while (!x.done)
		turn(w);
	return (x.outcome);
}

enum db_outcome
db_count_s(struct worker *w, const struct query *q, const char *const *values,
    int64_t *count)
{
	return (db_run_s(w, q, values, take_count, count));
}

int
db_begin_s(struct worker *w)
{
	uint64_t end = clock_mono_ms() + WORKER_WAIT_MS;

	while (!db_ready(w->db)) {
		if (clock_mono_ms() >= end || stopping)
			return (-1);
		loop_turn(50);
	}
	return (db_begin(w->db));
}

enum db_outcome
db_end_s(struct worker *w, int commit)
{
	struct end e = { 0, DB_GONE };

	if (db_end(w->db, commit, ended, &e) == -1)
		return (DB_GONE);
	while (!e.done)
		turn(w);
	return (e.outcome);
}

/* Whoever asks whether to stop is between two pieces of work: not stuck. */
static void
alive(void)
{
	static uint64_t said;
	uint64_t now = clock_mono_ms();

	if (alive_fd == -1 || now - said < ALIVE_MS)
		return;
	said = now;
	(void)futimens(alive_fd, NULL);
}

static void
on_signal(int sig)
{
	(void)sig;
	stopping = 1;
}

/* Wait for an answer, but not for ever. */
static void
turn(struct worker *w)
{
	loop_turn(1000);
	db_tick(w->db, clock_mono_ms());
}

static void
idle(void *arg)
{
	(void)arg;
}

static void
waited(struct db_op *op, struct db_answer *a)
{
	struct wait *x = op->arg;

	x->done = 1;
	x->outcome = db_outcome(a);
	if (x->outcome == DB_REFUSED)
		log_error("statement_failed", "%s: %s %s %s", op->query->name,
		    db_sqlstate(a), db_message(a), db_detail(a));
	if (x->take != NULL && x->outcome == DB_OK)
		x->take(x->arg, a);
}

static void
ended(void *arg, enum db_outcome outcome)
{
	struct end *e = arg;

	e->done = 1;
	e->outcome = outcome;
}

static void
take_clock(void *arg, struct db_answer *a)
{
	(void)arg;
	if (db_rows(a) == 1 && clock_shift(db_number(a, 0, 0)))
		log_info("clock_moved", "shift %s ms", db_text(a, 0, 0));
}

static void
take_count(void *arg, struct db_answer *a)
{
	*(int64_t *)arg = db_number(a, 0, 0);
}
