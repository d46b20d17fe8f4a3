#ifndef HTTP_TALK_H
#define HTTP_TALK_H

#include "http/route.h"

/*
 * What is said of an item, and what has become of it: on every resource that
 * people edit, by one mechanism. Both are for who may read the item.
 *
 *	GET, POST {item}/comments	GET {item}/activity
 */
void talk_add(const struct resource *);

#endif
