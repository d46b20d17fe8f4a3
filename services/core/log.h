#ifndef CORE_LOG_H
#define CORE_LOG_H

enum log_level {
	LOG_AT_DEBUG,
	LOG_AT_INFO,
	LOG_AT_WARN,
	LOG_AT_ERROR,
	LOG_AT_NONE
};

/*
 * One line of JSON to standard error: at, level, program, pid, event, detail
 * and, inside a request or a job, its id. event is a fixed word to search
 * for; detail is free text and is escaped. Never pass a secret. least is the
 * name of the lowest level that is written; "none" for no line at all.
 */
void log_init(const char *program, const char *least);
void log_line(enum log_level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define log_debug(...) log_line(LOG_AT_DEBUG, __VA_ARGS__)
#define log_info(...) log_line(LOG_AT_INFO, __VA_ARGS__)
#define log_warn(...) log_line(LOG_AT_WARN, __VA_ARGS__)
#define log_error(...) log_line(LOG_AT_ERROR, __VA_ARGS__)

/* The request or job the following lines belong to; NULL ends it. */
void log_about(const char *id);

/* Cannot start, cannot go on: one line, then exit status 1. */
void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

#endif
