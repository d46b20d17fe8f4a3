/* What has served its time goes: answers to keys, revocations, sessions,
 * one-time codes, tickets. */
#include "jobs/duty.h"
#include "queries.h"

int
purge_run(struct worker *w)
{
	static const struct query *const purges[] = { &q_purge_idempotency,
		&q_purge_revocations, &q_purge_links, &q_purge_tickets,
		&q_purge_exchanges, &q_purge_sessions };
	size_t i;

	for (i = 0; i < sizeof(purges) / sizeof(purges[0]); i++)
		if (db_run_s(w, purges[i], NULL, NULL, NULL) != DB_OK)
			return (-1);
	return (0);
}
