#ifndef CORE_TOTP_H
#define CORE_TOTP_H

#include <stdint.h>

/*
 * Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as
 * every authenticator app knows them.
 */
#define TOTP_SECRET_LEN 33 /* 20 bytes in base32, with the NUL */

/* A new secret, as people and apps take it in. */
void totp_secret(char out[static TOTP_SECRET_LEN]);

/*
 * The time step whose code this is, looking one step to either side of now
 * and only at steps after the last used one; -1 if it is none of theirs.
 */
int64_t totp_step(const char *secret, const char *code, int64_t now_s,
    int64_t used_step);

#endif
