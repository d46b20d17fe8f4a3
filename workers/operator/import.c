/* import plan FILE: through the service, as the clerk of the issuing unit, so
 * that checks, rights and the trail are the usual ones. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/config.h"
#include "operator/command.h"
#include "operator/token.h"
#include "queries.h"

static size_t take_body(char *, size_t, size_t, void *);
static long post(const char *, const char *, const char *, struct buf *);
static void report(const json_t *);

int
import_command(struct worker *w, int argc, char **argv)
{
	const char *as = option(argc, argv, "as"), *unit;
	char user[80], url[600], *token, *text;
	const char *v[2];
	struct buf said;
	struct arena a;
	json_t *doc, *answer;
	json_error_t e;
	long status;

	if (argc < 2 || strcmp(argv[0], "plan") != 0)
		return (complain("import plan FILE [--dry-run] [--as USER]"));
	if ((doc = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &e)) == NULL)
		return (complain("%s: line %d: %s", argv[1], e.line, e.text));
	unit = json_string_value(json_object_get(doc, "issuer_unit_code"));
	if (as == NULL) {
		if (unit == NULL || worker_clock(w) == -1)
			return (complain("no issuer_unit_code; say --as "
			                 "USER"));
		v[0] = w->today;
		v[1] = unit;
		if (ask(w, &q_clerk_of, v, user, sizeof(user)) != 1)
			return (complain("nobody drafts for %s; say --as "
			                 "USER",
			    unit));
		as = user;
	}
	if ((token = token_for(w, as)) == NULL)
		return (complain("there is no active account \"%s\"", as));
	snprintf(url, sizeof(url), "%s%s/v1/plans/import%s",
	    *config_text(CFG_URL) != '\0' ? config_text(CFG_URL) :
	                                    "http://127.0.0.1:",
	    *config_text(CFG_URL) != '\0' ? "" : config_text(CFG_PORT),
	    flag(argc, argv, "dry-run") ? "?dry_run=true" : "");
	text = json_dumps(doc, JSON_COMPACT);
	arena_init(&a, NULL, 0);
	buf_init(&said, &a, 4096);
	status = post(url, token, text, &said);
	answer = json_loadb(said.data, said.len, 0, NULL);
	if (status == 200 || status == 201)
		printf("%s, as %s\n",
		    status == 201 ? "imported" : "would be imported", as);
	else
		complain(status == 0 ? "%s does not answer" :
		                       "%s refuses the plan",
		    url);
	report(answer);
	json_decref(answer);
	json_decref(doc);
	free(text);
	free(token);
	arena_fini(&a);
	return (status == 200 || status == 201 ? 0 : 1);
}

/* Status, or 0 when nobody answers. */
static long
post(const char *url, const char *token, const char *text, struct buf *said)
{
	struct curl_slist *h = NULL;
	char bearer[4200];
	long status = 0;
	CURL *c;

	snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s", token);
	h = curl_slist_append(h, bearer);
	h = curl_slist_append(h, "Content-Type: application/json");
	if ((c = curl_easy_init()) == NULL)
		return (0);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, h);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, text);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)strlen(text));
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, said);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 60L);
	if (curl_easy_perform(c) == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(h);
	curl_easy_cleanup(c);
	return (status);
}

static size_t
take_body(char *data, size_t size, size_t n, void *arg)
{
	buf_put(arg, data, size * n);
	return (size * n);
}

static void
report(const json_t *answer)
{
	const char *lists[] = { "errors", "warnings" };
	const json_t *list, *x, *v;
	size_t i, k;

	v = json_object_get(answer, "title");
	if (json_object_get(answer, "code") != NULL && v != NULL)
		printf("%s\n", json_string_value(v));
	for (k = 0; k < 2; k++) {
		list = json_object_get(answer, lists[k]);
		json_array_foreach(list, i, x)
		{
			v = json_object_get(x, "detail");
			printf("  %s  %s  %s\n",
			    json_string_value(json_object_get(x, "pointer")),
			    json_string_value(json_object_get(x, "code")),
			    json_is_string(v) ? json_string_value(v) : "");
		}
	}
}
