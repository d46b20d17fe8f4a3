/* services/core/token.c: which access tokens are ours, and which only look so. */
#include <sys/stat.h>

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include "forge.h"
#include "test.h"

#include "core/keys.h"
#include "core/token.h"

#define STAFF "01890a5d-ac96-774b-bcce-b302099a8057"
#define SESSION "01890a5d-ac96-774b-bcce-b302099a8058"
#define ISS "camket"
#define AUD "camket-api"
#define NOW 1800000000LL
#define HEAD "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}"

static char dir[] = "/tmp/camket-keys-XXXXXX";
static char other_dir[] = "/tmp/camket-keys-XXXXXX";
static char *other_pem; /* a key that is not, or no longer, ours */
static char other_kid[32];
static int64_t now_s = NOW;

/* The time, as this test wants it. */
int64_t
clock_real_ms(void)
{
	return (now_s * 1000);
}

/* --- forging --- */

static char *
our_header(void)
{
	static char text[200];

	snprintf(text, sizeof(text), HEAD, keys_active()->kid);
	return (text);
}

/* The claims of a good token, then others that are put in their place. */
static char *
claims(const char *change)
{
	static char text[2000];

	snprintf(text, sizeof(text),
	    "{\"iss\":\"" ISS "\",\"aud\":\"" AUD "\",\"sub\":\"" STAFF
	    "\",\"sid\":\"" SESSION "\",\"jti\":\"x\",\"epoch\":3,\"iat\":%lld,"
	    "\"nbf\":%lld,\"exp\":%lld}",
	    (long long)now_s, (long long)now_s, (long long)now_s + 600);
	if (change != NULL) {
		json_t *c = json_loads(text, 0, NULL), *x, *v;
		const char *name;
		char *out;

		x = json_loads(change, 0, NULL);
		assert_non_null(x);
		json_object_foreach(x, name, v)
		{
			if (json_is_null(v))
				json_object_del(c, name);
			else
				json_object_set(c, name, v);
		}
		out = json_dumps(c, JSON_COMPACT);
		snprintf(text, sizeof(text), "%s", out);
		free(out);
		json_decref(c);
		json_decref(x);
	}
	return (text);
}

/* --- asking --- */

static int
verify(const char *text)
{
	struct token t;

	return (token_verify(text, strlen(text), ISS, AUD, &t));
}

/* Takes the token it is given. */
static void
assert_refused(const char *what, char *text)
{
	assert_row(what, verify(text) == -1);
	assert_row(what, verify(text) == -1); /* and not remembered */
	free(text);
}

static void
assert_taken(const char *what, char *text)
{
	assert_row(what, verify(text) == 0);
	free(text);
}

static char *
signed_by_us(void)
{
	struct token t = { .epoch = 3, .expires = now_s + 600 };
	char *text;

	strcpy(t.staff, STAFF);
	strcpy(t.session, SESSION);
	text = token_sign(&t, ISS, AUD);
	assert_non_null(text);
	return (text);
}

static int
start(void **state)
{
	char path[200], command[300];
	FILE *f;

	(void)state;
	if (mkdtemp(dir) == NULL || mkdtemp(other_dir) == NULL ||
	    keys_create(dir) == -1 || keys_create(other_dir) == -1)
		return (-1);
	snprintf(path, sizeof(path), "%s/jwt.active", other_dir);
	if ((f = fopen(path, "r")) == NULL ||
	    fgets(other_kid, sizeof(other_kid), f) == NULL)
		return (-1);
	fclose(f);
	snprintf(path, sizeof(path), "%s/jwt-%s.pem", other_dir, other_kid);
	other_pem = calloc(1, 1000);
	if ((f = fopen(path, "r")) == NULL || fread(other_pem, 1, 999, f) == 0)
		return (-1);
	fclose(f);
	keys_load(dir);
	snprintf(command, sizeof(command), "rm -r %s %s", dir, other_dir);
	return (system(command));
}

static int
stop(void **state)
{
	(void)state;
	free(other_pem);
	return (0);
}

static int
setup(void **state)
{
	(void)state;
	now_s = NOW;
	token_forget();
	return (0);
}

/* --- what is ours --- */

static void
test_what_we_sign_we_take(void **state)
{
	struct token t;
	char *text;
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		text = signed_by_us();
		memset(&t, 0xff, sizeof(t));
		assert_int_equal(token_verify(text, strlen(text), ISS, AUD, &t),
		    0);
		assert_string_equal(t.staff, STAFF);
		assert_string_equal(t.session, SESSION);
		assert_int_equal(t.epoch, 3);
		assert_int_equal(t.expires, NOW + 600);
		free(text);
	}
	/* the forger's own is as good, so that its forgeries prove something */
	assert_taken("forged like ours",
	    forge(our_header(), claims(NULL), keys_active()->private_pem));
}

static void
test_two_tokens_of_one_moment_differ(void **state)
{
	char *a = signed_by_us(), *b = signed_by_us();

	(void)state;
	assert_string_not_equal(a, b);
	free(a);
	free(b);
}

/* --- the algorithm is ours to choose (RFC 8725 2.1, 3.1) --- */

static void
test_a_token_without_signature_is_refused(void **state)
{
	static const char *const none[] = { "none", "None", "NONE", "nOnE",
		"" };
	char header[200], *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(none); i++) {
		snprintf(header, sizeof(header),
		    "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"JWT\"}", none[i],
		    keys_active()->kid);
		text = unsigned_token(header, claims(NULL));
		assert_refused(header, with_signature(text, "", 0));
		assert_refused(header, unsigned_token(header, claims(NULL)));
		assert_refused(header,
		    forge(header, claims(NULL), keys_active()->private_pem));
	}
	text = unsigned_token(our_header(), claims(NULL));
	assert_refused("ES256 without signature", with_signature(text, "", 0));
}

static void
test_the_public_key_is_no_hmac_secret(void **state)
{
	static const char *const algs[] = { "HS256", "HS384", "HS512" };
	const char *secret = keys_active()->public_pem;
	unsigned char mac[64];
	char header[200], *text;
	unsigned n;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(algs); i++) {
		snprintf(header, sizeof(header),
		    "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"JWT\"}", algs[i],
		    keys_active()->kid);
		text = unsigned_token(header, claims(NULL));
		HMAC(i == 0    ? EVP_sha256() :
		        i == 1 ? EVP_sha384() :
		                 EVP_sha512(),
		    secret, (int)strlen(secret), (const unsigned char *)text,
		    strlen(text), mac, &n);
		assert_refused(algs[i], with_signature(text, mac, n));
		/* the same, called ES256 */
		text = unsigned_token(our_header(), claims(NULL));
		HMAC(EVP_sha256(), secret, (int)strlen(secret),
		    (const unsigned char *)text, strlen(text), mac, &n);
		assert_refused("an HMAC called ES256",
		    with_signature(text, mac, n));
	}
}

static void
test_other_algorithms_are_refused(void **state)
{
	static const char *const algs[] = { "\"ES384\"", "\"ES512\"",
		"\"RS256\"", "\"PS256\"", "\"EdDSA\"", "\"es256\"",
		"\"ES256 \"", "\"ES256K\"", "256", "null", "[\"ES256\"]" };
	char header[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(algs); i++) {
		snprintf(header, sizeof(header),
		    "{\"alg\":%s,\"kid\":\"%s\",\"typ\":\"JWT\"}", algs[i],
		    keys_active()->kid);
		assert_refused(header,
		    forge(header, claims(NULL), keys_active()->private_pem));
	}
}

/* --- the key is ours to choose (RFC 8725 3.10) --- */

static void
test_a_key_is_named_by_its_kid_and_by_nothing_else(void **state)
{
	static const char *const kids[] = { "", "../../../../dev/null",
		"/etc/passwd", "x' OR '1'='1", "x'; DROP TABLE staff; --",
		"%00", "*", "jwt.active", "..", "ffffffffffff" };
	char header[300];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(kids); i++) {
		snprintf(header, sizeof(header), HEAD, kids[i]);
		assert_refused(header,
		    forge(header, claims(NULL), keys_active()->private_pem));
	}
	snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"typ\":\"JWT\"}");
	assert_refused("no kid",
	    forge(header, claims(NULL), keys_active()->private_pem));
	snprintf(header, sizeof(header),
	    "{\"alg\":\"ES256\",\"kid\":1,\"typ\":\"JWT\"}");
	assert_refused("kid is no text",
	    forge(header, claims(NULL), keys_active()->private_pem));
	snprintf(header, sizeof(header),
	    "{\"alg\":\"ES256\",\"kid\":\"%sx\",\"typ\":\"JWT\"}",
	    keys_active()->kid);
	assert_refused("kid with a tail",
	    forge(header, claims(NULL), keys_active()->private_pem));
	snprintf(header, sizeof(header),
	    "{\"alg\":\"ES256\",\"kid\":\"%s\\u0000\",\"typ\":\"JWT\"}",
	    keys_active()->kid);
	assert_refused("kid with a NUL",
	    forge(header, claims(NULL), keys_active()->private_pem));
}

static void
test_a_key_never_comes_with_the_token(void **state)
{
	static const char *const members[] = {
		"\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\","
		"\"y\":\"AA\"}",
		"\"jku\":\"https://attacker.example/jwks.json\"",
		"\"x5u\":\"https://attacker.example/cert.pem\"",
		"\"x5c\":[\"MIIB\"]",
		"\"x5t\":\"AA\"",
		"\"crit\":[\"exp\"]",
		"\"b64\":false,\"crit\":[\"b64\"]",
		"\"zip\":\"DEF\"",
		"\"cty\":\"JWT\"",
		"\"x\":1",
	};
	char header[500];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(members); i++) {
		snprintf(header, sizeof(header),
		    "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\",%s}",
		    keys_active()->kid, members[i]);
		assert_refused(members[i],
		    forge(header, claims(NULL), other_pem));
		/* not even where the key behind it is ours */
		assert_refused(members[i],
		    forge(header, claims(NULL), keys_active()->private_pem));
	}
}

static void
test_a_foreign_or_deleted_key_signs_nothing(void **state)
{
	char header[200];

	(void)state;
	snprintf(header, sizeof(header), HEAD, other_kid);
	assert_refused("deleted", forge(header, claims(NULL), other_pem));
	assert_refused("foreign under our kid",
	    forge(our_header(), claims(NULL), other_pem));
	assert_refused("ours under a deleted kid",
	    forge(header, claims(NULL), keys_active()->private_pem));
}

static void
test_the_header_has_one_form(void **state)
{
	static const char *const forms[][2] = {
		{ "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"", "\"}" },
		{ "{\"alg\":\"ES256\",\"typ\":\"jwt\",\"kid\":\"", "\"}" },
		{ "{\"alg\":\"ES256\",\"kid\":\"", "\"}" },
		{ "{\"alg\":\"none\",\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":"
		  "\"",
		    "\"}" },
		{ "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"x\",\"kid\":\"",
		    "\"}" },
		{ "[{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"", "\"}]" },
		{ "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"", "\"}x" },
		{ "\"", "\"" },
	};
	char header[300];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(forms); i++) {
		snprintf(header, sizeof(header), "%s%s%s", forms[i][0],
		    keys_active()->kid, forms[i][1]);
		assert_refused(header,
		    forge(header, claims(NULL), keys_active()->private_pem));
	}
}

/* --- claims (RFC 8725 3.8, 3.9, 3.11) --- */

static void
test_claims_are_of_their_type_and_for_us(void **state)
{
	static const char *const changes[] = {
		"{\"iss\":\"other\"}",
		"{\"iss\":null}",
		"{\"iss\":1}",
		"{\"iss\":[\"camket\"]}",
		"{\"iss\":\"camket \"}",
		"{\"aud\":\"other\"}",
		"{\"aud\":null}",
		"{\"aud\":[\"camket-api\"]}",
		"{\"aud\":\"camket-api,x\"}",
		"{\"aud\":\"\"}",
		"{\"sub\":null}",
		"{\"sub\":\"admin\"}",
		"{\"sub\":\"\"}",
		"{\"sub\":1}",
		"{\"sub\":\"01890A5D-AC96-774B-BCCE-B302099A8057\"}",
		"{\"sid\":null}",
		"{\"sid\":\"x\"}",
		"{\"jti\":null}",
		"{\"jti\":5}",
		"{\"epoch\":null}",
		"{\"epoch\":\"3\"}",
		"{\"epoch\":3.0}",
		"{\"epoch\":true}",
		"{\"exp\":null}",
		"{\"exp\":\"1900000000\"}",
		"{\"exp\":1900000000.0}",
		"{\"exp\":0}",
		"{\"exp\":-1}",
		"{\"exp\":true}",
		"{\"exp\":[1900000000]}",
		"{\"nbf\":null}",
		"{\"nbf\":\"0\"}",
		"{\"iat\":null}",
		"{\"iat\":\"0\"}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(changes); i++)
		assert_refused(changes[i],
		    forge(our_header(), claims(changes[i]),
		        keys_active()->private_pem));
	assert_taken("more than we ask for",
	    forge(our_header(), claims("{\"more\":1}"),
	        keys_active()->private_pem));
}

static void
test_time_is_allowed_a_minute_and_no_more(void **state)
{
	static const struct {
		const char *claim;
		long long off;
		int want;
	} rows[] = {
		{ "exp", -59, 0 },
		{ "exp", -61, -1 },
		{ "exp", -100000000, -1 },
		{ "nbf", 59, 0 },
		{ "nbf", 61, -1 },
		{ "iat", 59, 0 },
		{ "iat", 61, -1 },
		{ "iat", 100000000, -1 },
	};
	char change[100], *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(change, sizeof(change), "{\"%s\":%lld}", rows[i].claim,
		    NOW + rows[i].off);
		text = forge(our_header(), claims(change),
		    keys_active()->private_pem);
		assert_row(change, verify(text) == rows[i].want);
		free(text);
	}
	/* at the ends of what a number can be */
	assert_taken("exp",
	    forge(our_header(), claims("{\"exp\":9223372036854775807}"),
	        keys_active()->private_pem));
	assert_taken("nbf",
	    forge(our_header(), claims("{\"nbf\":-9223372036854775808}"),
	        keys_active()->private_pem));
	assert_refused("nbf",
	    forge(our_header(), claims("{\"nbf\":9223372036854775807}"),
	        keys_active()->private_pem));
}

static void
test_a_claim_named_twice_is_refused(void **state)
{
	char text[2000], *good = claims(NULL);

	(void)state;
	snprintf(text, sizeof(text), "{\"sub\":\"" SESSION "\",%s", good + 1);
	assert_refused("sub twice",
	    forge(our_header(), text, keys_active()->private_pem));
	snprintf(text, sizeof(text), "%.*s,\"exp\":1900000000}",
	    (int)strlen(good) - 1, good);
	assert_refused("exp twice",
	    forge(our_header(), text, keys_active()->private_pem));
	snprintf(text, sizeof(text), "{\"\\u0073ub\":\"" SESSION "\",%s",
	    good + 1);
	assert_refused("sub twice, escaped",
	    forge(our_header(), text, keys_active()->private_pem));
}

static void
test_the_payload_is_one_object(void **state)
{
	static const char *const payloads[] = { "", "null", "[]", "\"x\"", "{",
		"{}x", "{}" };
	char text[2000];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(payloads); i++)
		assert_refused(payloads[i],
		    forge(our_header(), payloads[i],
		        keys_active()->private_pem));
	snprintf(text, sizeof(text), "[%s]", claims(NULL));
	assert_refused("claims in a list",
	    forge(our_header(), text, keys_active()->private_pem));
	snprintf(text, sizeof(text), "%s{}", claims(NULL));
	assert_refused("claims and more",
	    forge(our_header(), text, keys_active()->private_pem));
}

/* --- the form --- */

static void
test_no_letter_of_a_token_can_be_changed(void **state)
{
	char *text = signed_by_us(), was;
	size_t i, n = strlen(text);
	struct token t;

	(void)state;
	for (i = 0; i < n; i++) {
		was = text[i];
		text[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(verify(text), -1);
		text[i] = '+';
		assert_int_equal(verify(text), -1);
		text[i] = was;
		/* nor cut anywhere */
		assert_int_equal(token_verify(text, i, ISS, AUD, &t), -1);
	}
	assert_int_equal(verify(text), 0);
	free(text);
}

static void
test_nothing_may_stand_around_a_token(void **state)
{
	static const char *const around[][2] = { { "", " " }, { " ", "" },
		{ "", "\n" }, { "", "." }, { ".", "" }, { "", ".x" },
		{ "", "=" }, { "", "==" }, { "", "A" }, { "", "%00" },
		{ "Bearer ", "" }, { "\"", "\"" }, { "", ",x" } };
	char *good = signed_by_us(), text[5000];
	size_t i, n = strlen(good);
	struct token t;

	(void)state;
	for (i = 0; i < COUNT(around); i++) {
		snprintf(text, sizeof(text), "%s%s%s", around[i][0], good,
		    around[i][1]);
		assert_row(text, verify(text) == -1);
	}
	memcpy(text, good, n);
	memcpy(text + n, "\0x", 2);
	assert_int_equal(token_verify(text, n + 1, ISS, AUD, &t), -1);
	assert_int_equal(token_verify(text, n + 2, ISS, AUD, &t), -1);
	assert_int_equal(token_verify(text, n, ISS, AUD, &t), 0);
	free(good);
}

static void
test_base64_has_one_form(void **state)
{
	char *text, *p, header[200];
	size_t i;

	(void)state;
	/* with padding, in each part */
	for (i = 0; i < 3; i++) {
		text = signed_by_us();
		text = realloc(text, strlen(text) + 3);
		p = i == 0 ? strchr(text, '.') :
		    i == 1 ? strrchr(text, '.') :
		             text + strlen(text);
		memmove(p + 1, p, strlen(p) + 1);
		*p = '=';
		assert_refused("padding", text);
	}
	/* spare bits in the signature's last letter: 64 bytes leave four */
	text = signed_by_us();
	p = text + strlen(text) - 1;
	assert_non_null(strchr("AQgw", *p));
	(*p)++;
	assert_refused("spare bits", text);
	/* a header in the other alphabet */
	snprintf(header, sizeof(header),
	    "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\",\"x\":\"\?\?\?>>"
	    ">"
	    "\"}",
	    keys_active()->kid);
	text = forge(header, claims(NULL), keys_active()->private_pem);
	for (p = text; *p != '\0'; p++)
		*p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
	assert_refused("other alphabet", text);
}

static void
test_an_oversized_token_is_refused_unread(void **state)
{
	char *text = malloc(1 << 20), change[4000];
	struct token t;

	(void)state;
	memset(text, 'A', 1 << 20);
	text[100] = text[200] = '.';
	assert_int_equal(token_verify(text, 1 << 20, ISS, AUD, &t), -1);
	assert_int_equal(token_verify(text, TOKEN_MAX + 1, ISS, AUD, &t), -1);
	assert_int_equal(token_verify(text, TOKEN_MAX, ISS, AUD, &t), -1);
	assert_int_equal(token_verify(text, 0, ISS, AUD, &t), -1);
	memset(text, '.', 1 << 20);
	assert_int_equal(token_verify(text, TOKEN_MAX, ISS, AUD, &t), -1);
	free(text);
	/* well signed, one byte within and beyond */
	memset(change, 'x', sizeof(change));
	memcpy(change, "{\"more\":\"", 9);
	memcpy(change + 1200, "\"}", 3);
	assert_taken("large",
	    forge(our_header(), claims(change), keys_active()->private_pem));
}

/* --- the signature --- */

static void
test_a_signature_has_one_form(void **state)
{
	unsigned char sig[80];
	char *text;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		text = unsigned_token(our_header(), claims(NULL));
		sign_raw(keys_active()->private_pem, text, 1, sig);
		assert_refused("its twin (r, n - s)",
		    with_signature(text, sig, 64));
	}
	text = unsigned_token(our_header(), claims(NULL));
	sign_raw(keys_active()->private_pem, text, 0, sig);
	assert_refused("cut", with_signature(strdup(text), sig, 63));
	assert_refused("half", with_signature(strdup(text), sig, 32));
	memset(sig + 64, 0, 16);
	assert_refused("longer", with_signature(strdup(text), sig, 65));
	assert_refused("much longer", with_signature(strdup(text), sig, 80));
	memset(sig, 0, 32);
	assert_refused("r = 0", with_signature(strdup(text), sig, 64));
	memset(sig, 0, 64);
	assert_refused("r = s = 0", with_signature(strdup(text), sig, 64));
	memset(sig, 0xff, 32);
	assert_refused("r > n", with_signature(text, sig, 64));
}

static void
test_what_we_sign_is_in_the_lower_half(void **state)
{
	unsigned char sig[64];
	char *text, *p;
	size_t n;
	int i;

	(void)state;
	for (i = 0; i < 50; i++) {
		text = signed_by_us();
		p = strrchr(text, '.') + 1;
		assert_int_equal(sodium_base642bin(sig, sizeof(sig), p,
		                     strlen(p), NULL, &n, NULL, B64),
		    0);
		assert_int_equal(n, 64);
		assert_true(sig[32] < 0x80);
		free(text);
	}
}

/* --- the memory of tokens --- */

static void
test_a_remembered_token_still_expires(void **state)
{
	char *text = signed_by_us();

	(void)state;
	assert_int_equal(verify(text), 0);
	now_s = NOW + 600 + TOKEN_SKEW_S - 1;
	assert_int_equal(verify(text), 0);
	now_s = NOW + 600 + TOKEN_SKEW_S + 1;
	assert_int_equal(verify(text), -1);
	free(text);
}

static void
test_a_remembered_token_is_for_its_audience_only(void **state)
{
	struct token t;
	char *text = signed_by_us();

	(void)state;
	assert_int_equal(verify(text), 0);
	assert_int_equal(token_verify(text, strlen(text), ISS, "other", &t),
	    -1);
	assert_int_equal(token_verify(text, strlen(text), "other", AUD, &t),
	    -1);
	assert_int_equal(verify(text), 0);
	free(text);
}

static void
test_tokens_do_not_push_out_the_truth(void **state)
{
	char *texts[300];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		texts[i] = signed_by_us();
		assert_int_equal(verify(texts[i]), 0);
	}
	for (i = 0; i < COUNT(texts); i++)
		assert_int_equal(verify(texts[i]), 0);
	token_forget();
	for (i = 0; i < COUNT(texts); i++) {
		assert_int_equal(verify(texts[i]), 0);
		free(texts[i]);
	}
}

#define T(f) cmocka_unit_test_setup(f, setup)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_what_we_sign_we_take),
		T(test_two_tokens_of_one_moment_differ),
		T(test_a_token_without_signature_is_refused),
		T(test_the_public_key_is_no_hmac_secret),
		T(test_other_algorithms_are_refused),
		T(test_a_key_is_named_by_its_kid_and_by_nothing_else),
		T(test_a_key_never_comes_with_the_token),
		T(test_a_foreign_or_deleted_key_signs_nothing),
		T(test_the_header_has_one_form),
		T(test_claims_are_of_their_type_and_for_us),
		T(test_time_is_allowed_a_minute_and_no_more),
		T(test_a_claim_named_twice_is_refused),
		T(test_the_payload_is_one_object),
		T(test_no_letter_of_a_token_can_be_changed),
		T(test_nothing_may_stand_around_a_token),
		T(test_base64_has_one_form),
		T(test_an_oversized_token_is_refused_unread),
		T(test_a_signature_has_one_form),
		T(test_what_we_sign_is_in_the_lower_half),
		T(test_a_remembered_token_still_expires),
		T(test_a_remembered_token_is_for_its_audience_only),
		T(test_tokens_do_not_push_out_the_truth),
	};

	return (cmocka_run_group_tests(tests, start, stop));
}
