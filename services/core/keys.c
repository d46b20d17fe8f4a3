/* The key folder; see keys.h. */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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

#define KEYS_MAX 64
#define KID_LEN 32

static unsigned char master[32];
static struct signing_key signing[KEYS_MAX];
static int nsigning;
static const struct signing_key *active;

static char folder[PATH_MAX];
static struct timespec read_at; /* the folder's change that was read */

static int keys_write(const char *, const char *, const void *, size_t);
static int keys_name(const char *, const char *);
static int keys_named(const char *, const char *, char[static KID_LEN]);
static int keys_create_signing(const char *, const char *);
static void keys_drop_retired(const char *, long);
static int keys_read(struct signing_key *, int *);
static int keys_read_signing(struct signing_key *, const char *);
static void keys_free(struct signing_key *, int);
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
	return (keys_name(dir, "jwt.active") == -1 ||
	            keys_name(dir, "jwt.standby") == -1 ?
	        -1 :
	        0);
}

int
keys_rotate(const char *dir, long keep_s)
{
	char signs[KID_LEN], next[KID_LEN], name[KID_LEN + 16];

	if (keys_create(dir) == -1 ||
	    keys_named(dir, "jwt.active", signs) == -1 ||
	    keys_named(dir, "jwt.standby", next) == -1)
		return (-1);
	keys_drop_retired(dir, keep_s);
	/* published long ago, so that everybody knows it */
	if (keys_write(dir, "jwt.active", next, strlen(next)) == -1)
		return (-1);
	snprintf(name, sizeof(name), "jwt-%s.retired", signs);
	if (keys_write(dir, name, "", 0) == -1)
		return (-1);
	return (keys_create_signing(dir, "jwt.standby"));
}

void
keys_load(const char *dir)
{
	char path[PATH_MAX];
	FILE *f;

	if (sodium_init() == -1)
		fatal("libsodium cannot start");
	snprintf(path, sizeof(path), "%s/master.key", dir);
	if ((f = fopen(path, "re")) == NULL)
		fatal("key folder: %s: %s", path, strerror(errno));
	if (fread(master, 1, sizeof(master), f) != sizeof(master))
		fatal("key folder: %s is shorter than 32 bytes", path);
	fclose(f);
	snprintf(folder, sizeof(folder), "%s", dir);
	if (keys_refresh() != 1)
		fatal("key folder: %s cannot be read", dir);
}

int
keys_refresh(void)
{
	struct signing_key fresh[KEYS_MAX] = { 0 };
	struct stat st;
	char kid[KID_LEN];
	int i, n = 0, found = -1;

	if (stat(folder, &st) == -1)
		return (-1);
	if (st.st_mtim.tv_sec == read_at.tv_sec &&
	    st.st_mtim.tv_nsec == read_at.tv_nsec)
		return (0);
	if (keys_read(fresh, &n) == 0 &&
	    keys_named(folder, "jwt.active", kid) == 0)
		for (i = 0; i < n; i++)
			if (strcmp(fresh[i].kid, kid) == 0)
				found = i;
	if (found == -1) {
		/* half written, or wrong: what we have goes on */
		log_error("keys", "%s: no active signing key", folder);
		keys_free(fresh, n);
		return (-1);
	}
	keys_free(signing, nsigning);
	memcpy(signing, fresh, sizeof(fresh));
	nsigning = n;
	active = &signing[found];
	read_at = st.st_mtim;
	return (1);
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
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(tmp, sizeof(tmp), "%s/.%s.new", dir, name);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	/* made by root, it must still be its readers' */
	if (fd != -1 && geteuid() == 0 && stat(dir, &st) == 0 &&
	    fchown(fd, st.st_uid, st.st_gid) == -1)
		log_warn("keys", "%s: %s", path, strerror(errno));
	if (fd == -1 || write(fd, data, n) != (ssize_t)n || fsync(fd) == -1 ||
	    close(fd) == -1 || rename(tmp, path) == -1) {
		log_error("keys", "%s: %s", path, strerror(errno));
		return (-1);
	}
	return (0);
}

/* A file that names a key: make both where it is missing. */
static int
keys_name(const char *dir, const char *which)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, which);
	return (access(path, F_OK) == 0 ? 0 : keys_create_signing(dir, which));
}

static int
keys_named(const char *dir, const char *which, char kid[static KID_LEN])
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, which);
	kid[0] = '\0';
	if ((f = fopen(path, "re")) != NULL) {
		if (fgets(kid, KID_LEN, f) == NULL)
			kid[0] = '\0';
		fclose(f);
	}
	kid[strcspn(kid, "\n")] = '\0';
	return (kid[0] != '\0' ? 0 : -1);
}

static int
keys_create_signing(const char *dir, const char *which)
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
		r = keys_write(dir, which, kid, strlen(kid));
	sodium_memzero(pem, strlen(pem));
	free(pem);
	EVP_PKEY_free(pkey);
	return (r);
}

/* Keys whose last tokens have long run out. */
static void
keys_drop_retired(const char *dir, long keep_s)
{
	char path[PATH_MAX];
	struct dirent *e;
	struct stat st;
	size_t n;
	DIR *d;

	if ((d = opendir(dir)) == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		n = strlen(e->d_name);
		if (n < 9 || strcmp(e->d_name + n - 8, ".retired") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (stat(path, &st) == -1 || time(NULL) - st.st_mtime < keep_s)
			continue;
		(void)unlink(path);
		snprintf(path, sizeof(path), "%s/%.*s.pem", dir, (int)n - 8,
		    e->d_name);
		(void)unlink(path);
	}
	closedir(d);
}

static int
keys_read(struct signing_key *set, int *n_r)
{
	struct dirent *e;
	int r = 0;
	size_t n;
	DIR *d;

	if ((d = opendir(folder)) == NULL)
		return (-1);
	while (r == 0 && (e = readdir(d)) != NULL) {
		n = strlen(e->d_name);
		if (strncmp(e->d_name, "jwt-", 4) != 0 || n < 9 ||
		    strcmp(e->d_name + n - 4, ".pem") != 0)
			continue;
		r = *n_r < KEYS_MAX ?
		    keys_read_signing(&set[(*n_r)++], e->d_name) :
		    -1;
	}
	closedir(d);
	return (r);
}

static int
keys_read_signing(struct signing_key *k, const char *name)
{
	char path[PATH_MAX];
	EVP_PKEY *pkey;
	FILE *f;

	snprintf(k->kid, sizeof(k->kid), "%.*s",
	    (int)(strlen(name) - strlen("jwt-.pem")), name + 4);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if ((f = fopen(path, "re")) == NULL) {
		log_error("keys", "%s: %s", path, strerror(errno));
		return (-1);
	}
	pkey = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	if (pkey == NULL || EVP_PKEY_get_bits(pkey) != 256) {
		log_error("keys", "%s is no P-256 key", path);
		EVP_PKEY_free(pkey);
		return (-1);
	}
	k->private_pem = keys_pem(pkey, 1);
	k->public_pem = keys_pem(pkey, 0);
	keys_point(pkey, OSSL_PKEY_PARAM_EC_PUB_X, k->x, sizeof(k->x));
	keys_point(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, k->y, sizeof(k->y));
	EVP_PKEY_free(pkey);
	return (0);
}

static void
keys_free(struct signing_key *set, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (set[i].private_pem != NULL)
			sodium_memzero(set[i].private_pem,
			    strlen(set[i].private_pem));
		free(set[i].private_pem);
		free(set[i].public_pem);
	}
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
