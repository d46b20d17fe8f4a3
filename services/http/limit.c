/*
 * Token buckets in a table of fixed size. Two accounts may share a bucket by
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

struct bucket {
	unsigned long long account;
	uint64_t at; /* ms */
	double tokens;
};
static struct bucket buckets[BUCKETS];

static struct bucket *limit_bucket(const struct ctx *);
static double limit_burst(void);

enum step
limit_admit(struct ctx *c)
{
	long rate = config_number(CFG_RATE);
	struct bucket *b;
	uint64_t now;

	if (rate == 0)
		return (STEP_MORE);
	b = limit_bucket(c);
	now = clock_mono_ms();
	b->tokens += (double)(now - b->at) * (double)rate / 1000;
	if (b->tokens > limit_burst())
		b->tokens = limit_burst();
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
	long rate = config_number(CFG_RATE);
	const struct bucket *b;

	if (rate == 0 || c->who.staff[0] == '\0')
		return;
	b = limit_bucket(c);
	buf_printf(out,
	    "ratelimit-policy: \"account\";q=%d;w=%d\r\n"
	    "ratelimit: \"account\";r=%d;t=1\r\n",
	    (int)limit_burst(), (int)(limit_burst() / (double)rate),
	    (int)b->tokens);
}

static struct bucket *
limit_bucket(const struct ctx *c)
{
	unsigned long long account;
	struct bucket *b;

	account = seal_hash(c->who.staff, UUID_LEN);
	b = &buckets[account & (BUCKETS - 1)];
	if (b->account != account) {
		b->account = account;
		b->at = clock_mono_ms();
		b->tokens = limit_burst();
	}
	return (b);
}

static double
limit_burst(void)
{
	long burst = config_number(CFG_RATE_BURST);

	return ((double)(burst != 0 ? burst : 4 * config_number(CFG_RATE)));
}
