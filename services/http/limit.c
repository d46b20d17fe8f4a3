/*
 * Token buckets in a table of fixed size. Two callers may share a bucket by
 * chance; the newer takes it over, and the older starts full again.
 */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/metrics.h"
#include "core/seal.h"
#include "http/limit.h"
#include "http/problem.h"

#define BUCKETS 8192 /* a power of two */

struct kind {
	const char *name;
	int accounts; /* as many as this may ask together */
};
static const struct kind account = { "account", 1 };
static const struct kind address = { "address", 10 };

struct bucket {
	unsigned long long owner;
	const struct kind *kind;
	uint64_t at; /* ms */
	double tokens;
};
static struct bucket buckets[BUCKETS];

static struct bucket *limit_bucket(const struct ctx *);
static double limit_rate(const struct bucket *);
static double limit_burst(const struct bucket *);

enum step
limit_admit(struct ctx *c)
{
	struct bucket *b;
	uint64_t now;

	if (config_number(CFG_RATE) == 0)
		return (STEP_MORE);
	c->limit = b = limit_bucket(c);
	now = clock_mono_ms();
	b->tokens += (double)(now - b->at) * limit_rate(b) / 1000;
	if (b->tokens > limit_burst(b))
		b->tokens = limit_burst(b);
	b->at = now;
	if (b->tokens >= 1) {
		b->tokens -= 1;
		return (STEP_MORE);
	}
	metric_add(METRIC_limited, 1);
	c->retry_after = "1";
	return (problem(c, P_TOO_MANY, NULL));
}

void
limit_fields(const struct ctx *c, struct buf *out)
{
	const struct bucket *b = c->limit;

	if (b == NULL)
		return;
	buf_printf(out,
	    "ratelimit-policy: \"%s\";q=%d;w=%d\r\n"
	    "ratelimit: \"%s\";r=%d;t=1\r\n",
	    b->kind->name, (int)limit_burst(b),
	    (int)(limit_burst(b) / limit_rate(b)), b->kind->name,
	    (int)b->tokens);
}

/* Of the caller's account, or of the address a stranger comes from. */
static struct bucket *
limit_bucket(const struct ctx *c)
{
	int known = c->who.staff[0] != '\0';
	unsigned long long owner;
	struct bucket *b;

	owner = known ? seal_hash(c->who.staff, UUID_LEN) :
	                seal_hash(c->address, strlen(c->address));
	b = &buckets[owner & (BUCKETS - 1)];
	if (b->owner != owner) {
		b->owner = owner;
		b->kind = known ? &account : &address;
		b->at = clock_mono_ms();
		b->tokens = limit_burst(b);
	}
	return (b);
}

/* Requests a second. */
static double
limit_rate(const struct bucket *b)
{
	return ((double)(config_number(CFG_RATE) * b->kind->accounts));
}

static double
limit_burst(const struct bucket *b)
{
	long burst = config_number(CFG_RATE_BURST);

	if (burst == 0)
		burst = 4 * config_number(CFG_RATE);
	return ((double)(burst * b->kind->accounts));
}
