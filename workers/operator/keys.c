/* keys: the key folder of a new installation. */
#include <stdio.h>

#include "core/keys.h"
#include "operator/command.h"

int
keys_command(struct worker *w, int argc, char **argv)
{
	(void)w;
	if (argc != 0)
		return (complain("keys takes no argument"));
	if (keys_create(keys_dir()) == -1)
		return (complain("keys cannot be made in %s", keys_dir()));
	printf("keys are in %s\n", keys_dir());
	return (0);
}
