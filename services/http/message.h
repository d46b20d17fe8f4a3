#ifndef HTTP_MESSAGE_H
#define HTTP_MESSAGE_H

#include <stddef.h>

/*
 * One HTTP/1.x request as it came over the wire, read strictly (RFC 9110,
 * RFC 9112): what is not well-formed is refused, never repaired. Pure: knows
 * bytes, no sockets; the fuzzer's target.
 */
enum method { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, METHOD_COUNT };
extern const char *const method_names[METHOD_COUNT];

enum header {
#define HEADER(name, text, lists) HEADER_##name,
#include "http/header.tbl"
#undef HEADER
	HEADER_COUNT
};

#define MESSAGE_HEAD_MAX 16384 /* request line and fields */
#define MESSAGE_TARGET_MAX 8000
#define MESSAGE_LINE_MAX (MESSAGE_TARGET_MAX + 32) /* with method, version */
#define MESSAGE_FIELDS_MAX 100

struct message {
	enum method method;
	int minor;                        /* HTTP/1.minor */
	char *path;                       /* ended by NUL, as sent */
	char *query;                      /* behind the ?, or NULL */
	const char *fields[HEADER_COUNT]; /* trimmed; NULL = absent */
	size_t body_len;                  /* bytes that follow the head */
	int close;                        /* the client wants no more */
	int expects;                      /* Expect: 100-continue */
	char *joined[HEADER_COUNT];       /* owned: fields of several lines */
};

/*
 * Read a head from n bytes; the text is cut up in place and must outlive the
 * message. Returns its length, 0 if it is not whole yet, or minus the status
 * to refuse it with (the connection cannot go on then). body_max bounds
 * Content-Length.
 */
long message_parse(struct message *, char *text, size_t n, size_t body_max);

/* Give back what parsing owned. */
void message_clear(struct message *);

#endif
