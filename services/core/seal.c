/* Sealed texts; see seal.h. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include <sodium.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/arena.h"
#include "core/keys.h"
#include "core/seal.h"
#include "core/uuid.h"

#define B64 sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define MAC 32
#define REFRESH (16 + 4 + MAC) /* session, generation, code */

static const unsigned char *
seal_key(const char *purpose)
{
	static struct {
		const char *purpose;
		unsigned char key[32];
	} keys[] = { { "cursor", { 0 } }, { "refresh", { 0 } },
		{ "csrf", { 0 } }, { "code", { 0 } } };
	static int ready;
	size_t i;

	for (i = 0; !ready && i < sizeof(keys) / sizeof(keys[0]); i++)
		keys_derive(keys[i].purpose, keys[i].key);
	ready = 1;
	for (i = 0; strcmp(keys[i].purpose, purpose) != 0; i++)
		;
	return (keys[i].key);
}

char *
seal_text(struct arena *a, const char *text, size_t n, const char *context,
    size_t context_n)
{
	unsigned char *box;
	unsigned long long len;
	size_t cap;
	char *out;

	box = arena_alloc(a, NONCE + n + TAG);
	randombytes_buf(box, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, &len,
	    (const unsigned char *)text, n, (const unsigned char *)context,
	    context_n, NULL, box, seal_key("cursor"));
	cap = sodium_base64_ENCODED_LEN(NONCE + (size_t)len, B64);
	out = arena_alloc(a, cap);
	return (sodium_bin2base64(out, cap, box, NONCE + (size_t)len, B64));
}

char *
seal_open(struct arena *a, const char *sealed, size_t n, const char *context,
    size_t context_n)
{
	unsigned char *box, *text;
	unsigned long long len;
	size_t box_n;

	box = arena_alloc(a, n + 1);
	if (sodium_base642bin(box, n, sealed, n, NULL, &box_n, NULL, B64) ==
	        -1 ||
	    box_n < NONCE + TAG)
		return (NULL);
	text = arena_alloc(a, box_n);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(text, &len, NULL,
	        box + NONCE, box_n - NONCE, (const unsigned char *)context,
	        context_n, box, seal_key("cursor")) == -1)
		return (NULL);
	text[len] = '\0';
	return ((char *)text);
}

void
seal_refresh(const char *session, int generation,
    char out[static SEAL_REFRESH_LEN])
{
	unsigned char raw[REFRESH];
	int i;

	uuid_bytes(session, raw);
	for (i = 0; i < 4; i++)
		raw[16 + i] = (unsigned char)((unsigned)generation >>
		    (24 - 8 * i));
	crypto_auth(raw + 20, raw, 20, seal_key("refresh"));
	sodium_bin2base64(out, SEAL_REFRESH_LEN, raw, sizeof(raw), B64);
}

int
seal_refresh_read(const char *token, size_t n, char *session)
{
	unsigned char raw[REFRESH + 8];
	size_t len;

	if (n >= SEAL_REFRESH_LEN ||
	    sodium_base642bin(raw, sizeof(raw), token, n, NULL, &len, NULL,
	        B64) == -1 ||
	    len != REFRESH ||
	    crypto_auth_verify(raw + 20, raw, 20, seal_key("refresh")) == -1)
		return (-1);
	uuid_text(raw, session);
	return ((int)((unsigned)raw[16] << 24 | (unsigned)raw[17] << 16 |
	            (unsigned)raw[18] << 8 | raw[19]) &
	    INT32_MAX);
}

void
seal_csrf(const char *session, char out[static SEAL_CSRF_LEN])
{
	unsigned char raw[MAC];

	crypto_auth(raw, (const unsigned char *)session, UUID_LEN,
	    seal_key("csrf"));
	sodium_bin2base64(out, SEAL_CSRF_LEN, raw, sizeof(raw), B64);
}

void
seal_code(const char *id, char out[static SEAL_CODE_LEN])
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char raw[MAC];
	int i, n = 0;

	crypto_auth(raw, (const unsigned char *)id, UUID_LEN, seal_key("code"));
	for (i = 0; i < 20; i++) {
		if (i > 0 && i % 5 == 0)
			out[n++] = '-';
		out[n++] = letters[raw[i] & 31];
	}
	out[n] = '\0';
}

void
seal_code_hash(const char *typed, char out[static SEAL_HASH_LEN])
{
	char clean[SEAL_CODE_LEN];
	size_t n = 0;

	for (; *typed != '\0' && n < sizeof(clean) - 1; typed++)
		if (isalnum((unsigned char)*typed))
			clean[n++] = (char)tolower((unsigned char)*typed);
	seal_secret_hash(clean, *typed == '\0' ? n : 0, out);
}

void
seal_secret(char out[static SEAL_SECRET_LEN])
{
	unsigned char raw[32];

	randombytes_buf(raw, sizeof(raw));
	sodium_bin2base64(out, SEAL_SECRET_LEN, raw, sizeof(raw), B64);
}

void
seal_secret_hash(const char *s, size_t n, char out[static SEAL_HASH_LEN])
{
	unsigned char raw[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(raw, (const unsigned char *)s, n);
	memcpy(out, "\\x", 3);
	sodium_bin2hex(out + 2, SEAL_HASH_LEN - 2, raw, sizeof(raw));
}

unsigned long long
seal_hash(const void *data, size_t n)
{
	return (XXH3_64bits(data, n));
}
