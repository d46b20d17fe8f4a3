#ifndef HTTP_BYREF_H
#define HTTP_BYREF_H

#include "http/route.h"

/*
 * Items by the name that another system has for them, on every resource that
 * can be made:
 *
 *	GET, PUT {resource}/by-ref/{system}/{key}	?ref=system:key in lists
 *
 * PUT makes the item or changes it; sent again, it changes nothing more.
 */
void byref_add(const struct resource *);

/*
 * Find the item of ref=system:key; then c->next runs, with ref_id bound to its
 * id, or to an id that nothing has.
 */
enum step byref_find(struct ctx *, const char *ref);

#endif
