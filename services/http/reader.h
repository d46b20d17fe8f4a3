#ifndef HTTP_READER_H
#define HTTP_READER_H

#include "core/arena.h"
#include "http/change.h"
#include "http/ctx.h"

#define READER_EVENTS 256 /* in one page */
#define READER_EVENTS_TEXT "256"

/* Events in order, from behind a place up to a place. */
struct reader_page {
	int refs; /* of one that streams share */
	struct change_at from, until;
	struct change list[READER_EVENTS];
	int n;
	struct reader_page *next; /* of the tail's */
	struct arena arena;
};

/* Somebody's way through the events. */
struct reader {
	struct change_at at;      /* everything up to here is told */
	uint64_t kinds;           /* a bit for each that is wanted */
	struct reader_page *page; /* that is being gone through */
	int from, upto;           /* of it: what view holds */
	int rights;               /* the caller's have changed */
	struct change_view view;
};

/* Behind every event there is: an answer tells the horizon alone. */
extern const struct change_at reader_nowhere;

/* What a request asks for, types=task,plan and include=item: or a refusal. */
enum step reader_wants(struct ctx *, struct reader *);

/*
 * The position a request goes on from: 0; 1 if it is of another epoch, 2 if
 * none is given.
 */
int reader_since(struct ctx *, struct change_at *);

/*
 * A page from an answer of what is behind a place. A full one ends with its
 * last event; another at the horizon.
 */
void reader_fill(struct reader_page *, struct arena *,
    const struct change_at *after, const struct db_answer *);

/* The next events of the page that are new and wanted, for its view. */
void reader_pick(struct reader *);

/* The place behind what has been picked; lent. */
const struct change_at *reader_upto(const struct reader *);

#endif
