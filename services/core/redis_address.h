#ifndef CORE_REDIS_ADDRESS_H
#define CORE_REDIS_ADDRESS_H

/*
 * Where Redis is, as its URL says: redis://[user:password@]host:port or
 * unix://[user:password@]/path. Parsing owns its texts, and is fatal for what
 * is no such URL; freeing wipes the password.
 */
struct redis_address {
	char *host; /* NULL for a socket */
	char *path;
	int port;
	char *user;
	char *password;
};

void redis_address_parse(struct redis_address *, const char *url);
void redis_address_copy(struct redis_address *, const struct redis_address *);
void redis_address_free(struct redis_address *);

#endif
