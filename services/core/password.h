#ifndef CORE_PASSWORD_H
#define CORE_PASSWORD_H

#include <stddef.h>

/*
 * Passwords as argon2id (RFC 9106) with 19 MiB and 2 passes. All of this is
 * slow on purpose and is called off the loop only.
 */
#define PASSWORD_HASH_LEN 128 /* a hash as text, with its NUL */
#define PASSWORD_MAX 1024     /* bytes */

/* The hash of a password; -1 if memory for it cannot be had. */
int password_hash(const char *password, char out[static PASSWORD_HASH_LEN]);

/*
 * Does it match? hash may be NULL or empty (no such account): then as much
 * work is done, and the answer is no. *stale_r: made with lesser parameters.
 */
int password_verify(const char *hash, const char *password, int *stale_r);

/*
 * May this be a password? NULL, or what is wrong with it (core/faults.tbl).
 * 15 characters, 8 where a second factor stands behind; no rule on what they
 * are, but not one of those that are tried first: common ones, runs and
 * repeats, and the words given - the person's and the office's own - ended by
 * NULL (NIST SP 800-63B-4, 3.1.1.2). Takes a millisecond: off the loop.
 */
#define PASSWORD_MIN 15
#define PASSWORD_MIN_SECOND 8
const char *password_weak(const char *password, int second_factor,
    const char *const *words);

/* As it is hashed and compared: NFC, malloc'd; NULL if it cannot be one. */
char *password_normal(const char *, size_t);

#endif
