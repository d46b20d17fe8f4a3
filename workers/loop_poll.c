/* core/loop.h on poll(2), for workers: few descriptors, few timers. */
#include <poll.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/loop.h"
#include "loop_poll.h"

#define WATCHES_MAX 64

struct loop_watch {
	struct loop_watch *next;
	int fd;
	int events;
	int dead;
	void (*cb)(void *, int);
	void *arg;
};

struct loop_timer {
	struct loop_timer *next;
	uint64_t at;
	uint64_t seq;
	void (*cb)(void *);
	void *arg;
};

static struct loop_watch *watches;
static struct loop_timer *timers; /* by time */
static uint64_t timer_seq;

static void run_timers(void);
static void sweep(void);

struct loop_watch *
loop_watch(int fd, int events, void (*cb)(void *, int), void *arg)
{
	struct loop_watch *w;

	w = xcalloc(1, sizeof(*w));
	w->fd = fd;
	w->events = events;
	w->cb = cb;
	w->arg = arg;
	w->next = watches;
	watches = w;
	return (w);
}

void
loop_change(struct loop_watch *w, int events)
{
	w->events = events;
}

void
loop_unwatch(struct loop_watch **wp)
{
	if (*wp != NULL)
		(*wp)->dead = 1; /* swept between turns */
	*wp = NULL;
}

struct loop_timer *
loop_after(unsigned ms, void (*cb)(void *), void *arg)
{
	struct loop_timer *t, **where;

	t = xcalloc(1, sizeof(*t));
	t->at = clock_mono_ms() + ms;
	t->seq = ++timer_seq;
	t->cb = cb;
	t->arg = arg;
	for (where = &timers; *where != NULL && (*where)->at <= t->at;
	     where = &(*where)->next)
		;
	t->next = *where;
	*where = t;
	return (t);
}

void
loop_cancel(struct loop_timer **tp)
{
	struct loop_timer **where;

	if (*tp == NULL)
		return;
	for (where = &timers; *where != NULL; where = &(*where)->next)
		if (*where == *tp) {
			*where = (*tp)->next;
			free(*tp);
			break;
		}
	*tp = NULL;
}

void
loop_turn(int ms)
{
	struct loop_watch *w, *of[WATCHES_MAX];
	struct pollfd fds[WATCHES_MAX];
	uint64_t now = clock_mono_ms();
	int i, n = 0, events;

	sweep();
	if (timers != NULL && (int64_t)(timers->at - now) < ms)
		ms = timers->at > now ? (int)(timers->at - now) : 0;
	for (w = watches; w != NULL && n < WATCHES_MAX; w = w->next) {
		of[n] = w;
		fds[n].fd = w->fd;
		fds[n].events = (short)((w->events & LOOP_READ ? POLLIN : 0) |
		    (w->events & LOOP_WRITE ? POLLOUT : 0));
		fds[n++].revents = 0;
	}
	if (poll(fds, (nfds_t)n, ms) > 0)
		for (i = 0; i < n; i++) {
			if (fds[i].revents == 0 || of[i]->dead)
				continue;
			events = (fds[i].revents & POLLIN ? LOOP_READ : 0) |
			    (fds[i].revents & POLLOUT ? LOOP_WRITE : 0) |
			    (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL) ?
			            LOOP_ERROR :
			            0);
			of[i]->cb(of[i]->arg, events);
		}
	run_timers();
}

/* Those due now; what they register runs in the next turn. */
static void
run_timers(void)
{
	uint64_t now = clock_mono_ms(), last = timer_seq;
	struct loop_timer *t;

	while ((t = timers) != NULL && t->at <= now && t->seq <= last) {
		void (*cb)(void *) = t->cb;
		void *arg = t->arg;

		timers = t->next;
		free(t);
		cb(arg);
	}
}

static void
sweep(void)
{
	struct loop_watch **where = &watches, *w;

	while ((w = *where) != NULL) {
		if (w->dead) {
			*where = w->next;
			free(w);
		} else
			where = &w->next;
	}
}
