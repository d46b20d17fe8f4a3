#ifndef HTTP_FEED_H
#define HTTP_FEED_H

#include "http/ctx.h"

/* The feed of changes: a page of lines behind a position. */
enum step feed_list(struct ctx *);

#endif
