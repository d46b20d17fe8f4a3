/*
 * Reading a request head. The order of the checks is the order of the
 * grammar; every refusal is final for the connection, because where the next
 * request would start is not certain any more.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/message.h"

const char *const method_names[METHOD_COUNT] = { "GET", "HEAD", "POST", "PUT",
	"PATCH", "DELETE", "OPTIONS" };

static const struct {
	const char *name;
	int lists;
} headers[HEADER_COUNT] = {
#define HEADER(name, text, lists) { text, lists },
#include "http/header.tbl"
#undef HEADER
};

static char *head_end(char *, size_t);
static int parse_request_line(struct message *, char *, size_t);
static int parse_target(struct message *, char *);
static int parse_field(struct message *, char *, size_t);
static int parse_framing(struct message *, size_t);
static int join(struct message *, enum header, const char *);
static int has_token(const char *, const char *);
static int is_token(const char *, size_t);
static int is_host(const char *);

long
message_parse(struct message *m, char *text, size_t n, size_t body_max)
{
	char *line, *end, *eol, *start = text;
	int fields = 0, status;

	memset(m, 0, sizeof(*m));
	/* one empty line before a request is ignored (RFC 9112 2.2) */
	if (n >= 2 && text[0] == '\r' && text[1] == '\n') {
		text += 2;
		n -= 2;
	}
	end = head_end(text, n);
	if (end == NULL) {
		if (memchr(text, '\n', n) == NULL && n > MESSAGE_LINE_MAX)
			return (-414);
		return (n >= MESSAGE_HEAD_MAX ? -431 : 0);
	}
	if (end - text > MESSAGE_HEAD_MAX)
		return (-431);
	for (line = text; line < end - 2; line = eol + 2) {
		eol = memchr(line, '\r', (size_t)(end - line));
		if (eol == NULL || eol[1] != '\n' ||
		    memchr(line, '\n', (size_t)(eol - line)) != NULL)
			return (-400);
		*eol = '\0';
		if (line == text)
			status = parse_request_line(m, line,
			    (size_t)(eol - line));
		else if (++fields > MESSAGE_FIELDS_MAX)
			status = 431;
		else
			status = parse_field(m, line, (size_t)(eol - line));
		if (status != 0)
			return (-status);
	}
	/* the empty line is a bare LF, or nothing stands above it */
	if (line != end - 2 || m->path == NULL)
		return (-400);
	if ((status = parse_framing(m, body_max)) != 0)
		return (-status);
	return (end - start);
}

void
message_clear(struct message *m)
{
	int i;

	for (i = 0; i < HEADER_COUNT; i++) {
		free(m->joined[i]);
		m->joined[i] = NULL;
	}
}

/* Behind the empty line; NULL while it has not come. */
static char *
head_end(char *text, size_t n)
{
	char *p = text, *limit = text + n;

	while ((p = memchr(p, '\n', (size_t)(limit - p))) != NULL) {
		p++;
		if (limit - p >= 2 && p[0] == '\r' && p[1] == '\n')
			return (p + 2);
		/* a bare LF pair would never end: let the lines be refused */
		if (limit - p >= 1 && p[0] == '\n')
			return (p + 1);
	}
	return (NULL);
}

static int
parse_request_line(struct message *m, char *line, size_t n)
{
	char *target, *version;
	int i;

	if (memchr(line, '\0', n) != NULL ||
	    (target = strchr(line, ' ')) == NULL ||
	    (version = strchr(target + 1, ' ')) == NULL)
		return (400);
	*target++ = '\0';
	*version++ = '\0';
	if (!is_token(line, strlen(line)))
		return (400);
	if (strncmp(version, "HTTP/", 5) != 0 ||
	    !isdigit((unsigned char)version[5]) || version[6] != '.' ||
	    !isdigit((unsigned char)version[7]) || version[8] != '\0')
		return (400);
	if (version[5] != '1' || version[7] > '1')
		return (505);
	m->minor = version[7] - '0';
	for (i = 0; i < METHOD_COUNT; i++)
		if (strcmp(method_names[i], line) == 0)
			break;
	if (i == METHOD_COUNT)
		return (501);
	m->method = (enum method)i;
	return (parse_target(m, target));
}

/* origin-form, absolute-form, or * for OPTIONS (RFC 9112 3.2). */
static int
parse_target(struct message *m, char *t)
{
	const char *p;
	char *authority;

	if (strlen(t) > MESSAGE_TARGET_MAX)
		return (414);
	for (p = t; *p != '\0'; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f ||
		    strchr("\"<>\\^`{|}#", *p) != NULL)
			return (400);
	if (strncasecmp(t, "http://", 7) == 0 ||
	    strncasecmp(t, "https://", 8) == 0) {
		authority = strchr(t, ':') + 3;
		if (*authority == '/' || *authority == '\0')
			return (400);
		t = authority + strcspn(authority, "/?");
		if (*t != '/')
			return (400);
	}
	if (strcmp(t, "*") == 0) {
		if (m->method != OPTIONS)
			return (400);
	} else if (*t != '/')
		return (400);
	m->path = t;
	if ((m->query = strchr(t, '?')) != NULL)
		*m->query++ = '\0';
	return (0);
}

static int
parse_field(struct message *m, char *line, size_t n)
{
	char *colon, *value, *end;
	const char *p;
	int i;

	/* a line that goes on from the last one is refused (obs-fold) */
	if ((colon = memchr(line, ':', n)) == NULL ||
	    !is_token(line, (size_t)(colon - line)))
		return (400);
	for (p = colon + 1; p < line + n; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
			return (400);
	*colon = '\0';
	for (value = colon + 1; *value == ' ' || *value == '\t'; value++)
		;
	for (end = line + n; end > value && (end[-1] == ' ' || end[-1] == '\t');
	     end--)
		;
	*end = '\0';
	for (i = 0; i < HEADER_COUNT; i++)
		if (strcasecmp(headers[i].name, line) == 0)
			break;
	if (i == HEADER_COUNT)
		return (0);
	if (m->fields[i] == NULL)
		m->fields[i] = value;
	else if (!headers[i].lists)
		return (400);
	else
		return (join(m, (enum header)i, value));
	return (0);
}

/* Host, and where the body ends (RFC 9112 6). */
static int
parse_framing(struct message *m, size_t body_max)
{
	const char *length = m->fields[HEADER_CONTENT_LENGTH], *p;
	const char *coding = m->fields[HEADER_TRANSFER_ENCODING];
	const char *host = m->fields[HEADER_HOST];
	const char *conn = m->fields[HEADER_CONNECTION];
	uint64_t n = 0;

	if (host == NULL ? m->minor == 1 : !is_host(host))
		return (400);
	m->close = m->minor == 0;
	if (conn != NULL && has_token(conn, "close"))
		m->close = 1;
	else if (conn != NULL && m->minor == 0 && has_token(conn, "keep-alive"))
		m->close = 0;
	if (coding != NULL) {
		if (length != NULL || m->minor == 0)
			return (400);
		/* we ask for a length instead of decoding chunks */
		return (strcasecmp(coding, "chunked") == 0 ? 411 : 501);
	}
	if (length != NULL) {
		if (*length == '\0')
			return (400);
		for (p = length; *p != '\0'; p++) {
			if (!isdigit((unsigned char)*p))
				return (400);
			if (n > (UINT64_MAX - 9) / 10)
				return (413);
			n = n * 10 + (uint64_t)(*p - '0');
		}
		if (n > 0 && m->method != POST && m->method != PUT &&
		    m->method != PATCH)
			return (400);
		if (n > body_max)
			return (413);
	} else if (m->method == PUT || m->method == PATCH ||
	    (m->method == POST && m->minor == 0))
		return (411);
	m->body_len = (size_t)n;
	if (m->fields[HEADER_EXPECT] != NULL) {
		if (strcasecmp(m->fields[HEADER_EXPECT], "100-continue") != 0)
			return (417);
		m->expects = m->minor == 1 && n > 0;
	}
	return (0);
}

/* Several lines of a list field are one list. */
static int
join(struct message *m, enum header h, const char *value)
{
	size_t a = strlen(m->fields[h]), b = strlen(value);
	char *p;

	if ((p = malloc(a + b + 3)) == NULL)
		return (500);
	(void)snprintf(p, a + b + 3, "%s, %s", m->fields[h], value);
	free(m->joined[h]);
	m->fields[h] = m->joined[h] = p;
	return (0);
}

/* Is this token in a comma-separated list? */
static int
has_token(const char *list, const char *token)
{
	size_t n = strlen(token);

	while (*list != '\0') {
		list += strspn(list, ", \t");
		if (strncasecmp(list, token, n) == 0 &&
		    strchr(", \t", list[n]) != NULL)
			return (1);
		list += strcspn(list, ",");
	}
	return (0);
}

static int
is_token(const char *s, size_t n)
{
	size_t i;

	if (n == 0)
		return (0);
	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) &&
		    (s[i] == '\0' || strchr("!#$%&'*+-.^_`|~", s[i]) == NULL))
			return (0);
	return (1);
}

static int
is_host(const char *s)
{
	if (*s == '\0')
		return (0);
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) &&
		    strchr("-._~:[]%", *s) == NULL)
			return (0);
	return (1);
}
