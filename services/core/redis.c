/*
 * The line on the loop: it says, and an ear of its own hears. Commands are
 * built from argument vectors, never from formats. After any error a context
 * is freed, because its replies may belong to an earlier command.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/redis.h"
#include "core/redis_address.h"

#define REDIS_PAUSE_MIN_MS 100
#define REDIS_PAUSE_MAX_MS 2000
#define REDIS_UNANSWERED 32 /* words under way; more are dropped */
#define WAKE_EACH_MS 10
#define REDIS_SILENCE_MS 2000 /* then a line that answers none is cut */

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

static void redis_wake_now(void *);
static void redis_connect(void *);
static int redis_silent(const struct redis *);
static void redis_greeted(redisAsyncContext *, void *, void *);
static void redis_hang_up(struct redis *, const char *);
static void redis_lost(struct redis *, const char *);
static void redis_event(void *, int);
static void redis_interest(struct redis *, int, int);

struct redis *
redis_open(const char *url)
{
	struct redis *r;

	r = xcalloc(1, sizeof(*r));
	redis_address_parse(&r->at, url);
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
	redis_address_free(&r->at);
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
		redis_address_copy(&r->ear->at, &r->at);
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
