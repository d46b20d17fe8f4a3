-- Retention. In slices: no writing transaction lives long. Each says how many
-- are gone; a full slice of 20000 is followed by another.

-- purge_idempotency() : one write
-- unscoped: machinery; removes what has served its time
WITH gone AS (DELETE FROM idempotency WHERE (caller_id, key) IN (
    SELECT caller_id, key FROM idempotency
    WHERE created_at < now() - interval '14 days' LIMIT 20000)
    RETURNING 1)
SELECT count(*) FROM gone;

-- purge_revocations() : one write
-- unscoped: machinery; removes what has served its time
WITH gone AS (DELETE FROM revocation WHERE until_at < now()
    RETURNING 1)
SELECT count(*) FROM gone;

-- purge_links() : one write
-- unscoped: machinery; removes what has served its time
WITH gone AS (DELETE FROM link WHERE expires_at < now() - interval '30 days'
    RETURNING 1)
SELECT count(*) FROM gone;

-- purge_tickets() : one write
-- unscoped: machinery; removes what has served its time
WITH gone AS (DELETE FROM ticket WHERE expires_at < now()
    RETURNING 1)
SELECT count(*) FROM gone;

-- purge_exchanges() : one write
-- unscoped: machinery; removes what has served its time
WITH gone AS (DELETE FROM exchange WHERE created_at < now() - interval '1 day'
    RETURNING 1)
SELECT count(*) FROM gone;

-- purge_sessions() : one write
-- unscoped: machinery; removes what has served its time
WITH gone AS (DELETE FROM session WHERE id IN (SELECT id FROM session
    WHERE expires_at < now() - interval '30 days' LIMIT 20000)
    RETURNING 1)
SELECT count(*) FROM gone;
