/* camket: the operator's command line. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/keys.h"
#include "core/log.h"
#include "operator/command.h"

#define VERSION "1.0.0"

/* clang-format off */
static const struct command commands[] = {
	{ "init", "init --unit NAME --admin USER [--code CODE] [--kind KIND]",
	    "first installation: a root unit and its administrator",
	    init_command },
	{ "doctor", "doctor", "is everything as it must be?", doctor_command },
	{ "migrate", "migrate [--plan]",
	    "bring the schema up to date; --plan only tells", migrate_command },
	{ "keys", "keys [rotate]",
	    "make the keys that are missing, or let the next one sign",
	    keys_command },
	{ "staff", "staff create USER --name NAME --unit CODE --role ROLE "
	    "[--position TEXT] [--email ADDRESS]",
	    "a person with an account; the link that sets a password is shown once",
	    staff_command },
	{ "token", "token USER", "an access token for a person",
	    token_command },
	{ "import", "import plan FILE [--dry-run] [--as USER]",
	    "bring a plan document in", import_command },
	{ "jobs", "jobs [--dead]", "jobs under way, or those that died",
	    jobs_command },
	{ "rollup", "rollup verify", "do the figures equal their source?",
	    rollup_command },
	{ "audit", "audit verify [--head FILE] | head",
	    "is the trail as it was sealed?", audit_command },
	{ "clock", "clock set DATE[TIME] | shift SECONDS | real",
	    "move business time; not in production", clock_command },
	{ "demo", "demo FILE --accounts FILE", "load the demo organisation",
	    demo_command },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

static int usage(void);

int
main(int argc, char **argv)
{
	const struct command *c;
	struct worker w;
	int status;

	if (argc < 2)
		return (usage());
	if (strcmp(argv[1], "version") == 0) {
		printf("camket %s\n", VERSION);
		return (0);
	}
	if (strcmp(argv[1], "help") == 0) {
		if (argc > 2 && strcmp(argv[2], "settings") == 0) {
			config_help();
			return (0);
		}
		usage();
		return (0);
	}
	for (c = commands; c->name != NULL; c++)
		if (strcmp(c->name, argv[1]) == 0)
			break;
	if (c->name == NULL)
		return (usage());
	/* an operator is told in one line, not in a log */
	setenv("CAMKET_LOG_LEVEL", "none", 0);
	worker_init(&w, "camket", "");
	status = c->run(&w, argc - 2, argv + 2);
	worker_fini(&w);
	return (status);
}

const char *
option(int argc, char **argv, const char *name)
{
	int i;

	for (i = 0; i < argc; i++)
		if (strncmp(argv[i], "--", 2) == 0 &&
		    strcmp(argv[i] + 2, name) == 0)
			return (i + 1 < argc ? argv[i + 1] : "");
	return (NULL);
}

int
flag(int argc, char **argv, const char *name)
{
	return (option(argc, argv, name) != NULL);
}

int
complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("camket: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	return (1);
}

struct one {
	char *out;
	size_t cap;
	int rows;
};

static void
take_one(void *arg, struct db_answer *a)
{
	struct one *o = arg;

	o->rows = db_rows(a);
	if (o->rows > 0)
		snprintf(o->out, o->cap, "%s", db_text(a, 0, 0));
}

int
ask(struct worker *w, const struct query *q, const char *const *values,
    char *out, size_t cap)
{
	struct one o = { out, cap, 0 };

	out[0] = '\0';
	if (db_run_s(w, q, values, take_one, &o) != DB_OK)
		return (-1);
	return (o.rows);
}

void
invitation_new(struct invitation *x)
{
	keys_load(keys_dir());
	uuid_new(x->id);
	seal_code(x->id, x->code);
	seal_code_hash(x->code, x->hash);
}

void
invitation_print(const struct invitation *x)
{
	const char *page = config_text(CFG_LINK_URL);

	printf("%s%s#%s\n", *page != '\0' ? page : config_text(CFG_URL),
	    *page != '\0' ? "" : "/reset", x->code);
}

static int
usage(void)
{
	const struct command *c;

	fprintf(stderr, "usage: camket COMMAND\n");
	for (c = commands; c->name != NULL; c++)
		fprintf(stderr, "  %s\n      %s\n", c->usage, c->help);
	fprintf(stderr, "  version | help [settings]\n");
	return (2);
}
