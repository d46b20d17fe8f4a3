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

/* 64 bits of XXH3: for ETags and tables, never where somebody may choose. */
unsigned long long seal_hash(const void *, size_t);

#endif
