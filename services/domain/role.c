/* Roles as permission bits; see role.tbl. */
#include <string.h>

#include "domain/role.h"

#define PERM(name, bit, meaning) name = 1LL << (bit),
#define ROLE(key, perms, vi, en)
#define FUNCTION(key, adds, takes, vi, en)
enum {
#include "domain/role.tbl"
};
#undef PERM
#undef ROLE
#undef FUNCTION

#define PERM(name, bit, meaning)
#define FUNCTION(key, adds, takes, vi, en)
#define ROLE(key, perms, vi, en) { #key, perms },
static const struct {
	const char *key;
	int64_t perms;
} roles[] = {
#include "domain/role.tbl"
};
#undef ROLE
#define ROLE(key, perms, vi, en) { #key, vi, NULL, en, "neutral" },
const struct word words_role[] = {
#include "domain/role.tbl"
	{ NULL, NULL, NULL, NULL, NULL }
};
#undef ROLE
#undef FUNCTION

#define ROLE(key, perms, vi, en)
#define FUNCTION(key, adds, takes, vi, en) { #key, adds, takes },
static const struct {
	const char *key;
	int64_t adds;
	int64_t takes;
} functions[] = {
#include "domain/role.tbl"
};
#undef FUNCTION
#define FUNCTION(key, adds, takes, vi, en) { #key, vi, NULL, en, "neutral" },
const struct word words_function[] = {
#include "domain/role.tbl"
	{ NULL, NULL, NULL, NULL, NULL }
};
#undef FUNCTION
#undef ROLE
#undef PERM

int64_t
role_perms(const char *role, const char *function)
{
	int64_t perms = 0;
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].key, role) == 0)
			perms = roles[i].perms;
	if (perms == 0 || function[0] == '\0')
		return (perms);
	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(functions[i].key, function) == 0)
			return (
			    (perms | functions[i].adds) & ~functions[i].takes);
	return (0);
}
