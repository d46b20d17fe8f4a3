/* Step-up (RFC 9470, by session); see stepup.h. */
#include "core/config.h"
#include "http/problem.h"
#include "http/route.h"
#include "http/stepup.h"
#include "queries.h"

static void take_session(struct ctx *, struct db_answer *);

enum step
stepup_look(struct ctx *c)
{
	if (config_number(CFG_STEP_UP_S) == 0) {
		c->stepped_up = 1;
		return (STEP_MORE);
	}
	ctx_bind(c, "step_up_s",
	    arena_printf(&c->arena, "%ld", config_number(CFG_STEP_UP_S)));
	return (ctx_send(c, &q_session_stepped_up, take_session));
}

enum step
stepup_check(struct ctx *c)
{
	if (!(c->route->flags & ROUTE_SIGN) || c->stepped_up)
		return (STEP_MORE);
	return (problem(c, P_STEP_UP_REQUIRED, NULL));
}

static void
take_session(struct ctx *c, struct db_answer *a)
{
	if (!ctx_failed(c, a))
		c->stepped_up = db_rows(a) == 1 && db_text(a, 0, 0)[0] == 't';
}
