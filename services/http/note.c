/* Notes on their way; see note.h. Each outlives its request. */
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/metrics.h"
#include "core/pool.h"
#include "http/note.h"
#include "queries.h"

struct note {
	struct db_op op;
	const char *values[QUERY_PARAMS_MAX];
	struct arena arena;
};

/* A value that is not the request's. */
struct note_value {
	const char *name;
	const char *value;
};

static int note_put(struct ctx *, const struct query *,
    const struct note_value *);
static void note_kept(struct db_op *, struct db_answer *);

void
note(struct ctx *c, const char *action, const char *staff, const char *kind,
    const char *ref, const char *detail)
{
	const struct note_value own[] = { { "note_action", action },
		{ "note_actor", c->who.staff[0] != '\0' ? c->who.staff : NULL },
		{ "note_session",
		    c->who.session[0] != '\0' ? c->who.session : NULL },
		{ "note_staff", staff }, { "note_kind", kind },
		{ "note_ref", ref }, { "note_detail", detail },
		{ NULL, NULL } };

	note_put(c, &q_note_put, own);
}

int
note_send(struct ctx *c, const struct query *q)
{
	static const struct note_value none[] = { { NULL, NULL } };

	return (note_put(c, q, none));
}

/* Values of its own first, then the request's. */
static int
note_put(struct ctx *c, const struct query *q, const struct note_value *own)
{
	const struct note_value *o;
	struct note *n;
	const char *v;
	int i;

	n = xcalloc(1, sizeof(*n));
	arena_init(&n->arena, NULL, 0);
	for (i = 0; i < q->nparams; i++) {
		for (o = own; o->name != NULL; o++)
			if (strcmp(o->name, q->params[i].name) == 0)
				break;
		v = o->name != NULL ? o->value :
		                      ctx_value(c, q->params[i].name);
		n->values[i] = v != NULL ? arena_strdup(&n->arena, v) : NULL;
	}
	n->op.query = q;
	n->op.values = n->values;
	n->op.done = note_kept;
	n->op.arg = n;
	if (pool_send(ctx_pool, &n->op) == -1) {
		metric_add(METRIC_notes_lost, 1);
		arena_fini(&n->arena);
		free(n);
		return (-1);
	}
	return (0);
}

static void
note_kept(struct db_op *op, struct db_answer *a)
{
	struct note *n = op->arg;

	if (db_outcome(a) != DB_OK) {
		metric_add(METRIC_notes_lost, 1);
		if (db_outcome(a) == DB_REFUSED)
			log_error("note", "%s %s", db_sqlstate(a),
			    db_message(a));
	}
	arena_fini(&n->arena);
	free(n);
}
