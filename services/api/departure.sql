-- Leaving and moving: rights end on the day, somebody takes over what is open.

-- What asks a person now, and whether it changes hands when he leaves, or goes
-- to another unit. What a record is about is told of tasks and plans alone.
-- @open_work(staff, heir, goes, day)
(SELECT coalesce(json_agg(json_build_object('kind', w.kind, 'id', w.id,
	'title', CASE WHEN w.kind IN ('task', 'plan') THEN w.title END,
	'role', w.role, 'due_on', w.due_on, 'handed_over',
	coalesce(CASE w.kind WHEN 'task' THEN w.doer_id = @staff
		OR (@heir IS NOT NULL OR @goes IS NULL)
		    AND w.assigner_id = @staff
		OR @heir IS NOT NULL AND @staff = ANY (w.co_staff_ids)
	    WHEN 'inspection' THEN @heir IS NOT NULL OR w.author_id <> @staff
	    WHEN 'explanation' THEN @goes IS NULL AND w.doer_id = @staff
	    ELSE w.kind IN ('measure', 'complaint') AND w.doer_id = @staff END
	    AND (@goes IS NULL OR unit_left(CASE WHEN w.kind IN ('inspection',
		'complaint') THEN unit.office_id ELSE w.unit_id END, @staff,
		@goes, @day)), false)) ORDER BY w.due_on, w.id), '[]')
    FROM work w JOIN unit ON unit.id = w.unit_id
    WHERE w.staff_id = @staff AND w.from_on <= $today
      AND $today < w.until_on);

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
stay AS (
	DELETE FROM transfer p USING act a WHERE p.staff_id = a.id
	  AND p.on_day >= a.on_day AND p.done_at IS NULL),
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
		@open_work(c.id, c.heir_id, NULL::uuid, c.on_day))::text END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	WHERE c.perms <> 0 OR @kin(c.unit_id)),
@kept()
SELECT outcome, version, status, perms, body FROM out;

-- The person moved, locked, and how the caller stands to his unit.
-- @moved()
who AS MATERIALIZED (
	SELECT t.id, t.version, t.status, h.unit_id,
	    @perms(h.unit_id) AS perms
	FROM staff t
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id AND t.deleted_at IS NULL
	  AND (@perms(h.unit_id) <> 0 OR @kin(h.unit_id))
	FOR NO KEY UPDATE OF t);

-- Whoever moves a person administers people where he was and where he goes; that
-- unit need not stand before the day.
-- transfer_make(caller uuid, today date, now timestamptz, id uuid,
--     body jsonb, dry_run bool, request text, trace text, key text,
--     hash bytea) : one write
WITH @moved(),
inp AS MATERIALIZED (
	SELECT refs($body, $caller, $today) AS b FROM who),
cur AS MATERIALIZED (
	SELECT w.*, i.b, (i.b ->> 'on')::date AS on_day,
	    (i.b ->> 'unit_id')::uuid AS goes_to,
	    (i.b ->> 'hand_over_to_staff_id')::uuid AS heir_id
	FROM who w CROSS JOIN inp i),
wrong AS MATERIALIZED (
	SELECT v.line FROM cur c CROSS JOIN LATERAL (VALUES
	    (c.heir_id = c.id OR NOT EXISTS (SELECT FROM staff y
		WHERE y.id = coalesce(c.heir_id, c.id) AND y.status = 'active'
		  AND y.deleted_at IS NULL),
		'/hand_over_to_id unknown_reference'),
	    (NOT EXISTS (SELECT FROM unit_version e
		WHERE e.unit_id = c.goes_to AND e.from_on <= c.on_day
		  AND c.on_day < e.until_on), '/unit_id ended'),
	    (EXISTS (SELECT FROM assignment a WHERE a.staff_id = c.id
		AND a.main AND a.unit_id = c.goes_to AND a.from_on < c.on_day
		AND a.until_on >= c.on_day), '/unit_id in_conflict'),
	    (EXISTS (SELECT FROM departure d WHERE d.staff_id = c.id
		AND d.done_at IS NULL AND d.on_day <= c.on_day),
		'/on in_conflict')) v(so, line)
	WHERE v.so),
step AS MATERIALIZED (
	SELECT CASE WHEN c.perms & PERM_STAFF = 0 THEN 403
	    WHEN c.status <> 'active' THEN 409
	    WHEN EXISTS (SELECT FROM wrong) THEN 422
	    WHEN NOT EXISTS (SELECT FROM reach h WHERE h.staff_id = $caller
		AND h.unit_id = c.goes_to AND h.perms & PERM_STAFF <> 0
		AND h.from_on <= greatest(c.on_day, $today)
		AND greatest(c.on_day, $today) < h.until_on) THEN 403
	    ELSE 200 END AS outcome
	FROM cur c),
act AS MATERIALIZED (
	SELECT c.id, c.unit_id, @open_work(c.id, c.heir_id, c.goes_to,
	    c.on_day) AS open, CASE WHEN NOT $dry_run THEN staff_transfer(c.id,
	    c.on_day, c.goes_to, c.b ->> 'position', c.b ->> 'duty_group',
	    c.heir_id, c.b ->> 'document', $caller, $now) END AS version
	FROM cur c JOIN step s ON s.outcome = 200),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'staff', a.id, a.unit_id, a.version, 'transfer', $caller,
	    $request, $trace, $body FROM act a WHERE a.version IS NOT NULL),
out AS MATERIALIZED (
	SELECT s.outcome, coalesce(a.version, c.version) AS version, c.status,
	    c.perms, CASE s.outcome
	    WHEN 422 THEN (SELECT string_agg(w.line, E'\n') FROM wrong w)
	    WHEN 200 THEN json_build_object('id', c.id, 'version',
		coalesce(a.version, c.version), 'on', c.on_day, 'unit',
		@unit_ref(c.goes_to), 'position', c.b ->> 'position',
		'duty_group', c.b ->> 'duty_group', 'hand_over_to',
		@staff_ref(c.heir_id), 'document', c.b ->> 'document', 'open',
		a.open)::text END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN act a ON true),
@kept()
SELECT outcome, version, status, perms, body FROM out;

-- transfer_cancel(caller uuid, today date, now timestamptz, id uuid,
--     request text, trace text, key text, hash bytea) : one write
WITH @moved(),
act AS MATERIALIZED (
	SELECT c.*, transfer_undo(c.id, $today + 1) AS undone FROM who c
	WHERE c.perms & PERM_STAFF <> 0),
upd AS (
	UPDATE staff t SET version = t.version + 1, updated_at = $now
	FROM act a WHERE t.id = a.id AND a.undone > 0
	RETURNING t.id, t.version),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace)
	SELECT $now, 'staff', u.id, a.unit_id, u.version, 'stay', $caller,
	    $request, $trace FROM upd u CROSS JOIN act a),
out AS MATERIALIZED (
	SELECT CASE WHEN c.perms & PERM_STAFF = 0 THEN 403
	    WHEN a.undone > 0 THEN 204 ELSE 404 END AS outcome, 0 AS version,
	    '' AS status, c.perms, NULL::text AS body
	FROM who c LEFT JOIN act a ON true),
@kept()
SELECT outcome, version, status, perms, body FROM out;
