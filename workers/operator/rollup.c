/* rollup verify: every cell against its recomputation from source. */
#include <stdio.h>
#include <string.h>

#include "operator/command.h"
#include "queries.h"

struct verdict {
	int cells;
	int wrong;
	int marks;
};

static void take_verdict(void *, struct db_answer *);

int
rollup_command(struct worker *w, int argc, char **argv)
{
	struct verdict v = { 0, 0, 0 };
	int tries;

	if (argc != 1 || strcmp(argv[0], "verify") != 0)
		return (complain("rollup verify"));
	/* what is marked is known to be behind: give it a moment */
	for (tries = 0; tries < 50; tries++) {
		memset(&v, 0, sizeof(v));
		if (db_run_s(w, &q_rollup_verify, NULL, take_verdict, &v) !=
		    DB_OK)
			return (complain("the database does not answer"));
		if (v.marks == 0)
			break;
		worker_pause(100);
	}
	printf("%d cells, %d differ from their recomputation, %d changes not "
	       "yet counted\n",
	    v.cells, v.wrong, v.marks);
	return (v.wrong == 0 && v.marks == 0 ? 0 : 1);
}

/* First row: cells, wrong, marks; then up to 20 that differ. */
static void
take_verdict(void *arg, struct db_answer *a)
{
	struct verdict *v = arg;
	int i;

	for (i = 0; i < db_rows(a); i++) {
		v->cells = (int)db_number(a, i, 0);
		v->wrong = (int)db_number(a, i, 1);
		v->marks = (int)db_number(a, i, 2);
		if (!db_null(a, i, 3) && v->marks == 0)
			printf("%s %s: is %s, must be %s\n", db_text(a, i, 3),
			    db_text(a, i, 4), db_text(a, i, 5),
			    db_text(a, i, 6));
	}
}
