#ifndef HTTP_PARAM_H
#define HTTP_PARAM_H

#include "core/field.h"
#include "core/query.h"

/*
 * Query parameters mean the same wherever they are taken: one table says what,
 * of which type, and how to say it to people. A name it does not know is a
 * text without explanation.
 */
const struct field *param_field(const char *name);

/* Does a statement take a parameter of this name? */
int param_wanted(const struct query *, const char *name);

#endif
