#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H

#include "http/ctx.h"

/*
 * Who is calling, and may he call at all: an access token, a machine's key
 * (with its scopes) or a ticket; revocation; the rate limit, which for those
 * who are refused is their address's.
 */
enum step auth_admit(struct ctx *);

/* A machine's key: a prefix by which scanners know it, and a secret. */
#define AUTH_KEY_PREFIX "ck_"
#define AUTH_KEY_LEN 48

#endif
