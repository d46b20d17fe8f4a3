#ifndef HTTP_THROTTLE_H
#define HTTP_THROTTLE_H

#include <stdint.h>

/*
 * Guessing made slow. Failures are counted per key (an account on a device, an
 * address); the first few are free, then each doubles the pause before the
 * next try is even looked at. Each process keeps the counts and tells the
 * others through Redis; without it each counts for itself.
 */
enum throttle_kind {
	THROTTLE_DEVICE,   /* an account, on a device it has signed in from */
	THROTTLE_STRANGER, /* a user name, from anywhere else */
	THROTTLE_ADDRESS,  /* an address, for names that are nobody's */
	THROTTLE_MAIL      /* letters to one account */
};

void throttle_init(void);

/* The key of a kind for up to two texts (NULL for none). */
uint64_t throttle_key(enum throttle_kind, const char *, const char *);

/* Seconds until the next try; 0 = now. */
unsigned throttle_wait(uint64_t key);

void throttle_failed(enum throttle_kind, uint64_t key);
void throttle_passed(uint64_t key);

#endif
