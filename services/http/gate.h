#ifndef HTTP_GATE_H
#define HTTP_GATE_H

#include <sys/uio.h>

#include "http/message.h"
#include "http/peer.h"

struct http_request;
struct connection;

/*
 * The strict gate in front of Kore's own parser. It takes bytes from the
 * socket, hands Kore one well-formed request at a time, and sends every
 * answer, after which it listens again. What it keeps of a request belongs
 * to whoever takes it.
 */
struct gate_message {
	struct message m;
	char *body; /* m.body_len bytes and a NUL */
	char *text; /* owned: head and body */
	size_t cap;
	struct gate_message *next;
	int port;               /* it came in by */
	char address[PEER_LEN]; /* whose it is */
};

struct gate_limits {
	size_t body_max;
	unsigned keepalive_ms; /* an idle connection */
	unsigned head_ms;      /* from a head's first byte to its last */
	unsigned body_ms;      /* and of a body */
};

/* In each process, once: its timer and limits. */
void gate_init(const struct gate_limits *);

/*
 * The message behind a new request; the caller gives it back. NULL if the
 * client has gone meanwhile.
 */
struct gate_message *gate_take(struct http_request *);
void gate_put(struct gate_message *);

/*
 * Send a whole answer and listen for the next request, or close behind it.
 * The pieces are copied as far as the socket does not take them at once.
 */
void gate_answer(struct http_request *, struct iovec *, int n, int close);

/*
 * Begin an answer without end: its head, and then whatever gate_stream_send()
 * adds. gone is called once, when the client is gone or the stream closed; it
 * may be called inside any of these. NULL: nobody is there.
 */
struct connection *gate_stream(struct http_request *, const struct iovec *head,
    void (*gone)(void *), void *arg);
void gate_stream_send(struct connection *, const void *, size_t);
void gate_stream_close(struct connection *);

/* Bytes that wait for the client to take them. */
size_t gate_stream_queued(const struct connection *);

/*
 * The server is on its way out. Leaving, each answer is its connection's last,
 * but requests are still taken; draining, idle connections are closed too.
 * Drained: 1 when none is left.
 */
void gate_leave(void);
int gate_leaving(void);
void gate_drain(void);
int gate_drained(void);

#endif
