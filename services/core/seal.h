#ifndef CORE_SEAL_H
#define CORE_SEAL_H

#include <stddef.h>

struct arena;

/*
 * What we hand out and want back unread and unchanged. Every process of an
 * installation opens what another has sealed.
 */

/* Encrypt and bind to a context (a cursor to its filter): base64url text. */
char *seal_text(struct arena *, const char *text, size_t n, const char *context,
    size_t context_n);

/* The text again, ended by a NUL; NULL if it is not ours or of another
 * context. */
char *seal_open(struct arena *, const char *sealed, size_t n,
    const char *context, size_t context_n);

/*
 * A refresh token: session and generation, with a code only we can make.
 * Nothing of it needs to be stored. seal_refresh_read returns the generation
 * or -1.
 */
#define SEAL_REFRESH_LEN 80
void seal_refresh(const char *session, int generation,
    char out[static SEAL_REFRESH_LEN]);
int seal_refresh_read(const char *token, size_t n, char *session_r);

/*
 * The proof that a request with a session's cookie was made by a page that has
 * been given it: a code over the session.
 */
#define SEAL_CSRF_LEN 44
void seal_csrf(const char *session, char out[static SEAL_CSRF_LEN]);

/*
 * A one-time code of 100 bits for people to type ("abcde-fghjk-mnpqr-stuvw"),
 * derived from the id of what it opens. Its hash is what is stored; a typed
 * code may come in capitals and with or without dashes.
 */
#define SEAL_CODE_LEN 24
#define SEAL_HASH_LEN 67 /* "\\x" and 64 digits, as bytea is written */
void seal_code(const char *id, char out[static SEAL_CODE_LEN]);
void seal_code_hash(const char *typed, char out[static SEAL_HASH_LEN]);

/* A secret nobody can guess, base64url, and the hash of one. */
#define SEAL_SECRET_LEN 44
void seal_secret(char out[static SEAL_SECRET_LEN]);
void seal_secret_hash(const char *, size_t, char out[static SEAL_HASH_LEN]);

/* 64 bits of XXH3: for ETags and tables, never where somebody may choose. */
unsigned long long seal_hash(const void *, size_t);

#endif
