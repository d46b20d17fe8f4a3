/* Documents of others; see fetch.h. */
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "core/log.h"
#include "channels/fetch.h"

#define FETCH_MAX (1024 * 1024)

static size_t fetch_take(char *, size_t, size_t, void *);
static int fetch_may(const char *);

long
fetch(const struct fetch *f, struct buf *out)
{
	struct curl_slist *headers = NULL;
	char line[4200];
	long status = 0;
	CURL *h;

	if (!fetch_may(f->url) || (h = curl_easy_init()) == NULL)
		return (0);
	headers = curl_slist_append(headers, "Accept: application/json");
	if (f->bearer != NULL) {
		snprintf(line, sizeof(line), "Authorization: Bearer %s",
		    f->bearer);
		headers = curl_slist_append(headers, line);
	}
	curl_easy_setopt(h, CURLOPT_URL, f->url);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, fetch_take);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, out);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, 3L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, 5L);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	if (f->form != NULL)
		curl_easy_setopt(h, CURLOPT_COPYPOSTFIELDS, f->form);
	if (f->user != NULL) {
		curl_easy_setopt(h, CURLOPT_USERNAME, f->user);
		curl_easy_setopt(h, CURLOPT_PASSWORD, f->password);
	}
	if (curl_easy_perform(h) == CURLE_OK)
		curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(h);
	curl_slist_free_all(headers);
	return (status);
}

void
fetch_form(struct buf *b, const char *name, const char *value)
{
	char *text = curl_easy_escape(NULL, value, 0);

	if (text == NULL)
		fatal("out of memory");
	buf_printf(b, "%s%s=%s", b->len > 0 ? "&" : "", name, text);
	curl_free(text);
}

static size_t
fetch_take(char *data, size_t size, size_t n, void *arg)
{
	struct buf *b = arg;

	if (b->len + size * n > FETCH_MAX)
		return (0); /* ends the transfer */
	buf_put(b, data, size * n);
	return (size * n);
}

/* In clear text only where nobody else can listen. */
static int
fetch_may(const char *url)
{
	return (strncmp(url, "https://", 8) == 0 ||
	    strncmp(url, "http://127.0.0.1:", 17) == 0 ||
	    strncmp(url, "http://localhost:", 17) == 0);
}
