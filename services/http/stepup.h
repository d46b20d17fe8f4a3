#ifndef HTTP_STEPUP_H
#define HTTP_STEPUP_H

#include "http/ctx.h"

/*
 * Signing verbs ask who it is once more, for CAMKET_STEP_UP_S seconds at a
 * time; a batch is asked once. Sets c->stepped_up where that has happened.
 */
enum step stepup_look(struct ctx *);

/* Refuse what signs, unless it has. */
enum step stepup_check(struct ctx *);

#endif
