#ifndef HTTP_PAGE_H
#define HTTP_PAGE_H

#include "http/ctx.h"

/*
 * Lists by keyset. A list's statement says by its own parameters which filters
 * there are; its orders are the block's sort lines. It answers with rows
 * (horizon, id, key, version, status, perms, json), one row with a null id
 * when there is nothing.
 */
enum step page_list(struct ctx *);

/* Values one filter may list: ids=, status=. */
#define PAGE_VALUES_MAX 40

/* A further member of the page being made, as JSON text. */
void page_also(struct ctx *, const char *name, const char *json);

/* Is this a parameter of the statement that clients may set? */
int page_is_filter(const char *param);

/* Can its rows be chosen by ids=, and so by another system's name (ref=)? */
int page_takes_ref(const struct route *);

/* The words a filter or counter of this name may hold, or NULL. */
const struct word *page_words(const struct route *, const char *name);

#endif
