/*
 * The matcher is a tree of path segments. A node has named children, at most
 * one hole of each type, and a route per method.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/log.h"
#include "core/uuid.h"
#include "http/byref.h"
#include "http/crud.h"
#include "http/page.h"
#include "http/param.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/talk.h"

#define ROUTES_MAX 512

struct node {
	char *segment;         /* "<uuid>" for a hole */
	struct node *children; /* names first, then holes */
	struct node *next;
	const struct route *routes[METHOD_COUNT];
};

struct usual;

static struct node root;
static struct route *all[ROUTES_MAX];
static const char *all_names[ROUTES_MAX];
static int nall;

static struct node *node_child(struct node *, const char *, size_t);
static const struct node *node_find(const struct node *, struct ctx *,
    const char *, int);
static int hole_takes(const char *, const char *, size_t);
static int verb_signs(const struct resource *, const char *);
static void route_allow(struct ctx *, const struct node *);
static void route_add_usual(const struct resource *, const char *,
    const struct usual *, const struct query *);
static void route_add_verbs(const struct resource *, const char *,
    enum step (*)(struct ctx *));
static const char *route_path(const char *, const char *, const char *);
static const struct field *verb_fields(const struct resource *,
    const struct verb *);

void
route_add(const struct route *r)
{
	struct node *n = &root;
	const char *p, *end;
	struct route *copy;
	char name[256];

	if (nall == ROUTES_MAX)
		fatal("more than %d routes", ROUTES_MAX);
	for (p = r->pattern; *p == '/'; p = end) {
		p++;
		end = p + strcspn(p, "/");
		n = node_child(n, p, (size_t)(end - p));
	}
	if (n->routes[r->method] != NULL)
		fatal("two routes for %s %s", method_names[r->method],
		    r->pattern);
	copy = xmalloc(sizeof(*copy));
	*copy = *r;
	copy->id = nall;
	n->routes[r->method] = copy;
	all[nall] = copy;
	snprintf(name, sizeof(name), "%s %s", method_names[r->method],
	    r->pattern);
	all_names[nall++] = xstrdup(name);
}

/* What a resource has when it has the statement for it. */
static const struct usual {
	size_t query; /* member of struct resource */
	enum method method;
	const char *suffix;
	enum step (*run)(struct ctx *);
	unsigned flags;
	int fields; /* the resource's own as its body */
	const char *params;
	const char *summary;
} usual[] = {
	{ offsetof(struct resource, get), GET, "/<uuid>", crud_get, 0, 0,
	    "fields", "Đọc | Read" },
	{ offsetof(struct resource, create), POST, "", crud_create, ROUTE_BODY,
	    1, NULL, "Tạo | Create" },
	{ offsetof(struct resource, patch), PATCH, "/<uuid>", crud_patch,
	    ROUTE_BODY | ROUTE_VERSIONED, 1, NULL,
	    "Sửa (merge patch) | Change (merge patch)" },
	{ offsetof(struct resource, remove), DELETE, "/<uuid>", crud_remove,
	    ROUTE_VERSIONED, 0, NULL,
	    "Xóa; còn khôi phục được | Remove; can be restored" },
	{ offsetof(struct resource, restore), POST, "/<uuid>/restore",
	    crud_restore, 0, 0, NULL, "Khôi phục | Restore" },
};

void
route_add_resource(const struct resource *r)
{
	struct route one;
	const struct route *x;
	const struct query *q;
	size_t i;

	if (r->counts != NULL && r->dimensions == NULL)
		fatal("%s: what do its counters tell apart?", r->name);
	if (r->list != NULL) {
		one = (struct route){ .method = GET,
			.resource = r,
			.pattern = route_path(r->name, "", ""),
			.run = page_list,
			.list = r->list,
			.counts = r->counts,
			.summary = "Danh sách | List" };
		route_add(&one);
	}
	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		q = *(const struct query *const *)((const char *)r +
		    usual[i].query);
		if (q != NULL)
			route_add_usual(r, r->name, &usual[i], q);
	}
	route_add_verbs(r, r->name, crud_verb);
	if (r->narrow != NULL) {
		route_add_usual(r, r->narrow->name, &usual[0], r->narrow->get);
		route_add_verbs(r, r->narrow->name, crud_narrow_verb);
	}
	talk_add(r);
	byref_add(r);
	for (x = r->routes; x != NULL && x->pattern != NULL; x++) {
		one = *x;
		if (one.resource == NULL)
			one.resource = r;
		route_add(&one);
	}
}

static void
route_add_usual(const struct resource *r, const char *name,
    const struct usual *u, const struct query *q)
{
	struct route one = { .method = u->method,
		.pattern = route_path(name, u->suffix, ""),
		.run = u->run,
		.flags = u->flags,
		.fields = u->fields ? r->fields : NULL,
		.query = q,
		.resource = r,
		.params = u->params,
		.summary = u->summary };

	if (u->run == crud_get && param_wanted(q, "as_of"))
		one.params = "fields as_of";
	route_add(&one);
}

static void
route_add_verbs(const struct resource *r, const char *name,
    enum step (*run)(struct ctx *))
{
	const struct verb *v;
	struct route one;

	for (v = r->verbs; v != NULL && v->name != NULL; v++) {
		one = (struct route){ .method = POST,
			.resource = r,
			.pattern = route_path(name, "/<uuid>/", v->name),
			.run = run,
			.flags = ROUTE_VERSIONED,
			.fields = verb_fields(r, v),
			.query = v->query != NULL ? v->query : r->verb,
			.verb = v->name,
			.summary = v->summary };
		one.flags |= verb_signs(r, v->name) ? ROUTE_SIGN : 0;
		route_add(&one);
	}
}

enum step
route_match(struct ctx *c)
{
	const struct node *n;
	enum method m = c->method;

	if (strcmp(c->path, "*") == 0)
		return (reply_options(c,
		    "GET, HEAD, POST, PATCH, PUT, DELETE,"
		    " OPTIONS"));
	if ((n = node_find(&root, c, c->path, 0)) == NULL)
		return (problem(c, P_NO_ROUTE, NULL));
	if (m == HEAD)
		m = GET;
	if ((c->route = n->routes[m]) != NULL)
		return (STEP_MORE);
	route_allow(c, n);
	if (m == OPTIONS)
		return (reply_options(c, c->allow));
	return (problem(c, P_METHOD_NOT_ALLOWED, NULL));
}

int
route_count(void)
{
	return (nall);
}

const struct route *
route_at(int i)
{
	return (all[i]);
}

const char *const *
route_names(void)
{
	return (all_names);
}

static struct node *
node_child(struct node *parent, const char *segment, size_t n)
{
	struct node *c, **where;

	for (c = parent->children; c != NULL; c = c->next)
		if (strlen(c->segment) == n &&
		    memcmp(c->segment, segment, n) == 0)
			return (c);
	c = xcalloc(1, sizeof(*c));
	c->segment = xmalloc(n + 1);
	memcpy(c->segment, segment, n);
	c->segment[n] = '\0';
	where = &parent->children;
	if (*segment == '<')
		while (*where != NULL)
			where = &(*where)->next;
	c->next = *where;
	*where = c;
	return (c);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the longest pattern */
static const struct node *
node_find(const struct node *n, struct ctx *c, const char *path, int holes)
{
	const struct node *child, *found;
	const char *seg = path + 1, *end;
	size_t len;

	if (*path == '\0') {
		int i;

		for (i = 0; i < METHOD_COUNT; i++)
			if (n->routes[i] != NULL)
				return (n);
		return (NULL);
	}
	end = seg + strcspn(seg, "/");
	len = (size_t)(end - seg);
	for (child = n->children; child != NULL; child = child->next) {
		if (child->segment[0] != '<') {
			if (strlen(child->segment) == len &&
			    memcmp(child->segment, seg, len) == 0 &&
			    (found = node_find(child, c, end, holes)) != NULL)
				return (found);
			continue;
		}
		if (holes < 4 && hole_takes(child->segment, seg, len) &&
		    (found = node_find(child, c, end, holes + 1)) != NULL) {
			c->args[holes] = arena_strndup(&c->arena, seg, len);
			return (found);
		}
	}
	return (NULL);
}

static int
hole_takes(const char *hole, const char *s, size_t n)
{
	char text[16];

	if (strcmp(hole, "<uuid>") == 0)
		return (uuid_valid(s, n));
	if (strcmp(hole, "<code>") == 0)
		return (field_code(s, n, 64));
	if (strcmp(hole, "<period>") == 0) {
		if (n >= sizeof(text))
			return (0);
		memcpy(text, s, n);
		text[n] = '\0';
		return (field_period(text));
	}
	return (n > 0);
}

/*
 * What every verb takes - a note, for whom one acts, a reason where the state
 * table wants one - and the verb's own members.
 */
static const struct field *
verb_fields(const struct resource *r, const struct verb *v)
{
	struct field *all_fields, *f;
	const struct transition *t;
	const struct field *x;
	unsigned n = 0, reason = 0;
	int known = 0;

	for (t = r->states->transitions; t->from != NULL; t++)
		if (strcmp(t->verb, v->name) == 0) {
			known = 1;
			reason |= t->flags & STEP_REASON;
		}
	if (!known)
		fatal("%s: verb %s is not in the state table", r->name,
		    v->name);
	for (x = v->fields; x != NULL && x->name != NULL; x++)
		n++;
	f = all_fields = xcalloc(n + 4, sizeof(*f));
	*f++ = (struct field){ .name = "note",
		.type = F_TEXT,
		.max = 4000,
		.doc = "Ghi chú | Note" };
	*f++ = (struct field){ .name = "acting_for",
		.type = F_UUID,
		.doc = "Người được thay mặt | On whose behalf" };
	if (reason)
		*f++ = (struct field){ .name = "reason",
			.type = F_TEXT,
			.flags = FIELD_REQUIRED,
			.min = 1,
			.max = 4000,
			.eg = "Bổ sung căn cứ",
			.doc = "Lý do | Reason" };
	if (n > 0)
		memcpy(f, v->fields, n * sizeof(*f));
	return (all_fields);
}

static int
verb_signs(const struct resource *r, const char *verb)
{
	const struct transition *t;

	for (t = r->states->transitions; t->from != NULL; t++)
		if ((t->flags & STEP_SIGN) && strcmp(t->verb, verb) == 0)
			return (1);
	return (0);
}

static const char *
route_path(const char *name, const char *suffix, const char *verb)
{
	char path[160];

	snprintf(path, sizeof(path), "/v1/%s%s%s", name, suffix, verb);
	return (xstrdup(path));
}

static void
route_allow(struct ctx *c, const struct node *n)
{
	struct buf b;
	int i;

	buf_init(&b, &c->arena, 64);
	for (i = 0; i < METHOD_COUNT; i++) {
		if (n->routes[i == HEAD ? GET : i] == NULL && i != OPTIONS)
			continue;
		buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", method_names[i]);
	}
	c->allow = b.data;
}
