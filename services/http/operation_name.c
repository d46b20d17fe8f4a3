/* What an operation is called; see operation_name.h. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "http/operation.h"
#include "http/operation_name.h"
#include "http/schema.h"

static const char *operation_suffix(const struct route *);

void
operation_path(const char *pattern, char *out, size_t cap)
{
	char name[OPERATION_NAME_LEN];
	const char *p;
	size_t n = 0;

	for (p = pattern; *p != '\0' && n + OPERATION_NAME_LEN < cap; p++) {
		if (*p != '<') {
			out[n++] = *p;
			continue;
		}
		operation_hole(pattern, p, name, sizeof(name));
		n += (size_t)snprintf(out + n, cap - n, "{%s}", name);
		p += strcspn(p, ">");
	}
	out[n] = '\0';
}

void
operation_hole(const char *pattern, const char *hole, char *out, size_t cap)
{
	const char *type = strncmp(hole, "<uuid>", 6) == 0 ? "id" : hole + 1;
	int len = (int)strcspn(type, ">");
	const char *noun = hole - 1;
	int n;

	if (strstr(hole, ">/<") == hole + strcspn(hole, ">")) {
		snprintf(out, cap, "system");
		return;
	}
	if (memchr(pattern, '<', (size_t)(hole - pattern)) == NULL) {
		snprintf(out, cap, "%.*s", len, type);
		return;
	}
	if (noun[-1] == '>') {
		snprintf(out, cap, "key");
		return;
	}
	while (noun[-1] != '/')
		noun--;
	n = (int)(hole - 1 - noun);
	if (noun[n - 1] == 's')
		n--;
	snprintf(out, cap, "%.*s_%.*s", n, noun, len, type);
}

void
operation_noun(const char *pattern, char *out, size_t cap)
{
	const char *p, *end;

	for (p = pattern; *p == '/'; p = end) {
		p++;
		end = p + strcspn(p, "/");
		if (*p == '<')
			continue;
		if (end - p > 3 && strncmp(end - 3, "ies", 3) == 0)
			snprintf(out, cap, "%.*sy", (int)(end - p - 3), p);
		else
			snprintf(out, cap, "%.*s",
			    (int)(end - p - (end[-1] == 's')), p);
	}
}

void
operation_id(const struct route *r, char *out, size_t cap)
{
	const char *p = r->pattern;
	size_t n = 0;

	p += strncmp(p, "/v1/", 4) == 0 ? 4 : 1;
	for (; *p != '\0' && n + 1 < cap; p++) {
		if (*p == '<')
			p += strcspn(p, ">");
		else if (isalnum((unsigned char)*p) || *p == '_')
			out[n++] = *p;
		else if (*p != '-' && n > 0 && out[n - 1] != '_')
			out[n++] = '_';
	}
	while (n > 0 && out[n - 1] == '_')
		n--;
	snprintf(out + n, cap - n, "%s", operation_suffix(r));
}

/* What is done, where the path does not say it. */
static const char *
operation_suffix(const struct route *r)
{
	int at_item = r->pattern[strlen(r->pattern) - 1] == '>';

	switch (r->method) {
	case GET:
		if (r->list != NULL ||
		    (r->answer != NULL &&
		        strcmp(r->answer->name, "items") == 0))
			return ("_list");
		return ("_get");
	case DELETE:
		return (at_item ? "_remove" : "_remove_all");
	case PATCH:
		return ("_patch");
	case PUT:
		return ("_put");
	default:
		return (
		    operation_status(r) == 201 && !(r->flags & ROUTE_DRY_RUN) ?
		        "_create" :
		        "");
	}
}

void
operation_name(const struct route *r, const char *what, char *out, size_t cap)
{
	char id[OPERATION_NAME_LEN];
	size_t n;

	operation_id(r, id, sizeof(id));
	n = strlen(id);
	snprintf(id + n, sizeof(id) - n, "%s", what);
	schema_name(id, out, cap);
}

void
operation_tag(const struct route *r, char *out, size_t cap)
{
	const char *p = r->pattern;
	size_t n;
	int i;

	if (strncmp(p, "/v1/", 4) == 0) {
		p += 4;
		n = strcspn(p, "/");
		for (i = 0; i < route_count(); i++) {
			const char *name = route_at(i)->resource->name;

			if (strlen(name) == n && memcmp(name, p, n) == 0) {
				snprintf(out, cap, "%s", name);
				return;
			}
		}
	}
	snprintf(out, cap, "%s",
	    r->resource->title != NULL ? r->resource->name : "service");
}
