/*
 * demo FILE --accounts FILE: the demo organisation, with a password for each
 * account that nobody has chosen. Loading it again changes nothing.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <sodium.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/config.h"
#include "core/password.h"
#include "operator/command.h"
#include "queries.h"

static json_t *account(const json_t *, const char *);
static int write_accounts(const char *, const json_t *);
static void new_password(char[static 24]);

int
demo_command(struct worker *w, int argc, char **argv)
{
	const char *path = option(argc, argv, "accounts"), *v[5], *user;
	json_t *doc, *staff, *list, *x;
	char password[24], hash[PASSWORD_HASH_LEN], said[64];
	struct buf users, hashes;
	struct arena a;
	json_error_t e;
	size_t i;

	if (config_production())
		return (complain("no demo data in production"));
	if (argc < 1 || path == NULL)
		return (complain("demo FILE --accounts FILE"));
	if ((doc = json_load_file(argv[0], 0, &e)) == NULL)
		return (complain("%s: line %d: %s", argv[0], e.line, e.text));
	if (worker_clock(w) == -1)
		return (complain("the database does not answer"));
	if (ask(w, &q_demo_there, NULL, said, sizeof(said)) == 1 &&
	    said[0] == 't') {
		printf("the demo is there already\n");
		json_decref(doc);
		return (0);
	}
	arena_init(&a, NULL, 0);
	buf_init(&users, &a, 1024);
	buf_init(&hashes, &a, 4096);
	list = json_array();
	staff = json_object_get(doc, "staff");
	json_array_foreach(staff, i, x)
	{
		user = json_string_value(json_object_get(x, "username"));
		new_password(password);
		if (password_hash(password, hash) == -1)
			return (complain("no memory for hashing"));
		buf_putc(&users, i == 0 ? '{' : ',');
		buf_json(&users, user);
		buf_putc(&hashes, i == 0 ? '{' : ',');
		buf_json(&hashes, hash);
		json_array_append_new(list, account(x, password));
	}
	buf_putc(&users, '}');
	buf_putc(&hashes, '}');
	v[0] = w->today;
	v[1] = w->now;
	v[2] = json_dumps(doc, JSON_COMPACT);
	v[3] = users.data;
	v[4] = hashes.data;
	/* the accounts first: what is loaded can be signed in to */
	if (write_accounts(path, list) == -1)
		return (complain("%s: %s", path, strerror(errno)));
	if (ask(w, &q_demo_load, v, said, sizeof(said)) != 1 ||
	    ask(w, &q_demo_derive, NULL, said, sizeof(said)) != 1)
		return (complain("the demo could not be loaded"));
	printf("demo: %s\n", said);
	arena_fini(&a);
	json_decref(list);
	json_decref(doc);
	return (0);
}

/* {"username","password","roles":[…],"unit"}: the last post's unit. */
static json_t *
account(const json_t *x, const char *password)
{
	const json_t *grants, *posts, *g;
	json_t *roles, *out;
	const char *unit = NULL, *role;
	size_t i, k;

	roles = json_array();
	grants = json_object_get(x, "grants");
	json_array_foreach(grants, i, g)
	{
		role = json_string_value(json_object_get(g, "role"));
		for (k = 0; k < json_array_size(roles); k++)
			if (strcmp(json_string_value(json_array_get(roles, k)),
			        role) == 0)
				break;
		if (k == json_array_size(roles))
			json_array_append_new(roles, json_string(role));
	}
	posts = json_object_get(x, "assignments");
	json_array_foreach(posts, i, g)
	    unit = json_string_value(json_object_get(g, "unit_code"));
	out = json_object();
	json_object_set(out, "username", json_object_get(x, "username"));
	json_object_set_new(out, "password", json_string(password));
	json_object_set_new(out, "roles", roles);
	json_object_set_new(out, "unit",
	    unit != NULL ? json_string(unit) : json_null());
	return (out);
}

static int
write_accounts(const char *path, const json_t *list)
{
	char *text = json_dumps(list, JSON_INDENT(1));
	int fd, r = -1;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd != -1 &&
	    write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	    close(fd) == 0)
		r = 0;
	free(text);
	return (r);
}

/* A password nobody has chosen: 20 characters, about 100 bits. */
static void
new_password(char out[static 24])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	int i;

	for (i = 0; i < 23; i++)
		out[i] = i % 6 == 5 ?
		    '-' :
		    letters[randombytes_uniform((uint32_t)sizeof(letters) - 1)];
	out[23] = '\0';
}
