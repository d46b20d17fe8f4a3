#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include <stddef.h>

#include "core/field.h"
#include "http/ctx.h"

struct db_answer;

/* Refusals, as RFC 9457 problem details; the list is problem.tbl. */
enum problem {
#define PROBLEM(name, status, code, vi, en) P_##name,
#define ADVICE(name, vi, en)
#define CONSTRAINT(name, problem, pointer, fault)
#include "http/problem.tbl"
#undef PROBLEM
#undef ADVICE
#undef CONSTRAINT
	PROBLEM_COUNT
};

/*
 * Refuse the request, in the reader's language; always STEP_DONE. detail may
 * be NULL. Faults gathered in the context go along.
 */
enum step problem(struct ctx *, enum problem, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with further members, as JSON text that starts with a comma. */
enum step problem_with(struct ctx *, enum problem, const char *members,
    const char *detail);

/*
 * What a failed statement means to the client: its constraint as the table
 * says, a time-out as overload, an absent database as 503.
 */
enum step problem_of_answer(struct ctx *, const struct db_answer *);

/*
 * Add faults from lines of "pointer code", as our SQL tells several at once.
 * Returns what follows the last of them.
 */
const char *problem_faults(struct ctx *, const char *lines);

/*
 * A whole refusal for bytes that never became a request, in the language and
 * under the name that those fields ask for which were read; returns its length.
 */
size_t problem_bare(int status, const char *const *fields, char *out,
    size_t cap);

int problem_status(enum problem);
const char *problem_code(enum problem);
const char *problem_text(enum problem, int lang);
const char *problem_advice(enum problem, int lang); /* "" = none */

/* What can be wrong with one member: the codes, NULL after the last. */
const char *fault_code(int i);
const char *fault_text(const char *code, int lang);

#endif
