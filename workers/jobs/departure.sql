-- Those whose day has come: signed out for good, their open tasks handed on.
-- departure_due(today date, now timestamptz) : one write
-- unscoped: machinery; carries out what an administrator has set
WITH due AS MATERIALIZED (
	SELECT d.staff_id, d.heir_id, d.author_id FROM departure d
	WHERE d.done_at IS NULL AND d.on_day <= $today
	FOR UPDATE SKIP LOCKED),
s AS (
	UPDATE staff t SET status = 'left', token_epoch = t.token_epoch + 1,
	    version = t.version + 1, updated_at = $now
	FROM due WHERE t.id = due.staff_id
	RETURNING t.id, t.token_epoch, t.version, due.author_id),
ended AS (
	UPDATE session e SET revoked_at = now(), revoked_why = 'left'
	FROM due WHERE e.staff_id = due.staff_id AND e.revoked_at IS NULL),
rev AS (
	INSERT INTO revocation (subject, epoch, until_at)
	SELECT s.id, s.token_epoch - 1, now() + interval '1 hour' FROM s
	ON CONFLICT DO NOTHING),
moved AS (
	UPDATE task t SET lead_staff_id = due.heir_id, version = t.version + 1,
	    updated_at = $now
	FROM due WHERE t.lead_staff_id = due.staff_id
	  AND due.heir_id IS NOT NULL AND t.deleted_at IS NULL
	  AND t.status NOT IN ('accepted', 'cancelled', 'recalled')
	RETURNING t.id, t.unit_id, t.version, due.heir_id, due.author_id,
	    due.staff_id),
ho AS (
	INSERT INTO handover (id, task_id, kind, from_unit_id, from_staff_id,
	    to_unit_id, to_staff_id, author_id, "at")
	SELECT uuid_v7(), m.id, 'transfer', m.unit_id, m.staff_id, m.unit_id,
	    m.heir_id, m.author_id, $now FROM moved m),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    before, patch)
	SELECT $now, 'task', m.id, m.unit_id, m.version, 'handover',
	    m.author_id, jsonb_build_object('lead_staff_id', m.staff_id),
	    jsonb_build_object('lead_staff_id', m.heir_id) FROM moved m
	UNION ALL
	SELECT $now, 'staff', s.id, NULL, s.version, 'left', s.author_id, NULL,
	    NULL FROM s),
done AS (
	UPDATE departure d SET done_at = now() FROM due
	WHERE d.staff_id = due.staff_id)
SELECT count(*) FROM s;
