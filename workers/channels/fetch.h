#ifndef CHANNELS_FETCH_H
#define CHANNELS_FETCH_H

#include "core/buf.h"

/*
 * Read a document over https (http on the loopback): one answer of up to
 * 1 MiB within 5 s, no redirects. form: posted, urlencoded; NULL = GET.
 * bearer, or user and password, go along where not NULL. The HTTP status, 0
 * if there was no answer.
 */
struct fetch {
	const char *url;
	const char *form;
	const char *bearer;
	const char *user;
	const char *password;
};
long fetch(const struct fetch *, struct buf *out);

/* Add "name=value" to a form, encoded. */
void fetch_form(struct buf *, const char *name, const char *value);

#endif
