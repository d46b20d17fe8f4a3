#ifndef CORE_LOOP_H
#define CORE_LOOP_H

/*
 * What core needs of an event loop. Two bodies: http/loop_kore.c on Kore's
 * loop, workers/loop_poll.c on poll(2); the linker chooses. A callback never
 * runs inside the call that registered it.
 */
struct loop_watch;
struct loop_timer;

#define LOOP_READ 0x1
#define LOOP_WRITE 0x2
#define LOOP_ERROR 0x4 /* reported, never asked for */

/*
 * Call cb with what is ready, level-triggered, until loop_unwatch(). The
 * descriptor stays the caller's, who may close it before. loop_unwatch clears
 * the pointer; it may be called inside the callback.
 */
struct loop_watch *loop_watch(int fd, int events,
    void (*cb)(void *arg, int events), void *arg);
void loop_change(struct loop_watch *, int events);
void loop_unwatch(struct loop_watch **);

/*
 * Call cb once, ms from now; the handle is dead when cb is entered.
 * loop_cancel clears the pointer and may be given one that is NULL.
 */
struct loop_timer *loop_after(unsigned ms, void (*cb)(void *arg), void *arg);
void loop_cancel(struct loop_timer **);

#endif
