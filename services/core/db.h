#ifndef CORE_DB_H
#define CORE_DB_H

#include <stddef.h>
#include <stdint.h>

#include "core/query.h"

/*
 * One connection to PostgreSQL in pipeline mode, on the loop. Statements are
 * prepared on first use, in the flush of that use. A write ends in its own
 * Sync, so that its commit is its own. Reads that come in one turn of the loop
 * share one, and with it a flush, a wake-up and a transaction; what a failing
 * neighbour aborts is sent again, unseen. Inside a transaction there is one
 * Sync, at its end.
 */
struct db;
struct db_answer;

/* What became of an operation. */
enum db_outcome {
	DB_OK,
	DB_REFUSED,   /* the server said no: see db_sqlstate() */
	DB_GONE,      /* not done, or a read whose answer was lost */
	DB_UNCERTAIN, /* a commit whose answer was lost: look it up */
	DB_BUSY,      /* the queue is full, or it waited past its deadline */
};

/*
 * One statement on its way. Lives in the caller's memory, with its values,
 * until done has been called - which happens exactly once, never inside the
 * call that sent it. The answer is lent for the call only.
 */
struct db_op {
	const struct query *query;
	const char *const *values; /* one per parameter, NULL = null */
	void (*done)(struct db_op *, struct db_answer *);
	void *arg;
	unsigned wait_ms; /* deadline from now; 0 = default */

	/* private to db and pool */
	struct db_op *next;
	uint64_t deadline; /* 0 = from wait_ms, when it is sent */
	unsigned char step;
	unsigned char abandoned;
};

/* What to connect to and as whom; texts are borrowed for good. */
struct db_settings {
	const char *url;     /* libpq connection string */
	const char *role;    /* SET ROLE, or NULL */
	const char *program; /* application_name */
	const char *options; /* -c setting=value ... */
	unsigned wait_ms;    /* default deadline of an operation */
	unsigned share;      /* reads that may share a Sync; see db.c */
};

/* Start connecting; state tells when it is there. idle is called each time
 * the connection has become able to take (more) work, lost when it closed. */
struct db *db_open(const struct db_settings *, void (*idle)(void *), void *arg);
void db_close(struct db **);

/* Set PGHOST and its like from a connection string, for psql and sqitch. */
int db_environment(const char *url);

/* Connected and whole (NULL is not)? How many operations are under way? */
int db_ready(const struct db *);
int db_pending(const struct db *);

/* Send; -1 and nothing done if the connection cannot take it. */
int db_send(struct db *, struct db_op *);

/*
 * A transaction holds the connection alone: begin, any number of db_send
 * (each answered as soon as the server has run it), then end. ended tells
 * whether the commit is certain. After a refused statement the rest are
 * answered DB_REFUSED with sqlstate 25P02 and only a rollback is possible.
 * When the line is lost, nothing more can be sent, and db_end returns -1
 * without calling ended; it must be called all the same.
 */
int db_begin(struct db *);
int db_end(struct db *, int commit, void (*ended)(void *, enum db_outcome),
    void *arg);

/* Hang up if the oldest answer is past its deadline by 2 s. */
void db_tick(struct db *, uint64_t now_ms);

/* The server process, for a cancel request. */
int db_backend(const struct db *);

/* Reading an answer. Rows and columns count from 0; text is ended by NUL. */
enum db_outcome db_outcome(const struct db_answer *);
int db_rows(const struct db_answer *);
int db_columns(const struct db_answer *);
const char *db_text(const struct db_answer *, int row, int col);
size_t db_length(const struct db_answer *, int row, int col);
int db_null(const struct db_answer *, int row, int col);
int64_t db_number(const struct db_answer *, int row, int col);
/* Of a refusal: never NULL, "" where the server said nothing. */
const char *db_sqlstate(const struct db_answer *);
const char *db_constraint(const struct db_answer *);
const char *db_message(const struct db_answer *);
const char *db_detail(const struct db_answer *);

/* For whoever must answer an operation that no server saw. */
void db_answer_op(struct db_op *, enum db_outcome);

#endif
