-- Duties: who may do one now.

-- Must a duty look at everything? When the day is another, and when something
-- of these kinds has an event of a transaction it has not looked at yet.
-- @duty_whole(duty, kinds)
(SELECT (d.day IS DISTINCT FROM $today OR d.horizon IS NULL OR EXISTS (
	SELECT FROM event e WHERE e.xid >= d.horizon AND e.kind IN @kinds))::int
    FROM (VALUES (1)) v(one) LEFT JOIN duty d ON d.name = @duty);

-- Below which transaction everything can be seen: asked before anything is looked
-- at, to begin there the next time.
-- duty_horizon() : one read
-- unscoped: machinery; carries no data of the office
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

-- duty_looked(name text, today date, horizon bigint) : none write
-- unscoped: machinery; how far it has looked
UPDATE duty SET day = $today, horizon = ($horizon)::text::xid8
WHERE name = $name;

-- A scheduler that is killed leaves its lease, not its session: whoever comes
-- next need not wait for the lease to end.
-- duty_take(name text, lease_s int) : one write
-- unscoped: machinery; carries no data of the office
INSERT INTO duty AS d (name, epoch, lease_until, session_pid, session_start)
SELECT $name, 1, now() + make_interval(secs => $lease_s), a.pid,
    a.backend_start
FROM pg_stat_get_activity(pg_backend_pid()) a
ON CONFLICT (name) DO UPDATE SET epoch = d.epoch + 1,
    lease_until = excluded.lease_until, session_pid = excluded.session_pid,
    session_start = excluded.session_start
WHERE d.next_at <= now() AND (d.lease_until IS NULL OR d.lease_until < now()
    OR NOT EXISTS (SELECT FROM pg_stat_get_activity(d.session_pid) b
	WHERE b.backend_start = d.session_start))
RETURNING epoch;

-- duty_done(name text, epoch int, cadence_ms int, error text) : none write
-- unscoped: machinery; carries no data of the office
UPDATE duty SET lease_until = NULL, ran_at = now(), last_error = $error,
    next_at = now() + make_interval(secs => $cadence_ms / 1000.0)
WHERE name = $name AND epoch = $epoch;
