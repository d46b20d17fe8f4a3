/* Admission; see auth.h. Fails closed: without a fresh list of revocations no
 * token is trusted. */
#include <string.h>
#include <strings.h>

#include "core/config.h"
#include "core/token.h"
#include "http/auth.h"
#include "http/limit.h"
#include "http/problem.h"
#include "http/pulse.h"

enum step
auth_admit(struct ctx *c)
{
	const char *h = c->fields[HEADER_AUTHORIZATION];

	if (c->part_of != NULL)
		return (STEP_MORE); /* a part: the whole was admitted */
	if (h == NULL || strncasecmp(h, "Bearer ", 7) != 0)
		return (problem(c, P_UNAUTHENTICATED, NULL));
	h += 7;
	h += strspn(h, " ");
	if (token_verify(h, strlen(h), config_text(CFG_ISSUER),
	        config_text(CFG_AUDIENCE), &c->who) == -1) {
		c->who.staff[0] = '\0';
		return (problem(c, P_UNAUTHENTICATED, NULL));
	}
	if (!pulse_fresh()) {
		c->retry_after = "1";
		return (problem(c, P_DATABASE_AWAY, NULL));
	}
	if (pulse_revoked(&c->who)) {
		c->who.staff[0] = '\0';
		return (problem(c, P_UNAUTHENTICATED, NULL));
	}
	return (limit_admit(c));
}
