/* Identity providers; see issuer.h. Signatures are OpenSSL's. */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/issuer.h"
#include "core/json.h"
#include "core/log.h"

#define B64 sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define ISSUERS_MAX 8
#define TOKEN_MAX 8192
#define SKEW_S 60

static struct issuer issuers[ISSUERS_MAX];
static int nissuers;

static const char *text_of(const json_t *, const char *, const char *);
static json_t *token_json(const char *, size_t);
static size_t token_bytes(const char *, size_t, unsigned char *, size_t);
static const json_t *key_find(const json_t *, const char *, const char *);
static EVP_PKEY *key_make(const json_t *);
static EVP_PKEY *key_build(const char *, OSSL_PARAM_BLD *);
static int signature_fits(EVP_PKEY *, int, const char *, size_t, const char *);
static int claims_fit(const struct issuer *, const json_t *, const char *);

void
issuer_load(void)
{
	const char *path = config_text(CFG_OIDC_FILE);
	const json_t *x;
	json_error_t e;
	json_t *list;
	size_t i;

	if (*path == '\0')
		return;
	if ((list = json_load_file(path, JSON_REJECT_DUPLICATES, &e)) == NULL)
		fatal("CAMKET_OIDC_FILE: %s: line %d: %s", path, e.line,
		    e.text);
	if (!json_is_array(list) || json_array_size(list) > ISSUERS_MAX)
		fatal("CAMKET_OIDC_FILE: not a list of up to %d", ISSUERS_MAX);
	json_array_foreach(list, i, x)
	{
		issuers[i].url = text_of(x, "issuer", NULL);
		issuers[i].client = text_of(x, "client_id", NULL);
		issuers[i].name = text_of(x, "name", issuers[i].url);
		issuers[i].secret = text_of(x, "client_secret", "");
		issuers[i].claim = text_of(x, "claim", "");
		nissuers++;
	}
	json_decref(list);
}

const struct issuer *
issuer_at(int i)
{
	return (i < nissuers ? &issuers[i] : NULL);
}

const struct issuer *
issuer_find(const char *url)
{
	int i;

	for (i = 0; i < nissuers; i++)
		if (strcmp(issuers[i].url, url) == 0)
			return (&issuers[i]);
	return (NULL);
}

json_t *
issuer_identity(const struct issuer *is, const json_t *keys, const char *token,
    const char *nonce, int *unknown_r)
{
	const char *dot1, *dot2, *alg;
	json_t *head, *claims = NULL;
	const json_t *jwk;
	EVP_PKEY *key;

	*unknown_r = 0;
	if (strlen(token) > TOKEN_MAX || (dot1 = strchr(token, '.')) == NULL ||
	    (dot2 = strchr(dot1 + 1, '.')) == NULL ||
	    strchr(dot2 + 1, '.') != NULL ||
	    (head = token_json(token, (size_t)(dot1 - token))) == NULL)
		return (NULL);
	alg = json_string_value(json_object_get(head, "alg"));
	if (alg == NULL || json_object_get(head, "crit") != NULL ||
	    (strcmp(alg, "RS256") != 0 && strcmp(alg, "ES256") != 0)) {
		json_decref(head);
		return (NULL);
	}
	jwk = key_find(keys, alg,
	    json_string_value(json_object_get(head, "kid")));
	*unknown_r = jwk == NULL;
	if (jwk != NULL && (key = key_make(jwk)) != NULL) {
		if (signature_fits(key, alg[0] == 'E', token,
		        (size_t)(dot2 - token), dot2 + 1))
			claims = token_json(dot1 + 1,
			    (size_t)(dot2 - dot1 - 1));
		EVP_PKEY_free(key);
	}
	json_decref(head);
	if (claims != NULL && !claims_fit(is, claims, nonce)) {
		json_decref(claims);
		return (NULL);
	}
	return (claims);
}

/* A member that must be text; def NULL: it must be there. */
static const char *
text_of(const json_t *o, const char *name, const char *def)
{
	const char *s = json_string_value(json_object_get(o, name));

	if (s == NULL && (s = def) == NULL)
		fatal("CAMKET_OIDC_FILE: an issuer without %s", name);
	return (xstrdup(s));
}

static size_t
token_bytes(const char *text, size_t n, unsigned char *out, size_t cap)
{
	size_t len;

	if (sodium_base642bin(out, cap, text, n, NULL, &len, NULL, B64) == -1)
		return (0);
	return (len);
}

static json_t *
token_json(const char *text, size_t n)
{
	unsigned char raw[TOKEN_MAX];
	enum json_fault fault;
	int line, column;
	json_t *v;
	size_t len;

	if ((len = token_bytes(text, n, raw, sizeof(raw))) == 0)
		return (NULL);
	v = json_read((const char *)raw, len, &fault, &line, &column);
	if (v != NULL && !json_is_object(v)) {
		json_decref(v);
		return (NULL);
	}
	return (v);
}

/* The key of this kid whose type is the algorithm's; of several without a
 * kid, none. */
static const json_t *
key_find(const json_t *keys, const char *alg, const char *kid)
{
	const char *type = alg[0] == 'E' ? "EC" : "RSA", *own, *use, *kty;
	const json_t *k, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(keys, "keys"), i, k)
	{
		kty = json_string_value(json_object_get(k, "kty"));
		use = json_string_value(json_object_get(k, "use"));
		own = json_string_value(json_object_get(k, "kid"));
		if (kty == NULL || strcmp(kty, type) != 0 ||
		    (use != NULL && strcmp(use, "sig") != 0))
			continue;
		if (kid != NULL && (own == NULL || strcmp(own, kid) != 0))
			continue;
		if (found != NULL)
			return (NULL);
		found = k;
	}
	return (found);
}

/* RSA of 2048 bits and more, or a point of P-256. */
static EVP_PKEY *
key_make(const json_t *k)
{
	const char *n = json_string_value(json_object_get(k, "n"));
	const char *e = json_string_value(json_object_get(k, "e"));
	const char *x = json_string_value(json_object_get(k, "x"));
	const char *y = json_string_value(json_object_get(k, "y"));
	const char *crv = json_string_value(json_object_get(k, "crv"));
	unsigned char a[1024], b[1024], point[65];
	BIGNUM *bn = NULL, *be = NULL;
	OSSL_PARAM_BLD *bld;
	EVP_PKEY *key = NULL;
	size_t na, nb;

	if ((bld = OSSL_PARAM_BLD_new()) == NULL)
		return (NULL);
	if (n != NULL && e != NULL &&
	    (na = token_bytes(n, strlen(n), a, sizeof(a))) >= 256 &&
	    (nb = token_bytes(e, strlen(e), b, sizeof(b))) > 0) {
		bn = BN_bin2bn(a, (int)na, NULL);
		be = BN_bin2bn(b, (int)nb, NULL);
		OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, bn);
		OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, be);
		key = key_build("RSA", bld);
	} else if (x != NULL && y != NULL && crv != NULL &&
	    strcmp(crv, "P-256") == 0 &&
	    token_bytes(x, strlen(x), point + 1, 32) == 32 &&
	    token_bytes(y, strlen(y), point + 33, 32) == 32) {
		point[0] = 4; /* uncompressed */
		OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME,
		    "prime256v1", 0);
		OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY,
		    point, sizeof(point));
		key = key_build("EC", bld);
	}
	OSSL_PARAM_BLD_free(bld);
	BN_free(bn);
	BN_free(be);
	return (key);
}

static EVP_PKEY *
key_build(const char *type, OSSL_PARAM_BLD *bld)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *cx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params == NULL || cx == NULL || EVP_PKEY_fromdata_init(cx) != 1 ||
	    EVP_PKEY_fromdata(cx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(cx);
	OSSL_PARAM_free(params);
	return (key);
}

static int
signature_fits(EVP_PKEY *key, int ec, const char *text, size_t n,
    const char *sig)
{
	unsigned char raw[1024], der[80], *p = der;
	const unsigned char *s = raw;
	EVP_MD_CTX *cx;
	ECDSA_SIG *pair;
	size_t len;
	int der_len, fits;

	if ((len = token_bytes(sig, strlen(sig), raw, sizeof(raw))) == 0)
		return (0);
	if (ec) { /* r and s as they are, for OpenSSL as DER */
		if (len != 64 || (pair = ECDSA_SIG_new()) == NULL)
			return (0);
		ECDSA_SIG_set0(pair, BN_bin2bn(raw, 32, NULL),
		    BN_bin2bn(raw + 32, 32, NULL));
		der_len = i2d_ECDSA_SIG(pair, &p);
		ECDSA_SIG_free(pair);
		if (der_len <= 0)
			return (0);
		s = der;
		len = (size_t)der_len;
	}
	if ((cx = EVP_MD_CTX_new()) == NULL)
		return (0);
	fits = EVP_DigestVerifyInit(cx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(cx, s, len, (const unsigned char *)text, n) == 1;
	EVP_MD_CTX_free(cx);
	return (fits);
}

static int
claims_fit(const struct issuer *is, const json_t *c, const char *nonce)
{
	const char *iss = json_string_value(json_object_get(c, "iss"));
	const char *azp = json_string_value(json_object_get(c, "azp"));
	const char *once = json_string_value(json_object_get(c, "nonce"));
	const json_t *aud = json_object_get(c, "aud"), *x;
	const json_t *exp = json_object_get(c, "exp");
	const json_t *iat = json_object_get(c, "iat");
	int64_t now = clock_real_ms() / 1000;
	int ours = 0;
	size_t i;

	if (json_is_string(aud))
		ours = strcmp(json_string_value(aud), is->client) == 0;
	json_array_foreach(aud, i, x)
	{
		ours |= json_is_string(x) &&
		    strcmp(json_string_value(x), is->client) == 0;
	}
	return (iss != NULL && strcmp(iss, is->url) == 0 && ours &&
	    (azp == NULL || strcmp(azp, is->client) == 0) &&
	    json_is_string(json_object_get(c, "sub")) && json_is_integer(exp) &&
	    now <= json_integer_value(exp) + SKEW_S && json_is_integer(iat) &&
	    now >= json_integer_value(iat) - SKEW_S &&
	    (nonce == NULL || (once != NULL && strcmp(once, nonce) == 0)));
}
