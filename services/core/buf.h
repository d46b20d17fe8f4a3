#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stddef.h>

struct arena;

/*
 * A text that grows inside an arena. data is always ended by a NUL that len
 * does not count.
 */
struct buf {
	struct arena *arena;
	char *data;
	size_t len;
	size_t cap;
};

void buf_init(struct buf *, struct arena *, size_t cap);
void buf_put(struct buf *, const void *, size_t);
void buf_puts(struct buf *, const char *);
void buf_putc(struct buf *, char);
void buf_number(struct buf *, unsigned long);
void buf_printf(struct buf *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* The text as a JSON string, quotes included; s is valid UTF-8. */
void buf_json(struct buf *, const char *s);
void buf_json_n(struct buf *, const char *s, size_t n);

#endif
