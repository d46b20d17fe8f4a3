/*
 * Prints the closed set of statements as PREPARE and EXPLAIN EXECUTE, for a
 * database to check: the first its names and types, the second the rights of
 * the role that runs it. With "tap": as PREPARE, and as rows of the tables
 * statement and step that tests of statements read (start.psql).
 */
#include <stdio.h>
#include <string.h>

#include "domain/state.h"
#include "queries.h"

static const char *type_name(enum query_type);
static void print_list(const struct query *, int);
static void print_check(const struct query *);
static void print_prepare(const struct query *);
static void print_statement(const struct query *);
static void print_steps(const struct states *);

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

static void
print_check(const struct query *q)
{
	printf("\\qecho %s\n", q->name);
	print_prepare(q);
	printf("EXPLAIN EXECUTE %s", q->name);
	print_list(q, 0);
	printf(";\n");
}

static void
print_prepare(const struct query *q)
{
	printf("PREPARE %s", q->name);
	print_list(q, 1);
	printf(" AS %s;\n", q->sql);
}

static void
print_statement(const struct query *q)
{
	int i;

	print_prepare(q);
	printf("INSERT INTO statement VALUES ('%s', %s, '{", q->name,
	    q->unscoped != NULL ? "false" : "true");
	for (i = 0; i < q->nparams; i++)
		printf("%s%s", i > 0 ? "," : "", q->params[i].name);
	printf("}', '{");
	for (i = 0; i < q->nparams; i++)
		printf("%s%s", i > 0 ? "," : "", type_name(q->params[i].type));
	printf("}');\n");
}

static void
print_steps(const struct states *s)
{
	const struct transition *t;

	for (t = s->transitions; t->from != NULL; t++)
		printf("INSERT INTO step VALUES ('%s', '%s', '%s', '%s', "
		       "%lld, %lld, %lld);\n",
		    s->resource, t->verb, t->from,
		    t->to != NULL ? t->to : t->from, (long long)t->need,
		    (long long)t->also, (long long)t->never);
}

int
main(int argc, char **argv)
{
	int tap = argc > 1 && strcmp(argv[1], "tap") == 0, i;

	if (!tap)
		printf("SET plan_cache_mode = force_generic_plan;\n");
	for (i = 0; i < queries_count; i++)
		if (tap)
			print_statement(queries[i]);
		else
			print_check(queries[i]);
	for (i = 0; tap && states_all[i] != NULL; i++)
		print_steps(states_all[i]);
	return (0);
}
