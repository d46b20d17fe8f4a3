#ifndef CORE_KEYS_H
#define CORE_KEYS_H

#include <stddef.h>

/*
 * The key folder (0700, one for all processes and hosts of an installation):
 *
 *	master.key	32 random bytes; cursors and refresh tokens are
 *			sealed with keys derived from it
 *	jwt-<kid>.pem	private keys of access tokens, P-256; all that are
 *			there are accepted and published
 *	jwt.active	the kid that signs
 *	jwt.standby	the kid that signs next, published before it does
 *	jwt-<kid>.retired	since when a key signs no more
 */

/* The folder, by the settings. */
const char *keys_dir(void);

/* Make what is missing. -1 after logging why. */
int keys_create(const char *dir);

/*
 * The standby key signs from now on, another stands by, and keys that were
 * retired more than keep_s seconds ago go. -1 after logging why.
 */
int keys_rotate(const char *dir, long keep_s);

/* Read all of it; fatal if a key is missing or too weak. */
void keys_load(const char *dir);

/* Has the folder changed since it was read? Then read the signing keys again:
 * 1. 0: it has not. -1: it cannot be read, and what was read stands. */
int keys_refresh(void);

/* A 32-byte key for one purpose (at most 8 characters), derived. */
void keys_derive(const char *purpose, unsigned char out[static 32]);

/* The signing key, and every key by kid; NULL if there is none such. */
struct signing_key {
	char kid[32];
	char *private_pem; /* owned */
	char *public_pem;  /* owned */
	char x[64];        /* public point, base64url */
	char y[64];
};
const struct signing_key *keys_active(void);
const struct signing_key *keys_find(const char *kid, size_t n);
const struct signing_key *keys_at(int i);

#endif
