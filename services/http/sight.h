#ifndef HTTP_SIGHT_H
#define HTTP_SIGHT_H

#include "core/arena.h"
#include "core/db.h"
#include "http/route.h"

/*
 * May somebody see these rows? Decided by each resource's own read, so that no
 * second rule of scope exists; what is removed, by its list of what is removed;
 * what has moved out of sight, by the rights over the unit it left.
 */
enum sight_found {
	SIGHT_NONE,
	SIGHT_LIVE,    /* there, and to be seen */
	SIGHT_REMOVED, /* in the list of what is removed */
	SIGHT_LEFT     /* was to be seen, and is no longer */
};

struct sight_row {
	const struct resource *resource;
	const char *ref;
	const char *caller; /* NULL: who looks at all of them */
	int removed;        /* look among what is removed, too */
	int known;          /* it was the caller's own: LEFT when not seen */
	const char *moved;  /* a unit it has left, or NULL */
	enum sight_found found;
	const char *json; /* when LIVE and wanted; in the arena */
	size_t len;

	/* private */
	struct sight *sight;
	struct db_op op;
	const char *values[QUERY_PARAMS_MAX];
};

/* A look at some rows for one caller. Lives until done has been called. */
struct sight {
	struct arena *arena;
	const char *caller;
	const char *today;
	int whole; /* keep the items; not those whose reading leaves a line
	            * in the trail, for anybody but whom they are about */
	void (*done)(void *);
	void *arg;
	int failed; /* some were not looked at */
	int open;
};

/*
 * Look; done is called once, later. 0, or -1 when the database takes nothing
 * now: then done is not called. With n = 0 there is nothing to wait for: 1.
 */
int sight_look(struct sight *, struct sight_row *, int n);

/* The resource whose rows a kind of event is about, and its number from 0;
 * NULL and -1 where nobody may read such rows. */
const struct resource *sight_resource(const char *kind, int *number_r);

#endif
