/* Who may see which rows; see sight.h. */
#include <string.h>

#include "core/log.h"
#include "core/pool.h"
#include "domain/role.h"
#include "http/ctx.h"
#include "http/sight.h"
#include "queries.h"

#define KINDS_MAX 64

static const struct resource *kinds[KINDS_MAX];
static int nkinds;

static void sight_kinds(void);
static int sight_send(struct sight_row *, const struct query *);
static const char *sight_value(const struct sight_row *, const char *);
static void sight_answer(struct db_op *, struct db_answer *);
static const struct query *sight_removed(const struct resource *);

int
sight_look(struct sight *s, struct sight_row *rows, int n)
{
	int i;

	if (n == 0)
		return (1);
	s->open = s->failed = 0;
	for (i = 0; i < n; i++) {
		rows[i].sight = s;
		rows[i].found = SIGHT_NONE;
		if (sight_send(&rows[i], rows[i].resource->get) == -1)
			s->failed = 1;
		else
			s->open++;
	}
	return (s->open > 0 ? 0 : -1);
}

const struct resource *
sight_resource(const char *kind, int *number_r)
{
	int i;

	if (nkinds == 0)
		sight_kinds();
	for (i = 0; i < nkinds; i++)
		if (strcmp(kinds[i]->kind, kind) == 0) {
			*number_r = i;
			return (kinds[i]);
		}
	*number_r = -1;
	return (NULL);
}

/* Every resource with rows that events are about and that can be read. */
static void
sight_kinds(void)
{
	const struct resource *r;
	int i, j;

	for (i = 0; i < route_count(); i++) {
		r = route_at(i)->resource;
		if (r == NULL || r->kind == NULL || r->get == NULL)
			continue;
		for (j = 0; j < nkinds; j++)
			if (strcmp(kinds[j]->kind, r->kind) == 0)
				break;
		if (j < nkinds)
			continue;
		if (nkinds == KINDS_MAX)
			fatal("more than %d kinds of rows", KINDS_MAX);
		kinds[nkinds++] = r;
	}
}

static int
sight_send(struct sight_row *x, const struct query *q)
{
	int i;

	for (i = 0; i < q->nparams; i++)
		x->values[i] = sight_value(x, q->params[i].name);
	memset(&x->op, 0, sizeof(x->op));
	x->op.query = q;
	x->op.values = x->values;
	x->op.done = sight_answer;
	x->op.arg = x;
	return (pool_send(ctx_pool, &x->op));
}

/* A read is by id; of a list we want one of what is removed. */
static const char *
sight_value(const struct sight_row *x, const char *name)
{
	if (strcmp(name, "caller") == 0)
		return (x->caller != NULL ? x->caller : x->sight->caller);
	if (strcmp(name, "today") == 0)
		return (x->sight->today);
	if (strcmp(name, "id") == 0)
		return (x->ref);
	if (strcmp(name, "ids") == 0)
		return (arena_printf(x->sight->arena, "{%s}", x->ref));
	if (strcmp(name, "moved") == 0)
		return (x->moved);
	if (strcmp(name, "deleted") == 0)
		return ("only");
	if (strcmp(name, "limit") == 0)
		return ("1");
	return (NULL);
}

static void
sight_answer(struct db_op *op, struct db_answer *a)
{
	struct sight_row *x = op->arg;
	struct sight *s = x->sight;
	const struct query *q = op->query, *next = NULL;

	if (db_outcome(a) != DB_OK)
		s->failed = 1;
	else if (q == &q_sight_left)
		x->found = db_rows(a) > 0 ? SIGHT_LEFT : SIGHT_NONE;
	else if (q == x->resource->get && db_rows(a) > 0) {
		x->found = SIGHT_LIVE;
		if (s->whole &&
		    (!x->resource->watched ||
		        db_number(a, 0, 2) & PERM_IS_SUBJECT)) {
			x->len = db_length(a, 0, 3);
			x->json = arena_strndup(s->arena, db_text(a, 0, 3),
			    x->len);
		}
	} else if (q != x->resource->get && db_rows(a) > 0 && !db_null(a, 0, 1))
		x->found = SIGHT_REMOVED;
	else if (q == x->resource->get && x->removed)
		next = sight_removed(x->resource);
	if (x->found == SIGHT_NONE && next == NULL && x->known)
		x->found = SIGHT_LEFT;
	if (x->found == SIGHT_NONE && next == NULL && x->moved != NULL &&
	    q != &q_sight_left)
		next = &q_sight_left;
	if (next != NULL && !s->failed && sight_send(x, next) == 0)
		return;
	if (next != NULL)
		s->failed = 1;
	if (--s->open == 0)
		s->done(s->arg);
}

/* The list of what is removed, where a resource has one. */
static const struct query *
sight_removed(const struct resource *r)
{
	const struct query *q;
	int i, has = 0;

	if (r->list == NULL)
		return (NULL);
	q = r->list->ascending;
	for (i = 0; i < q->nparams; i++)
		has += strcmp(q->params[i].name, "ids") == 0 ||
		    strcmp(q->params[i].name, "deleted") == 0;
	return (has == 2 ? q : NULL);
}
