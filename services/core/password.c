/* Passwords; see password.h. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>
#include <zxcvbn.h>

#include "core/field.h"
#include "core/json.h"
#include "core/password.h"

/* A million guesses are tried in a second where a hash has been stolen. */
#define PASSWORD_BITS 28.0
#define LOOK_AT 96
#define PASSWORD_PASSES 2
#define PASSWORD_MEMORY (19U * 1024 * 1024)

int
password_hash(const char *password, char out[static PASSWORD_HASH_LEN])
{
	return (crypto_pwhash_str(out, password, strlen(password),
	    PASSWORD_PASSES, PASSWORD_MEMORY));
}

int
password_verify(const char *hash, const char *password, int *stale)
{
	char spent[PASSWORD_HASH_LEN];

	*stale = 0;
	if (hash == NULL || hash[0] == '\0') {
		(void)password_hash(password, spent);
		return (0);
	}
	if (crypto_pwhash_str_verify(hash, password, strlen(password)) != 0)
		return (0);
	*stale = crypto_pwhash_str_needs_rehash(hash, PASSWORD_PASSES,
	             PASSWORD_MEMORY) != 0;
	return (1);
}

const char *
password_weak(const char *password, int second_factor, const char *const *words)
{
	char head[LOOK_AT + 1];
	double bits;

	if (field_length(password) <
	    (second_factor ? PASSWORD_MIN_SECOND : PASSWORD_MIN))
		return ("too_short");
	/* what is strong in its first part is strong, and long ones are slow */
	snprintf(head, sizeof(head), "%s", password);
	bits = ZxcvbnMatch(head, (const char **)(uintptr_t)words, NULL);
	return (bits < PASSWORD_BITS ? "too_common" : NULL);
}

char *
password_normal(const char *s, size_t n)
{
	if (n == 0 || n > PASSWORD_MAX || memchr(s, '\0', n) != NULL)
		return (NULL);
	return (json_nfc(s, n));
}
