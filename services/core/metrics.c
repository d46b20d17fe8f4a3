/* Shared counters; see metrics.h. */
#include <sys/mman.h>

#include <string.h>

#include "core/buf.h"
#include "core/log.h"
#include "core/metrics.h"

#define BUCKETS 12
#define CLASSES 5

struct route_count {
	uint64_t by_class[CLASSES]; /* 1xx .. 5xx */
	uint64_t bucket[BUCKETS + 1];
	uint64_t sum_us;
};
struct slot {
	uint64_t counters[METRIC_COUNT];
	struct route_count routes[];
};

static const uint64_t bounds_us[BUCKETS] = { 250, 500, 1000, 2000, 5000, 10000,
	25000, 50000, 100000, 250000, 1000000, 5000000 };
static const struct {
	const char *name, *kind, *suffix, *help;
} metrics[] = {
#define COUNTER "counter", "_total"
#define GAUGE "gauge", ""
#define METRIC(name, kind, help) { #name, kind, help },
#include "core/metrics.tbl"
#undef METRIC
#undef GAUGE
#undef COUNTER
};

static char *shared;
static size_t slot_size;
static int nslots;
static int nroutes;
static const char *const *route_names;
static struct slot *own;

static void metrics_routes(struct buf *);
static struct slot *slot_at(int);

void
metrics_init(int processes, int routes, const char *const *route_list)
{
	slot_size = sizeof(struct slot) +
	    (size_t)routes * sizeof(struct route_count);
	slot_size = (slot_size + 63) & ~(size_t)63;
	nslots = processes;
	nroutes = routes;
	route_names = route_list;
	shared = mmap(NULL, slot_size * (size_t)nslots, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		fatal("no memory for metrics");
	own = slot_at(0);
}

void
metrics_slot(int i)
{
	own = slot_at(i % nslots);
}

void
metric_add(enum metric m, uint64_t n)
{
	if (own != NULL)
		own->counters[m] += n;
}

void
metric_set(enum metric m, uint64_t value)
{
	if (own != NULL)
		own->counters[m] = value;
}

uint64_t
metric_sum(enum metric m)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < nslots; i++)
		sum += slot_at(i)->counters[m];
	return (sum);
}

void
metric_request(int route, int status, uint64_t us)
{
	struct route_count *r;
	int b;

	metric_add(METRIC_requests, 1);
	if (own == NULL || route < 0 || route >= nroutes)
		return;
	r = &own->routes[route];
	if (status >= 100 && status < 600)
		r->by_class[status / 100 - 1]++;
	for (b = 0; b < BUCKETS && us > bounds_us[b]; b++)
		;
	r->bucket[b]++;
	r->sum_us += us;
}

void
metrics_text(struct buf *b)
{
	int m;

	for (m = 0; m < METRIC_COUNT; m++) {
		buf_printf(b,
		    "# HELP camket_%s %s\n# TYPE camket_%s %s\n"
		    "camket_%s%s %llu\n",
		    metrics[m].name, metrics[m].help, metrics[m].name,
		    metrics[m].kind, metrics[m].name, metrics[m].suffix,
		    (unsigned long long)metric_sum(m));
	}
	metrics_routes(b);
}

static void
metrics_routes(struct buf *b)
{
	struct route_count sum, *r;
	uint64_t count;
	int i, s, k;

	buf_puts(b,
	    "# HELP camket_route_seconds time to answer, by route\n"
	    "# TYPE camket_route_seconds histogram\n");
	for (i = 0; i < nroutes; i++) {
		memset(&sum, 0, sizeof(sum));
		for (s = 0; s < nslots; s++) {
			r = &slot_at(s)->routes[i];
			for (k = 0; k <= BUCKETS; k++)
				sum.bucket[k] += r->bucket[k];
			sum.sum_us += r->sum_us;
		}
		for (count = 0, k = 0; k <= BUCKETS; k++)
			count += sum.bucket[k];
		if (count == 0)
			continue;
		for (count = 0, k = 0; k <= BUCKETS; k++) {
			count += sum.bucket[k];
			buf_printf(b,
			    "camket_route_seconds_bucket{route=\"%s"
			    "\",le=\"",
			    route_names[i]);
			if (k < BUCKETS)
				buf_printf(b, "%.6g",
				    (double)bounds_us[k] / 1e6);
			else
				buf_puts(b, "+Inf");
			buf_printf(b, "\"} %llu\n", (unsigned long long)count);
		}
		buf_printf(b,
		    "camket_route_seconds_count{route=\"%s\"} %llu\n"
		    "camket_route_seconds_sum{route=\"%s\"} %.6f\n",
		    route_names[i], (unsigned long long)count, route_names[i],
		    (double)sum.sum_us / 1e6);
	}
	buf_puts(b,
	    "# HELP camket_responses answers by route and class\n"
	    "# TYPE camket_responses counter\n");
	for (i = 0; i < nroutes; i++)
		for (k = 0; k < CLASSES; k++) {
			for (count = 0, s = 0; s < nslots; s++)
				count += slot_at(s)->routes[i].by_class[k];
			if (count > 0)
				buf_printf(b,
				    "camket_responses_total{route=\""
				    "%s\",class=\"%dxx\"} %llu\n",
				    route_names[i], k + 1,
				    (unsigned long long)count);
		}
}

static struct slot *
slot_at(int i)
{
	return ((struct slot *)(void *)(shared + slot_size * (size_t)i));
}
