#ifndef OPERATOR_COMMAND_H
#define OPERATOR_COMMAND_H

#include "core/seal.h"
#include "core/uuid.h"
#include "worker.h"

/*
 * The operator's commands, one noun to a file. Each prints what it did, or one
 * clear line of why not, and returns the exit status. The list is camket.c.
 */
struct command {
	const char *name;
	const char *usage;
	const char *help;
	int (*run)(struct worker *, int argc, char **argv);
};

int audit_command(struct worker *, int, char **);
int clock_command(struct worker *, int, char **);
int demo_command(struct worker *, int, char **);
int doctor_command(struct worker *, int, char **);
int import_command(struct worker *, int, char **);
int init_command(struct worker *, int, char **);
int jobs_command(struct worker *, int, char **);
int keys_command(struct worker *, int, char **);
int migrate_command(struct worker *, int, char **);
int rollup_command(struct worker *, int, char **);
int staff_command(struct worker *, int, char **);
int token_command(struct worker *, int, char **);

/* The value of --name VALUE, or NULL; --name alone counts as "". */
const char *option(int argc, char **argv, const char *name);
int flag(int argc, char **argv, const char *name);

/* One line to standard error, exit status 1. */
int complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A statement of one text; copies the first column of the first row. */
int ask(struct worker *, const struct query *, const char *const *values,
    char *out, size_t cap);

/*
 * A one-time code by which a person sets a password, within a week; what is
 * stored is its hash. Printed as a link, on what is left of the line.
 */
struct invitation {
	char id[UUID_LEN + 1];
	char code[SEAL_CODE_LEN];
	char hash[SEAL_HASH_LEN];
};
void invitation_new(struct invitation *);
void invitation_print(const struct invitation *);

#endif
