/*
 * Mail over SMTP, by libcurl. One connection is kept and used again. The
 * server's last word decides: 2xx is sent, 5xx is final, anything else -
 * refused, cut off, silent - is tried again.
 */
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "core/arena.h"
#include "core/config.h"
#include "core/log.h"
#include "channels/channel.h"
#include "channels/message.h"

#define CONNECT_S 10L
#define TOTAL_S 30L /* well within a job's lease */

struct reading {
	const char *data;
	size_t left;
};

static enum sent smtp_send(const struct letter *, char *, size_t);
static CURL *smtp_handle(void);
static size_t smtp_read(char *, size_t, size_t, void *);

const struct channel channel_smtp = { "smtp", smtp_send };

static enum sent
smtp_send(const struct letter *l, char *said, size_t cap)
{
	struct curl_slist *to = NULL;
	char error[CURL_ERROR_SIZE] = "", from[300], rcpt[300];
	struct reading r;
	struct arena a;
	struct buf b;
	CURLcode code;
	long status = 0;
	CURL *h;

	arena_init(&a, NULL, 0);
	buf_init(&b, &a, 4096);
	message_write(&b, l);
	r.data = b.data;
	r.left = b.len;
	snprintf(from, sizeof(from), "<%s>", config_text(CFG_MAIL_FROM));
	snprintf(rcpt, sizeof(rcpt), "<%.*s>", (int)strcspn(l->to, "<>\r\n "),
	    l->to);
	to = curl_slist_append(to, rcpt);
	h = smtp_handle();
	curl_easy_setopt(h, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(h, CURLOPT_READDATA, &r);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, error);
	code = curl_easy_perform(h);
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, NULL);
	curl_slist_free_all(to);
	arena_fini(&a);
	snprintf(said, cap, "%ld %s", status,
	    code == CURLE_OK   ? "accepted" :
	        *error != '\0' ? error :
	                         curl_easy_strerror(code));
	if (code == CURLE_OK)
		return (SENT_OK);
	return (status >= 500 && status < 600 ? SENT_PERMFAIL : SENT_TEMPFAIL);
}

static CURL *
smtp_handle(void)
{
	static CURL *h;
	const char *tls = config_text(CFG_SMTP_TLS);

	if (h != NULL)
		return (h);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (h = curl_easy_init()) == NULL)
		fatal("libcurl cannot start");
	curl_easy_setopt(h, CURLOPT_URL, config_text(CFG_SMTP_URL));
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(h, CURLOPT_READFUNCTION, smtp_read);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, TOTAL_S);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_MAXAGE_CONN, 60L);
	curl_easy_setopt(h, CURLOPT_USE_SSL,
	    strcmp(tls, "require") == 0  ? (long)CURLUSESSL_ALL :
	        strcmp(tls, "none") == 0 ? (long)CURLUSESSL_NONE :
	                                   (long)CURLUSESSL_TRY);
	if (strcmp(tls, "try") == 0) {
		/* opportunistic: better than nothing, never a promise */
		curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (*config_text(CFG_SMTP_USER) != '\0') {
		curl_easy_setopt(h, CURLOPT_USERNAME,
		    config_text(CFG_SMTP_USER));
		curl_easy_setopt(h, CURLOPT_PASSWORD,
		    config_text(CFG_SMTP_PASSWORD));
	}
	return (h);
}

static size_t
smtp_read(char *out, size_t size, size_t n, void *arg)
{
	struct reading *r = arg;
	size_t take = size * n < r->left ? size * n : r->left;

	memcpy(out, r->data, take);
	r->data += take;
	r->left -= take;
	return (take);
}
