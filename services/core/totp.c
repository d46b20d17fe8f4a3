/* One-time passwords by liboath; see totp.h. */
#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>
#include <sodium.h>

#include "core/totp.h"

#define SECRET 20
#define STEP_S 30

void
totp_secret(char out[static TOTP_SECRET_LEN])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	int i;

	/* 32 letters of 5 bits each: base32 of 20 random bytes */
	for (i = 0; i < TOTP_SECRET_LEN - 1; i++)
		out[i] = letters[randombytes_uniform(32)];
	out[i] = '\0';
}

int64_t
totp_step(const char *secret, const char *code, int64_t now_s,
    int64_t used_step)
{
	int64_t step, found = -1;
	char *key = NULL;
	size_t n;
	char want[7];

	if (strlen(code) != 6 || strspn(code, "0123456789") != 6 ||
	    oath_base32_decode(secret, strlen(secret), &key, &n) != OATH_OK)
		return (-1);
	for (step = now_s / STEP_S - 1; step <= now_s / STEP_S + 1; step++)
		if (oath_totp_generate(key, n, (time_t)(step * STEP_S), STEP_S,
		        0, 6, want) == OATH_OK &&
		    sodium_memcmp(want, code, 6) == 0 && step > used_step)
			found = step;
	sodium_memzero(key, n);
	free(key);
	return (found);
}
