/* Where Redis is; see redis_address.h. */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/log.h"
#include "core/redis_address.h"

void
redis_address_parse(struct redis_address *a, const char *url)
{
	const char *rest, *at, *colon;

	memset(a, 0, sizeof(*a));
	if (strncmp(url, "unix://", 7) == 0)
		rest = url + 7;
	else if (strncmp(url, "redis://", 8) == 0)
		rest = url + 8;
	else
		fatal("CAMKET_REDIS_URL: neither redis:// nor unix://");
	if ((at = strrchr(rest, '@')) != NULL) {
		if ((colon = memchr(rest, ':', (size_t)(at - rest))) == NULL)
			fatal("CAMKET_REDIS_URL: user without password");
		if (colon > rest)
			a->user = strndup(rest, (size_t)(colon - rest));
		a->password = strndup(colon + 1, (size_t)(at - colon - 1));
		rest = at + 1;
	}
	if (url[0] == 'u') {
		a->path = strndup(rest, strcspn(rest, "?"));
		return;
	}
	a->host = strndup(rest, strcspn(rest, ":/"));
	rest += strlen(a->host);
	a->port = *rest == ':' ? atoi(rest + 1) : 6379;
}

void
redis_address_copy(struct redis_address *to, const struct redis_address *from)
{
	to->host = from->host != NULL ? xstrdup(from->host) : NULL;
	to->path = from->path != NULL ? xstrdup(from->path) : NULL;
	to->port = from->port;
	to->user = from->user != NULL ? xstrdup(from->user) : NULL;
	to->password = from->password != NULL ? xstrdup(from->password) : NULL;
}

void
redis_address_free(struct redis_address *a)
{
	free(a->host);
	free(a->path);
	free(a->user);
	if (a->password != NULL)
		memset(a->password, 0, strlen(a->password));
	free(a->password);
}
