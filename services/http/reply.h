#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <sys/uio.h>

#include "http/ctx.h"

struct connection;

/*
 * Answers. Each ends the request (STEP_DONE); the bytes are lent for the call.
 * Header fields that a step has set in the context go along.
 */
enum step reply(struct ctx *, int status, const void *body, size_t n);
enum step reply_empty(struct ctx *, int status);
enum step reply_options(struct ctx *, const char *allow);

/*
 * One item: version, status and permissions of the row, and its JSON object,
 * into which _permissions goes. Sets ETag; answers 304 where If-None-Match
 * says so.
 */
struct item {
	const char *version;
	const char *status;
	int64_t perms;
	const char *json;
	size_t len;
};
enum step reply_item(struct ctx *, int status, const struct item *);

/* A JSON document that changes rarely: ETag by content, 304, cacheable. */
enum step reply_document(struct ctx *, const char *media, const char *body,
    size_t n, const char *cache);

/*
 * Server-sent events: the head now, the rest through gate_stream_send(). The
 * request is over; NULL if its client is, too.
 */
struct connection *reply_stream(struct ctx *, void (*gone)(void *), void *arg);

/* A short whole list: {"items":[…],"next":null} of the first column's texts,
 * nulls left out. */
enum step reply_rows(struct ctx *, const struct db_answer *);

/*
 * For ctx_send(): answer by what the first column of one row says, or of many
 * (as reply_rows; a null alone is an empty list), or 404 where there is none.
 */
void reply_one(struct ctx *, struct db_answer *);
void reply_many(struct ctx *, struct db_answer *);

/* The verbs these permissions allow now, as JSON array text. */
void reply_permissions(struct buf *, const struct route *, const char *status,
    int64_t perms);

/* Now, as a Date field has it. */
const char *reply_date(void);

/*
 * The verbs of an item of any kind, told by "kind status", as the last member
 * "verbs" of an object that has not been closed; a comma first, if it has others.
 */
void reply_verbs(struct buf *, const char *what, int64_t perms);

/* The reason phrase of a status (RFC 9110 15). */
const char *reply_reason(int status);

#endif
