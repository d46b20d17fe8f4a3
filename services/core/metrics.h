#ifndef CORE_METRICS_H
#define CORE_METRICS_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/*
 * Counters in memory that all processes of a program share; each process
 * writes its own slot only, a reader adds the slots up. The list is
 * metrics.tbl; requests are counted by route besides.
 */
enum metric {
#define METRIC(name, kind, help) METRIC_##name,
#include "core/metrics.tbl"
#undef METRIC
	METRIC_COUNT
};

/* Before the processes fork: slots for each, and for each route. */
void metrics_init(int processes, int routes, const char *const *names);

/* In each process: the slot it writes. */
void metrics_slot(int);

void metric_add(enum metric, uint64_t); /* a counter */
void metric_set(enum metric, uint64_t); /* a gauge */
uint64_t metric_sum(enum metric);       /* over all processes */

/* A request of a route has been answered with a status after so long. */
void metric_request(int route, int status, uint64_t us);

/* All of it in OpenMetrics text, without the final # EOF. */
void metrics_text(struct buf *);

#endif
