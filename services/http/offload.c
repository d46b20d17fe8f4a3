/*
 * Kore tasks bound to a callback, not to the request: the request's life is
 * ctx's business. The queue is bounded, so that a storm of logins is refused
 * early instead of served late.
 */
#include <sys/resource.h>

#include <stdlib.h>

#include <kore/kore.h>
#include <kore/http.h>
#include <kore/tasks.h>

#include "core/arena.h"
#include "core/metrics.h"
#include "http/offload.h"
#include "http/problem.h"

#define NICE 5

struct errand {
	struct kore_task task; /* Kore knows it by this: first */
	struct ctx *c;
	void (*work)(void *);
	void *arg;
};

static int under_way;
static int limit = 16;

static int errand_run(struct kore_task *);
static void errand_back(struct kore_task *);

void
offload_init(int threads)
{
	kore_task_threads = (u_int16_t)threads;
	limit = threads * 8;
}

enum step
offload(struct ctx *c, void (*work)(void *), void *arg)
{
	struct errand *e;

	if (under_way >= limit) {
		metric_add(METRIC_logins_refused, 1);
		c->retry_after = "2";
		return (problem(c, P_OVERLOADED, NULL));
	}
	under_way++;
	e = xcalloc(1, sizeof(*e));
	e->c = c;
	e->work = work;
	e->arg = arg;
	c->pending++;
	kore_task_create(&e->task, errand_run);
	kore_task_bind_callback(&e->task, errand_back);
	kore_task_run(&e->task);
	return (STEP_WAIT);
}

static int
errand_run(struct kore_task *t)
{
	struct errand *e = (struct errand *)t;
	static __thread int modest;

	/* the loop, and so every read, goes before hashing */
	if (!modest && setpriority(PRIO_PROCESS, 0, NICE) == 0)
		modest = 1;
	e->work(e->arg);
	return (KORE_RESULT_OK);
}

static void
errand_back(struct kore_task *t)
{
	struct errand *e = (struct errand *)t;
	struct ctx *c = e->c;

	if (!kore_task_finished(t))
		return;
	kore_task_destroy(t);
	free(e);
	under_way--;
	c->pending--;
	ctx_run(c);
}
