#ifndef HTTP_CTX_H
#define HTTP_CTX_H

#include <stdint.h>

#include <jansson.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/db.h"
#include "core/field.h"
#include "core/token.h"
#include "http/message.h"

struct gate_message;
struct http_request;
struct route;
struct bucket;
struct ctx;
struct batch;

/* What a step of a request wants next. */
enum step {
	STEP_DONE, /* answered */
	STEP_WAIT, /* something was sent; ctx->next runs when it is back */
	STEP_MORE  /* go on with ctx->next now */
};

#define CTX_SENDS 4 /* statements one step may have under way */
#define CTX_BINDS 32
#define CTX_ID_LEN 40
#define CTX_FIRST 6144 /* bytes of memory inside a context */

enum lang { LANG_VI, LANG_EN };

/* A parameter of the query string, decoded. */
struct param {
	const char *name;
	const char *value;
	int used;
	struct param *next;
};

struct ctx_send {
	struct db_op op;
	struct ctx *c; /* NULL = free */
	int held;
	void (*take)(struct ctx *, struct db_answer *);
	const char *values[QUERY_PARAMS_MAX];
};

/* A request on its way; see the banner of ctx.c. */
struct ctx {
	/* the request */
	struct http_request *req;     /* NULL: client gone, or a part */
	struct gate_message *message; /* owned, NULL for a part */
	enum method method;
	const char *path;
	const char *query;         /* raw, or NULL */
	const char *const *fields; /* headers by enum header */
	const char *body_text;
	size_t body_len;
	const char *address;
	const struct route *route;
	const char *args[4]; /* holes of the pattern */
	char id[CTX_ID_LEN]; /* X-Request-Id */
	const char *trace;   /* traceparent, or NULL */
	enum lang lang;
	uint64_t started_us;

	/* who, when */
	struct token who; /* staff "" = nobody */
	const char
	    *scopes; /* of a machine's key, "{a:read,…}"; NULL = a person */
	int stepped_up;             /* asked again lately: 1 yes, 0 not known */
	const struct bucket *limit; /* counted there (limit.c), or NULL */
	char today[11];
	char now[40];
	const char *as_of; /* the day asked about, or NULL = today */
	const char *until; /* the instant it was over, or NULL = it is not */

	/* what it says */
	struct param *params;
	json_t *body;    /* owned */
	char *body_json; /* malloc'd: canonical text */
	struct faults faults;
	const char *version; /* If-Match, or NULL */
	const char *key;     /* Idempotency-Key, or NULL */
	const char *hash;    /* of the keyed request */
	struct {
		const char *name, *value;
	} binds[CTX_BINDS];
	int nbinds;

	/* where it stands */
	enum step (*next)(struct ctx *);
	struct ctx_send sends[CTX_SENDS];
	int pending; /* answers to come */
	int inside;  /* a step is running */
	int answered;
	const struct query *write; /* to send again after a deadlock */
	int retries;
	int looked_up; /* the key is nobody's: a refusal stands */
	void *state;   /* a route's own, in arena */

	/* the answer's own header fields */
	const char *etag;
	const char *location;
	const char *retry_after;
	const char *allow;
	const char *link;
	const char *cookies[2];
	const char *media;  /* NULL = JSON */
	const char *cache;  /* NULL = private, no-cache */
	const char *policy; /* Content-Security-Policy, of pages */
	int replayed;

	/* a part of a batch */
	struct batch *part_of; /* NULL: a whole request */
	int hold;              /* statements wait for ctx_release */
	int several;           /* statements that build on one another */
	int deadlock;          /* refused because of one */
	struct db *tx;         /* its transaction, or NULL */
	int status;            /* of the answer given */
	struct buf captured;

	struct ctx *spare; /* free list */
	struct arena arena;
	_Alignas(16) char first[CTX_FIRST];
};

/* Kore's one route: the first call of a request, and every later one. */
int ctx_handle(struct http_request *);

/* Begin a part of a batch: a context without a client of its own. */
struct ctx *ctx_part(struct ctx *whole);
void ctx_free(struct ctx *);

/* Run its steps until it waits or is done. */
void ctx_run(struct ctx *);

/*
 * Give a value to a parameter by name, for this request's statements. Those
 * every statement may ask for are known: caller, session, device, address,
 * today, now, id, version, body, request, trace, key, hash (see ctx.c). value
 * NULL is SQL null.
 */
void ctx_bind(struct ctx *, const char *name, const char *value);

/*
 * Send a statement; take gets its answer, lent for the call. When all that a
 * step has sent is back, ctx->next runs. Always STEP_WAIT, or STEP_DONE after
 * a refusal. A failure that take does not want: ctx_failed().
 */
enum step ctx_send(struct ctx *, const struct query *,
    void (*take)(struct ctx *, struct db_answer *));

/* Answer by what went wrong, unless it is DB_OK. Returns 1 if it did. */
int ctx_failed(struct ctx *, const struct db_answer *);

/* Send what a held part has wanted to send so far, inside a transaction. */
void ctx_release(struct ctx *, struct db *);

/* The value a statement's parameter would get. */
const char *ctx_value(struct ctx *, const char *name);

/* A request's name: the one the client gives, if fit to print, or a new one. */
void ctx_name(char out[static CTX_ID_LEN], const char *given);

/* Is this request waiting for slow work? (A client that leaves cancels it.) */
int ctx_is_slow(struct http_request *);

/* Requests under way in this process. */
int ctx_count(void);

struct pool;
struct redis;
extern struct pool *ctx_pool;
extern struct redis *ctx_redis;

#endif
