#ifndef HTTP_DOCS_H
#define HTTP_DOCS_H

#include "core/field.h"
#include "http/ctx.h"

/*
 * The reference, to read and to try; and what a problem's type points to: for
 * a browser the same page at that place, for a program the problem as JSON.
 */
void docs_init(void);
enum step docs_get(struct ctx *);
enum step docs_problem(struct ctx *);
extern const struct field docs_problem_fields[];

#endif
