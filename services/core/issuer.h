#ifndef CORE_ISSUER_H
#define CORE_ISSUER_H

#include <stddef.h>

#include <jansson.h>

/*
 * Identity providers (OpenID Connect Core 1.0) an office trusts: a JSON file
 * of objects {issuer, name, client_id, client_secret?, claim?}. claim names
 * the member of an identity that is an account's user name ("email": its mail
 * address); without it only recorded identities are known.
 */
struct issuer {
	const char *url;
	const char *name;
	const char *client;
	const char *secret; /* "" = a public client */
	const char *claim;  /* "" = none */
};

/* Read the file the settings name; fatal if it is wrong. None is fine. */
void issuer_load(void);

const struct issuer *issuer_at(int i); /* NULL ends the list */
const struct issuer *issuer_find(const char *url);

/*
 * Is this id token (RFC 7519) the issuer's, for us, in time and - where nonce
 * is not NULL - for this sign-in? keys is the issuer's JWKS (RFC 7517). The
 * claims, a new reference; NULL if not. *unknown_r: it names a key that is not
 * among them. RS256 and ES256 (RFC 7518) by the key's own type alone.
 */
json_t *issuer_identity(const struct issuer *, const json_t *keys,
    const char *token, const char *nonce, int *unknown_r);

#endif
