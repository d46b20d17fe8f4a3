/*
 * The blocking line: what a worker puts into streams and takes from them. As
 * with the one on the loop, any error frees the context.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "core/arena.h"
#include "core/log.h"
#include "core/redis_address.h"
#include "core/redis_s.h"

struct redis_s {
	struct redis_address at;
	redisContext *c;
	unsigned wait_ms;
	int listening;
};

static redisReply *redis_run_s(struct redis_s *, int, const char **);
static int redis_ready_s(struct redis_s *);
static void redis_drop_s(struct redis_s *, const char *);
static int redis_entries(const redisReply *, const char *, struct redis_entry *,
    int);
static int redis_group_s(struct redis_s *, const char *, const char *);

struct redis_s *
redis_open_s(const char *url, unsigned wait_ms)
{
	struct redis_s *r;

	r = xcalloc(1, sizeof(*r));
	redis_address_parse(&r->at, url);
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
	redis_address_free(&r->at);
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
