/*
 * The page is whole in itself: it loads nothing but the OpenAPI document, and
 * its policy names its one script and one style by their hashes.
 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/log.h"
#include "http/docs.h"
#include "http/problem.h"
#include "http/reply.h"

#define HASH_LEN 48 /* of base64, and more */

extern const char docs_html[];
extern const unsigned docs_html_len;

static char policy[512];

static void hash_of(const char *, char *);
static enum step page_send(struct ctx *, const char *);

/* clang-format off */
const struct field docs_problem_fields[] = {
	{ .name = "type", .type = F_TEXT, .flags = FIELD_EMPTY,
	    .eg = "/problems/stale_version" },
	{ .name = "title", .type = F_TEXT, .flags = FIELD_EMPTY,
	    .eg = "Dữ liệu đã được người khác sửa | Somebody else has changed it meanwhile",
	    .doc = "Điều xảy ra, một câu | What happened, in a sentence" },
	{ .name = "status", .type = F_INT, .flags = FIELD_EMPTY, .eg = "412" },
	{ .name = "code", .type = F_TEXT, .flags = FIELD_EMPTY,
	    .eg = "stale_version" },
	{ .name = "advice", .type = F_TEXT, .flags = FIELD_EMPTY,
	    .doc = "Nên làm gì | What to do" },
	{ .name = NULL }
};
/* clang-format on */

void
docs_init(void)
{
	char script[HASH_LEN], style[HASH_LEN];

	hash_of("script", script);
	hash_of("style", style);
	snprintf(policy, sizeof(policy),
	    "default-src 'none'; script-src 'sha256-%s'; style-src 'sha256-%s';"
	    " connect-src 'self'; img-src data:; base-uri 'none';"
	    " form-action 'none'; frame-ancestors 'none'",
	    script, style);
}

enum step
docs_get(struct ctx *c)
{
	return (page_send(c, "public, max-age=300"));
}

enum step
docs_problem(struct ctx *c)
{
	const char *accept = c->fields[HEADER_ACCEPT];
	enum problem p;
	struct buf b;

	for (p = 0; p < PROBLEM_COUNT; p++)
		if (strcmp(problem_code(p), c->args[0]) == 0)
			break;
	if (p == PROBLEM_COUNT)
		return (problem(c, P_NOT_FOUND, NULL));
	if (accept != NULL && strstr(accept, "text/html") != NULL)
		return (page_send(c, "private, no-cache"));
	buf_init(&b, &c->arena, 512);
	buf_printf(&b,
	    "{\"type\":\"/problems/%s\",\"title\":", problem_code(p));
	buf_json(&b, problem_text(p, c->lang));
	buf_printf(&b,
	    ",\"status\":%d,\"code\":\"%s\",\"advice\":", problem_status(p),
	    problem_code(p));
	buf_json(&b, problem_advice(p, c->lang));
	buf_putc(&b, '}');
	return (reply(c, 200, b.data, b.len));
}

static enum step
page_send(struct ctx *c, const char *cache)
{
	c->policy = policy;
	return (reply_document(c, "text/html; charset=utf-8", docs_html,
	    docs_html_len, cache));
}

/* What stands between <tag> and </tag>, hashed as CSP wants it. */
static void
hash_of(const char *tag, char *out)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char open[16], close[16];
	const char *from, *to;

	snprintf(open, sizeof(open), "<%s>", tag);
	snprintf(close, sizeof(close), "</%s>", tag);
	if ((from = strstr(docs_html, open)) == NULL ||
	    (to = strstr(from, close)) == NULL)
		fatal("docs.html has no %s", open);
	from += strlen(open);
	crypto_hash_sha256(hash, (const unsigned char *)from,
	    (unsigned long long)(to - from));
	sodium_bin2base64(out, HASH_LEN, hash, sizeof(hash),
	    sodium_base64_VARIANT_ORIGINAL);
}
