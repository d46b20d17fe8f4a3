/* doctor: what must be so for Camket to keep its promises. */
#include <sys/stat.h>

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/keys.h"
#include "core/redis_s.h"
#include "operator/command.h"
#include "queries.h"

static int bad;

static void say(int, const char *, const char *);
static void take_findings(void *, struct db_answer *);

int
doctor_command(struct worker *w, int argc, char **argv)
{
	char connections[16];
	const char *v[] = { connections };
	struct stat st;

	(void)argc;
	(void)argv;
	/* those of the API, with one for notes each, and of the workers */
	snprintf(connections, sizeof(connections), "%ld",
	    config_processes() *
	            (config_number(CFG_DB_READS) +
	                config_number(CFG_DB_WRITES) +
	                config_number(CFG_DB_SLOW) + 1) +
	        6);
	if (db_run_s(w, &q_doctor, v, take_findings, NULL) != DB_OK)
		say(0, "database", "does not answer, or is not migrated");
	say(w->redis != NULL && redis_ping_s(w->redis) == 0, "redis",
	    "answers");
	say(stat(keys_dir(), &st) == 0 && (st.st_mode & 077) == 0, "keys",
	    keys_dir());
	if (bad > 0)
		return (complain("%d findings", bad));
	return (0);
}

/* Rows: fine, what, detail. */
static void
take_findings(void *arg, struct db_answer *a)
{
	int i;

	(void)arg;
	for (i = 0; i < db_rows(a); i++)
		say(db_text(a, i, 0)[0] == 't', db_text(a, i, 1),
		    db_text(a, i, 2));
}

static void
say(int fine, const char *what, const char *detail)
{
	printf("%-4s %-24s %s\n", fine ? "ok" : "BAD", what, detail);
	bad += !fine;
}
