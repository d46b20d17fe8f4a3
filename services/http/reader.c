/* Somebody's way through the events; see reader.h. */
#include <string.h>

#include "http/check.h"
#include "http/problem.h"
#include "http/reader.h"

const struct change_at reader_nowhere = { INT64_MAX, INT64_MAX };

enum step
reader_wants(struct ctx *c, struct reader *r)
{
	const char *types = param_take(c, "types");
	const char *include = param_take(c, "include");

	r->kinds = UINT64_MAX;
	r->view.look.whole = include != NULL;
	ctx_bind(c, "kinds",
	    types != NULL ? arena_printf(&c->arena, "{%s}", types) : NULL);
	if (types != NULL && change_kinds(types, &r->kinds) == -1)
		fault_add(&c->faults, "types", "not_in_list");
	if (include != NULL && strcmp(include, "item") != 0)
		fault_add(&c->faults, "include", "not_in_list");
	return (c->faults.count > 0 ? problem(c, P_BAD_PARAMETER, NULL) :
	                              STEP_MORE);
}

int
reader_since(struct ctx *c, struct change_at *at)
{
	const char *since = param_take(c, "since");
	const char *seen = c->fields[HEADER_LAST_EVENT_ID];
	int r;

	if (seen != NULL && *seen != '\0')
		since = seen;
	if (since == NULL)
		return (2);
	if ((r = change_parse(since, at)) == -1)
		fault_add(&c->faults, "since", "bad_format");
	return (r);
}

void
reader_fill(struct reader_page *p, struct arena *arena,
    const struct change_at *after, const struct db_answer *a)
{
	struct change_at horizon = *after;
	int64_t lag;
	int i;

	p->from = p->until = *after;
	p->n = change_rows(a, &horizon, &lag);
	for (i = 0; i < p->n; i++)
		change_of_row(arena, &p->list[i], a, i);
	if (p->n == READER_EVENTS)
		p->until = p->list[p->n - 1].at;
	else if (change_order(&horizon, after) > 0)
		p->until = horizon;
}

void
reader_pick(struct reader *r)
{
	const struct change *x;

	r->from = r->upto;
	r->view.n = r->view.nrows = 0;
	for (; r->upto < r->page->n && r->view.n < CHANGE_LOOK; r->upto++) {
		x = &r->page->list[r->upto];
		if (change_order(&x->at, &r->at) <= 0)
			continue;
		r->rights |= change_of_rights(x, r->view.look.caller);
		if (x->kind >= 0 && (r->kinds >> x->kind & 1))
			change_add(&r->view, x);
	}
}

const struct change_at *
reader_upto(const struct reader *r)
{
	return (r->upto == r->page->n ? &r->page->until :
	                                &r->page->list[r->upto - 1].at);
}
