/* What has served its time goes: answers to keys, revocations, sessions,
 * one-time codes, tickets. */
#include "jobs/duty.h"
#include "queries.h"

#define SLICE 20000 /* as purge.sql has it */
#define SLICES 100  /* of one kind at once: the rest an hour later */

int
purge_run(struct worker *w)
{
	static const struct query *const purges[] = { &q_purge_idempotency,
		&q_purge_revocations, &q_purge_links, &q_purge_tickets,
		&q_purge_exchanges, &q_purge_sessions };
	int64_t gone;
	size_t i;
	int n;

	for (i = 0; i < sizeof(purges) / sizeof(purges[0]); i++)
		for (n = 0, gone = SLICE; n < SLICES && gone >= SLICE; n++)
			if (db_count_s(w, purges[i], NULL, &gone) != DB_OK)
				return (-1);
	return (0);
}
