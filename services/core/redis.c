/*
 * Both faces of hiredis: an asynchronous connection on the loop, that only
 * publishes, and a blocking one for workers. Commands are built from argument
 * vectors, never from formats. After any error a context is freed, because its
 * replies may belong to an earlier command.
 */
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/redis.h"

#define REDIS_PAUSE_MIN_MS 100
#define REDIS_PAUSE_MAX_MS 2000
#define REDIS_ARGS_MAX 16
#define REDIS_UNANSWERED 32 /* words under way; more are dropped */
#define WAKE_EACH_MS 10
#define REDIS_SILENCE_MS 2000 /* then a line that answers none is cut */

struct redis_address {
	char *host; /* NULL for a socket */
	char *path;
	int port;
	char *user;
	char *password;
};

struct heard {
	const char *channel;
	void (*heard)(void *, const char *);
	void *arg;
};
/* A crowd of wakes is one, a little later. */
struct wake {
	struct redis *redis;
	const char *channel;
	struct loop_timer *timer;
	uint64_t at;
};

struct redis {
	struct redis_address at;
	struct wake wakes[REDIS_WAKE_MAX + 1]; /* the last stays empty */
	/* A connection that listens can say nothing: it is one of its own. */
	struct redis *ear; /* NULL until there is something to hear */
	struct heard channels[REDIS_HEAR_MAX];
	int nchannels;
	redisAsyncContext *ac;
	struct loop_watch *watch;
	struct loop_timer *timer;
	int interest;
	unsigned pause_ms;
	int up;
	int unanswered;
	uint64_t heard; /* the last answer, or the first word after it */
};

struct redis_s {
	struct redis_address at;
	redisContext *c;
	unsigned wait_ms;
	int listening;
};

static void address_parse(struct redis_address *, const char *);
static void address_copy(struct redis_address *, const struct redis_address *);
static void address_free(struct redis_address *);
static void redis_wake_now(void *);
static void redis_connect(void *);
static int redis_silent(const struct redis *);
static void redis_greeted(redisAsyncContext *, void *, void *);
static void redis_hang_up(struct redis *, const char *);
static void redis_lost(struct redis *, const char *);
static void redis_event(void *, int);
static void redis_interest(struct redis *, int, int);
static redisReply *redis_run_s(struct redis_s *, int, const char **);
static int redis_ready_s(struct redis_s *);
static void redis_drop_s(struct redis_s *, const char *);
static int redis_entries(const redisReply *, const char *, struct redis_entry *,
    int);
static int redis_group_s(struct redis_s *, const char *, const char *);

/* --- on the loop --- */

struct redis *
redis_open(const char *url)
{
	struct redis *r;

	r = xcalloc(1, sizeof(*r));
	address_parse(&r->at, url);
	r->pause_ms = REDIS_PAUSE_MIN_MS;
	r->timer = loop_after(0, redis_connect, r);
	return (r);
}

void
redis_close(struct redis **rp)
{
	struct redis *r;
	int i;

	if ((r = *rp) == NULL)
		return;
	*rp = NULL;
	if (r->ear != NULL)
		redis_close(&r->ear);
	for (i = 0; i < REDIS_WAKE_MAX; i++)
		loop_cancel(&r->wakes[i].timer);
	loop_cancel(&r->timer);
	loop_unwatch(&r->watch);
	if (r->ac != NULL) {
		r->ac->data = r->ac->ev.data = NULL;
		redisAsyncFree(r->ac);
	}
	address_free(&r->at);
	free(r);
}

int
redis_up(const struct redis *r)
{
	return (r->up && !redis_silent(r));
}

/* Has it owed an answer for long? */
static int
redis_silent(const struct redis *r)
{
	return (
	    r->unanswered > 0 && clock_mono_ms() - r->heard > REDIS_SILENCE_MS);
}

static void
redis_heard(redisAsyncContext *ac, void *reply, void *arg)
{
	struct redis *r = arg;

	(void)ac;
	if (reply == NULL)
		return; /* the line is cut */
	r->unanswered--;
	r->heard = clock_mono_ms();
}

void
redis_wake(struct redis *r, const char *channel)
{
	struct wake *w = r->wakes;
	uint64_t now = clock_mono_ms();

	while (w->channel != NULL && strcmp(w->channel, channel) != 0)
		w++;
	if (w == r->wakes + REDIS_WAKE_MAX)
		fatal("redis: too many channels to wake");
	w->redis = r;
	w->channel = channel;
	if (w->timer != NULL)
		return; /* it is about to */
	if (now - w->at >= WAKE_EACH_MS)
		redis_wake_now(w);
	else
		w->timer = loop_after(WAKE_EACH_MS, redis_wake_now, w);
}

static void
redis_wake_now(void *arg)
{
	struct wake *w = arg;

	w->timer = NULL;
	w->at = clock_mono_ms();
	redis_say(w->redis, w->channel, "1");
}

void
redis_say(struct redis *r, const char *channel, const char *text)
{
	const char *argv[] = { "PUBLISH", channel, text };

	if (r->up && redis_silent(r))
		redis_hang_up(r, "it does not answer");
	if (!r->up || r->unanswered >= REDIS_UNANSWERED)
		return;
	if (r->unanswered == 0)
		r->heard = clock_mono_ms();
	if (redisAsyncCommandArgv(r->ac, redis_heard, r, 3, argv, NULL) ==
	    REDIS_OK)
		r->unanswered++;
}

void
redis_hear(struct redis *r, const char *channel,
    void (*heard)(void *arg, const char *text), void *arg)
{
	if (r->ear == NULL) {
		r->ear = xcalloc(1, sizeof(*r->ear));
		address_copy(&r->ear->at, &r->at);
		r->ear->pause_ms = REDIS_PAUSE_MIN_MS;
		r->ear->timer = loop_after(0, redis_connect, r->ear);
	}
	r = r->ear;
	assert(r->nchannels < REDIS_HEAR_MAX);
	r->channels[r->nchannels++] = (struct heard){ channel, heard, arg };
}

/* One of what we listen to: [ "message", channel, text ]. */
static void
redis_on_message(redisAsyncContext *ac, void *reply, void *arg)
{
	const redisReply *m = reply;
	const struct heard *h = arg;

	(void)ac;
	if (m != NULL && m->type == REDIS_REPLY_ARRAY && m->elements == 3 &&
	    m->element[2]->type == REDIS_REPLY_STRING)
		h->heard(h->arg, m->element[2]->str);
}

static void
redis_listen(struct redis *r)
{
	const char *argv[2] = { "SUBSCRIBE", NULL };
	int i;

	for (i = 0; i < r->nchannels; i++) {
		argv[1] = r->channels[i].channel;
		redisAsyncCommandArgv(r->ac, redis_on_message, &r->channels[i],
		    2, argv, NULL);
	}
}

static void
redis_add_read(void *arg)
{
	redis_interest(arg, LOOP_READ, 1);
}

static void
redis_del_read(void *arg)
{
	redis_interest(arg, LOOP_READ, 0);
}

static void
redis_add_write(void *arg)
{
	redis_interest(arg, LOOP_WRITE, 1);
}

static void
redis_del_write(void *arg)
{
	redis_interest(arg, LOOP_WRITE, 0);
}

static void
redis_cleanup(void *arg)
{
	struct redis *r = arg;

	if (r != NULL)
		loop_unwatch(&r->watch);
}

static void
redis_interest(struct redis *r, int what, int on)
{
	int want;

	if (r == NULL || r->watch == NULL)
		return;
	want = on ? r->interest | what : r->interest & ~what;
	if (want != r->interest)
		loop_change(r->watch, r->interest = want);
}

static void
redis_on_connect(const redisAsyncContext *ac, int status)
{
	struct redis *r = ac->data;
	const char *argv[3] = { "PING" };

	if (r == NULL || status != REDIS_OK) {
		if (r != NULL)
			redis_lost(r, ac->errstr);
		return;
	}
	if (r->at.password != NULL) {
		argv[0] = "AUTH";
		argv[1] = r->at.user != NULL ? r->at.user : "default";
		argv[2] = r->at.password;
	}
	redisAsyncCommandArgv(r->ac, redis_greeted, r, argv[1] != NULL ? 3 : 1,
	    argv, NULL);
}

/* A line is up once it has answered. */
static void
redis_greeted(redisAsyncContext *ac, void *reply, void *arg)
{
	const redisReply *answer = reply;
	struct redis *r = arg;

	(void)ac;
	if (answer == NULL)
		return; /* the line is cut */
	if (answer->type == REDIS_REPLY_ERROR) {
		log_warn("redis_refused", "%s", answer->str);
		redis_hang_up(r, answer->str);
		return;
	}
	loop_cancel(&r->timer);
	r->up = 1;
	r->pause_ms = REDIS_PAUSE_MIN_MS;
	redis_listen(r);
}

static void
redis_connect_slow(void *arg)
{
	struct redis *r = arg;

	r->timer = NULL;
	redis_hang_up(r, "connecting took too long");
}

static void
redis_on_disconnect(const redisAsyncContext *ac, int status)
{
	(void)status;
	if (ac->data != NULL)
		redis_lost(ac->data, ac->errstr);
}

static void
redis_connect(void *arg)
{
	struct redis *r = arg;

	r->timer = NULL;
	r->unanswered = 0;
	r->ac = r->at.path != NULL ? redisAsyncConnectUnix(r->at.path) :
	                             redisAsyncConnect(r->at.host, r->at.port);
	if (r->ac == NULL)
		fatal("out of memory");
	r->ac->data = r;
	if (r->ac->err) {
		redisAsyncFree(r->ac);
		redis_lost(r, "cannot connect");
		return;
	}
	r->timer = loop_after(REDIS_SILENCE_MS, redis_connect_slow, r);
	r->interest = LOOP_READ;
	r->watch = loop_watch(r->ac->c.fd, LOOP_READ, redis_event, r);
	r->ac->ev.data = r;
	r->ac->ev.addRead = redis_add_read;
	r->ac->ev.delRead = redis_del_read;
	r->ac->ev.addWrite = redis_add_write;
	r->ac->ev.delWrite = redis_del_write;
	r->ac->ev.cleanup = redis_cleanup;
	redisAsyncSetConnectCallback(r->ac, redis_on_connect);
	redisAsyncSetDisconnectCallback(r->ac, redis_on_disconnect);
}

static void
redis_event(void *arg, int events)
{
	struct redis *r = arg;

	if (events & (LOOP_READ | LOOP_ERROR))
		redisAsyncHandleRead(r->ac);
	if (r->ac != NULL && (events & LOOP_WRITE))
		redisAsyncHandleWrite(r->ac);
}

static void
redis_hang_up(struct redis *r, const char *why)
{
	redisAsyncContext *ac = r->ac;

	ac->data = ac->ev.data = NULL;
	redis_lost(r, why);
	redisAsyncFree(ac);
}

/* hiredis frees the context itself after this. */
static void
redis_lost(struct redis *r, const char *why)
{
	if (r->up)
		log_warn("redis_lost", "%s", why);
	r->up = 0;
	r->ac = NULL;
	loop_unwatch(&r->watch);
	loop_cancel(&r->timer);
	r->timer = loop_after(r->pause_ms, redis_connect, r);
	r->pause_ms = r->pause_ms * 2 > REDIS_PAUSE_MAX_MS ?
	    REDIS_PAUSE_MAX_MS :
	    r->pause_ms * 2;
}

/* --- blocking, for workers --- */

struct redis_s *
redis_open_s(const char *url, unsigned wait_ms)
{
	struct redis_s *r;

	r = xcalloc(1, sizeof(*r));
	address_parse(&r->at, url);
	r->wait_ms = wait_ms;
	return (r);
}

void
redis_close_s(struct redis_s **rp)
{
	struct redis_s *r;

	if ((r = *rp) == NULL)
		return;
	*rp = NULL;
	if (r->c != NULL)
		redisFree(r->c);
	address_free(&r->at);
	free(r);
}

int
redis_ping_s(struct redis_s *r)
{
	const char *argv[] = { "PING" };
	redisReply *reply;

	if ((reply = redis_run_s(r, 1, argv)) == NULL)
		return (-1);
	freeReplyObject(reply);
	return (0);
}

int
redis_append_s(struct redis_s *r, const struct redis_entry *e, int n)
{
	const char *argv[5] = { "XADD", NULL, "*", "job", NULL };
	redisReply *reply;
	char job[24];
	int i, bad = 0;

	if (n == 0)
		return (0);
	if (redis_ready_s(r) == -1)
		return (-1);
	for (i = 0; i < n; i++) {
		argv[1] = e[i].stream;
		snprintf(job, sizeof(job), "%lld", (long long)e[i].job);
		argv[4] = job;
		if (redisAppendCommandArgv(r->c, 5, argv, NULL) != REDIS_OK) {
			redis_drop_s(r, r->c->errstr);
			return (-1);
		}
	}
	for (i = 0; i < n; i++) {
		if (redisGetReply(r->c, (void **)&reply) != REDIS_OK) {
			redis_drop_s(r, r->c->errstr);
			return (-1);
		}
		if (reply->type == REDIS_REPLY_ERROR) {
			if (!bad)
				log_warn("redis_refused", "%s", reply->str);
			bad = 1;
		}
		freeReplyObject(reply);
	}
	return (bad ? -1 : 0);
}

int
redis_take_s(struct redis_s *r, const char *stream, const char *group,
    const char *consumer, unsigned block_ms, struct redis_entry *e, int n)
{
	char count[16], block[16];
	const char *argv[] = { "XREADGROUP", "GROUP", group, consumer, "COUNT",
		count, "BLOCK", block, "STREAMS", stream, ">" };
	redisReply *reply;
	int got = 0;

	snprintf(count, sizeof(count), "%d", n);
	snprintf(block, sizeof(block), "%u", block_ms);
	if ((reply = redis_run_s(r, 11, argv)) == NULL)
		return (-1);
	if (reply->type == REDIS_REPLY_ERROR) {
		got = strncmp(reply->str, "NOGROUP", 7) == 0 ?
		    redis_group_s(r, stream, group) :
		    -1;
		if (got == -1)
			log_warn("redis_refused", "%s", reply->str);
	} else if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 1 &&
	    reply->element[0]->elements == 2)
		got = redis_entries(reply->element[0]->element[1], stream, e,
		    n);
	freeReplyObject(reply);
	return (got);
}

int
redis_inherit_s(struct redis_s *r, const char *stream, const char *group,
    const char *consumer, unsigned idle_ms, struct redis_entry *e, int n)
{
	char count[16], idle[16];
	const char *argv[] = { "XAUTOCLAIM", stream, group, consumer, idle, "0",
		"COUNT", count };
	redisReply *reply;
	int got = 0;

	snprintf(count, sizeof(count), "%d", n);
	snprintf(idle, sizeof(idle), "%u", idle_ms);
	if ((reply = redis_run_s(r, 8, argv)) == NULL)
		return (-1);
	if (reply->type == REDIS_REPLY_ERROR)
		got = strncmp(reply->str, "NOGROUP", 7) == 0 ?
		    redis_group_s(r, stream, group) :
		    -1;
	else if (reply->type == REDIS_REPLY_ARRAY && reply->elements >= 2)
		got = redis_entries(reply->element[1], stream, e, n);
	freeReplyObject(reply);
	return (got);
}

int
redis_answer_s(struct redis_s *r, const char *stream, const char *group,
    const struct redis_entry *e, int n)
{
	const char *ack[4] = { "XACK", stream, group, NULL };
	const char *del[3] = { "XDEL", stream, NULL };
	redisReply *reply;
	int i;

	if (n == 0)
		return (0);
	if (redis_ready_s(r) == -1)
		return (-1);
	for (i = 0; i < n; i++) {
		ack[3] = del[2] = e[i].id;
		redisAppendCommandArgv(r->c, 4, ack, NULL);
		redisAppendCommandArgv(r->c, 3, del, NULL);
	}
	for (i = 0; i < n * 2; i++) {
		if (redisGetReply(r->c, (void **)&reply) != REDIS_OK) {
			redis_drop_s(r, r->c->errstr);
			return (-1);
		}
		freeReplyObject(reply);
	}
	return (0);
}

int
redis_listen_s(struct redis_s *r, const char *channel, unsigned ms)
{
	const char *argv[] = { "SUBSCRIBE", channel };
	struct pollfd pfd;
	redisReply *reply;
	void *more;

	if (!r->listening) {
		if ((reply = redis_run_s(r, 2, argv)) == NULL)
			return (-1);
		freeReplyObject(reply);
		r->listening = 1;
	}
	pfd.fd = r->c->fd;
	pfd.events = POLLIN;
	if (poll(&pfd, 1, (int)ms) <= 0)
		return (0); /* a signal counts as silence */
	if (redisBufferRead(r->c) != REDIS_OK) {
		redis_drop_s(r, r->c->errstr);
		return (-1);
	}
	for (;;) {
		if (redisGetReplyFromReader(r->c, &more) != REDIS_OK) {
			redis_drop_s(r, r->c->errstr);
			return (-1);
		}
		if (more == NULL)
			return (1);
		freeReplyObject(more);
	}
}

static redisReply *
redis_run_s(struct redis_s *r, int argc, const char **argv)
{
	redisReply *reply;

	if (redis_ready_s(r) == -1)
		return (NULL);
	reply = redisCommandArgv(r->c, argc, argv, NULL);
	if (reply == NULL)
		redis_drop_s(r, r->c->errstr);
	return (reply);
}

static int
redis_ready_s(struct redis_s *r)
{
	struct timeval tv = { 2, 0 };
	const char *argv[3] = { "AUTH", "default", NULL };
	redisReply *reply;

	if (r->c != NULL)
		return (0);
	r->listening = 0;
	r->c = r->at.path != NULL ?
	    redisConnectUnixWithTimeout(r->at.path, tv) :
	    redisConnectWithTimeout(r->at.host, r->at.port, tv);
	if (r->c == NULL || r->c->err) {
		redis_drop_s(r, r->c != NULL ? r->c->errstr : "no memory");
		return (-1);
	}
	tv.tv_sec = r->wait_ms / 1000;
	tv.tv_usec = (r->wait_ms % 1000) * 1000;
	redisSetTimeout(r->c, tv);
	if (r->at.password == NULL)
		return (0);
	if (r->at.user != NULL)
		argv[1] = r->at.user;
	argv[2] = r->at.password;
	reply = redisCommandArgv(r->c, 3, argv, NULL);
	if (reply == NULL || reply->type == REDIS_REPLY_ERROR) {
		redis_drop_s(r, reply != NULL ? reply->str : r->c->errstr);
		if (reply != NULL)
			freeReplyObject(reply);
		return (-1);
	}
	freeReplyObject(reply);
	return (0);
}

static void
redis_drop_s(struct redis_s *r, const char *why)
{
	log_warn("redis_lost", "%s", why);
	if (r->c != NULL)
		redisFree(r->c);
	r->c = NULL;
	r->listening = 0;
}

/* [[id, [field, value, ...]], ...]; an entry that is not ours has job 0. */
static int
redis_entries(const redisReply *list, const char *stream, struct redis_entry *e,
    int n)
{
	const redisReply *item, *fields;
	size_t i;
	int got = 0;

	if (list->type != REDIS_REPLY_ARRAY)
		return (0);
	for (i = 0; i < list->elements && got < n; i++) {
		item = list->element[i];
		if (item->type != REDIS_REPLY_ARRAY || item->elements != 2)
			continue;
		e[got].stream = stream;
		e[got].job = 0;
		snprintf(e[got].id, sizeof(e[got].id), "%s",
		    item->element[0]->str);
		fields = item->element[1];
		if (fields->type == REDIS_REPLY_ARRAY &&
		    fields->elements == 2 &&
		    strcmp(fields->element[0]->str, "job") == 0)
			e[got].job = strtoll(fields->element[1]->str, NULL, 10);
		got++;
	}
	return (got);
}

static int
redis_group_s(struct redis_s *r, const char *stream, const char *group)
{
	const char *argv[] = { "XGROUP", "CREATE", stream, group, "0",
		"MKSTREAM" };
	redisReply *reply;

	if ((reply = redis_run_s(r, 6, argv)) == NULL)
		return (-1);
	/* BUSYGROUP: another consumer was quicker */
	freeReplyObject(reply);
	return (REDIS_NO_GROUP);
}

/* --- addresses --- */

static void
address_parse(struct redis_address *a, const char *url)
{
	const char *rest, *at, *colon;

	memset(a, 0, sizeof(*a));
	if (strncmp(url, "unix://", 7) == 0)
		rest = url + 7;
	else if (strncmp(url, "redis://", 8) == 0)
		rest = url + 8;
	else
		fatal("CAMKET_REDIS_URL: neither redis:// nor unix://");
	if ((at = strrchr(rest, '@')) != NULL) {
		if ((colon = memchr(rest, ':', (size_t)(at - rest))) == NULL)
			fatal("CAMKET_REDIS_URL: user without password");
		if (colon > rest)
			a->user = strndup(rest, (size_t)(colon - rest));
		a->password = strndup(colon + 1, (size_t)(at - colon - 1));
		rest = at + 1;
	}
	if (url[0] == 'u') {
		a->path = strndup(rest, strcspn(rest, "?"));
		return;
	}
	a->host = strndup(rest, strcspn(rest, ":/"));
	rest += strlen(a->host);
	a->port = *rest == ':' ? atoi(rest + 1) : 6379;
}

static void
address_copy(struct redis_address *to, const struct redis_address *from)
{
	to->host = from->host != NULL ? xstrdup(from->host) : NULL;
	to->path = from->path != NULL ? xstrdup(from->path) : NULL;
	to->port = from->port;
	to->user = from->user != NULL ? xstrdup(from->user) : NULL;
	to->password = from->password != NULL ? xstrdup(from->password) : NULL;
}

static void
address_free(struct redis_address *a)
{
	free(a->host);
	free(a->path);
	free(a->user);
	if (a->password != NULL)
		memset(a->password, 0, strlen(a->password));
	free(a->password);
}
