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

/* As it is hashed and compared: NFC, malloc'd; NULL if it cannot be one. */
char *password_normal(const char *, size_t);

#endif
