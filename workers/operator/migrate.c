/*
 * Migration: sqitch brings the schema up to date, then the tables that mirror
 * the programs' own (roles, states) are written anew.
 */
#include <sys/wait.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/config.h"
#include "domain/role.h"
#include "domain/state.h"
#include "operator/command.h"
#include "queries.h"

static int run_sqitch(const char *);
static int sync_perms(struct worker *);
static int sync_roles(struct worker *);
static int sync_states(struct worker *);
static void add(struct buf *, const char *);

int
migrate_command(struct worker *w, int argc, char **argv)
{
	if (db_environment(config_text(CFG_DATABASE_URL)) == -1)
		return (complain("CAMKET_DATABASE_URL is not a connection "
		                 "string"));
	if (flag(argc, argv, "plan"))
		return (run_sqitch("status"));
	if (run_sqitch("deploy") != 0)
		return (complain("the migration did not go through; nothing "
		                 "after the failing change was applied"));
	if (sync_perms(w) == -1 || sync_roles(w) == -1 || sync_states(w) == -1)
		return (complain("roles and states could not be written"));
	printf("schema, roles and states are up to date\n");
	return (0);
}

static int
run_sqitch(const char *what)
{
	char self[PATH_MAX], dir[PATH_MAX + 16];
	ssize_t n;
	pid_t pid;
	int status;

	/* beside bin/ where installed, else in the source tree */
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	if (strrchr(self, '/') != NULL)
		*strrchr(self, '/') = '\0';
	snprintf(dir, sizeof(dir), "%s/../schema", self);
	if (access(dir, F_OK) == -1)
		snprintf(dir, sizeof(dir), "schema");
	if ((pid = fork()) == 0) {
		if (chdir(dir) == -1)
			_exit(127);
		setenv("SQITCH_FULLNAME", "Camket", 1);
		setenv("SQITCH_EMAIL", "camket@example.invalid", 1);
		execlp("sqitch", "sqitch", "--quiet", what,
		    "db:pg:", (char *)NULL);
		_exit(127);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1 || !WIFEXITED(status))
		return (-1);
	return (WEXITSTATUS(status));
}

static int
sync_perms(struct worker *w)
{
	static const char names[] =
#define PERM(name, bit, meaning) "," #name
#define ROLE(key, perms, vi, en)
#define FUNCTION(key, adds, takes, vi, en)
#include "domain/role.tbl"
#undef PERM
	    "}";
	static const long long bits[] = {
#define PERM(name, bit, meaning) 1LL << (bit),
#include "domain/role.tbl"
#undef PERM
#undef ROLE
#undef FUNCTION
	};
	const char *v[2];
	struct arena a;
	struct buf b;
	size_t i;
	int status;

	arena_init(&a, NULL, 0);
	buf_init(&b, &a, 1024);
	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		add(&b, arena_printf(&a, "%lld", bits[i]));
	buf_putc(&b, '}');
	v[0] = arena_printf(&a, "{%s", names + 1);
	v[1] = b.data;
	status = db_run_s(w, &q_perm_sync, v, NULL, NULL) == DB_OK ? 0 : -1;
	arena_fini(&a);
	return (status);
}

static int
sync_roles(struct worker *w)
{
	struct buf roles, functions, perms;
	const struct word *r, *f;
	const char *v[3];
	struct arena a;
	int status;

	arena_init(&a, NULL, 0);
	buf_init(&roles, &a, 1024);
	buf_init(&functions, &a, 1024);
	buf_init(&perms, &a, 1024);
	for (r = words_role; r->code != NULL; r++) {
		add(&roles, r->code);
		add(&functions, "\"\"");
		add(&perms,
		    arena_printf(&a, "%lld",
		        (long long)role_perms(r->code, "")));
		for (f = words_function; f->code != NULL; f++) {
			add(&roles, r->code);
			add(&functions, f->code);
			add(&perms,
			    arena_printf(&a, "%lld",
			        (long long)role_perms(r->code, f->code)));
		}
	}
	buf_putc(&roles, '}');
	buf_putc(&functions, '}');
	buf_putc(&perms, '}');
	v[0] = roles.data;
	v[1] = functions.data;
	v[2] = perms.data;
	status = db_run_s(w, &q_role_sync, v, NULL, NULL) == DB_OK &&
	        db_run_s(w, &q_grant_sync, NULL, NULL, NULL) == DB_OK ?
	    0 :
	    -1;
	arena_fini(&a);
	return (status);
}

static int
sync_states(struct worker *w)
{
	const struct states *const *s;
	const struct ask *k;
	struct buf col[6];
	const char *v[6];
	struct arena a;
	int i, status;

	arena_init(&a, NULL, 0);
	for (i = 0; i < 6; i++)
		buf_init(&col[i], &a, 1024);
	for (s = states_all; *s != NULL; s++)
		for (k = (*s)->asks; k->status != NULL; k++) {
			add(&col[0], (*s)->resource);
			add(&col[1], k->status);
			add(&col[2], k->asks);
			add(&col[3], k->at);
			add(&col[4],
			    arena_printf(&a, "%lld", (long long)k->need));
			add(&col[5], k->role);
		}
	for (i = 0; i < 6; i++) {
		buf_putc(&col[i], '}');
		v[i] = col[i].data;
	}
	status = db_run_s(w, &q_state_sync, v, NULL, NULL) == DB_OK ? 0 : -1;
	arena_fini(&a);
	return (status);
}

static void
add(struct buf *b, const char *text)
{
	buf_putc(b, b->len == 0 ? '{' : ',');
	buf_puts(b, text);
}
