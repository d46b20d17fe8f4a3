/* The scheduler's duties: name, cadence, lease, function. */
#include <stddef.h>

#include "jobs/duty.h"

/* clang-format off */
const struct duty duties[] = {
	{ "obligation", 1000, 60, obligation_run },
	{ "due", 1000, 60, due_run },
	{ "recurrence", 1000, 60, recurrence_run },
	{ "departure", 1000, 60, departure_run },
	{ "succession", 1000, 60, succession_run },
	{ "seal", 1000, 60, seal_run },
	{ "purge", 3600 * 1000, 300, purge_run },
	{ NULL, 0, 0, NULL }
};
/* clang-format on */
