/* init: the first unit and its administrator, of an empty installation. */
#include <stdio.h>
#include <string.h>

#include "core/keys.h"
#include "operator/command.h"
#include "queries.h"

int
init_command(struct worker *w, int argc, char **argv)
{
	const char *unit, *admin, *code, *kind;
	struct invitation link;
	const char *v[8];
	char id[64];

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
	invitation_new(&link);
	v[0] = w->today;
	v[1] = w->now;
	v[2] = unit;
	v[3] = code != NULL ? code : "root";
	v[4] = kind != NULL ? kind : "ward";
	v[5] = admin;
	v[6] = link.id;
	v[7] = link.hash;
	switch (ask(w, &q_init_make, v, id, sizeof(id))) {
	case 1:
		break;
	case 0:
		return (complain("there are units already"));
	default:
		return (complain("not created"));
	}
	printf("%s is set up. %s sets a password, once and within a week:\n  ",
	    unit, admin);
	invitation_print(&link);
	return (0);
}
