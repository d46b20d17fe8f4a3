-- Standing in for somebody. What is delegated reaches as far as the one who
-- delegates, never further, and ends with him.

-- @delegation_json(d)
json_build_object('id', @d.id, 'version', @d.version, 'staff',
    @staff_ref(@d.staff_id), 'to', @staff_ref(@d.to_id), 'powers', @d.powers,
    'capacity', @d.capacity, 'document', @d.document, 'from', @d.from_on,
    'to_date', nullif(@d.until_on, 'infinity') - 1)::text;

-- delegation_create(caller uuid, today date, now timestamptz, id uuid,
--     body jsonb, request text, trace text, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT refs($body, $caller, $today) AS b),
cur AS MATERIALIZED (
	SELECT t.id, t.version, t.status, h.unit_id,
	    @staff_rel(t, @perms(h.unit_id)) AS perms
	FROM staff t
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id AND t.status = 'active' AND t.deleted_at IS NULL
	FOR NO KEY UPDATE OF t),
step AS MATERIALIZED (
	SELECT CASE WHEN c.perms & (PERM_GRANT | PERM_IS_SUBJECT) = 0 THEN 403
	    WHEN NOT EXISTS (SELECT FROM staff y CROSS JOIN LATERAL
		(SELECT @home(y.id) AS unit_id OFFSET 0) h
		WHERE y.id = (i.b ->> 'to_staff_id')::uuid AND y.status = 'active'
		  AND y.deleted_at IS NULL AND @kin(h.unit_id)) THEN 422
	    ELSE 201 END AS outcome FROM cur c CROSS JOIN inp i),
del AS (
	INSERT INTO delegation (id, staff_id, to_id, powers, perms, capacity,
	    document, from_on, until_on, author_id, created_at)
	SELECT coalesce((i.b ->> 'id')::uuid, uuid_v7()), c.id,
	    (i.b ->> 'to_staff_id')::uuid, p.powers, p.bits | PERM_READ,
	    i.b ->> 'capacity', i.b ->> 'document',
	    coalesce((i.b ->> 'from')::date, $today),
	    coalesce((i.b ->> 'to_date')::date + 1, 'infinity'), $caller, $now
	FROM cur c JOIN step s ON s.outcome = 201 CROSS JOIN inp i
	CROSS JOIN LATERAL (SELECT array_agg(lower(m.name) ORDER BY m.bits)
		AS powers, bit_or(m.bits) AS bits
	    FROM perm m WHERE lower(m.name) IN (SELECT
		jsonb_array_elements_text(i.b -> 'powers'))) p
	RETURNING *),
out AS MATERIALIZED (
	SELECT s.outcome, coalesce(d.version, 1) AS version, c.status, c.perms,
	    CASE WHEN s.outcome = 422 THEN '/to_id unknown_reference'
		WHEN d.id IS NOT NULL THEN @delegation_json(d) END AS body
	FROM cur c CROSS JOIN step s LEFT JOIN del d ON true
	WHERE c.perms <> 0 OR @kin(c.unit_id)),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'staff', c.id, c.unit_id, c.version, 'delegate', $caller,
	    $request, $trace, $body
	FROM del d CROSS JOIN cur c),
@kept()
SELECT outcome, version, status, perms, body FROM out;

-- Taken back: it ends yesterday, or goes if it had not begun.
-- delegation_remove(caller uuid, today date, now timestamptz, id uuid,
--     delegation_id uuid, request text, trace text, key text,
--     hash bytea) : one write
WITH cur AS MATERIALIZED (
	SELECT d AS r, h.unit_id, @perms(h.unit_id)
	    | CASE WHEN d.staff_id = $caller THEN PERM_IS_SUBJECT ELSE 0 END
	    AS perms
	FROM delegation d
	CROSS JOIN LATERAL (SELECT @home(d.staff_id) AS unit_id OFFSET 0) h
	WHERE d.id = $delegation_id AND d.staff_id = $id
	FOR UPDATE OF d),
may AS MATERIALIZED (
	SELECT c.* FROM cur c
	WHERE c.perms & (PERM_GRANT | PERM_IS_SUBJECT) <> 0),
del AS (
	DELETE FROM delegation d USING may m
	WHERE d.id = (m.r).id AND (m.r).from_on >= $today RETURNING d.id),
cut AS (
	UPDATE delegation d SET until_on = $today, version = d.version + 1
	FROM may m WHERE d.id = (m.r).id AND (m.r).from_on < $today
	  AND (m.r).until_on > $today RETURNING d.id),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before)
	SELECT $now, 'staff', (m.r).staff_id, m.unit_id, 0, 'undelegate',
	    $caller, $request, $trace, to_jsonb(m.r) FROM may m),
out AS MATERIALIZED (
	SELECT CASE WHEN EXISTS (SELECT FROM may) THEN 204
	    WHEN c.perms <> 0 THEN 403 ELSE 404 END AS outcome,
	    0 AS version, '' AS status, c.perms, NULL::text AS body FROM cur c),
idm AS (
	INSERT INTO idempotency (caller_id, key, hash, status)
	SELECT $caller, $key, $hash, o.outcome FROM out o
	WHERE $key IS NOT NULL AND o.outcome < 300)
SELECT outcome, version, status, perms, body FROM out;

-- delegation_list(caller uuid, today date, id uuid) : many read
SELECT CASE WHEN d.id IS NOT NULL THEN @delegation_json(d) END
FROM staff t CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
LEFT JOIN delegation d ON d.staff_id = t.id
WHERE t.id = $id AND (t.id = $caller
    OR @holds(h.unit_id, (PERM_STAFF | PERM_GRANT)))
ORDER BY d.from_on, d.id;

-- Does the caller stand in for this person today, and how is it signed?
-- delegation_live(caller uuid, today date, for_id uuid) : one read
SELECT d.capacity FROM delegation d
WHERE d.staff_id = $for_id AND d.to_id = $caller AND d.from_on <= $today
  AND $today < d.until_on
ORDER BY d.from_on DESC LIMIT 1;
