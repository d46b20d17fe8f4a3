/*
 * Access tokens on libjwt. libjwt checks the signature; everything it leaves
 * open is decided before it is asked (shape, encoding, header) or after
 * (claims). Signatures have one form only: s in the lower half of the order
 * (both halves verify), base64url without spare bits.
 */
#include <stdlib.h>
#include <string.h>

#include <jwt.h>
#include <openssl/sha.h>
#include <sodium.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/keys.h"
#include "core/token.h"

#define B64 sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define SEEN 8192 /* remembered tokens; a power of two */

struct seen {
	unsigned char hash[32];
	const char *issuer; /* whom it was verified for */
	const char *audience;
	struct token token; /* expires 0 = free */
};
static struct seen *seen;

/* The order n of P-256, and its half. */
static const unsigned char order[32] = { 0xff, 0xff, 0xff, 0xff, 0x00, 0x00,
	0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
	0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
	0x25, 0x51 };
static const unsigned char half[32] = { 0x7f, 0xff, 0xff, 0xff, 0x80, 0x00,
	0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73,
	0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31,
	0x92, 0xa8 };

static int token_check(const char *, size_t, const char *, const char *,
    struct token *);
static const struct signing_key *token_header(const char *, size_t);
static int token_claims(const char *, size_t, const char *, const char *,
    struct token *);
static json_t *token_part(const char *, size_t);
static int token_signature(const char *, size_t);
static char *token_lower_s(char *);
static int is_text(const json_t *, const char *, const char *);

char *
token_sign(const struct token *t, const char *issuer, const char *audience)
{
	const struct signing_key *k = keys_active();
	char jti[UUID_LEN + 1], *text = NULL;
	int64_t now = clock_real_ms() / 1000;
	jwt_t *jwt;

	uuid_new(jti);
	if (jwt_new(&jwt) != 0)
		return (NULL);
	if (jwt_add_header(jwt, "kid", k->kid) == 0 &&
	    jwt_add_grant(jwt, "iss", issuer) == 0 &&
	    jwt_add_grant(jwt, "aud", audience) == 0 &&
	    jwt_add_grant(jwt, "sub", t->staff) == 0 &&
	    jwt_add_grant(jwt, "sid", t->session) == 0 &&
	    jwt_add_grant(jwt, "jti", jti) == 0 &&
	    jwt_add_grant_int(jwt, "epoch", t->epoch) == 0 &&
	    jwt_add_grant_int(jwt, "iat", (long)now) == 0 &&
	    jwt_add_grant_int(jwt, "nbf", (long)now) == 0 &&
	    jwt_add_grant_int(jwt, "exp", (long)t->expires) == 0 &&
	    jwt_set_alg(jwt, JWT_ALG_ES256,
	        (const unsigned char *)k->private_pem,
	        (int)strlen(k->private_pem)) == 0)
		text = token_lower_s(jwt_encode_str(jwt));
	jwt_free(jwt);
	return (text);
}

int
token_verify(const char *text, size_t n, const char *issuer,
    const char *audience, struct token *out)
{
	int64_t now = clock_real_ms() / 1000;
	unsigned char hash[32];
	struct seen *s;
	unsigned slot;

	if (n == 0 || n > TOKEN_MAX)
		return (-1);
	if (seen == NULL && (seen = calloc(SEEN, sizeof(*seen))) == NULL)
		return (-1);
	SHA256((const unsigned char *)text, n, hash);
	memcpy(&slot, hash, sizeof(slot));
	s = &seen[slot & (SEEN - 1)];
	if (s->token.expires == 0 || memcmp(s->hash, hash, 32) != 0 ||
	    s->issuer != issuer || s->audience != audience) {
		if (token_check(text, n, issuer, audience, out) == -1)
			return (-1);
		memcpy(s->hash, hash, 32);
		s->issuer = issuer;
		s->audience = audience;
		s->token = *out;
		return (0);
	}
	if (now - TOKEN_SKEW_S > s->token.expires)
		return (-1);
	*out = s->token;
	return (0);
}

void
token_forget(void)
{
	if (seen != NULL)
		memset(seen, 0, SEEN * sizeof(*seen));
}

static int
token_check(const char *text, size_t n, const char *issuer,
    const char *audience, struct token *out)
{
	const struct signing_key *k;
	const char *dot1, *dot2;
	char copy[TOKEN_MAX + 1];
	jwt_t *jwt = NULL;
	size_t i;
	int r;

	for (i = 0; i < n; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
		           "wxyz0123456789-_.",
		        text[i]) == NULL ||
		    text[i] == '\0')
			return (-1);
	memcpy(copy, text, n);
	copy[n] = '\0';
	if ((dot1 = strchr(copy, '.')) == NULL ||
	    (dot2 = strchr(dot1 + 1, '.')) == NULL ||
	    strchr(dot2 + 1, '.') != NULL)
		return (-1);
	if ((k = token_header(copy, (size_t)(dot1 - copy))) == NULL ||
	    token_signature(dot2 + 1, strlen(dot2 + 1)) == -1)
		return (-1);
	r = jwt_decode(&jwt, copy, (const unsigned char *)k->public_pem,
	    (int)strlen(k->public_pem));
	if (r != 0 || jwt_get_alg(jwt) != JWT_ALG_ES256) {
		jwt_free(jwt);
		return (-1);
	}
	jwt_free(jwt);
	return (token_claims(dot1 + 1, (size_t)(dot2 - dot1 - 1), issuer,
	    audience, out));
}

/* alg, typ (libjwt writes JWT) and kid, and not a member more: no key ever
 * comes with a token. */
static const struct signing_key *
token_header(const char *text, size_t n)
{
	const struct signing_key *k = NULL;
	const char *kid;
	json_t *h;

	if ((h = token_part(text, n)) == NULL)
		return (NULL);
	kid = json_string_value(json_object_get(h, "kid"));
	if (json_object_size(h) == 3 && kid != NULL &&
	    is_text(h, "alg", "ES256") && is_text(h, "typ", "JWT"))
		k = keys_find(kid, strlen(kid));
	json_decref(h);
	return (k);
}

static int
token_claims(const char *text, size_t n, const char *issuer,
    const char *audience, struct token *out)
{
	json_t *c, *exp, *nbf, *iat, *epoch, *sub, *sid;
	int64_t now = clock_real_ms() / 1000;
	int r = -1;

	if ((c = token_part(text, n)) == NULL)
		return (-1);
	exp = json_object_get(c, "exp");
	nbf = json_object_get(c, "nbf");
	iat = json_object_get(c, "iat");
	epoch = json_object_get(c, "epoch");
	sub = json_object_get(c, "sub");
	sid = json_object_get(c, "sid");
	if (!is_text(c, "iss", issuer) || !is_text(c, "aud", audience) ||
	    !json_is_string(json_object_get(c, "jti")) ||
	    !json_is_integer(exp) || !json_is_integer(nbf) ||
	    !json_is_integer(iat) || !json_is_integer(epoch) ||
	    !json_is_string(sub) || !json_is_string(sid) ||
	    !uuid_valid(json_string_value(sub), json_string_length(sub)) ||
	    !uuid_valid(json_string_value(sid), json_string_length(sid)))
		goto out;
	if (json_integer_value(exp) <= 0 ||
	    now - TOKEN_SKEW_S > json_integer_value(exp) ||
	    now + TOKEN_SKEW_S < json_integer_value(nbf) ||
	    now + TOKEN_SKEW_S < json_integer_value(iat))
		goto out;
	memset(out, 0, sizeof(*out));
	memcpy(out->staff, json_string_value(sub), UUID_LEN);
	memcpy(out->session, json_string_value(sid), UUID_LEN);
	out->epoch = (int)json_integer_value(epoch);
	out->expires = json_integer_value(exp);
	r = 0;
out:
	json_decref(c);
	return (r);
}

/* A part as a JSON object; refused unless encoded in the one way. */
static json_t *
token_part(const char *text, size_t n)
{
	unsigned char raw[TOKEN_MAX];
	enum json_fault fault;
	size_t len;
	int line, column;
	json_t *v;

	if (sodium_base642bin(raw, sizeof(raw), text, n, NULL, &len, NULL,
	        B64) == -1)
		return (NULL);
	v = json_read((const char *)raw, len, &fault, &line, &column);
	if (v != NULL && !json_is_object(v)) {
		json_decref(v);
		return (NULL);
	}
	return (v);
}

static int
token_signature(const char *text, size_t n)
{
	unsigned char raw[80];
	size_t len;

	if (sodium_base642bin(raw, sizeof(raw), text, n, NULL, &len, NULL,
	        B64) == -1 ||
	    len != 64)
		return (-1);
	return (memcmp(raw + 32, half, 32) <= 0 ? 0 : -1);
}

/* Takes libjwt's text, gives one of our own with s in the lower half. */
static char *
token_lower_s(char *encoded)
{
	unsigned char raw[64];
	char *text, *sig;
	int i, borrow = 0, d;
	size_t len;

	if (encoded == NULL)
		return (NULL);
	text = strdup(encoded);
	free(encoded);
	if (text == NULL)
		return (NULL);
	sig = strrchr(text, '.') + 1;
	if (sodium_base642bin(raw, sizeof(raw), sig, strlen(sig), NULL, &len,
	        NULL, B64) == -1 ||
	    len != 64) {
		free(text);
		return (NULL);
	}
	if (memcmp(raw + 32, half, 32) > 0) {
		for (i = 31; i >= 0; i--) {
			d = order[i] - raw[32 + i] - borrow;
			borrow = d < 0;
			raw[32 + i] = (unsigned char)d;
		}
		sodium_bin2base64(sig, strlen(sig) + 1, raw, 64, B64);
	}
	return (text);
}

static int
is_text(const json_t *o, const char *name, const char *value)
{
	const char *s = json_string_value(json_object_get(o, name));

	return (s != NULL && strcmp(s, value) == 0);
}
