#ifndef TESTS_UNIT_FORGE_H
#define TESTS_UNIT_FORGE_H

/* JWTs of any header and payload, signed by any P-256 key. Texts are malloc'd. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>

#define B64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

static inline char *
encode(const void *data, size_t n)
{
	size_t cap = sodium_base64_ENCODED_LEN(n, B64);
	char *out = malloc(cap);

	return (sodium_bin2base64(out, cap, data, n, B64));
}

/* r and s of an ECDSA signature over text, s in the half that is asked for. */
static inline void
sign_raw(const char *pem, const char *text, int high, unsigned char out[64])
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	BIGNUM *order = NULL, *half = BN_new(), *s;
	unsigned char der[80];
	const unsigned char *p = der;
	size_t n = sizeof(der);
	ECDSA_SIG *sig;

	BN_hex2bn(&order,
	    "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
	BN_rshift1(half, order);
	if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
	    EVP_DigestSign(ctx, der, &n, (const unsigned char *)text,
	        strlen(text)) != 1)
		abort();
	sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	s = BN_dup(ECDSA_SIG_get0_s(sig));
	if ((BN_cmp(s, half) > 0) != high)
		BN_sub(s, order, s);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32);
	BN_bn2binpad(s, out + 32, 32);
	BN_free(s);
	BN_free(half);
	BN_free(order);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	BIO_free(bio);
}

/* header.payload, ready to be signed. */
static inline char *
unsigned_token(const char *header, const char *payload)
{
	char *h = encode(header, strlen(header));
	char *p = encode(payload, strlen(payload)), *text;

	text = malloc(strlen(h) + strlen(p) + 2);
	sprintf(text, "%s.%s", h, p);
	free(h);
	free(p);
	return (text);
}

static inline char *
with_signature(char *text, const void *sig, size_t n)
{
	char *s = encode(sig, n), *out;

	out = malloc(strlen(text) + strlen(s) + 2);
	sprintf(out, "%s.%s", text, s);
	free(s);
	free(text);
	return (out);
}

static inline char *
forge(const char *header, const char *payload, const char *pem)
{
	char *text = unsigned_token(header, payload);
	unsigned char sig[64];

	sign_raw(pem, text, 0, sig);
	return (with_signature(text, sig, sizeof(sig)));
}

#endif
