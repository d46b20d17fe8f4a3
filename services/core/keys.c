/* The key folder; see keys.h. */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>

#include "core/arena.h"
#include "core/config.h"
#include "core/keys.h"
#include "core/log.h"
#include "core/uuid.h"

#define KEYS_MAX 8

static unsigned char master[32];
static struct signing_key signing[KEYS_MAX];
static int nsigning;
static const struct signing_key *active;

static int keys_write(const char *, const char *, const void *, size_t);
static int keys_create_signing(const char *);
static void keys_load_signing(const char *, const char *);
static void keys_point(EVP_PKEY *, const char *, char *, size_t);
static char *keys_pem(EVP_PKEY *, int);

const char *
keys_dir(void)
{
	static char path[PATH_MAX];

	if (*config_text(CFG_KEY_DIR) != '\0')
		return (config_text(CFG_KEY_DIR));
	snprintf(path, sizeof(path), "%s/keys", config_text(CFG_DIR));
	return (path);
}

int
keys_create(const char *dir)
{
	unsigned char secret[32];
	char path[PATH_MAX];

	if (sodium_init() == -1)
		return (-1);
	if (mkdir(dir, 0700) == -1 && errno != EEXIST) {
		log_error("keys", "%s: %s", dir, strerror(errno));
		return (-1);
	}
	snprintf(path, sizeof(path), "%s/master.key", dir);
	if (access(path, F_OK) == -1) {
		randombytes_buf(secret, sizeof(secret));
		if (keys_write(dir, "master.key", secret, sizeof(secret)) == -1)
			return (-1);
	}
	snprintf(path, sizeof(path), "%s/jwt.active", dir);
	if (access(path, F_OK) == -1)
		return (keys_create_signing(dir));
	return (0);
}

void
keys_load(const char *dir)
{
	char path[PATH_MAX], kid[32] = "";
	struct dirent *e;
	FILE *f;
	DIR *d;

	if (sodium_init() == -1)
		fatal("libsodium cannot start");
	snprintf(path, sizeof(path), "%s/master.key", dir);
	if ((f = fopen(path, "re")) == NULL)
		fatal("key folder: %s: %s", path, strerror(errno));
	if (fread(master, 1, sizeof(master), f) != sizeof(master))
		fatal("key folder: %s is shorter than 32 bytes", path);
	fclose(f);
	if ((d = opendir(dir)) == NULL)
		fatal("key folder: %s: %s", dir, strerror(errno));
	while ((e = readdir(d)) != NULL)
		if (strncmp(e->d_name, "jwt-", 4) == 0 &&
		    strstr(e->d_name, ".pem") != NULL)
			keys_load_signing(dir, e->d_name);
	closedir(d);
	snprintf(path, sizeof(path), "%s/jwt.active", dir);
	if ((f = fopen(path, "re")) == NULL ||
	    fgets(kid, sizeof(kid), f) == NULL)
		fatal("key folder: %s names no key", path);
	fclose(f);
	kid[strcspn(kid, "\n")] = '\0';
	if ((active = keys_find(kid, strlen(kid))) == NULL)
		fatal("key folder: jwt.active names %s, which is not there",
		    kid);
}

void
keys_derive(const char *purpose, unsigned char out[static 32])
{
	char context[crypto_kdf_CONTEXTBYTES] = { 0 };

	memcpy(context, purpose, strnlen(purpose, sizeof(context)));
	crypto_kdf_derive_from_key(out, 32, 1, context, master);
}

const struct signing_key *
keys_active(void)
{
	return (active);
}

const struct signing_key *
keys_find(const char *kid, size_t n)
{
	int i;

	for (i = 0; i < nsigning; i++)
		if (strlen(signing[i].kid) == n &&
		    memcmp(signing[i].kid, kid, n) == 0)
			return (&signing[i]);
	return (NULL);
}

const struct signing_key *
keys_at(int i)
{
	return (i < nsigning ? &signing[i] : NULL);
}

static int
keys_write(const char *dir, const char *name, const void *data, size_t n)
{
	char path[PATH_MAX], tmp[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(tmp, sizeof(tmp), "%s/.%s.new", dir, name);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1 || write(fd, data, n) != (ssize_t)n || fsync(fd) == -1 ||
	    close(fd) == -1 || rename(tmp, path) == -1) {
		log_error("keys", "%s: %s", path, strerror(errno));
		return (-1);
	}
	return (0);
}

static int
keys_create_signing(const char *dir)
{
	char id[UUID_LEN + 1], kid[16], name[64], *pem;
	EVP_PKEY *pkey;
	int r = -1;

	uuid_new(id);
	snprintf(kid, sizeof(kid), "%.8s%.4s", id, id + 32);
	if ((pkey = EVP_EC_gen("P-256")) == NULL)
		return (-1);
	pem = keys_pem(pkey, 1);
	snprintf(name, sizeof(name), "jwt-%s.pem", kid);
	if (keys_write(dir, name, pem, strlen(pem)) == 0)
		r = keys_write(dir, "jwt.active", kid, strlen(kid));
	sodium_memzero(pem, strlen(pem));
	free(pem);
	EVP_PKEY_free(pkey);
	return (r);
}

static void
keys_load_signing(const char *dir, const char *name)
{
	struct signing_key *k;
	char path[PATH_MAX];
	EVP_PKEY *pkey;
	FILE *f;

	if (nsigning == KEYS_MAX)
		fatal("key folder: more than %d signing keys", KEYS_MAX);
	k = &signing[nsigning++];
	snprintf(k->kid, sizeof(k->kid), "%.*s",
	    (int)(strlen(name) - strlen("jwt-.pem")), name + 4);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "re")) == NULL)
		fatal("key folder: %s: %s", path, strerror(errno));
	pkey = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	if (pkey == NULL || EVP_PKEY_get_bits(pkey) != 256)
		fatal("key folder: %s is no P-256 key", path);
	k->private_pem = keys_pem(pkey, 1);
	k->public_pem = keys_pem(pkey, 0);
	keys_point(pkey, OSSL_PKEY_PARAM_EC_PUB_X, k->x, sizeof(k->x));
	keys_point(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, k->y, sizeof(k->y));
	EVP_PKEY_free(pkey);
}

static void
keys_point(EVP_PKEY *pkey, const char *which, char *out, size_t cap)
{
	unsigned char raw[32];
	BIGNUM *n = NULL;

	if (!EVP_PKEY_get_bn_param(pkey, which, &n) ||
	    BN_bn2binpad(n, raw, sizeof(raw)) == -1)
		fatal("key folder: a public point cannot be read");
	BN_free(n);
	sodium_bin2base64(out, cap, raw, sizeof(raw),
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static char *
keys_pem(EVP_PKEY *pkey, int private)
{
	char *data, *copy;
	BIO *bio;
	long n;

	bio = BIO_new(BIO_s_mem());
	if (bio == NULL ||
	    !(private ? PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL,
	                    NULL) :
	                PEM_write_bio_PUBKEY(bio, pkey)))
		fatal("a key cannot be written as PEM");
	n = BIO_get_mem_data(bio, &data);
	copy = xmalloc((size_t)n + 1);
	memcpy(copy, data, (size_t)n);
	copy[n] = '\0';
	BIO_free(bio);
	return (copy);
}
