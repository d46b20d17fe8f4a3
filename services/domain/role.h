#ifndef DOMAIN_ROLE_H
#define DOMAIN_ROLE_H

#include <stdint.h>

#include "core/field.h"

/* Permissions as bits; the list and its meaning are role.tbl. */
#define PERM(name, bit, meaning) PERM_##name = 1LL << (bit),
#define ROLE(key, perms, vi, en)
#define FUNCTION(key, adds, takes, vi, en)
enum perm {
#include "domain/role.tbl"
};
#undef PERM
#undef ROLE
#undef FUNCTION

/* Roles and functions as people see them. */
extern const struct word words_role[];
extern const struct word words_function[];

/* What a role with a function ("" for none) may do; 0 for unknown ones. */
int64_t role_perms(const char *role, const char *function);

#endif
