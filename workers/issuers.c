/*
 * Issuers: the one process that talks to identity providers. It reads their
 * documents and keys every five minutes, or when the API has met a key it does
 * not know, and takes codes to them. The API waits for rows, never for a peer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "channels/fetch.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/issuer.h"
#include "core/json.h"
#include "core/log.h"
#include "core/redis_s.h"
#include "core/uuid.h"
#include "queries.h"
#include "worker.h"

#define PAUSE_MS 250
#define LOOK_MS 1000 /* without being woken */
#define CODES 20

struct due {
	const struct issuer *issuers[8];
	int n;
};
struct code {
	char id[UUID_LEN + 1];
	const struct issuer *issuer;
	json_t *asked;
	json_t *document;
};
struct codes {
	struct code list[CODES];
	int n;
};

static void read_due(struct worker *);
static void read_issuer(struct worker *, const struct issuer *);
static json_t *fetch_json(const struct fetch *);
static void take_due(void *, struct db_answer *);
static void carry_codes(struct worker *);
static void take_codes(void *, struct db_answer *);
static json_t *code_answer(const struct code *);
static json_t *userinfo(const struct code *, const char *);

int
main(void)
{
	struct worker w;

	worker_init(&w, "issuers", "camket_worker");
	issuer_load();
	log_info("started", "issuers");
	while (!worker_stopping()) {
		if (issuer_at(0) == NULL) {
			worker_pause(LOOK_MS);
			continue;
		}
		read_due(&w);
		carry_codes(&w);
		if (w.redis == NULL ||
		    redis_listen_s(w.redis, "wake:issuers", LOOK_MS) == -1)
			worker_pause(PAUSE_MS);
	}
	log_info("stopped", "issuers");
	worker_fini(&w);
	return (0);
}

static void
read_due(struct worker *w)
{
	struct due due = { .n = 0 };
	const char *v[1];
	struct arena a;
	struct buf urls;
	int i;

	arena_init(&a, NULL, 0);
	buf_init(&urls, &a, 512);
	for (i = 0; issuer_at(i) != NULL; i++) {
		buf_putc(&urls, i == 0 ? '{' : ',');
		buf_json(&urls, issuer_at(i)->url);
	}
	buf_putc(&urls, '}');
	v[0] = urls.data;
	if (db_run_s(w, &q_issuer_due, v, take_due, &due) == DB_OK)
		for (i = 0; i < due.n; i++)
			read_issuer(w, due.issuers[i]);
	arena_fini(&a);
}

static void
take_due(void *arg, struct db_answer *a)
{
	struct due *due = arg;
	int i;

	for (i = 0; i < db_rows(a) && due->n < 8; i++)
		if ((due->issuers[due->n] = issuer_find(db_text(a, i, 0))) !=
		    NULL)
			due->n++;
}

/* Its discovery document, which must be its own, and the keys it names. */
static void
read_issuer(struct worker *w, const struct issuer *is)
{
	const char *v[4] = { is->url, NULL, NULL, NULL }, *own, *at;
	char url[600], *texts[2] = { NULL, NULL };
	struct fetch f = { .url = url };
	json_t *doc, *keys = NULL;

	snprintf(url, sizeof(url), "%.*s/.well-known/openid-configuration",
	    (int)(strlen(is->url) -
	        (is->url[strlen(is->url) - 1] == '/' ? 1 : 0)),
	    is->url);
	doc = fetch_json(&f);
	own = json_string_value(json_object_get(doc, "issuer"));
	at = json_string_value(json_object_get(doc, "jwks_uri"));
	if (own == NULL || strcmp(own, is->url) != 0 || at == NULL)
		v[3] = "its configuration cannot be read";
	else {
		f.url = at;
		keys = fetch_json(&f);
		if (!json_is_array(json_object_get(keys, "keys")))
			v[3] = "its keys cannot be read";
	}
	if (v[3] == NULL) {
		v[1] = texts[0] = json_text(doc);
		v[2] = texts[1] = json_text(keys);
	} else
		log_warn("issuer", "%s: %s", is->url, v[3]);
	(void)db_run_s(w, &q_issuer_read, v, NULL, NULL);
	free(texts[0]);
	free(texts[1]);
	json_decref(doc);
	json_decref(keys);
}

/* A JSON object, or NULL. */
static json_t *
fetch_json(const struct fetch *f)
{
	json_t *v = NULL;
	struct arena a;
	struct buf b;

	arena_init(&a, NULL, 0);
	buf_init(&b, &a, 4096);
	if (fetch(f, &b) == 200)
		v = json_loadb(b.data, b.len, 0, NULL);
	arena_fini(&a);
	if (v != NULL && !json_is_object(v)) {
		json_decref(v);
		return (NULL);
	}
	return (v);
}

static void
carry_codes(struct worker *w)
{
	struct codes codes = { .n = 0 };
	const char *v[2];
	json_t *answer;
	char *text;
	int i;

	if (db_run_s(w, &q_exchange_open_list, NULL, take_codes, &codes) !=
	    DB_OK)
		return;
	for (i = 0; i < codes.n; i++) {
		answer = code_answer(&codes.list[i]);
		text = json_text(answer);
		v[0] = codes.list[i].id;
		v[1] = text;
		(void)db_run_s(w, &q_exchange_answer, v, NULL, NULL);
		free(text);
		json_decref(answer);
		json_decref(codes.list[i].asked);
		json_decref(codes.list[i].document);
	}
}

static void
take_codes(void *arg, struct db_answer *a)
{
	struct codes *codes = arg;
	struct code *c;
	int i;

	for (i = 0; i < db_rows(a) && codes->n < CODES; i++) {
		c = &codes->list[codes->n];
		snprintf(c->id, sizeof(c->id), "%s", db_text(a, i, 0));
		if ((c->issuer = issuer_find(db_text(a, i, 1))) == NULL)
			continue;
		c->asked = json_loads(db_text(a, i, 2), 0, NULL);
		c->document = json_loads(db_text(a, i, 3), 0, NULL);
		codes->n++;
	}
}

/* {"id_token"}, or {"claims"} where the issuer gives opaque tokens only. */
static json_t *
code_answer(const struct code *c)
{
	struct fetch f = { .url = json_string_value(json_object_get(c->document,
		               "token_endpoint")) };
	json_t *tokens, *answer = json_object(), *id;
	const char *name, *access;
	json_t *value;
	struct arena a;
	struct buf form;

	if (f.url == NULL)
		return (answer);
	arena_init(&a, NULL, 0);
	buf_init(&form, &a, 1024);
	fetch_form(&form, "grant_type", "authorization_code");
	json_object_foreach(c->asked, name, value)
	{
		if (json_is_string(value))
			fetch_form(&form, name, json_string_value(value));
	}
	if (*c->issuer->secret != '\0') {
		f.user = c->issuer->client;
		f.password = c->issuer->secret;
	} else
		fetch_form(&form, "client_id", c->issuer->client);
	f.form = form.data;
	tokens = fetch_json(&f);
	id = json_object_get(tokens, "id_token");
	access = json_string_value(json_object_get(tokens, "access_token"));
	if (json_is_string(id))
		json_object_set(answer, "id_token", id);
	else if (access != NULL && (value = userinfo(c, access)) != NULL)
		json_object_set_new(answer, "claims", value);
	json_decref(tokens);
	arena_fini(&a);
	return (answer);
}

static json_t *
userinfo(const struct code *c, const char *access)
{
	struct fetch f = { .url = json_string_value(json_object_get(c->document,
		               "userinfo_endpoint")),
		.bearer = access };

	return (f.url != NULL ? fetch_json(&f) : NULL);
}
