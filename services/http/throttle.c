/* Counts of failures; see throttle.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "core/clock.h"
#include "core/keys.h"
#include "core/redis.h"
#include "http/ctx.h"
#include "http/throttle.h"

#define CHANNEL "wake:throttle"
#define SETS 4096 /* of WAYS slots each; a power of two */
#define WAYS 4
#define FORGET_MS (24 * 3600 * 1000ULL)

struct slot {
	uint64_t key; /* 0 = free */
	uint64_t at;  /* of the last failure, ms */
	uint64_t until;
	unsigned failures;
};
static struct slot slots[SETS][WAYS];

/* How many failures are free, and the longest pause in seconds. */
static const struct {
	unsigned free;
	unsigned longest;
} rules[] = {
	[THROTTLE_DEVICE] = { 5, 3600 },
	[THROTTLE_STRANGER] = { 5, 3600 },
	[THROTTLE_ADDRESS] = { 50, 900 },
	[THROTTLE_MAIL] = { 3, 3600 },
};

static struct slot *slot_find(uint64_t);
static struct slot *slot_take(uint64_t);
static void slot_set(uint64_t, unsigned, unsigned);
static void throttle_heard(void *, const char *);

void
throttle_init(void)
{
	redis_hear(ctx_redis, CHANNEL, throttle_heard, NULL);
}

uint64_t
throttle_key(enum throttle_kind kind, const char *a, const char *b)
{
	static unsigned char secret[32];
	static int ready;
	crypto_generichash_state st;
	unsigned char k = (unsigned char)kind;
	uint64_t key;

	if (!ready) {
		keys_derive("throttle", secret);
		ready = 1;
	}
	crypto_generichash_init(&st, secret, sizeof(secret), 16);
	crypto_generichash_update(&st, &k, 1);
	if (a != NULL)
		crypto_generichash_update(&st, (const unsigned char *)a,
		    strlen(a) + 1);
	if (b != NULL)
		crypto_generichash_update(&st, (const unsigned char *)b,
		    strlen(b) + 1);
	{
		unsigned char out[16];

		crypto_generichash_final(&st, out, sizeof(out));
		memcpy(&key, out, sizeof(key));
	}
	return (key | 1);
}

unsigned
throttle_wait(uint64_t key)
{
	const struct slot *s = slot_find(key);
	uint64_t now = clock_mono_ms();

	if (s == NULL || s->until <= now)
		return (0);
	return ((unsigned)((s->until - now + 999) / 1000));
}

void
throttle_failed(enum throttle_kind kind, uint64_t key)
{
	const struct slot *s = slot_find(key);
	unsigned n = s != NULL ? s->failures + 1 : 1, wait = 0, over;
	char text[64];

	if (n > rules[kind].free) {
		over = n - rules[kind].free - 1;
		wait = over < 12 ? 1U << over : rules[kind].longest;
		if (wait > rules[kind].longest)
			wait = rules[kind].longest;
	}
	slot_set(key, n, wait);
	snprintf(text, sizeof(text), "%" PRIx64 " %u %u", key, n, wait);
	redis_say(ctx_redis, CHANNEL, text);
}

void
throttle_passed(uint64_t key)
{
	char text[64];

	if (slot_find(key) == NULL)
		return;
	slot_set(key, 0, 0);
	snprintf(text, sizeof(text), "%" PRIx64 " 0 0", key);
	redis_say(ctx_redis, CHANNEL, text);
}

static struct slot *
slot_find(uint64_t key)
{
	struct slot *set = slots[key / 2 & (SETS - 1)];
	int i;

	for (i = 0; i < WAYS; i++)
		if (set[i].key == key &&
		    clock_mono_ms() - set[i].at < FORGET_MS)
			return (&set[i]);
	return (NULL);
}

/* The key's own slot, or else the one that failed longest ago. */
static struct slot *
slot_take(uint64_t key)
{
	struct slot *set = slots[key / 2 & (SETS - 1)], *oldest = set;
	int i;

	for (i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return (&set[i]);
		if (set[i].at < oldest->at)
			oldest = &set[i];
	}
	oldest->key = key;
	return (oldest);
}

static void
slot_set(uint64_t key, unsigned failures, unsigned wait_s)
{
	struct slot *s = slot_take(key);

	s->at = clock_mono_ms();
	s->failures = failures;
	s->until = s->at + wait_s * 1000ULL;
	if (failures == 0)
		memset(s, 0, sizeof(*s));
}

/* Another process's count (or our own again): the higher one stands. */
static void
throttle_heard(void *arg, const char *text)
{
	unsigned failures, wait_s;
	const struct slot *s;
	uint64_t key;

	(void)arg;
	if (sscanf(text, "%" SCNx64 " %u %u", &key, &failures, &wait_s) != 3)
		return;
	s = slot_find(key);
	if (failures == 0 ? s != NULL : s == NULL || s->failures < failures)
		slot_set(key, failures, wait_s);
}
