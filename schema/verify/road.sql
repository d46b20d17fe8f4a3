-- road: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT xid, seq FROM event WHERE false;
SELECT run_at, sent_at, epoch, lease_until, dead_at FROM job WHERE false;
SELECT caller_id, key, hash FROM idempotency WHERE false;

SELECT 'row_was(anyelement, uuid, timestamptz)'::regprocedure;

ROLLBACK;
