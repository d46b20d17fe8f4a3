-- Retention. In slices: no writing transaction lives long.

-- purge_idempotency() : none write
-- unscoped: machinery; removes what has served its time
DELETE FROM idempotency WHERE (caller_id, key) IN (
    SELECT caller_id, key FROM idempotency
    WHERE created_at < now() - interval '14 days' LIMIT 20000);

-- purge_revocations() : none write
-- unscoped: machinery; removes what has served its time
DELETE FROM revocation WHERE until_at < now();

-- purge_links() : none write
-- unscoped: machinery; removes what has served its time
DELETE FROM link WHERE expires_at < now() - interval '30 days';

-- purge_tickets() : none write
-- unscoped: machinery; removes what has served its time
DELETE FROM ticket WHERE expires_at < now();

-- purge_exchanges() : none write
-- unscoped: machinery; removes what has served its time
DELETE FROM exchange WHERE created_at < now() - interval '1 day';

-- purge_sessions() : none write
-- unscoped: machinery; removes what has served its time
DELETE FROM session WHERE id IN (SELECT id FROM session
    WHERE expires_at < now() - interval '30 days' LIMIT 20000);
