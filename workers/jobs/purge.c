/* What has served its time goes: answers to keys, revocations, sessions. */
#include "jobs/duty.h"
#include "queries.h"

int
purge_run(struct worker *w)
{
	return (db_run_s(w, &q_purge_idempotency, NULL, NULL, NULL) == DB_OK &&
	            db_run_s(w, &q_purge_revocations, NULL, NULL, NULL) ==
	                DB_OK &&
	            db_run_s(w, &q_purge_sessions, NULL, NULL, NULL) == DB_OK ?
	        0 :
	        -1);
}
