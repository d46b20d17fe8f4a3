#ifndef HTTP_CHANGE_H
#define HTTP_CHANGE_H

#include "core/buf.h"
#include "http/sight.h"

/*
 * Lines of the feed. An event stands at a place (xid, seq); it is read once
 * every transaction before it has ended (xid below the snapshot's horizon), so
 * that none ever appears behind a reader. A position names the feed's epoch,
 * too: after a restore the old ones mean nothing.
 */
struct change_at {
	uint64_t xid;
	uint64_t seq;
};

enum change_rights { RIGHTS_SAME, RIGHTS_OF_REF, RIGHTS_OF_ALL };

struct change {
	struct change_at at;
	int kind; /* number of the resource, or -1 */
	const struct resource *resource;
	const char *ref;
	const char *version;
	const char *verb;
	const char *when;
	const char *actor;  /* id, or NULL */
	const char *moved;  /* the unit it has left, or NULL */
	const char *people; /* ids of whose it was, or NULL */
	enum change_rights rights;
};

int change_order(const struct change_at *, const struct change_at *);

/* A position as text, and back: 0, 1 if of another epoch, -1 if it is none. */
#define CHANGE_TEXT_LEN 64
void change_text(char out[static CHANGE_TEXT_LEN], const struct change_at *);
int change_parse(const char *, struct change_at *);

/* Kinds as "task,plan": a bit for each. -1 if one is not known. */
int change_kinds(const char *list, uint64_t *bits_r);

/*
 * An answer of change_after: its horizon as a place, its lag, how many rows;
 * and one row, its texts copied.
 */
int change_rows(const struct db_answer *, struct change_at *horizon_r,
    int64_t *lag_ms_r);
void change_of_row(struct arena *, struct change *, const struct db_answer *,
    int row);

/*
 * Up to CHANGE_LOOK changes as one caller may see them. Fill look, then
 * change_see(); after done, change_line() writes those that are seen.
 */
#define CHANGE_LOOK 64
struct change_view {
	struct sight look;
	const struct change *list[CHANGE_LOOK];
	int row[CHANGE_LOOK]; /* of list, in rows */
	int n;
	struct sight_row rows[CHANGE_LOOK];
	int nrows;
};
void change_add(struct change_view *, const struct change *);
int change_see(struct change_view *);
int change_line(const struct change_view *, int i, struct buf *);

/* Does this change alter what the caller may do? */
int change_of_rights(const struct change *, const char *caller);

#endif
