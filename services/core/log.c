/* Log lines as JSON, each written by one write(2), so that lines of several
 * processes never mix. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <utf8proc.h>

#include "core/log.h"

#define LOG_LINE_MAX 2048

static const char *const log_names[] = { "debug", "info", "warning", "error",
	"none" };
static const char *log_program = "camket";
static enum log_level log_least = LOG_AT_INFO;
static const char *log_id;

static void log_write(enum log_level, const char *, const char *, va_list);
static size_t log_escape(char *, size_t, const char *);

void
log_init(const char *program, const char *least)
{
	size_t i;

	log_program = program;
	for (i = 0; i < sizeof(log_names) / sizeof(log_names[0]); i++)
		if (strcmp(log_names[i], least) == 0)
			log_least = (enum log_level)i;
}

void
log_about(const char *id)
{
	log_id = id;
}

void
log_line(enum log_level level, const char *event, const char *fmt, ...)
{
	va_list ap;

	if (level < log_least)
		return;
	va_start(ap, fmt);
	log_write(level, event, fmt, ap);
	va_end(ap);
}

void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_write(LOG_AT_ERROR, "fatal", fmt, ap);
	va_end(ap);
	exit(1);
}

static void
log_write(enum log_level level, const char *event, const char *fmt, va_list ap)
{
	char text[LOG_LINE_MAX / 2], safe[LOG_LINE_MAX], line[LOG_LINE_MAX * 2];
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	vsnprintf(text, sizeof(text), fmt, ap);
	log_escape(safe, sizeof(safe), text);
	n = (size_t)snprintf(line, sizeof(line),
	    "{\"at\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ\",\"level\":\"%s\","
	    "\"program\":\"%s\",\"pid\":%d,\"event\":\"%s\"%s%s%s,"
	    "\"detail\":\"%s\"}\n",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, now.tv_nsec / 1000000, log_names[level], log_program,
	    (int)getpid(), event, log_id != NULL ? ",\"id\":\"" : "",
	    log_id != NULL ? log_id : "", log_id != NULL ? "\"" : "", safe);
	if (n >= sizeof(line))
		n = sizeof(line) - 1;
	if (write(STDERR_FILENO, line, n) == -1)
		return; /* a full or closed log must not stop the service */
}

/*
 * Control characters, quotes and backslashes never reach the log raw, nor
 * does what is no UTF-8, as of a text cut short.
 */
static size_t
log_escape(char *out, size_t cap, const char *in)
{
	utf8proc_int32_t point;
	utf8proc_ssize_t len;
	size_t n = 0;

	for (; *in != '\0' && n + 7 < cap; in += len) {
		len = utf8proc_iterate((const utf8proc_uint8_t *)in, -1,
		    &point);
		if (len < 1) {
			len = 1;
			out[n++] = '?';
		} else if (point == '"' || point == '\\') {
			out[n++] = '\\';
			out[n++] = *in;
		} else if (point < 0x20 || point == 0x7f)
			n += (size_t)snprintf(out + n, cap - n, "\\u%04x",
			    (unsigned)point);
		else {
			memcpy(out + n, in, (size_t)len);
			n += (size_t)len;
		}
	}
	out[n] = '\0';
	return (n);
}
