/* init: the first unit and its administrator, of an empty installation. */
#include <stdio.h>
#include <string.h>

#include "core/keys.h"
#include "core/password.h"
#include "operator/command.h"
#include "queries.h"

int
init_command(struct worker *w, int argc, char **argv)
{
	const char *unit, *admin, *code, *kind;
	char password[24], hash[PASSWORD_HASH_LEN], id[64];
	const char *v[7];

	unit = option(argc, argv, "unit");
	admin = option(argc, argv, "admin");
	code = option(argc, argv, "code");
	kind = option(argc, argv, "kind");
	if (unit == NULL || admin == NULL || *unit == '\0' || *admin == '\0')
		return (complain("init --unit NAME --admin USER"));
	if (keys_create(keys_dir()) == -1)
		return (complain("keys cannot be made in %s", keys_dir()));
	if (worker_clock(w) == -1)
		return (complain("the database does not answer; has it been "
		                 "migrated?"));
	new_password(password);
	if (password_hash(password, hash) == -1)
		return (complain("no memory for hashing a password"));
	v[0] = w->today;
	v[1] = w->now;
	v[2] = unit;
	v[3] = code != NULL ? code : "root";
	v[4] = kind != NULL ? kind : "ward";
	v[5] = admin;
	v[6] = hash;
	switch (ask(w, &q_init_make, v, id, sizeof(id))) {
	case 1:
		break;
	case 0:
		return (complain("there are units already"));
	default:
		return (complain("not created"));
	}
	printf("%s is set up. Sign in once with:\n  %s  %s\n", unit, admin,
	    password);
	return (0);
}
