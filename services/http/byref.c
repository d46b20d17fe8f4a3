/*
 * By-ref: the name is claimed first, with an id of ours; then the item of that
 * id is read, and made or patched by its resource's own steps. So each of the
 * three may fail, or be done twice at once, and the next PUT goes on from there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/uuid.h"
#include "http/byref.h"
#include "http/crud.h"
#include "http/param.h"
#include "http/problem.h"
#include "queries.h"

#define SYSTEM_MAX 64

static enum step byref_get(struct ctx *);
static enum step byref_got(struct ctx *);
static enum step byref_put(struct ctx *);
static enum step byref_read(struct ctx *);
static enum step byref_create(struct ctx *);
static enum step byref_patch(struct ctx *);
static void take_ref(struct ctx *, struct db_answer *);
static void take_item(struct ctx *, struct db_answer *);
static const struct route *sibling(const struct route *,
    enum step (*)(struct ctx *));
static void drop_fixed(struct ctx *);

void
byref_add(const struct resource *r)
{
	struct route one = { .resource = r };
	char path[160];

	if (r->get == NULL || r->create == NULL || r->patch == NULL ||
	    r->kind == NULL)
		return;
	snprintf(path, sizeof(path), "/v1/%s/by-ref/<code>/<code>", r->name);
	one.pattern = xstrdup(path);
	one.method = GET;
	one.run = byref_get;
	one.params = param_wanted(r->get, "as_of") ? "fields as_of" : "fields";
	one.answer = r->fields;
	one.summary = "Đọc theo mã ở hệ thống khác | Read by another system's "
	              "name";
	route_add(&one);
	one.method = PUT;
	one.run = byref_put;
	one.params = NULL;
	one.flags = ROUTE_BODY | ROUTE_UNKEYED;
	one.fields = r->fields;
	one.summary = "Tạo hoặc sửa theo mã ở hệ thống khác | Make it, or "
	              "change it, by another system's name";
	route_add(&one);
}

enum step
byref_find(struct ctx *c, const char *ref)
{
	const char *colon = strchr(ref, ':');
	size_t n = colon != NULL ? (size_t)(colon - ref) : 0;

	if (n == 0 || !field_code(ref, n, SYSTEM_MAX) ||
	    !field_code(colon + 1, strlen(colon + 1), SYSTEM_MAX)) {
		fault_add(&c->faults, "ref", "bad_format");
		return (problem(c, P_BAD_PARAMETER, NULL));
	}
	ctx_bind(c, "item_kind", c->route->resource->kind);
	ctx_bind(c, "ref_system", arena_strndup(&c->arena, ref, n));
	ctx_bind(c, "ref_key", colon + 1);
	c->several = 1;
	ctx_bind(c, "ref_id", "00000000-0000-0000-0000-000000000000");
	return (ctx_send(c, &q_external_ref_find, take_ref));
}

static enum step
byref_get(struct ctx *c)
{
	c->next = byref_got;
	return (byref_find(c,
	    arena_printf(&c->arena, "%s:%s", c->args[0], c->args[1])));
}

static enum step
byref_got(struct ctx *c)
{
	c->args[0] = ctx_value(c, "ref_id");
	c->route = sibling(c->route, crud_get);
	return (crud_get(c));
}

static enum step
byref_put(struct ctx *c)
{
	char made[UUID_LEN + 1];

	uuid_new(made);
	ctx_bind(c, "item_kind", c->route->resource->kind);
	ctx_bind(c, "ref_system", c->args[0]);
	ctx_bind(c, "ref_key", c->args[1]);
	ctx_bind(c, "made", arena_strdup(&c->arena, made));
	c->several = 1;
	c->next = byref_read;
	return (ctx_send(c, &q_external_ref_claim, take_ref));
}

static void
take_ref(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) > 0)
		ctx_bind(c, "ref_id",
		    arena_strdup(&c->arena, db_text(a, 0, 0)));
}

static enum step
byref_read(struct ctx *c)
{
	c->args[0] = ctx_value(c, "ref_id");
	c->next = byref_create;
	return (ctx_send(c, c->route->resource->get, take_item));
}

static void
take_item(struct ctx *c, struct db_answer *a)
{
	if (!ctx_failed(c, a) && db_rows(a) > 0)
		c->next = byref_patch;
}

static enum step
byref_create(struct ctx *c)
{
	c->route = sibling(c->route, crud_create);
	json_object_set_new(c->body, "id", json_string(c->args[0]));
	return (crud_create(c));
}

static enum step
byref_patch(struct ctx *c)
{
	drop_fixed(c);
	c->route = sibling(c->route, crud_patch);
	return (crud_patch(c));
}

/* What can be said on creation only has been said. */
static void
drop_fixed(struct ctx *c)
{
	const struct field *f;
	char name[80];

	for (f = c->route->fields; f->name != NULL; f++) {
		if (!(f->flags & FIELD_FIXED))
			continue;
		json_object_del(c->body, f->name);
		snprintf(name, sizeof(name), "%s_id", f->name);
		json_object_del(c->body, name);
		snprintf(name, sizeof(name), "%s_code", f->name);
		json_object_del(c->body, name);
	}
}

/* The route of the same resource that takes this step. */
static const struct route *
sibling(const struct route *r, enum step (*run)(struct ctx *))
{
	int i;

	for (i = 0; i < route_count(); i++)
		if (route_at(i)->resource == r->resource &&
		    route_at(i)->run == run)
			return (route_at(i));
	return (r);
}
