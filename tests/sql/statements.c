/*
 * Prints the closed set of statements as PREPARE and EXPLAIN EXECUTE, for a
 * database to check: the first its names and types, the second the rights of
 * the role that runs it.
 */
#include <stdio.h>

#include "queries.h"

static const char *
type_name(enum query_type t)
{
	switch (t) {
#define X(sql, c, oid) \
	case Q_##c: \
		return (#sql);
		QUERY_TYPES(X)
#undef X
	}
	return ("?");
}

static void
print_list(const struct query *q, int types)
{
	int i;

	for (i = 0; i < q->nparams; i++)
		printf("%s%s", i > 0 ? ", " : "(",
		    types ? type_name(q->params[i].type) : "NULL");
	if (q->nparams > 0)
		printf(")");
}

int
main(void)
{
	const struct query *q;
	int i;

	printf("SET plan_cache_mode = force_generic_plan;\n");
	for (i = 0; i < queries_count; i++) {
		q = queries[i];
		printf("\\qecho %s\nPREPARE %s", q->name, q->name);
		print_list(q, 1);
		printf(" AS %s;\nEXPLAIN EXECUTE %s", q->sql, q->name);
		print_list(q, 0);
		printf(";\n");
	}
	return (0);
}
