#ifndef HTTP_PARAM_H
#define HTTP_PARAM_H

#include "core/field.h"

/*
 * Query parameters mean the same wherever they are taken: one table says what,
 * of which type, and how to say it to people. A name it does not know is a
 * text without explanation.
 */
const struct field *param_field(const char *name);

#endif
