#ifndef OPERATOR_TOKEN_H
#define OPERATOR_TOKEN_H

#include "worker.h"

/* An access token for a person, malloc'd; NULL if there is no such account. */
char *token_for(struct worker *, const char *user);

#endif
