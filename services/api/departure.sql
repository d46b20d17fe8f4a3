-- Leaving: rights end on the day, and somebody takes over what is open.

-- departure_make(caller uuid, today date, now timestamptz, id uuid,
--     body jsonb, dry_run bool, request text, trace text, key text,
--     hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT refs($body, $caller, $today) AS b),
cur AS MATERIALIZED (
	SELECT t.id, t.version, t.status, h.unit_id,
	    @perms(h.unit_id) AS perms, (i.b ->> 'on')::date AS on_day,
	    (i.b ->> 'hand_over_to_staff_id')::uuid AS heir_id
	FROM staff t CROSS JOIN inp i
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id AND t.deleted_at IS NULL
	FOR NO KEY UPDATE OF t),
step AS MATERIALIZED (
	SELECT CASE WHEN c.perms & PERM_STAFF = 0 THEN 403
	    WHEN c.status <> 'active' THEN 409
	    WHEN c.heir_id = c.id OR NOT EXISTS (SELECT FROM staff y
		WHERE y.id = coalesce(c.heir_id, c.id) AND y.status = 'active'
		  AND y.deleted_at IS NULL) THEN 422
	    ELSE 200 END AS outcome
	FROM cur c),
act AS MATERIALIZED (
	SELECT c.* FROM cur c JOIN step s ON s.outcome = 200
	WHERE NOT $dry_run),
d AS (
	INSERT INTO departure AS p (staff_id, on_day, heir_id, author_id,
	    created_at)
	SELECT a.id, a.on_day, a.heir_id, $caller, $now FROM act a
	ON CONFLICT (staff_id) DO UPDATE SET on_day = EXCLUDED.on_day,
	    heir_id = EXCLUDED.heir_id, author_id = EXCLUDED.author_id,
	    created_at = EXCLUDED.created_at, done_at = NULL),
del AS (
	DELETE FROM staff_grant g USING act a
	WHERE g.staff_id = a.id AND g.from_on >= a.on_day),
cut AS (
	UPDATE staff_grant g SET until_on = a.on_day FROM act a
	WHERE g.staff_id = a.id AND g.from_on < a.on_day
	  AND g.until_on > a.on_day),
gone AS (
	DELETE FROM delegation g USING act a
	WHERE a.id IN (g.staff_id, g.to_id) AND g.from_on >= a.on_day),
short AS (
	UPDATE delegation g SET until_on = a.on_day, version = g.version + 1
	FROM act a WHERE a.id IN (g.staff_id, g.to_id)
	  AND g.from_on < a.on_day AND g.until_on > a.on_day),
upd AS (
	UPDATE staff t SET version = t.version + 1, updated_at = $now
	FROM act a WHERE t.id = a.id RETURNING t.version),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'staff', a.id, a.unit_id, u.version, 'leave', $caller,
	    $request, $trace, $body FROM act a CROSS JOIN upd u),
out AS MATERIALIZED (
	SELECT s.outcome, coalesce(u.version, c.version) AS version, c.status,
	    c.perms, CASE s.outcome WHEN 422
		THEN '/hand_over_to_id unknown_reference'
	    WHEN 200 THEN json_build_object('id', c.id, 'version',
		coalesce(u.version, c.version), 'on', c.on_day,
		'hand_over_to', @staff_ref(c.heir_id), 'open',
		coalesce((SELECT json_agg(json_build_object('kind', w.kind,
			'id', w.id, 'title', w.title, 'role', w.role,
			'due_on', w.due_on) ORDER BY w.due_on, w.id)
		    FROM work w WHERE w.staff_id = c.id AND w.from_on <= $today
		      AND $today < w.until_on), '[]'))::text END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	WHERE c.perms <> 0 OR @kin(c.unit_id)),
idm AS (
	INSERT INTO idempotency (caller_id, key, hash, status, version,
	    row_status, perms, body)
	SELECT $caller, $key, $hash, o.outcome, o.version, o.status, o.perms,
	    o.body
	FROM out o WHERE $key IS NOT NULL AND o.outcome < 300)
SELECT outcome, version, status, perms, body FROM out;
