#ifndef WORKERS_QUEUE_H
#define WORKERS_QUEUE_H

#include <stdint.h>

#include "core/uuid.h"
#include "worker.h"

/*
 * Consuming a stream. A message carries a job's number; the job itself, with
 * its lease and its fencing epoch, is in PostgreSQL. A job is taken (counted,
 * leased) before its work; its effect deletes it in the effect's own commit;
 * only then is the message answered.
 */
struct job {
	int64_t id;
	char kind[24];
	char ref[UUID_LEN + 1];
	int epoch;
	int attempts;
	char trace[64];
	/* for binding */
	char id_text[24];
	char epoch_text[16];
};

/* Which stream carries which kind of job; the one list, ended by NULL. */
struct queue_kind {
	const char *kind;
	const char *stream;
};
extern const struct queue_kind queue_kinds[];

/*
 * Work off a stream until the worker stops. work gets up to batch jobs, all
 * leased; it ends each by an effect, queue_retry() or queue_bury(). What it
 * leaves alone is taken again when the lease has run out.
 */
void queue_run(struct worker *, const char *stream, int batch,
    void (*work)(struct worker *, struct job *, int n));

/* Try again later, with growing pauses; the error is kept with the job. */
void queue_retry(struct worker *, const struct job *, const char *error);

/* Never again: dead, kept, visible. */
void queue_bury(struct worker *, const struct job *, const char *error);

#endif
