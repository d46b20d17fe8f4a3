-- What every process reads four times a second: business time, the feed's
-- epoch, and all revocations that a living token could still be held by.
-- pulse() : many read
-- unscoped: the same for everybody, and shown to nobody
SELECT k.shift_ms, f.value, r.subject, r.epoch
FROM clock k CROSS JOIN fact f
LEFT JOIN (SELECT subject, max(epoch) AS epoch FROM revocation
    WHERE until_at > now() GROUP BY subject) r ON true
WHERE k.one AND f.name = 'epoch';

-- What the caller may do somewhere: what a button to create something needs.
-- reach_any(caller uuid, today date) : one read
SELECT coalesce(bit_or(h.perms), 0) FROM reach h
WHERE h.staff_id = $caller AND h.from_on <= $today AND $today < h.until_on;

-- idempotency_get(caller uuid, key text, hash bytea) : one read
SELECT i.hash = $hash, i.status, i.version, i.row_status, i.perms, i.body
FROM idempotency i WHERE i.caller_id = $caller AND i.key = $key;

-- idempotency_put(caller uuid, key text, hash bytea, status int, text text) : one write
INSERT INTO idempotency (caller_id, key, hash, status, body)
VALUES ($caller, $key, $hash, $status, $text);

-- A line of the trail for what changes nothing.
-- note_put(today date, note_action text, note_actor uuid, note_session uuid,
--     note_staff uuid, note_kind text, note_ref uuid, note_detail jsonb,
--     address text, device text, request text) : none note
-- unscoped: says what a caller did; shows nothing
INSERT INTO audit (action, actor_id, staff_id, unit_id, session_id, kind, ref,
    address, device, request, detail)
VALUES ($note_action, $note_actor, $note_staff,
    coalesce(@home(coalesce($note_staff, $note_actor)), (
	-- a machine has no post, only what was granted
	SELECT g.unit_id FROM staff_grant g
	WHERE g.staff_id = coalesce($note_staff, $note_actor)
	ORDER BY g.from_on DESC, g.id LIMIT 1)),
    $note_session, $note_kind, $note_ref, $address, $device, $request,
    $note_detail);

-- backend_cancel(pid int) : one read
-- unscoped: ends a statement of this very process
SELECT pg_cancel_backend($pid);

-- The workers that are not connected, each by its name.
-- service_missing() : one read
-- unscoped: names of our own programs, for operators
SELECT coalesce(json_agg(p.name ORDER BY p.name), '[]')::text
FROM unnest('{relay,scheduler,reminders,rollups,issuers}'::text[]) p(name)
WHERE NOT EXISTS (SELECT FROM pg_stat_activity a
    WHERE a.application_name = p.name AND a.datname = current_database());

-- What the gauges of /metrics and /readyz show.
-- service_gauges() : one read
-- unscoped: counts only, for operators
SELECT (SELECT count(*) FROM job WHERE dead_at IS NULL) AS jobs_open,
    (SELECT count(*) FROM job WHERE dead_at IS NOT NULL) AS jobs_dead,
    (SELECT coalesce(extract(epoch FROM now() - min(run_at)), 0)::bigint
	FROM job WHERE sent_at IS NULL AND dead_at IS NULL AND run_at <= now())
	AS oldest_unsent_s,
    (SELECT count(*) FROM mark) AS marks,
    (SELECT coalesce(extract(epoch FROM now() - min(at)), 0)::bigint FROM mark)
	AS oldest_mark_s;
