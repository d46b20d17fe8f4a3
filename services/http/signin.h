#ifndef HTTP_SIGNIN_H
#define HTTP_SIGNIN_H

#include "http/ctx.h"

/*
 * What a sign-in gives and a refresh token brings, in the body or - for
 * browsers - in a cookie that no script can read, beside a code that the page
 * must send back in X-CSRF-Token.
 */
struct signin {
	const char *staff;
	const char *session;
	int epoch;
	int generation;
	int cookie;
	const char *who; /* JSON of the person */
};

/* Both tokens as the answer, and what is in it. */
extern const struct field signin_fields[];
enum step signin_reply(struct ctx *, const struct signin *);

/*
 * The refresh token that came with a request: its generation, and the session
 * bound as $session. -1 after refusing. *cookie_r: it came as a cookie.
 */
int signin_token(struct ctx *, int *cookie_r);

/*
 * Bind what proves a second factor for @second_factor (api/auth.sql): $step of
 * a code from the sealed secret, or else $recovery.
 */
void signin_second(struct ctx *, const char *staff, const char *sealed,
    int64_t used_step, const char *otp);

/* Seal an authenticator's secret for its person. */
const char *signin_seal(struct ctx *, const char *staff, const char *secret);

/*
 * A new one-time code that sets a password, for a statement with @link_mailed
 * (api/password.sql): binds $link_id, $code_hash and $ttl_s, and the letter's
 * $subject and $text.
 */
#define SIGNIN_LINK_S (7 * 24 * 3600) /* of one that somebody else has made */
void signin_link(struct ctx *, const char *template, int ttl_s);

/* Have the browser forget. */
void signin_forget(struct ctx *);

#endif
