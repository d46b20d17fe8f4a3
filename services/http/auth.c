/* Admission; see auth.h. Fails closed: without a fresh list of revocations no
 * token is trusted. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/config.h"
#include "core/seal.h"
#include "core/token.h"
#include "http/auth.h"
#include "http/limit.h"
#include "http/note.h"
#include "http/problem.h"
#include "http/pulse.h"
#include "http/route.h"
#include "queries.h"

static enum step admit_token(struct ctx *, const char *);
static enum step admit_key(struct ctx *, const char *);
static enum step admit_ticket(struct ctx *, const char *);
static void take_key(struct ctx *, struct db_answer *);
static void take_ticket(struct ctx *, struct db_answer *);
static enum step admitted(struct ctx *);
static enum step scoped(struct ctx *);
static enum step refuse(struct ctx *);
static const char *ticket_of(const struct ctx *);

enum step
auth_admit(struct ctx *c)
{
	const char *h = c->fields[HEADER_AUTHORIZATION], *ticket;

	if (c->part_of != NULL)
		return (scoped(c)); /* a part: the whole was admitted */
	if (h == NULL && (ticket = ticket_of(c)) != NULL)
		return (admit_ticket(c, ticket));
	if (h == NULL || strncasecmp(h, "Bearer ", 7) != 0)
		return (refuse(c));
	h += 7;
	h += strspn(h, " ");
	if (strncmp(h, AUTH_KEY_PREFIX, strlen(AUTH_KEY_PREFIX)) == 0)
		return (admit_key(c, h));
	return (admit_token(c, h));
}

static enum step
admit_token(struct ctx *c, const char *text)
{
	if (token_verify(text, strlen(text), config_text(CFG_ISSUER),
	        config_text(CFG_AUDIENCE), &c->who) == -1)
		return (refuse(c));
	return (admitted(c));
}

static enum step
admit_key(struct ctx *c, const char *key)
{
	char *hash = arena_alloc(&c->arena, SEAL_HASH_LEN);

	seal_secret_hash(key, strlen(key), hash);
	ctx_bind(c, "code_hash", hash);
	return (ctx_send(c, &q_service_key_find, take_key));
}

static void
take_key(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		refuse(c);
		return;
	}
	memcpy(c->who.staff, db_text(a, 0, 0), UUID_LEN);
	memcpy(c->who.session, db_text(a, 0, 1), UUID_LEN);
	c->who.epoch = (int)db_number(a, 0, 2);
	c->scopes = arena_strdup(&c->arena, db_text(a, 0, 3));
	if (db_text(a, 0, 4)[0] == 't')
		note_send(c, &q_service_key_used);
	admitted(c);
}

/* "…?a=b&ticket=…": ours stands last. */
static const char *
ticket_of(const struct ctx *c)
{
	const char *at;

	if (c->query == NULL || (c->method != GET && c->method != HEAD))
		return (NULL);
	for (at = c->query; (at = strstr(at, "ticket=")) != NULL; at++)
		if ((at == c->query || at[-1] == '&') &&
		    strchr(at, '&') == NULL)
			return (at);
	return (NULL);
}

static enum step
admit_ticket(struct ctx *c, const char *ticket)
{
	const char *rest;
	char *hash = arena_alloc(&c->arena, SEAL_HASH_LEN);

	seal_secret_hash(ticket + 7, strlen(ticket + 7), hash);
	rest = ticket == c->query ?
	    NULL :
	    arena_strndup(&c->arena, c->query, (size_t)(ticket - c->query) - 1);
	c->query = rest;
	ctx_bind(c, "code_hash", hash);
	ctx_bind(c, "path",
	    rest == NULL ? c->path :
	                   arena_printf(&c->arena, "%s?%s", c->path, rest));
	return (ctx_send(c, &q_ticket_use, take_ticket));
}

static void
take_ticket(struct ctx *c, struct db_answer *a)
{
	if (ctx_failed(c, a))
		return;
	if (db_rows(a) == 0) {
		refuse(c);
		return;
	}
	memcpy(c->who.staff, db_text(a, 0, 0), UUID_LEN);
	memcpy(c->who.session, db_text(a, 0, 1), UUID_LEN);
	c->who.epoch = (int)db_number(a, 0, 2);
	admitted(c);
}

static enum step
admitted(struct ctx *c)
{
	if (!pulse_fresh())
		return (problem(c, P_DATABASE_AWAY, NULL));
	if (pulse_revoked(&c->who))
		return (refuse(c));
	if (limit_admit(c) == STEP_DONE)
		return (STEP_DONE);
	return (scoped(c));
}

/*
 * What a machine's key is for. Its scopes name the first part of the path;
 * writing means reading too. Nothing of accounts, and nothing that signs.
 */
static enum step
scoped(struct ctx *c)
{
	const char *s = c->scopes, *part, *end;
	int reads = c->method == GET || c->method == HEAD;
	size_t n;

	if (s == NULL)
		return (STEP_MORE);
	part = strncmp(c->path, "/v1/", 4) == 0 ? c->path + 4 : c->path;
	n = strcspn(part, "/");
	if ((c->route->flags & (ROUTE_SECRET | ROUTE_SIGN)) != 0)
		return (problem(c, P_FORBIDDEN, "not by a machine"));
	if ((n == 2 && memcmp(part, "me", 2) == 0 && reads) ||
	    (n == 5 && memcmp(part, "batch", 5) == 0) ||
	    (n == 3 && memcmp(part, "can", 3) == 0))
		return (STEP_MORE);
	for (s++; *s != '\0'; s = end + (*end == ',')) {
		end = s + strcspn(s, ",}");
		if (((size_t)(strchr(s, ':') - s) == n &&
		        memcmp(s, part, n) == 0) ||
		    strncmp(s, "*:", 2) == 0) {
			if (reads || end[-1] == 'e') /* …:write */
				return (STEP_MORE);
		}
		if (*end == '}')
			break;
	}
	return (problem(c, P_FORBIDDEN, "outside the key's scopes"));
}

static enum step
refuse(struct ctx *c)
{
	c->who.staff[0] = '\0';
	c->who.session[0] = '\0';
	if (limit_admit(c) == STEP_DONE)
		return (STEP_DONE);
	return (problem(c, P_UNAUTHENTICATED, NULL));
}
