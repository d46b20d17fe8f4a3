#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "core/field.h"
#include "core/query.h"
#include "domain/state.h"
#include "http/ctx.h"

/*
 * Routes: one table feeds the matcher, 405 and Allow, header and body checks,
 * the OpenAPI document and the metrics. A pattern's holes are typed:
 * <uuid>, <code>, <period>, <text>.
 */
#define ROUTE_PUBLIC 0x01    /* no token */
#define ROUTE_VERSIONED 0x02 /* If-Match is required */
#define ROUTE_UNKEYED 0x04   /* Idempotency-Key is ignored */
#define ROUTE_BODY 0x08      /* an empty body is refused */
#define ROUTE_ANY_BODY 0x10  /* the step reads body_text itself */
#define ROUTE_PAGE 0x20      /* for people: no JSON, any Accept */
#define ROUTE_HIDDEN 0x40    /* not in the OpenAPI document */
#define ROUTE_SECRET 0x80    /* answers are not to be stored */
#define ROUTE_ALONE 0x100    /* never part of a batch */
#define ROUTE_SIGN 0x200     /* wants to know once more who it is */
#define ROUTE_FAULTS 0x400   /* the step tells the body's faults with its own */
#define ROUTE_DRY_RUN 0x800  /* 201 with the item; ?dry_run: 200 without */
#define ROUTE_NARROW 0x1000  /* of what goes by the narrower name alone */

struct resource;
struct item;

struct route {
	enum method method;
	const char *pattern;
	enum step (*run)(struct ctx *);
	unsigned flags;
	const struct field *fields;  /* of the body; NULL = none */
	const struct field *members; /* of its answers, if not the resource's */
	const struct query *query;   /* what a generic step sends; of a list
	                                * below an item, that item's read */
	const struct query_sort *list; /* a list: its orders */
	const struct query *counts;    /* and its counters */
	const struct resource *resource;
	const char *verb;
	const char *watched; /* as what its reading is in the trail */
	const char *below;   /* api.h: what it stands below: "inspection" */
	int64_t need;        /* a list below an item: any of these of it */
	const char *summary; /* one line, "tiếng Việt | English" */
	const char *doc;     /* what else there is to say, likewise */
	const char *params;  /* query parameters, blanks between; "unit!" must
	                        be given (http/param.h says what they are) */
	/*
	 * What success says: the resource's item or a page of them, unless
	 * answer has its members (for a list: further members of the page).
	 * status 0 is the usual one: 200, 201 of a creation, 204 of nothing.
	 */
	const struct field *answer;
	int status;
	const char *media; /* of a page; NULL = text/html */
	int id;            /* set when added */
};

/*
 * A resource with the usual operations. What it has a statement for, it has a
 * route for; verbs come from its state table. Everything else is in routes.
 */
struct verb {
	const char *name;
	const struct field *fields; /* beyond note, acting_for, reason */
	const char *summary;
	const struct query *query; /* instead of the resource's */
};
struct narrow {
	const char *name;        /* in paths: "occurrences" */
	const struct query *get; /* reads one of them, and no other item */
};

struct resource {
	const char *name;  /* in paths: "plans" */
	const char *kind;  /* in events: "plan" */
	const char *title; /* for people: "Kế hoạch | Plans" */
	const char *doc;   /* what it is, likewise */
	const struct field *fields;
	const struct states *states;
	int watched;     /* who reads another's is in the trail */
	int64_t creates; /* any of these, somewhere, to create; 0 = anybody */
	const struct verb *verbs;
	const struct query_sort *list;
	const char *sort; /* default order */
	const struct query *counts;
	const char *dimensions; /* what counts tells apart: "status,kind" */
	const struct query *get;
	const struct query *create;
	const struct query *patch;
	const struct query *verb;
	const struct query *remove;
	const struct query *restore;
	/* Finish a checked body: derive members, look across them. */
	void (*prepare)(struct ctx *, const char *verb, json_t *);
	/* One has been read by its own route: before it is answered. */
	void (*seen)(struct ctx *, const struct item *);
	const struct narrow *narrow; /* some of it under a name of their own: to
	                                read, the verbs, the talk; or NULL */
	const struct route *routes;  /* its other routes */
};

/* At start, before the processes fork; a duplicate is fatal. */
void route_add(const struct route *);
void route_add_resource(const struct resource *);

/* Find c->route and c->args, or refuse. */
enum step route_match(struct ctx *);

/* All of them, for metrics and documents. */
int route_count(void);
const struct route *route_at(int);
const char *const *route_names(void);

#endif
