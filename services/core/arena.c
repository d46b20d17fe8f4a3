/*
 * An arena is a chain of blocks, each twice the last. The first block is
 * lent by the owner (a request keeps it inside itself), so that a small
 * request allocates nothing at all.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/log.h"

#define ARENA_ALIGN 16
#define ARENA_GROWTH 8192

struct arena_block {
	struct arena_block *next;
	size_t len;
	_Alignas(ARENA_ALIGN) char data[];
};

static void arena_rewind(struct arena *);
static void arena_grow(struct arena *, size_t);

void
arena_init(struct arena *a, void *first, size_t len)
{
	a->blocks = NULL;
	a->first = first;
	a->first_len = len;
	arena_rewind(a);
}

void
arena_fini(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->blocks) != NULL) {
		a->blocks = b->next;
		free(b);
	}
	arena_rewind(a);
}

void *
arena_alloc(struct arena *a, size_t n)
{
	char *p;

	p = (char *)(((size_t)a->at + ARENA_ALIGN - 1) &
	    ~(size_t)(ARENA_ALIGN - 1));
	if (p == NULL || p > a->end || n > (size_t)(a->end - p)) {
		arena_grow(a, n);
		p = a->at;
	}
	a->at = p + n;
	return (p);
}

void *
arena_zalloc(struct arena *a, size_t n)
{
	return (memset(arena_alloc(a, n), 0, n));
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p;

	p = arena_alloc(a, n + 1);
	memcpy(p, s, n);
	p[n] = '\0';
	return (p);
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return (arena_strndup(a, s, strlen(s)));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (p);
}

void *
xmalloc(size_t n)
{
	void *p;

	if ((p = malloc(n)) == NULL)
		fatal("out of memory (%zu bytes)", n);
	return (p);
}

void *
xcalloc(size_t n, size_t size)
{
	void *p;

	if ((p = calloc(n, size)) == NULL)
		fatal("out of memory (%zu x %zu bytes)", n, size);
	return (p);
}

char *
xstrdup(const char *s)
{
	char *p;

	if ((p = strdup(s)) == NULL)
		fatal("out of memory");
	return (p);
}

/* To the block that was lent, if there is one. */
static void
arena_rewind(struct arena *a)
{
	a->at = a->end = a->first;
	if (a->first_len > 0)
		a->end += a->first_len;
}

static void
arena_grow(struct arena *a, size_t n)
{
	struct arena_block *b;
	size_t len;

	len = a->blocks != NULL ? a->blocks->len * 2 : ARENA_GROWTH;
	if (len > 1024 * 1024)
		len = 1024 * 1024;
	if (len < n)
		len = n;
	b = xmalloc(sizeof(*b) + len);
	b->len = len;
	b->next = a->blocks;
	a->blocks = b;
	a->at = b->data;
	a->end = b->data + len;
}
