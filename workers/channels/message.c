/* Internet messages; see message.h. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "core/config.h"
#include "channels/message.h"

#define B64 sodium_base64_VARIANT_ORIGINAL
#define WORD 39 /* bytes in an encoded word: with "Subject: " within 76 */

static void write_text(struct buf *, const char *);
static void write_body(struct buf *, const char *);
static void write_date(struct buf *, const char *);
static const char *domain_of(const char *);

void
message_write(struct buf *b, const struct letter *l)
{
	const char *from = config_text(CFG_MAIL_FROM);

	buf_printf(b, "From: Camket <%s>\r\nTo: ", from);
	if (l->to_name != NULL && *l->to_name != '\0') {
		write_text(b, l->to_name);
		buf_puts(b, "\r\n ");
	}
	buf_printf(b, "<%.*s>\r\nSubject: ", (int)strcspn(l->to, "<>\r\n "),
	    l->to);
	write_text(b, l->subject);
	buf_puts(b, "\r\nDate: ");
	write_date(b, l->at);
	buf_printf(b, "\r\nMessage-ID: <%s@%s>\r\n", l->id, domain_of(from));
	if (*l->trace != '\0')
		buf_printf(b, "Traceparent: %.*s\r\n",
		    (int)strspn(l->trace, "0123456789abcdef-"), l->trace);
	buf_puts(b,
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Language: vi\r\n\r\n");
	write_body(b, l->body);
}

/* As encoded words, none of which cuts a character in two. */
static void
write_text(struct buf *b, const char *s)
{
	char word[sodium_base64_ENCODED_LEN(WORD, B64)];
	const char *sep = "";
	size_t n, left = strlen(s);

	if (left == 0)
		return;
	while (left > 0) {
		n = left < WORD ? left : WORD;
		while (n < left && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		sodium_bin2base64(word, sizeof(word), (const unsigned char *)s,
		    n, B64);
		buf_printf(b, "%s=?utf-8?B?%s?=", sep, word);
		sep = "\r\n ";
		s += n;
		left -= n;
	}
}

/* Lines are ended by CR LF before they are encoded (RFC 2045 6.8). */
static void
write_body(struct buf *b, const char *s)
{
	char line[sodium_base64_ENCODED_LEN(57, B64)];
	struct buf text;
	size_t n, at;

	buf_init(&text, b->arena, strlen(s) + strlen(s) / 16);
	for (; *s != '\0'; s += n + (s[n] != '\0')) {
		n = strcspn(s, "\n");
		buf_put(&text, s, n > 0 && s[n - 1] == '\r' ? n - 1 : n);
		if (s[n] != '\0')
			buf_puts(&text, "\r\n");
	}
	for (at = 0; at < text.len; at += n) {
		n = text.len - at < 57 ? text.len - at : 57;
		sodium_bin2base64(line, sizeof(line),
		    (const unsigned char *)text.data + at, n, B64);
		buf_printf(b, "%s\r\n", line);
	}
}

/* "2024-01-31T01:00:00+00:00" as RFC 5322 wants it. */
static void
write_date(struct buf *b, const char *at)
{
	struct tm tm = { 0 };
	char text[64];
	time_t t;

	tm.tm_year = atoi(at) - 1900;
	tm.tm_mon = atoi(at + 5) - 1;
	tm.tm_mday = atoi(at + 8);
	tm.tm_hour = atoi(at + 11);
	tm.tm_min = atoi(at + 14);
	tm.tm_sec = atoi(at + 17);
	t = timegm(&tm);
	localtime_r(&t, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S %z", &tm);
	buf_puts(b, text);
}

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return (at != NULL && at[1] != '\0' ? at + 1 : "localhost");
}
