/* A growing text; see buf.h. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"

static void buf_room(struct buf *, size_t);

void
buf_init(struct buf *b, struct arena *a, size_t cap)
{
	b->arena = a;
	b->cap = cap > 16 ? cap : 16;
	b->data = arena_alloc(a, b->cap);
	b->data[0] = '\0';
	b->len = 0;
}

void
buf_put(struct buf *b, const void *data, size_t n)
{
	buf_room(b, n);
	memcpy(b->data + b->len, data, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_number(struct buf *b, unsigned long v)
{
	char text[24], *p = text + sizeof(text);

	do
		*--p = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	buf_put(b, p, (size_t)(text + sizeof(text) - p));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if ((size_t)n >= b->cap - b->len) {
		buf_room(b, (size_t)n);
		va_start(ap, fmt);
		vsnprintf(b->data + b->len, b->cap - b->len, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

void
buf_json(struct buf *b, const char *s)
{
	buf_json_n(b, s, strlen(s));
}

void
buf_json_n(struct buf *b, const char *s, size_t n)
{
	size_t i, from;
	unsigned char c;

	buf_putc(b, '"');
	for (i = from = 0; i < n; i++) {
		c = (unsigned char)s[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_put(b, s + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c == '\n')
			buf_puts(b, "\\n");
		else
			buf_printf(b, "\\u%04x", c);
	}
	buf_put(b, s + from, n - from);
	buf_putc(b, '"');
}

static void
buf_room(struct buf *b, size_t n)
{
	char *p;

	if (n < b->cap - b->len)
		return;
	b->cap = (b->len + n + 1) * 2;
	p = arena_alloc(b->arena, b->cap);
	memcpy(p, b->data, b->len + 1);
	b->data = p;
}
