#ifndef CORE_TOKEN_H
#define CORE_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "core/uuid.h"

/*
 * Access tokens: JWT signed with ES256 (RFC 7519, RFC 9068), checked as
 * RFC 8725 asks. What libjwt does not look at - algorithm, exp, nbf, iat, iss,
 * aud, duplicates, encodings - is looked at here.
 */
#define TOKEN_MAX 4096
#define TOKEN_SKEW_S 60

struct token {
	char staff[UUID_LEN + 1];   /* sub */
	char session[UUID_LEN + 1]; /* sid */
	int epoch;
	int64_t expires; /* seconds */
};

/* A signed token for this person and session, malloc'd; NULL on failure. */
char *token_sign(const struct token *, const char *issuer,
    const char *audience);

/*
 * Is it ours, whole and in time? 0, or -1 for any reason at all. Verified
 * tokens are remembered by their SHA-256, so that a second look costs no
 * signature check; token_forget() empties that memory. issuer and audience
 * must stay in place: they are remembered too.
 */
int token_verify(const char *text, size_t n, const char *issuer,
    const char *audience, struct token *out);
void token_forget(void);

#endif
