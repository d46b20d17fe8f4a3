/*
 * The chain over the trail. Each line's seal is the SHA-256 of the seal before
 * and the line's text, so that no line can be changed, taken out or moved
 * without every later seal telling; an exported head tells if the chain itself
 * was made anew. Writers know nothing of it and wait for nothing.
 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/log.h"
#include "jobs/duty.h"
#include "queries.h"

#define SLICE "2000" /* lines in one transaction */
#define SLICES 20    /* in one run of the duty */

/* A slice: where it begins, and its seals as arrays. */
struct slice {
	struct arena arena;
	int lines;
	char *before;
	char *n;
	char *upto;
	struct buf sources;
	struct buf seqs;
	struct buf hashes;
};

static int seal_slice(struct worker *, int *);
static void take_lines(void *, struct db_answer *);

int
seal_run(struct worker *w)
{
	int i, lines = 1;

	for (i = 0; i < SLICES && lines > 0; i++)
		if (seal_slice(w, &lines) == -1)
			return (-1);
	return (0);
}

static int
seal_slice(struct worker *w, int *lines_r)
{
	const char *open[] = { SLICE }, *put[6];
	struct slice s = { .lines = 0 };
	int r = -1;

	arena_init(&s.arena, NULL, 0);
	if (db_run_s(w, &q_seal_open, open, take_lines, &s) == DB_OK)
		r = 0;
	*lines_r = s.lines;
	if (s.lines > 0) {
		put[0] = s.before;
		put[1] = s.upto;
		put[2] = s.n;
		put[3] = s.sources.data;
		put[4] = s.seqs.data;
		put[5] = s.hashes.data;
		if (db_run_s(w, &q_seal_put, put, NULL, NULL) != DB_OK)
			r = -1;
	}
	arena_fini(&s.arena);
	return (r);
}

/* position, last n, last hash; then source, seq, xid, line of each */
static void
take_lines(void *arg, struct db_answer *a)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(hash) + 1];
	crypto_hash_sha256_state st;
	struct slice *s = arg;
	int i;

	if ((s->lines = db_rows(a)) == 0)
		return;
	s->before = arena_strdup(&s->arena, db_text(a, 0, 0));
	s->n = arena_strdup(&s->arena, db_text(a, 0, 1));
	sodium_hex2bin(hash, sizeof(hash), db_text(a, 0, 2), db_length(a, 0, 2),
	    NULL, NULL, NULL);
	buf_init(&s->sources, &s->arena, 4096);
	buf_init(&s->seqs, &s->arena, 4096);
	buf_init(&s->hashes, &s->arena, 65536);
	for (i = 0; i < s->lines; i++) {
		crypto_hash_sha256_init(&st);
		crypto_hash_sha256_update(&st, hash, sizeof(hash));
		crypto_hash_sha256_update(&st,
		    (const unsigned char *)db_text(a, i, 6),
		    db_length(a, i, 6));
		crypto_hash_sha256_final(&st, hash);
		sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
		buf_printf(&s->sources, "%c%s", i == 0 ? '{' : ',',
		    db_text(a, i, 3));
		buf_printf(&s->seqs, "%c%s", i == 0 ? '{' : ',',
		    db_text(a, i, 4));
		buf_printf(&s->hashes, "%c%s", i == 0 ? '{' : ',', hex);
	}
	buf_putc(&s->sources, '}');
	buf_putc(&s->seqs, '}');
	buf_putc(&s->hashes, '}');
	i = s->lines - 1;
	s->upto = arena_printf(&s->arena, "%s %s %s", db_text(a, i, 5),
	    db_text(a, i, 3), db_text(a, i, 4));
}
