/* What has changed since a position, asked for or as it happens. */
#include "api/api.h"
#include "http/feed.h"

/* clang-format off */
static const struct route routes[] = {
	{ .method = GET, .pattern = "/v1/changes", .run = feed_list,
	    .params = "since types include limit",
	    .summary = "What has changed since a position" },
	{ .method = GET, .pattern = "/v1/changes/stream", .run = feed_stream,
	    .flags = ROUTE_PAGE | ROUTE_ALONE,
	    .params = "since types include",
	    .summary = "The same as server-sent events, as it happens" },
	{ .pattern = NULL }
};
/* clang-format on */

const struct resource resource_change = {
	.name = "changes",
	.routes = routes,
};
