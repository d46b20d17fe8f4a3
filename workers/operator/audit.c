/*
 * audit verify [--head FILE]: the whole chain against the trail, and against
 * a head that was exported before. audit head: the newest seal, to be kept
 * where nobody of this house can change it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operator/command.h"
#include "queries.h"

#define STRETCH 10000

static int audit_head(struct worker *);
static int audit_verify(struct worker *, const char *);
static int head_stands(struct worker *, const char *);
static void take_broken(void *, struct db_answer *);

int
audit_command(struct worker *w, int argc, char **argv)
{
	if (argc == 1 && strcmp(argv[0], "head") == 0)
		return (audit_head(w));
	if (argc >= 1 && strcmp(argv[0], "verify") == 0)
		return (audit_verify(w, option(argc, argv, "head")));
	return (complain("audit verify [--head FILE] | head"));
}

static int
audit_head(struct worker *w)
{
	char head[100];

	if (ask(w, &q_audit_state, NULL, head, sizeof(head)) != 1)
		return (complain("the database does not answer"));
	printf("%s\n", head);
	return (0);
}

static int
audit_verify(struct worker *w, const char *file)
{
	char head[100], first[24], last[24];
	const char *v[] = { first, last };
	long long at, n;
	int broken = 0;

	if (ask(w, &q_audit_state, NULL, head, sizeof(head)) != 1)
		return (complain("the database does not answer"));
	n = strtoll(head, NULL, 10);
	for (at = 1; at <= n && broken == 0; at += STRETCH) {
		snprintf(first, sizeof(first), "%lld", at);
		snprintf(last, sizeof(last), "%lld", at + STRETCH - 1);
		if (db_run_s(w, &q_audit_broken, v, take_broken, &broken) !=
		    DB_OK)
			return (complain("the chain cannot be read"));
	}
	if (broken > 0)
		return (complain("the trail is not what was sealed"));
	if (file != NULL && !head_stands(w, file))
		return (complain("the chain is not the one %s was taken from",
		    file));
	printf("%lld lines are as they were sealed\n", n);
	return (0);
}

/* Is the seal of an exported head still there, unchanged? */
static int
head_stands(struct worker *w, const char *file)
{
	char line[160] = "", now[100], *hash;
	const char *v[] = { line };
	FILE *f;

	if ((f = fopen(file, "re")) == NULL)
		return (0);
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	if ((hash = strchr(line, ' ')) == NULL)
		return (0);
	*hash++ = '\0';
	if (strcmp(line, "0") == 0)
		return (1); /* nothing had been sealed */
	return (ask(w, &q_audit_seal_at, v, now, sizeof(now)) == 1 &&
	    strcmp(now, hash) == 0);
}

static void
take_broken(void *arg, struct db_answer *a)
{
	int *broken = arg, i;

	for (i = 0; i < db_rows(a); i++)
		printf("line %s (%s %s): %s\n", db_text(a, i, 0),
		    db_text(a, i, 1), db_text(a, i, 2), db_text(a, i, 3));
	*broken += db_rows(a);
}
