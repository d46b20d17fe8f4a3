#ifndef CORE_REDIS_H
#define CORE_REDIS_H

/*
 * Redis is the fast road, never the only copy: what is lost here costs time.
 * URLs: redis://[user:password@]host:port  unix://[user:password@]/path
 */

/* On the loop: one connection that comes back by itself. */
struct redis;

struct redis *redis_open(const char *url);
void redis_close(struct redis **);
int redis_up(const struct redis *);

/*
 * Wake whoever listens on a channel (a constant; up to REDIS_WAKE_MAX of them),
 * or tell them something; dropped when Redis is away. Wakes that follow each
 * other closely are one.
 */
#define REDIS_WAKE_MAX 4
void redis_wake(struct redis *, const char *channel);
void redis_say(struct redis *, const char *channel, const char *text);

/*
 * Have heard called with each text said on a channel, here and elsewhere,
 * while Redis is there. For good; up to REDIS_HEAR_MAX channels, all before
 * the loop runs.
 */
#define REDIS_HEAR_MAX 4
void redis_hear(struct redis *, const char *channel,
    void (*heard)(void *arg, const char *text), void *arg);

#endif
