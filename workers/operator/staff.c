/*
 * Accounts. Who makes one never learns its password: what is shown is a link
 * that sets it, once.
 */
#include <stdio.h>
#include <string.h>

#include "domain/role.h"
#include "operator/command.h"
#include "queries.h"

int
staff_command(struct worker *w, int argc, char **argv)
{
	const char *user, *name, *unit, *role, *position, *email;
	struct invitation link;
	const char *v[10];
	char id[64];

	if (argc < 2 || strcmp(argv[0], "create") != 0)
		return (complain("staff create USER --name NAME --unit CODE "
		                 "--role ROLE"));
	user = argv[1];
	name = option(argc, argv, "name");
	unit = option(argc, argv, "unit");
	role = option(argc, argv, "role");
	position = option(argc, argv, "position");
	email = option(argc, argv, "email");
	if (name == NULL || unit == NULL || role == NULL)
		return (complain("--name, --unit and --role are needed"));
	if (role_perms(role, "") == 0)
		return (complain("there is no role \"%s\"", role));
	if (worker_clock(w) == -1)
		return (complain("the database does not answer"));
	invitation_new(&link);
	v[0] = w->today;
	v[1] = w->now;
	v[2] = user;
	v[3] = name;
	v[4] = unit;
	v[5] = role;
	v[6] = position != NULL ? position : "";
	v[7] = email;
	v[8] = link.id;
	v[9] = link.hash;
	switch (ask(w, &q_staff_make, v, id, sizeof(id))) {
	case 1:
		break;
	case 0:
		return (complain("there is no unit \"%s\"", unit));
	default:
		return (complain("\"%s\" is not created: is the name taken?",
		    user));
	}
	printf("%s  ", user);
	invitation_print(&link);
	printf("shown once: sets a password, once and within a week\n");
	return (0);
}
