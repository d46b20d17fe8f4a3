#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H

#include "http/ctx.h"

/* Who is calling: the bearer token, its revocation, the rate limit. */
enum step auth_admit(struct ctx *);

#endif
