/*
 * core/loop.h on Kore's event loop. Descriptors are watched level-triggered,
 * because libpq does not promise to drain its socket. A watch that has ended
 * is freed a turn later: the events of this turn may still name it.
 *
 * A watch holds a descriptor of its own on the caller's socket: libpq closes
 * its one as soon as a line is cut, and the number may be somebody else's by
 * the time we hear of it; Kore ends the process over an unknown one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kore/kore.h>

#include "core/arena.h"
#include "core/log.h"
#include "core/loop.h"

struct loop_watch {
	struct kore_event evt; /* Kore knows it by this: first */
	int fd;                /* ours */
	int dead;
	void (*cb)(void *, int);
	void *arg;
};

struct loop_timer {
	struct kore_timer *timer;
	void (*cb)(void *);
	void *arg;
};

static void loop_event(void *, int);
static void loop_schedule(struct loop_watch *, int);
static void loop_fire(void *, u_int64_t);
static void loop_free(void *, u_int64_t);

struct loop_watch *
loop_watch(int fd, int events, void (*cb)(void *, int), void *arg)
{
	struct loop_watch *w;

	w = xcalloc(1, sizeof(*w));
	w->evt.handle = loop_event;
	if ((w->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) == -1)
		fatal("cannot watch a descriptor: %s", strerror(errno));
	w->cb = cb;
	w->arg = arg;
	loop_schedule(w, events);
	return (w);
}

void
loop_change(struct loop_watch *w, int events)
{
	loop_schedule(w, events);
}

void
loop_unwatch(struct loop_watch **wp)
{
	struct loop_watch *w;

	if ((w = *wp) == NULL)
		return;
	*wp = NULL;
	w->dead = 1;
	kore_platform_disable_read(w->fd);
	close(w->fd);
	(void)kore_timer_add(loop_free, 0, w, KORE_TIMER_ONESHOT);
}

struct loop_timer *
loop_after(unsigned ms, void (*cb)(void *), void *arg)
{
	struct loop_timer *t;

	t = xmalloc(sizeof(*t));
	t->cb = cb;
	t->arg = arg;
	t->timer = kore_timer_add(loop_fire, ms, t, KORE_TIMER_ONESHOT);
	return (t);
}

void
loop_cancel(struct loop_timer **tp)
{
	struct loop_timer *t;

	if ((t = *tp) == NULL)
		return;
	*tp = NULL;
	kore_timer_remove(t->timer);
	free(t);
}

static void
loop_event(void *arg, int error)
{
	struct loop_watch *w = arg;
	int events;

	if (w->dead)
		return;
	events = (w->evt.flags & KORE_EVENT_READ ? LOOP_READ : 0) |
	    (w->evt.flags & KORE_EVENT_WRITE ? LOOP_WRITE : 0) |
	    (error ? LOOP_ERROR : 0);
	w->evt.flags = 0;
	w->cb(w->arg, events);
}

static void
loop_schedule(struct loop_watch *w, int events)
{
	if (events & LOOP_WRITE)
		kore_platform_event_level_all(w->fd, w);
	else
		kore_platform_event_level_read(w->fd, w);
}

static void
loop_fire(void *arg, u_int64_t now)
{
	struct loop_timer *t = arg;
	void (*cb)(void *) = t->cb;
	void *cb_arg = t->arg;

	(void)now;
	free(t);
	cb(cb_arg);
}

static void
loop_free(void *arg, u_int64_t now)
{
	(void)now;
	free(arg);
}
