/*
 * A connection's life at the gate:
 *
 *	reading head -> reading body -> busy -> (answered) -> reading head ...
 *
 * Kore sees a constant, well-formed head for each request, so that none of
 * its parser's habits matters; what the client sent waits in a gate_message
 * until the request's context takes it. Kore's own time-outs are switched off
 * (they answer idle clients with 408): gate_sweep() keeps ours.
 *
 * A client that has shut down its sending side still gets its answer.
 */
#include <sys/param.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kore/kore.h>
#include <kore/http.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/metrics.h"
#include "http/ctx.h"
#include "http/gate.h"
#include "http/problem.h"

#define GATE_SWEEP_MS 500
#define GATE_WRITE_MS 60000 /* a reader must take something by then */
#define GATE_LINGER_MS 5000 /* reading on behind a refusal */
#define GATE_LINGER_MAX (16 * 1024 * 1024)
#define GATE_FIRST 4096                   /* first size of a message's text */
#define GATE_SPARE_MAX 256                /* messages kept for reuse */
#define GATE_TEXTS_MAX (64 * 1024 * 1024) /* all messages of a process */

enum gate_state {
	GATE_READING,
	GATE_BUSY,
	GATE_WRITING,
	GATE_CLOSING,
	GATE_STREAMING
};

struct gate {
	enum gate_state state;
	uint64_t deadline; /* 0 = idle, see since */
	uint64_t since;
	size_t head;                  /* its length, once read */
	int half;                     /* the peer sends no more */
	struct gate_message *message; /* owned until taken */
	struct gate_message *ahead;   /* owned: pipelined bytes */
	size_t ahead_len;
	size_t discarded;       /* read after the last answer */
	char address[PEER_LEN]; /* of the peer */
	void (*gone)(void *);   /* of a stream */
	void *arg;
};

static struct gate_message *spare;
static int spares;
static size_t texts; /* bytes of all messages, spare ones too */
static struct gate_limits limits;
static int leaving;

int gate_connect(struct connection *);
static void gate_accept(void *, int);
static void gate_event(void *, int);
static void gate_disconnect(struct connection *);
static int gate_recv(struct netbuf *);
static int gate_advance(struct connection *, size_t);
static int gate_pass(struct connection *, size_t);
static void gate_listen(struct connection *);
static void gate_refuse(struct connection *, int);
static void gate_room(struct connection *, size_t, size_t);
static int gate_write(struct connection *, struct iovec *, int);
static void gate_sweep(void *, u_int64_t);
static void gate_wake(void *, u_int64_t);
static struct gate_message *gate_get(void);
static void gate_size(struct gate_message *, size_t);
static int gate_gone(const struct connection *);

void
gate_init(const struct gate_limits *given)
{
	struct kore_server *srv = kore_server_lookup("camket");
	struct listener *l;

	limits = *given;
	LIST_FOREACH(l, &srv->listeners, list)
	l->evt.handle = gate_accept;
	/* Kore's loop sleeps for ever without a timer: this one is permanent. */
	(void)kore_timer_add(gate_sweep, GATE_SWEEP_MS, NULL, 0);
}

/* Named in bind: a connection has been accepted. */
int
gate_connect(struct connection *c)
{
	struct gate *g;

	g = kore_calloc(1, sizeof(*g));
	g->message = gate_get();
	g->since = clock_mono_ms();
	switch (c->family) {
	case AF_INET:
		inet_ntop(AF_INET, &c->addr.ipv4.sin_addr, g->address,
		    sizeof(g->address));
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, &c->addr.ipv6.sin6_addr, g->address,
		    sizeof(g->address));
		break;
	default:
		memcpy(g->address, "local", sizeof("local"));
	}
	c->hdlr_extra = g; /* Kore frees it with the connection */
	c->proto = CONN_PROTO_HTTP;
	c->http_timeout = 0;
	c->idle_timer.length = UINT64_MAX;
	c->disconnect = gate_disconnect;
	c->evt.handle = gate_event;
	c->rnb = net_netbuf_get();
	c->rnb->owner = c;
	c->rnb->type = NETBUF_RECV;
	c->rnb->flags = NETBUF_CALL_CB_ALWAYS;
	c->rnb->cb = gate_recv;
	c->rnb->buf = (u_int8_t *)g->message->text;
	c->rnb->b_len = c->rnb->m_len = g->message->cap - 1;
	metric_add(METRIC_connections, 1);
	return (KORE_RESULT_OK);
}

struct gate_message *
gate_take(struct http_request *req)
{
	struct gate *g = req->owner->hdlr_extra;
	struct gate_message *m = g->message;

	/* gone in the very turn that brought the request: NULL */
	g->message = NULL;
	return (m);
}

void
gate_put(struct gate_message *m)
{
	message_clear(&m->m);
	if (m->cap > GATE_FIRST * 4 || spares >= GATE_SPARE_MAX) {
		texts -= m->cap;
		free(m->text);
		free(m);
		return;
	}
	m->next = spare;
	spare = m;
	spares++;
}

void
gate_answer(struct http_request *req, struct iovec *iov, int n, int close)
{
	struct connection *c = req->owner;
	struct gate *g;

	if (c == NULL || gate_gone(c))
		return;
	g = c->hdlr_extra;
	if (gate_write(c, iov, n) == -1)
		return;
	g->since = clock_mono_ms();
	if (close || leaving) {
		g->state = GATE_CLOSING;
		c->flags |= CONN_CLOSE_EMPTY;
		if (TAILQ_EMPTY(&c->send_queue))
			kore_connection_disconnect(c);
	} else if (TAILQ_EMPTY(&c->send_queue))
		gate_listen(c);
	else
		g->state = GATE_WRITING; /* first let the reader catch up */
}

struct connection *
gate_stream(struct http_request *req, const struct iovec *head,
    void (*gone)(void *), void *arg)
{
	struct connection *c = req->owner;
	struct iovec iov = *head;
	struct gate *g;

	if (c == NULL || gate_gone(c))
		return (NULL);
	g = c->hdlr_extra;
	g->state = GATE_STREAMING;
	g->gone = gone;
	g->arg = arg;
	return (gate_write(c, &iov, 1) == -1 ? NULL : c);
}

void
gate_stream_send(struct connection *c, const void *text, size_t n)
{
	struct iovec iov;

	iov.iov_base = (void *)(uintptr_t)text;
	iov.iov_len = n;
	if (!gate_gone(c))
		(void)gate_write(c, &iov, 1);
}

void
gate_stream_close(struct connection *c)
{
	kore_connection_disconnect(c);
}

size_t
gate_stream_queued(const struct connection *c)
{
	const struct netbuf *nb;
	size_t n = 0;

	TAILQ_FOREACH(nb, &c->send_queue, list)
	n += nb->b_len - nb->s_off;
	return (n);
}

void
gate_drain(void)
{
	struct kore_server *srv = kore_server_lookup("camket");
	struct connection *c, *next;
	struct listener *l;
	static int shut;
	struct gate *g;

	/* for every process at once: nobody is left waiting in the backlog */
	LIST_FOREACH(l, &srv->listeners, list)
	if (!shut)
		(void)shutdown(l->fd, SHUT_RD);
	leaving = shut = 1;
	for (c = TAILQ_FIRST(&connections); c != NULL; c = next) {
		next = TAILQ_NEXT(c, list);
		if (c->disconnect != gate_disconnect)
			continue;
		g = c->hdlr_extra;
		if (g->state == GATE_READING && c->rnb->s_off == 0)
			kore_connection_disconnect(c);
	}
}

int
gate_drained(void)
{
	struct connection *c;

	TAILQ_FOREACH(c, &connections, list)
	if (c->disconnect == gate_disconnect)
		return (0);
	return (1);
}

void
gate_leave(void)
{
	leaving = 1;
}

int
gate_leaving(void)
{
	return (leaving);
}

/* An error says that another process has begun to end; ours is near. */
static void
gate_accept(void *arg, int error)
{
	if (!error)
		kore_listener_accept(arg, 0);
}

/* Kore's connection event, but a half-closed peer is not gone. */
static void
gate_event(void *arg, int error)
{
	struct connection *c = arg;
	struct gate *g = c->hdlr_extra;
	socklen_t len = sizeof(int);
	int so_error = 0;

	if (gate_gone(c))
		return;
	if (error) {
		if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &so_error, &len) ==
		        -1 ||
		    so_error != 0 ||
		    (g->state == GATE_CLOSING && TAILQ_EMPTY(&c->send_queue)) ||
		    g->state == GATE_STREAMING ||
		    (g->state == GATE_BUSY &&
		        ctx_is_slow(TAILQ_FIRST(&c->http_requests)))) {
			kore_connection_disconnect(c);
			return;
		}
		g->half = 1;
	}
	if (c->evt.flags & KORE_EVENT_WRITE)
		g->since = clock_mono_ms(); /* the reader has taken some */
	if (!c->handle(c)) {
		kore_connection_disconnect(c);
		return;
	}
	if (g->state == GATE_WRITING && TAILQ_EMPTY(&c->send_queue) &&
	    !gate_gone(c))
		gate_listen(c);
}

static void
gate_disconnect(struct connection *c)
{
	struct gate *g = c->hdlr_extra;
	void (*gone)(void *) = g->gone;

	g->gone = NULL;
	if (gone != NULL)
		gone(g->arg);
	/* The text is ours, not Kore's to free. */
	if (c->rnb != NULL && g->state != GATE_BUSY &&
	    g->state != GATE_STREAMING) {
		c->rnb->buf = NULL;
		c->rnb->m_len = c->rnb->b_len = 0;
	}
	if (g->message != NULL)
		gate_put(g->message);
	if (g->ahead != NULL)
		gate_put(g->ahead);
	g->message = g->ahead = NULL;
}

static int
gate_recv(struct netbuf *nb)
{
	struct connection *c = nb->owner;
	struct gate *g = c->hdlr_extra;

	/*
	 * A short read has emptied the socket; more raises a new edge. So the
	 * read that would only say EAGAIN is spared, on each request. The end
	 * of a half-closed peer's bytes raises none: it is read for.
	 */
	if (nb->s_off < nb->b_len && !g->half)
		c->evt.flags &= ~KORE_EVENT_READ;
	if (g->state == GATE_CLOSING) {
		g->discarded += nb->s_off;
		nb->s_off = 0;
		return (g->discarded <= GATE_LINGER_MAX ? KORE_RESULT_OK :
		                                          KORE_RESULT_ERROR);
	}
	return (gate_advance(c, nb->s_off));
}

/* have bytes are in the message's text: is there a request in them? */
static int
gate_advance(struct connection *c, size_t have)
{
	struct gate *g = c->hdlr_extra;
	struct gate_message *m = g->message;
	size_t total;
	long n;

	if (g->deadline == 0)
		g->deadline = clock_mono_ms() + limits.head_ms;
	if (g->head == 0) {
		m->text[have] = '\0';
		n = message_parse(&m->m, m->text, have, limits.body_max);
		if (n < 0) {
			gate_refuse(c, (int)-n);
			return (KORE_RESULT_OK);
		}
		if (n == 0) {
			if (have + 1 >= m->cap)
				gate_room(c, m->cap * 2, have);
			return (KORE_RESULT_OK);
		}
		g->head = (size_t)n;
		if (m->m.body_len > 0) {
			g->deadline = clock_mono_ms() + limits.body_ms;
			if (m->m.expects && have == g->head) {
				struct iovec go = { "HTTP/1.1 100 Continue"
					            "\r\n\r\n",
					25 };
				if (gate_write(c, &go, 1) == -1)
					return (KORE_RESULT_OK);
			}
		}
	}
	total = g->head + m->m.body_len;
	if (have >= total)
		return (gate_pass(c, have));
	if (m->cap > total)
		return (KORE_RESULT_OK);
	if (texts + total > MAX(GATE_TEXTS_MAX, 4 * limits.body_max))
		gate_refuse(c, 503);
	else
		gate_room(c, total + 1, have);
	return (KORE_RESULT_OK);
}

/* A whole request: keep what came behind it, and let Kore have it. */
static int
gate_pass(struct connection *c, size_t have)
{
	static const char *const heads[METHOD_COUNT] = {
		"GET / HTTP/1.1\r\nhost: c\r\n\r\n",
		"HEAD / HTTP/1.1\r\nhost: c\r\n\r\n",
		"POST / HTTP/1.1\r\nhost: c\r\ncontent-length: 0\r\n\r\n",
		"PUT / HTTP/1.1\r\nhost: c\r\ncontent-length: 0\r\n\r\n",
		"PATCH / HTTP/1.1\r\nhost: c\r\ncontent-length: 0\r\n\r\n",
		"DELETE / HTTP/1.1\r\nhost: c\r\n\r\n",
		"OPTIONS / HTTP/1.1\r\nhost: c\r\n\r\n",
	};
	struct gate *g = c->hdlr_extra;
	struct gate_message *m = g->message;
	size_t total = g->head + m->m.body_len, n;
	const char *head = heads[m->m.method];

	if (have > total) {
		g->ahead = gate_get();
		g->ahead_len = have - total;
		if (g->ahead->cap <= g->ahead_len) {
			gate_size(g->ahead, g->ahead_len + GATE_FIRST);
			free(g->ahead->text);
			g->ahead->text = xmalloc(g->ahead->cap);
		}
		memcpy(g->ahead->text, m->text + total, g->ahead_len);
	}
	peer_name(m->address, g->address, m->m.fields[HEADER_X_FORWARDED_FOR]);
	m->port = atoi(((struct listener *)c->owner)->port);
	m->body = m->text + g->head;
	m->body[m->m.body_len] = '\0';
	g->state = GATE_BUSY;
	g->deadline = 0;
	g->head = 0;
	n = strlen(head);
	c->rnb->buf = kore_malloc(n + 1);
	memcpy(c->rnb->buf, head, n + 1);
	c->rnb->s_off = c->rnb->b_len = c->rnb->m_len = n;
	return (http_header_recv(c->rnb));
}

/* Ready for the next request; one may have come already. */
static void
gate_listen(struct connection *c)
{
	struct gate *g = c->hdlr_extra;
	size_t have = 0;

	g->state = GATE_READING;
	g->deadline = 0;
	if (g->half) /* what is left to read, or the end */
		c->evt.flags |= KORE_EVENT_READ;
	if (g->ahead != NULL) {
		g->message = g->ahead;
		g->ahead = NULL;
		have = g->ahead_len;
	} else if (g->message == NULL)
		g->message = gate_get();
	c->rnb->cb = gate_recv;
	c->rnb->buf = (u_int8_t *)g->message->text;
	c->rnb->s_off = have;
	c->rnb->b_len = c->rnb->m_len = g->message->cap - 1;
	if (have > 0) {
		(void)gate_advance(c, have);
		/* its request must not wait for the next event */
		if (g->state == GATE_BUSY)
			(void)kore_timer_add(gate_wake, 0, NULL,
			    KORE_TIMER_ONESHOT);
	}
	if (g->state == GATE_READING && (c->evt.flags & KORE_EVENT_READ) &&
	    !gate_gone(c) && !net_recv_flush(c))
		kore_connection_disconnect(c);
}

/* Answer what is no request, and close. */
static void
gate_refuse(struct connection *c, int status)
{
	struct gate *g = c->hdlr_extra;
	char text[1024];
	struct iovec iov = { text, 0 };

	metric_add(METRIC_refused_by_gate, 1);
	iov.iov_len = problem_bare(status, g->message->m.fields, text,
	    sizeof(text));
	if (gate_write(c, &iov, 1) == -1)
		return;
	/*
	 * Closing with bytes unread would make the kernel reset, and the
	 * client lose the answer: say we are done, and read on for a while.
	 */
	g->state = GATE_CLOSING;
	g->deadline = clock_mono_ms() + GATE_LINGER_MS;
	shutdown(c->fd, SHUT_WR);
	c->rnb->s_off = 0;
}

static void
gate_room(struct connection *c, size_t cap, size_t have)
{
	struct gate *g = c->hdlr_extra;
	struct gate_message *m = g->message;
	char *old = m->text, *text;
	int i;

	text = xmalloc(cap);
	memcpy(text, old, have);
	if (g->head != 0) { /* slices of the head move along */
		m->m.path = text + (m->m.path - old);
		if (m->m.query != NULL)
			m->m.query = text + (m->m.query - old);
		for (i = 0; i < HEADER_COUNT; i++)
			if (m->m.fields[i] != NULL && m->m.joined[i] == NULL)
				m->m.fields[i] = text + (m->m.fields[i] - old);
	}
	free(old);
	m->text = text;
	gate_size(m, cap);
	c->rnb->buf = (u_int8_t *)text;
	c->rnb->b_len = c->rnb->m_len = cap - 1;
}

/* As much as the socket takes now; the rest is queued. -1: the peer is gone. */
static int
gate_write(struct connection *c, struct iovec *iov, int n)
{
	ssize_t sent = 0;
	int i;

	for (i = 0; i < n; i++)
		metric_add(METRIC_bytes_out, iov[i].iov_len);
	if (TAILQ_EMPTY(&c->send_queue)) {
		sent = writev(c->fd, iov, n);
		if (sent == -1) {
			if (errno != EAGAIN && errno != EINTR) {
				kore_connection_disconnect(c);
				return (-1);
			}
			sent = 0;
		}
	}
	for (i = 0; i < n; i++) {
		if ((size_t)sent >= iov[i].iov_len) {
			sent -= (ssize_t)iov[i].iov_len;
			continue;
		}
		net_send_queue(c, (char *)iov[i].iov_base + sent,
		    iov[i].iov_len - (size_t)sent);
		sent = 0;
	}
	if (!TAILQ_EMPTY(&c->send_queue)) {
		/* The edge that says "writable" is still to come. */
		c->evt.flags &= ~KORE_EVENT_WRITE;
	}
	return (0);
}

static void
gate_sweep(void *arg, u_int64_t unused)
{
	struct connection *c, *next;
	uint64_t now = clock_mono_ms();
	struct gate *g;

	(void)arg;
	(void)unused;
	for (c = TAILQ_FIRST(&connections); c != NULL; c = next) {
		next = TAILQ_NEXT(c, list);
		if (c->disconnect != gate_disconnect)
			continue;
		g = c->hdlr_extra;
		switch (g->state) {
		case GATE_READING:
			if (g->deadline != 0 && now >= g->deadline)
				gate_refuse(c, 408);
			else if (g->deadline == 0 &&
			    now - g->since >= limits.keepalive_ms)
				kore_connection_disconnect(c);
			break;
		case GATE_WRITING:
		case GATE_CLOSING:
			if (now - g->since >= GATE_WRITE_MS ||
			    (g->deadline != 0 && now >= g->deadline))
				kore_connection_disconnect(c);
			break;
		case GATE_BUSY:
		case GATE_STREAMING:
			break;
		}
	}
}

/* Nothing to do but to have made the loop turn. */
static void
gate_wake(void *arg, u_int64_t now)
{
	(void)arg;
	(void)now;
}

static struct gate_message *
gate_get(void)
{
	struct gate_message *m;

	if ((m = spare) != NULL) {
		spare = m->next;
		spares--;
	} else {
		m = xcalloc(1, sizeof(*m));
		gate_size(m, GATE_FIRST);
		m->text = xmalloc(m->cap);
	}
	memset(&m->m, 0, sizeof(m->m));
	m->body = NULL;
	return (m);
}

/* The text is, or will be, this long. */
static void
gate_size(struct gate_message *m, size_t cap)
{
	texts += cap - m->cap;
	m->cap = cap;
}

/* Disconnected in this turn: its memory is Kore's to free. */
static int
gate_gone(const struct connection *c)
{
	return (c->state == CONN_STATE_DISCONNECTING);
}
