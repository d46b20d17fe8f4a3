/* Passwords; see password.h. */
#include <string.h>

#include <sodium.h>

#include "core/json.h"
#include "core/password.h"

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

char *
password_normal(const char *s, size_t n)
{
	if (n == 0 || n > PASSWORD_MAX || memchr(s, '\0', n) != NULL)
		return (NULL);
	return (json_nfc(s, n));
}
