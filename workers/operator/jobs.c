/* Jobs: what is under way, and what died and why. */
#include <stdio.h>

#include "operator/command.h"
#include "queries.h"

static void print_rows(void *, struct db_answer *);

int
jobs_command(struct worker *w, int argc, char **argv)
{
	const struct query *q;

	q = flag(argc, argv, "dead") ? &q_jobs_dead : &q_jobs_summary;
	if (db_run_s(w, q, NULL, print_rows, NULL) != DB_OK)
		return (complain("the database does not answer"));
	return (0);
}

static void
print_rows(void *arg, struct db_answer *a)
{
	int i, k;

	(void)arg;
	for (i = 0; i < db_rows(a); i++) {
		for (k = 0; k < db_columns(a); k++)
			printf("%s%s", k > 0 ? "  " : "", db_text(a, i, k));
		putchar('\n');
	}
	if (db_rows(a) == 0)
		printf("none\n");
}
