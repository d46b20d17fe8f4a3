/*
 * A connection's life: connecting -> ready -> lost (-> connecting, after a
 * pause that doubles). Everything sent is entered in the ring of expected
 * results; the server answers strictly in that order, so the ring's head is
 * always what the next result belongs to. When the connection is lost the
 * ring is emptied and each operation told how much is known about it.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/db.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/uuid.h"

#define DB_CONNECT_MS 5000 /* a connection attempt may take this long */
#define DB_GRACE_MS 2000   /* beyond a deadline, before we hang up */
#define DB_PAUSE_MIN_MS 50
#define DB_PAUSE_MAX_MS 2000

enum db_state { DB_CONNECTING, DB_READY, DB_LOST };

enum expect_kind {
	EXPECT_PREPARE, /* a statement becoming known */
	EXPECT_ROWS,    /* the answer of an operation */
	EXPECT_SYNC,    /* the end of one operation */
	EXPECT_CONTROL, /* BEGIN, COMMIT, ROLLBACK */
	EXPECT_END      /* the Sync that ends a transaction */
};

struct expect {
	enum expect_kind kind;
	struct db_op *op;          /* NULL = nobody waits for it */
	const struct query *query; /* EXPECT_PREPARE */
};

/* A transaction is its holder's until db_end, even when its line is lost. */
enum tx_state { TX_NONE, TX_OPEN, TX_ENDING, TX_LOST };

struct db_answer {
	enum db_outcome outcome;
	PGresult *result; /* NULL when no server answered */
};

/*
 * Values as they travel. What is short and costs the server a parser - ids,
 * days, numbers - goes in binary; the rest as the text it is.
 */
struct encoded {
	const char *values[QUERY_PARAMS_MAX];
	int lengths[QUERY_PARAMS_MAX];
	int formats[QUERY_PARAMS_MAX];
	unsigned char room[QUERY_PARAMS_MAX][16];
};

struct db {
	const struct db_settings *set;
	PGconn *pg;
	enum db_state state;
	struct loop_watch *watch;
	struct loop_timer *timer; /* attempt's limit, or pause */
	int fd;
	int interest;
	unsigned pause_ms;
	void (*idle)(void *);
	void *arg;

	struct expect *ring; /* owned; a power of two long */
	unsigned ring_len;
	unsigned head;
	unsigned tail;
	int ops;        /* operations in the ring */
	PGresult *held; /* the head's result so far */

	unsigned char *prepared; /* by query id */
	unsigned shared;         /* reads that wait for a Sync */
	struct loop_timer *sync_timer;

	enum tx_state tx;
	uint64_t tx_deadline; /* of the last command or statement sent */
	int tx_commit;
	int tx_failed;
	void (*tx_ended)(void *, enum db_outcome);
	void *tx_arg;

	int broken; /* will be lost in the next turn */
	int closing;
};

static void db_connect(struct db *);
static void db_connect_late(void *);
static void db_connect_slow(void *);
static void db_connect_event(void *, int);
static void db_connected(struct db *);
static void db_event(void *, int);
static void db_read(struct db *);
static void db_result(struct db *, PGresult *);
static void db_keep(struct db *, PGresult *);
static void db_op_done(struct db *, struct db_op *);
static void db_read_done(struct db *, struct db_op *);
static void db_tx_done(struct db *, enum db_outcome);
static void db_lose(struct db *, const char *);
static void db_drop_ring(struct db *);
static int db_undone(const PGresult *);
static int db_parting(const PGresult *);
static void db_push(struct db *, struct expect);
static int db_prepare(struct db *, const struct query *);
static void db_want(struct db *, int);
static void db_encode(struct encoded *, const struct query *,
    const char *const *);
static int db_integer(const char *, int64_t *);
static void db_tx_extend(struct db *);
static int db_control(struct db *, const char *);
static int db_sync(struct db *, enum expect_kind);
static int db_flush(struct db *);
static void db_share(struct db *);
static void db_share_late(void *);
static void db_lose_soon(struct db *);
static void db_lose_late(void *);
static void db_free(void *);

struct db *
db_open(const struct db_settings *set, void (*idle)(void *), void *arg)
{
	struct db *d;

	d = xcalloc(1, sizeof(*d));
	d->set = set;
	d->idle = idle;
	d->arg = arg;
	d->fd = -1;
	d->ring_len = 64;
	d->ring = xcalloc(d->ring_len, sizeof(*d->ring));
	d->prepared = xcalloc((size_t)queries_count + 1, 1);
	d->state = DB_LOST;
	d->pause_ms = DB_PAUSE_MIN_MS;
	d->timer = loop_after(0, db_connect_late, d);
	return (d);
}

void
db_close(struct db **dp)
{
	struct db *d;

	if ((d = *dp) == NULL)
		return;
	*dp = NULL;
	d->closing = 1;
	if (d->state != DB_LOST)
		db_lose(d, NULL);
	loop_cancel(&d->timer);
	/* Callbacks further up the stack may still hold d. */
	d->timer = loop_after(0, db_free, d);
}

int
db_environment(const char *url)
{
	PQconninfoOption *all, *o;

	if ((all = PQconninfoParse(url, NULL)) == NULL)
		return (-1);
	for (o = all; o->keyword != NULL; o++)
		if (o->envvar != NULL && o->val != NULL)
			setenv(o->envvar, o->val, 1);
	PQconninfoFree(all);
	return (0);
}

int
db_ready(const struct db *d)
{
	return (d != NULL && d->state == DB_READY && !d->broken && !d->closing);
}

int
db_pending(const struct db *d)
{
	return (d->ops + (d->tx != TX_NONE));
}

int
db_backend(const struct db *d)
{
	return (d->pg != NULL ? PQbackendPID(d->pg) : 0);
}

int
db_send(struct db *d, struct db_op *op)
{
	const struct query *q = op->query;
	struct encoded v;

	if (!db_ready(d) || d->tx == TX_LOST)
		return (-1);
	if (op->deadline == 0)
		op->deadline = clock_mono_ms() +
		    (op->wait_ms != 0 ? op->wait_ms : d->set->wait_ms);
	if (!d->prepared[q->id]) {
		/*
		 * Not among reads that share a Sync: aborted with them, it
		 * would be missing to those that count on it already.
		 */
		if (d->shared > 0)
			db_share(d);
		if (db_prepare(d, q) == -1 ||
		    (d->set->share > 1 && db_sync(d, EXPECT_SYNC) == -1))
			goto lost;
	}
	db_encode(&v, q, op->values);
	if (!PQsendQueryPrepared(d->pg, q->name, q->nparams, v.values,
	        v.lengths, v.formats, 0))
		goto lost;
	db_push(d, (struct expect){ .kind = EXPECT_ROWS, .op = op });
	d->ops++;
	/* From here on it may have reached the server. */
	if (d->tx == TX_OPEN) {
		if (!PQsendFlushRequest(d->pg) || db_flush(d) == -1)
			db_lose_soon(d);
	} else if (d->set->share > 1) {
		/* the turn's other reads come first */
		if (++d->shared >= d->set->share)
			db_share(d);
		else if (d->sync_timer == NULL)
			d->sync_timer = loop_after(0, db_share_late, d);
	} else {
		db_push(d, (struct expect){ .kind = EXPECT_SYNC, .op = op });
		if (!PQpipelineSync(d->pg) || db_flush(d) == -1)
			db_lose_soon(d);
	}
	return (0);
lost:
	db_lose_soon(d);
	return (-1);
}

int
db_begin(struct db *d)
{
	assert(d->tx == TX_NONE);
	if (!db_ready(d) || d->head != d->tail)
		return (-1);
	if (db_control(d, "BEGIN") == -1)
		return (-1);
	d->tx = TX_OPEN;
	d->tx_failed = 0;
	d->tx_commit = 0;
	d->tx_ended = NULL;
	return (0);
}

int
db_end(struct db *d, int commit, void (*ended)(void *, enum db_outcome),
    void *arg)
{
	assert(d->tx == TX_OPEN || d->tx == TX_LOST);
	if (d->tx == TX_LOST || !db_ready(d)) {
		/* what is left of it ends with the line */
		d->tx = d->tx == TX_LOST ? TX_NONE : TX_ENDING;
		return (-1);
	}
	d->tx = TX_ENDING;
	d->tx_commit = commit;
	d->tx_ended = ended;
	d->tx_arg = arg;
	/* After a refusal the server skips all up to the next Sync. */
	if (!commit && db_sync(d, EXPECT_SYNC) == -1)
		return (0);
	if (db_control(d, commit ? "COMMIT" : "ROLLBACK") == 0 &&
	    db_sync(d, EXPECT_END) == 0 && db_flush(d) == -1)
		db_lose_soon(d);
	return (0);
}

void
db_tick(struct db *d, uint64_t now)
{
	struct db_op *op = NULL;
	uint64_t deadline;
	unsigned i;

	if (d->state != DB_READY)
		return;
	for (i = d->head; i != d->tail && op == NULL; i++)
		op = d->ring[i & (d->ring_len - 1)].op;
	if (op != NULL)
		deadline = op->deadline;
	else if (d->tx != TX_NONE && d->head != d->tail)
		deadline = d->tx_deadline;
	else
		return;
	if (now > deadline + DB_GRACE_MS)
		db_lose(d, "no answer in time");
}

enum db_outcome
db_outcome(const struct db_answer *a)
{
	return (a->outcome);
}

int
db_rows(const struct db_answer *a)
{
	return (a->result != NULL ? PQntuples(a->result) : 0);
}

int
db_columns(const struct db_answer *a)
{
	return (a->result != NULL ? PQnfields(a->result) : 0);
}

const char *
db_text(const struct db_answer *a, int row, int col)
{
	return (PQgetvalue(a->result, row, col));
}

size_t
db_length(const struct db_answer *a, int row, int col)
{
	return ((size_t)PQgetlength(a->result, row, col));
}

int
db_null(const struct db_answer *a, int row, int col)
{
	return (PQgetisnull(a->result, row, col));
}

int64_t
db_number(const struct db_answer *a, int row, int col)
{
	return (strtoll(PQgetvalue(a->result, row, col), NULL, 10));
}

static const char *
db_field(const struct db_answer *a, int code)
{
	const char *s = NULL;

	if (a->result != NULL)
		s = PQresultErrorField(a->result, code);
	return (s != NULL ? s : "");
}

const char *
db_sqlstate(const struct db_answer *a)
{
	if (a->result != NULL &&
	    PQresultStatus(a->result) == PGRES_PIPELINE_ABORTED)
		return ("25P02");
	return (db_field(a, PG_DIAG_SQLSTATE));
}

const char *
db_constraint(const struct db_answer *a)
{
	return (db_field(a, PG_DIAG_CONSTRAINT_NAME));
}

const char *
db_message(const struct db_answer *a)
{
	return (db_field(a, PG_DIAG_MESSAGE_PRIMARY));
}

const char *
db_detail(const struct db_answer *a)
{
	return (db_field(a, PG_DIAG_MESSAGE_DETAIL));
}

void
db_answer_op(struct db_op *op, enum db_outcome outcome)
{
	struct db_answer a = { outcome, NULL };

	op->done(op, &a);
}

/* --- connecting --- */

static void
db_connect_late(void *arg)
{
	struct db *d = arg;

	d->timer = NULL;
	db_connect(d);
}

static void
db_connect(struct db *d)
{
	const char *keys[] = { "dbname", "application_name", "client_encoding",
		"options", "connect_timeout", "keepalives_idle",
		"tcp_user_timeout", NULL };
	const char *vals[] = { d->set->url, d->set->program, "UTF8",
		d->set->options, "5", "30", "10000", NULL };

	d->state = DB_CONNECTING;
	d->pg = PQconnectStartParams(keys, vals, 1);
	if (d->pg == NULL)
		fatal("out of memory");
	if (PQstatus(d->pg) == CONNECTION_BAD) {
		db_lose(d, PQerrorMessage(d->pg));
		return;
	}
	d->timer = loop_after(DB_CONNECT_MS, db_connect_slow, d);
	d->fd = PQsocket(d->pg);
	d->watch = loop_watch(d->fd, LOOP_WRITE, db_connect_event, d);
}

static void
db_connect_slow(void *arg)
{
	struct db *d = arg;

	d->timer = NULL;
	db_lose(d, "connecting took too long");
}

static void
db_connect_event(void *arg, int events)
{
	struct db *d = arg;
	PostgresPollingStatusType st;

	(void)events; /* an error shows in PQconnectPoll */
	/* libpq may close this socket and move on to another address */
	loop_unwatch(&d->watch);
	st = PQconnectPoll(d->pg);
	switch (st) {
	case PGRES_POLLING_OK:
		db_connected(d);
		return;
	case PGRES_POLLING_READING:
	case PGRES_POLLING_WRITING:
		d->fd = PQsocket(d->pg);
		d->watch = loop_watch(d->fd,
		    st == PGRES_POLLING_READING ? LOOP_READ : LOOP_WRITE,
		    db_connect_event, d);
		return;
	default:
		db_lose(d, PQerrorMessage(d->pg));
	}
}

static void
db_connected(struct db *d)
{
	loop_cancel(&d->timer);
	if (PQsetnonblocking(d->pg, 1) == -1 || !PQenterPipelineMode(d->pg)) {
		db_lose(d, PQerrorMessage(d->pg));
		return;
	}
	d->state = DB_READY;
	d->pause_ms = DB_PAUSE_MIN_MS;
	d->interest = LOOP_READ;
	d->watch = loop_watch(PQsocket(d->pg), LOOP_READ, db_event, d);
	log_debug("db_connected", "server process %d", PQbackendPID(d->pg));
	d->idle(d->arg);
}

/* Hang up, tell every operation, and try again after a pause. */
static void
db_lose(struct db *d, const char *why)
{
	unsigned pause;

	if (d->state == DB_LOST)
		return;
	if (why != NULL)
		log_warn("db_lost", "%s", why);
	d->state = DB_LOST;
	d->broken = 0;
	loop_unwatch(&d->watch);
	loop_cancel(&d->timer);
	loop_cancel(&d->sync_timer);
	d->shared = 0;
	db_drop_ring(d);
	PQclear(d->held);
	d->held = NULL;
	PQfinish(d->pg);
	d->pg = NULL;
	memset(d->prepared, 0, (size_t)queries_count);
	if (d->closing)
		return;
	pause = d->pause_ms / 2 + (unsigned)rand() % (d->pause_ms / 2 + 1);
	d->pause_ms *= 2;
	if (d->pause_ms > DB_PAUSE_MAX_MS)
		d->pause_ms = DB_PAUSE_MAX_MS;
	d->timer = loop_after(pause, db_connect_late, d);
}

/*
 * What is known of each operation when the line is cut: a statement refused
 * before the cut is refused; a read is gone; a write may have committed.
 */
static void
db_drop_ring(struct db *d)
{
	struct db_answer a = { DB_GONE, NULL };
	struct expect e;
	int was_tx;

	was_tx = d->tx != TX_NONE;
	while (d->head != d->tail) {
		e = d->ring[d->head++ & (d->ring_len - 1)];
		if (e.op == NULL)
			continue;
		if (e.kind == EXPECT_ROWS && !was_tx && d->set->share <= 1)
			continue; /* told at its EXPECT_SYNC */
		a.outcome = e.op->query->lane == LANE_WRITE && !was_tx &&
		        !db_undone(d->held) ?
		    DB_UNCERTAIN :
		    DB_GONE;
		PQclear(d->held);
		d->held = NULL;
		d->ops--;
		e.op->done(e.op, &a);
	}
	d->ops = 0;
	if (d->tx == TX_OPEN)
		d->tx = TX_LOST;
	else if (d->tx == TX_ENDING)
		db_tx_done(d, d->tx_commit ? DB_UNCERTAIN : DB_GONE);
}

/*
 * Has the server refused this statement before the line was cut? What libpq
 * itself makes of a cut line has no SQLSTATE, and a server that is told to
 * stop may say so after the commit.
 */
static int
db_undone(const PGresult *r)
{
	return (r != NULL && PQresultStatus(r) == PGRES_FATAL_ERROR &&
	    PQresultErrorField(r, PG_DIAG_SQLSTATE) != NULL && !db_parting(r));
}

/*
 * Is this a server's last word before it hangs up? To libpq it is a refusal
 * like others, after which it calls whatever follows skipped.
 */
static int
db_parting(const PGresult *r)
{
	const char *state;

	if (r == NULL || PQresultStatus(r) != PGRES_FATAL_ERROR)
		return (0);
	state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	return (state != NULL && strncmp(state, "57P", 3) == 0);
}

static void
db_free(void *arg)
{
	struct db *d = arg;

	free(d->ring);
	free(d->prepared);
	free(d);
}

/* --- the pipeline --- */

static void
db_event(void *arg, int events)
{
	struct db *d = arg;

	if (d->broken)
		return; /* lost in the next turn */
	if (events & (LOOP_READ | LOOP_ERROR)) {
		if (!PQconsumeInput(d->pg)) {
			db_read(d); /* what came before the end */
			if (d->state == DB_READY)
				db_lose(d, PQerrorMessage(d->pg));
			return;
		}
		db_read(d);
	}
	if (d->state == DB_READY && (events & LOOP_WRITE) && db_flush(d) == -1)
		db_lose(d, PQerrorMessage(d->pg));
	if (db_ready(d))
		d->idle(d->arg);
}

static void
db_read(struct db *d)
{
	PGresult *r;

	while (d->state == DB_READY && d->head != d->tail && !PQisBusy(d->pg)) {
		r = PQgetResult(d->pg);
		if (PQstatus(d->pg) == CONNECTION_BAD || db_parting(r)) {
			db_keep(d, r);
			db_lose(d, PQerrorMessage(d->pg));
			return;
		}
		db_result(d, r);
	}
	if (d->state == DB_READY && d->head == d->tail && d->tx == TX_NONE &&
	    PQtransactionStatus(d->pg) != PQTRANS_IDLE)
		db_lose(d, "not idle after its last request");
}

/* One result for the head of the ring; NULL ends a statement's results. */
static void
db_result(struct db *d, PGresult *r)
{
	struct expect *e = &d->ring[d->head & (d->ring_len - 1)];

	switch (e->kind) {
	case EXPECT_PREPARE:
		if (r != NULL) {
			if (PQresultStatus(r) != PGRES_COMMAND_OK)
				d->prepared[e->query->id] = 0;
			db_keep(d, r);
		} else
			d->head++;
		break;
	case EXPECT_ROWS:
		if (r != NULL)
			db_keep(d, r);
		else {
			struct db_op *op = e->op;

			d->head++;
			if (d->tx != TX_NONE)
				db_op_done(d, op);
			else if (d->set->share > 1)
				db_read_done(d, op);
		}
		break;
	case EXPECT_SYNC:
		if (r != NULL && PQresultStatus(r) == PGRES_PIPELINE_SYNC) {
			struct db_op *op = e->op;

			d->head++;
			if (op != NULL)
				db_op_done(d, op);
		}
		PQclear(r);
		break;
	case EXPECT_CONTROL:
		if (r == NULL)
			d->head++;
		else {
			/* a COMMIT of a failed block answers ROLLBACK */
			if (PQresultStatus(r) != PGRES_COMMAND_OK ||
			    strcmp(PQcmdStatus(r), "ROLLBACK") == 0)
				d->tx_failed = 1;
			PQclear(r);
		}
		break;
	case EXPECT_END:
		if (r != NULL && PQresultStatus(r) == PGRES_PIPELINE_SYNC) {
			d->head++;
			db_tx_done(d,
			    d->tx_failed && d->tx_commit ? DB_REFUSED : DB_OK);
		}
		PQclear(r);
		break;
	}
}

/* The first error of an operation is its answer; else its last result. */
static void
db_keep(struct db *d, PGresult *r)
{
	if (r == NULL)
		return;
	if (d->held != NULL && PQresultStatus(d->held) == PGRES_FATAL_ERROR) {
		PQclear(r);
		return;
	}
	PQclear(d->held);
	d->held = r;
}

static void
db_op_done(struct db *d, struct db_op *op)
{
	struct db_answer a;
	ExecStatusType st;

	a.result = d->held;
	d->held = NULL;
	d->ops--;
	st = a.result != NULL ? PQresultStatus(a.result) : PGRES_FATAL_ERROR;
	a.outcome = st == PGRES_TUPLES_OK || st == PGRES_COMMAND_OK ?
	    DB_OK :
	    DB_REFUSED;
	if (a.outcome == DB_REFUSED && d->tx != TX_NONE)
		d->tx_failed = 1;
	op->done(op, &a);
	PQclear(a.result);
}

/* A read's answer; or, if a neighbour's failure aborted it, once more. */
static void
db_read_done(struct db *d, struct db_op *op)
{
	if (d->held != NULL &&
	    PQresultStatus(d->held) == PGRES_PIPELINE_ABORTED) {
		PQclear(d->held);
		d->held = NULL;
		d->ops--;
		if (db_send(d, op) == -1)
			db_answer_op(op, DB_GONE);
		return;
	}
	db_op_done(d, op);
}

static void
db_tx_done(struct db *d, enum db_outcome outcome)
{
	void (*ended)(void *, enum db_outcome) = d->tx_ended;

	d->tx = TX_NONE;
	d->tx_ended = NULL;
	if (ended != NULL)
		ended(d->tx_arg, outcome);
}

/* What is not clearly of its type stays text: the server will refuse it. */
static void
db_encode(struct encoded *e, const struct query *q, const char *const *values)
{
	const char *s;
	int64_t n;
	int i, b, size;

	for (i = 0; i < q->nparams; i++) {
		e->values[i] = s = values[i];
		e->lengths[i] = e->formats[i] = 0;
		if (s == NULL)
			continue;
		switch (q->params[i].type) {
		case Q_UUID:
			if (!uuid_valid(s, strlen(s)))
				continue;
			uuid_bytes(s, e->room[i]);
			size = 16;
			break;
		case Q_DATE:
			if (!clock_day_number(s, &n))
				continue;
			size = 4;
			break;
		case Q_INT:
			if (!db_integer(s, &n) || n < INT32_MIN ||
			    n > INT32_MAX)
				continue;
			size = 4;
			break;
		case Q_BIGINT:
			if (!db_integer(s, &n))
				continue;
			size = 8;
			break;
		default:
			continue;
		}
		for (b = 0; size < 16 && b < size; b++)
			e->room[i][b] = (unsigned char)((uint64_t)n >>
			    (8 * (size - 1 - b)));
		e->values[i] = (const char *)e->room[i];
		e->lengths[i] = size;
		e->formats[i] = 1;
	}
}

static int
db_integer(const char *s, int64_t *n)
{
	char *end;

	errno = 0;
	*n = strtoll(s, &end, 10);
	return (errno == 0 && end != s && *end == '\0');
}

static int
db_prepare(struct db *d, const struct query *q)
{
	Oid types[QUERY_PARAMS_MAX];
	int i;

	assert(q->nparams <= QUERY_PARAMS_MAX);
	for (i = 0; i < q->nparams; i++)
		types[i] = q->params[i].type;
	if (!PQsendPrepare(d->pg, q->name, q->sql, q->nparams, types))
		return (-1);
	d->prepared[q->id] = 1;
	db_push(d, (struct expect){ .kind = EXPECT_PREPARE, .query = q });
	return (0);
}

static void
db_push(struct db *d, struct expect e)
{
	struct expect *ring;
	unsigned i, n;

	if (d->tail - d->head == d->ring_len) {
		ring = xcalloc(d->ring_len * 2, sizeof(*ring));
		n = d->tail - d->head;
		for (i = 0; i < n; i++)
			ring[i] = d->ring[(d->head + i) & (d->ring_len - 1)];
		free(d->ring);
		d->ring = ring;
		d->ring_len *= 2;
		d->head = 0;
		d->tail = n;
	}
	d->ring[d->tail++ & (d->ring_len - 1)] = e;
}

/* Returns -1 when the line is broken; the caller says so soon. */
static int
db_flush(struct db *d)
{
	switch (PQflush(d->pg)) {
	case 0:
		db_want(d, LOOP_READ);
		return (0);
	case 1:
		db_want(d, LOOP_READ | LOOP_WRITE);
		return (0);
	default:
		return (-1);
	}
}

/* The commands of a transaction have a deadline too. */
static void
db_tx_extend(struct db *d)
{
	d->tx_deadline = clock_mono_ms() + d->set->wait_ms;
}

static int
db_control(struct db *d, const char *command)
{
	db_tx_extend(d);
	if (!PQsendQueryParams(d->pg, command, 0, NULL, NULL, NULL, NULL, 0)) {
		db_lose_soon(d);
		return (-1);
	}
	db_push(d, (struct expect){ .kind = EXPECT_CONTROL });
	return (0);
}

static int
db_sync(struct db *d, enum expect_kind kind)
{
	if (!PQpipelineSync(d->pg)) {
		db_lose_soon(d);
		return (-1);
	}
	db_push(d, (struct expect){ .kind = kind });
	return (0);
}

/* End the reads that wait for it with one Sync. */
static void
db_share(struct db *d)
{
	d->shared = 0;
	if (db_sync(d, EXPECT_SYNC) == 0 && db_flush(d) == -1)
		db_lose_soon(d);
}

static void
db_share_late(void *arg)
{
	struct db *d = arg;

	d->sync_timer = NULL;
	if (d->shared > 0 && db_ready(d))
		db_share(d);
}

/* A sender must not see its own operation end inside the call. */
static void
db_lose_soon(struct db *d)
{
	if (d->broken || d->state != DB_READY)
		return;
	d->broken = 1;
	d->timer = loop_after(0, db_lose_late, d);
}

static void
db_lose_late(void *arg)
{
	struct db *d = arg;

	d->timer = NULL;
	db_lose(d, PQerrorMessage(d->pg));
}

static void
db_want(struct db *d, int interest)
{
	if (d->interest == interest)
		return;
	d->interest = interest;
	loop_change(d->watch, interest);
}
