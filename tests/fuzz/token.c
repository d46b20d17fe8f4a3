/*
 * services/core/token.c. The first byte chooses: a token as it is, or a header
 * and a payload (a zero byte between) that bear our signature - what nobody
 * can send, but what reaches the checks behind the signature.
 */
#include "fuzz.h"

#include "../unit/forge.h"
#include "core/keys.h"
#include "core/token.h"

#define ISS "camket"
#define AUD "camket-api"
#define NOW 1800000000LL

/* The time stands still, so that a finding can be had again. */
int64_t
clock_real_ms(void)
{
	return (NOW * 1000);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char dir[] = "/tmp/camket-fuzz-XXXXXX", command[100];

	(void)argc;
	(void)argv;
	must(mkdtemp(dir) != NULL && keys_create(dir) == 0);
	keys_load(dir);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	must(system(command) == 0);
	return (0);
}

/* "KID" in a header stands for ours, which is drawn anew each time. */
static char *
named(const char *header)
{
	const char *p = strstr(header, "KID");
	char *out = malloc(strlen(header) + sizeof(keys_active()->kid));

	if (p == NULL)
		return (strcpy(out, header));
	sprintf(out, "%.*s%s%s", (int)(p - header), header, keys_active()->kid,
	    p + 3);
	return (out);
}

static char *
signed_token(const uint8_t *data, size_t n)
{
	const uint8_t *zero = memchr(data, '\0', n);
	char *header, *payload, *ours, *token;

	if (zero == NULL)
		return (NULL);
	header = strndup((const char *)data, n);
	payload = strndup((const char *)zero + 1,
	    n - (size_t)(zero + 1 - data));
	ours = named(header);
	token = forge(ours, payload, keys_active()->private_pem);
	free(ours);
	free(header);
	free(payload);
	return (token);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct token t;
	char *text;
	int r;

	if (n == 0)
		return (0);
	token_forget();
	memset(&t, 0xff, sizeof(t));
	if (data[0] != 's') {
		text = exact(data, n);
		must(token_verify(text, n, ISS, AUD, &t) == -1);
		free(text);
		return (0);
	}
	if ((text = signed_token(data + 1, n - 1)) == NULL)
		return (0);
	r = token_verify(text, strlen(text), ISS, AUD, &t);
	must(r == 0 || r == -1);
	if (r == 0) {
		must(uuid_valid(t.staff, strlen(t.staff)));
		must(uuid_valid(t.session, strlen(t.session)));
		must(t.expires >= NOW - TOKEN_SKEW_S);
		must(token_verify(text, strlen(text), ISS, "x", &t) == -1);
	}
	free(text);
	return (0);
}
