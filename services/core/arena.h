#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Memory that lives as long as one request or one job. Pieces are taken from
 * blocks and never freed one by one; arena_fini() frees them all at once.
 * Running out of memory ends the process: nothing here returns NULL.
 */
struct arena {
	struct arena_block *blocks; /* owned; newest first */
	char *at;
	char *end;
	char *first; /* lent by arena_init */
	size_t first_len;
};

/* Start with a block of the caller's, which must outlive the arena. */
void arena_init(struct arena *, void *first, size_t);

/* Free every block but the first and start over. */
void arena_fini(struct arena *);

/* n bytes, aligned for any type; arena_zalloc clears them. */
void *arena_alloc(struct arena *, size_t n);
void *arena_zalloc(struct arena *, size_t n);

/* A copy, ended by a NUL. s need not be. */
char *arena_strndup(struct arena *, const char *s, size_t n);
char *arena_strdup(struct arena *, const char *s);

/* Formatted as by sprintf(3). */
char *arena_printf(struct arena *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* malloc(3), calloc(3), strdup(3) for what outlives a request; fatal on failure. */
void *xmalloc(size_t);
void *xcalloc(size_t n, size_t size);
char *xstrdup(const char *);

#endif
