/* Sealed texts; see seal.h. */
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
	static unsigned char cursor[32], refresh[32];
	static int ready;

	if (!ready) {
		keys_derive("cursor", cursor);
		keys_derive("refresh", refresh);
		ready = 1;
	}
	return (purpose[0] == 'c' ? cursor : refresh);
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

unsigned long long
seal_hash(const void *data, size_t n)
{
	return (XXH3_64bits(data, n));
}
