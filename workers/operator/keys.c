/*
 * keys: the key folder of a new installation. keys rotate: the key that stands
 * by signs, and nobody is logged out; running processes see it by themselves.
 */
#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/keys.h"
#include "core/token.h"
#include "operator/command.h"

int
keys_command(struct worker *w, int argc, char **argv)
{
	const char *dir = keys_dir();

	(void)w;
	if (argc == 0) {
		if (keys_create(dir) == -1)
			return (complain("keys cannot be made in %s", dir));
		printf("keys are in %s\n", dir);
		return (0);
	}
	if (argc != 1 || strcmp(argv[0], "rotate") != 0)
		return (complain("keys [rotate]"));
	if (keys_rotate(dir,
	        config_number(CFG_ACCESS_TTL_S) + 2L * TOKEN_SKEW_S) == -1)
		return (complain("keys cannot be rotated in %s", dir));
	printf("the key that stood by signs now\n");
	return (0);
}
