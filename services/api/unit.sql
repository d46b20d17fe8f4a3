-- Units. The tree is a directory: whoever shares an ancestor with a unit may
-- see it. Administering it wants PERM_UNIT above it.

-- The same as unit_known() of the schema, for many units at once.
-- @kin(unit)
EXISTS (SELECT FROM staff_grant g
    JOIN unit_cover mine ON mine.unit_id = g.unit_id
    JOIN unit_cover its ON its.anc_id = mine.anc_id
    WHERE its.unit_id = @unit AND g.staff_id = $caller
      AND g.from_on <= $today AND $today < g.until_on);

-- @unit_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.code, @x.kind, @x.name, @x.short_name, @x.agency_code, @x.own_seal,
    @unit_ref(@x.parent_id) AS parent, @unit_ref(@x.office_id) AS office,
    @x.rank_order,
    (SELECT min(v.from_on) FROM unit_version v WHERE v.unit_id = @x.id)
	AS valid_from,
    (SELECT nullif(max(v.until_on), 'infinity') - 1 FROM unit_version v
	WHERE v.unit_id = @x.id) AS valid_to,

    @external_refs('unit', @x.id) AS external_refs,
    @x.created_at, @x.updated_at) j);

-- A unit t as it stands, or as its version v of the day asked about had it.
-- @unit_then()
(CASE WHEN $as_of IS NULL THEN @unit_json(t)
    ELSE (@unit_json(t)::jsonb || jsonb_build_object('name', v.name,
	'status', 'active', 'parent', @unit_ref(v.parent_id)))::text END);

-- On a day on which the unit did not stand it is not there.
-- unit_get(caller uuid, today date, as_of date, id uuid) : one read
SELECT t.version, t.status, s.perms, @unit_then() AS body
FROM unit t CROSS JOIN LATERAL (SELECT @perms(t.id) AS perms OFFSET 0) s
LEFT JOIN unit_version v ON v.unit_id = t.id AND v.from_on <= $day
    AND $day < v.until_on
WHERE t.id = $id AND t.deleted_at IS NULL AND @kin(t.id)
  AND ($as_of IS NULL OR v.unit_id IS NOT NULL);

-- unit_versions(caller uuid, today date, id uuid) : many read
SELECT row_to_json(j)::text FROM (
    SELECT v.name, @unit_ref(v.parent_id) AS parent, v.from_on AS valid_from,
	nullif(v.until_on, 'infinity') - 1 AS valid_to, v.attributes
    FROM unit_version v WHERE v.unit_id = $id AND @kin(v.unit_id)
    ORDER BY v.from_on) j;

-- @name_stood()
(CASE WHEN $as_of IS NULL THEN t.name ELSE v.name END);

-- @unit_filter()
t.deleted_at IS NULL
AND ($as_of IS NULL OR v.unit_id IS NOT NULL)
AND ($kind IS NULL OR t.kind = ANY ($kind))
AND ($status IS NULL OR CASE WHEN $as_of IS NULL THEN t.status
    ELSE 'active' END = ANY ($status))
AND ($ids IS NULL OR t.id = ANY ($ids))
AND ($parent IS NULL OR CASE WHEN $as_of IS NULL THEN t.parent_id
    ELSE v.parent_id END = (SELECT f.id FROM unit f
	WHERE f.code = $parent OR f.id::text = $parent))
AND @unit_below(t.id, $day) AND ($q IS NULL OR CASE WHEN $as_of IS NULL
    THEN @search(t.fold) ELSE @search(fold(v.name)) END)
AND @kin(t.id);

-- Units as they stand today, or on the day as_of asks for: name and parent
-- are then those of that day.
-- unit_list(caller uuid, today date, kind text[], status text[], parent text,
--     as_of date, ids uuid[], unit text, subtree bool, q text, after text[],
--     after_id uuid, limit int) : many slow
-- sort rank: t.rank_order :: int, @name_stood() COLLATE "vi-x-icu" :: text
-- sort name: @name_stood() COLLATE "vi-x-icu" :: text
-- sort code: t.code :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, @perms(t.id),
	@unit_then() AS body
    FROM unit t
    LEFT JOIN unit_version v ON v.unit_id = t.id
	AND v.from_on <= $day
	AND $day < v.until_on
    WHERE @unit_filter() AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- unit_count(caller uuid, today date, kind text[], status text[], parent text,
--     as_of date, ids uuid[], unit text, subtree bool, q text) : many slow
SELECT CASE WHEN grouping(x.kind) = 0 THEN 'kind'
	WHEN grouping(x.status) = 0 THEN 'status' ELSE 'total' END,
    coalesce(x.kind, x.status, ''), count(*)
FROM (SELECT t.kind, CASE WHEN $as_of IS NULL THEN t.status
	ELSE 'active' END AS status
    FROM unit t
    LEFT JOIN unit_version v ON v.unit_id = t.id
	AND v.from_on <= $day
	AND $day < v.until_on
    WHERE @unit_filter()) x
GROUP BY GROUPING SETS ((x.kind), (x.status), ());

-- A new unit below a parent, from a day on. Its cover is its parent's.
-- unit_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT refs($body, $caller, $today) AS b),
cur AS (SELECT NULL::unit AS r WHERE false),
may AS MATERIALIZED (
	SELECT m.*, CASE WHEN m.up & PERM_UNIT = 0 THEN 403
	    WHEN EXISTS (SELECT FROM unit_version e
		WHERE e.unit_id = m.parent_id AND e.until_on > m.from_on
		  AND e.until_on > $today) THEN 201 ELSE 422 END AS outcome
	FROM (SELECT d.*, @perms_on(d.parent_id, d.from_on) AS up
	    FROM (SELECT jsonb_populate_record(NULL::unit, i.b) AS r,
		p.id AS parent_id, p.office_id, p.calendar_id,
		coalesce((i.b ->> 'valid_from')::date, $today) AS from_on
		FROM inp i JOIN unit p
		    ON p.id = (i.b ->> 'parent_unit_id')::uuid) d) m),
upd AS (
	INSERT INTO unit AS t (id, code, kind, name, short_name, agency_code,
	    own_seal, parent_id, office_id, calendar_id, rank_order,
	    author_id, created_at, updated_at)
	SELECT (m.r).id, (m.r).code, (m.r).kind, (m.r).name,
	    (m.r).short_name, (m.r).agency_code,
	    coalesce((m.r).own_seal, false), m.parent_id,
	    CASE WHEN (m.r).kind IN ('department', 'section',
		'service_centre', 'association') THEN m.office_id
		ELSE (m.r).id END,
	    m.calendar_id, coalesce((m.r).rank_order, 100), $caller, $now,
	    $now
	FROM may m WHERE m.outcome = 201
	RETURNING t AS r),
ver AS (
	INSERT INTO unit_version (unit_id, from_on, name, parent_id)
	SELECT (u.r).id, m.from_on, (u.r).name, (u.r).parent_id
	FROM upd u CROSS JOIN may m),
cov AS (
	INSERT INTO unit_cover (unit_id, anc_id, from_on, until_on, heir, past)
	SELECT (u.r).id, (u.r).id, date '-infinity', date 'infinity', true,
	    false FROM upd u
	UNION ALL
	SELECT (u.r).id, k.anc_id, greatest(k.from_on, m.from_on) AS since,
	    max(k.until_on), false, k.past
	FROM upd u CROSS JOIN may m JOIN unit_cover k
	    ON k.unit_id = (u.r).parent_id
	WHERE greatest(k.from_on, m.from_on) < k.until_on
	GROUP BY (u.r).id, k.anc_id, since, k.past),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status, m.up AS perms,
	    (SELECT row_to_json(j)::text FROM (SELECT x.id, x.version,
		x.status, x.code, x.kind, x.name, x.short_name, x.agency_code,
		x.own_seal, @unit_ref(x.parent_id) AS parent,
		CASE WHEN x.office_id = x.id THEN x.card
		    ELSE @unit_ref(x.office_id) END AS office, x.rank_order,
		m.from_on AS valid_from, NULL::date AS valid_to,
		'[]'::json AS external_refs, x.created_at,
		x.updated_at) j) AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN may m
	UNION ALL
	SELECT m.outcome, 0, '', 0, '/parent_unit_id ended'
	FROM may m WHERE m.outcome <> 201),
@written('unit', 'create', $body, id)
SELECT outcome, version, status, perms, body FROM out;

-- Correct what a unit is called. A new name from a day on is a succession.
-- unit_patch(caller uuid, today date, now timestamptz, id uuid, version int,
--     body jsonb, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @locked(unit, NULL),
cur AS MATERIALIZED (
	SELECT l.r, @perms((l.r).id) AS perms FROM locked l
	WHERE @kin((l.r).id)),
@step(),
upd AS (
	UPDATE unit t SET (kind, name, short_name, agency_code, own_seal,
	    rank_order, version, updated_at) =
	(SELECT p.kind, p.name, p.short_name, p.agency_code, p.own_seal,
	    p.rank_order, t.version + 1, $now
	    FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
ver AS (
	UPDATE unit_version v SET name = (u.r).name FROM upd u
	WHERE v.unit_id = (u.r).id AND v.from_on = (SELECT w.from_on
	    FROM unit_version w WHERE w.unit_id = (u.r).id
	    ORDER BY w.from_on <= $today DESC, abs(w.from_on - $today)
	    LIMIT 1)),
out AS MATERIALIZED (
	SELECT s.outcome, x.version, x.status, c.perms,
	    CASE WHEN s.outcome IN (200, 412) THEN @unit_json(x) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x),
@written('unit', 'update', $body, id)
SELECT outcome, version, status, perms, body FROM out;

-- What befell a unit, and what it took the place of: all in one line, empty
-- where nothing has; of a rename or move what it came to be called and stood below.
-- unit_successions(caller uuid, today date, id uuid) : many read
SELECT CASE WHEN j.id IS NOT NULL THEN row_to_json(j)::text END
FROM unit t LEFT JOIN LATERAL (
    SELECT s.id, s.kind, s.effective_on, @unit_ref(s.from_unit_id) AS "from",
	@unit_ref(s.to_unit_id) AS "to", v.name,
	@unit_ref(v.parent_id) AS parent, s.note
    FROM unit_succession s LEFT JOIN unit_version v
	ON v.unit_id = s.from_unit_id AND v.from_on = s.effective_on
	AND s.kind IN ('rename', 'move')
    WHERE t.id IN (s.from_unit_id, s.to_unit_id)) j ON true
WHERE t.id = $id AND t.deleted_at IS NULL AND @kin(t.id)
ORDER BY j.effective_on, j.id;

-- What a succession on a day leaves to be seen to: units below, people,
-- records that somebody is asked about. What a record is about is for its
-- readers.
-- @unit_open(unit, day, perms)
(SELECT coalesce(json_agg(o ORDER BY o.kind, o.due_on, o.id), '[]') FROM (
    SELECT 'unit' AS kind, y.id, y.name AS title, NULL::date AS due_on
    FROM unit y WHERE EXISTS (SELECT FROM unit_version v
	WHERE v.unit_id = y.id AND v.parent_id = @unit AND v.until_on > @day)
    UNION ALL
    SELECT DISTINCT 'staff', y.id, y.full_name, NULL::date
    FROM assignment a JOIN staff y ON y.id = a.staff_id
    WHERE a.unit_id = @unit AND a.until_on > @day AND y.status = 'active'
      AND y.deleted_at IS NULL
    UNION ALL
    SELECT DISTINCT w.kind, w.id, CASE WHEN w.kind IN ('task', 'plan')
	AND @perms & PERM_READ <> 0 THEN w.title END, w.due_on
    FROM work w WHERE w.unit_id = @unit) o);

-- unit_succession(caller uuid, today date, now timestamptz, id uuid,
--     body jsonb, dry_run bool, request text, trace text, key text,
--     hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT refs($body, $caller, $today) AS b),
cur AS MATERIALIZED (
	SELECT t.id, t.version, t.status, @perms(t.id) AS perms, i.b,
	    (i.b ->> 'effective_on')::date AS day,
	    (i.b ->> 'parent_unit_id')::uuid AS below,
	    ARRAY(SELECT (e.x ->> 'unit_id')::uuid FROM jsonb_array_elements(
		nullif(i.b -> 'into', 'null')) WITH ORDINALITY e(x, n)
		ORDER BY e.n) AS heirs
	FROM unit t CROSS JOIN inp i
	WHERE t.id = $id AND t.deleted_at IS NULL AND @kin(t.id)
	FOR NO KEY UPDATE OF t),
wrong AS MATERIALIZED (
	SELECT '/parent_unit_id not_yours' AS line FROM cur c
	WHERE c.below IS NOT NULL
	  AND @perms_on(c.below, c.day) & PERM_UNIT = 0
	UNION ALL
	SELECT format('/into/%s/unit_id not_yours', h.n - 1)
	FROM cur c CROSS JOIN unnest(c.heirs) WITH ORDINALITY h(id, n)
	WHERE @perms_on(h.id, c.day) & PERM_UNIT = 0),
step AS MATERIALIZED (
	SELECT CASE WHEN c.perms & PERM_UNIT = 0 THEN 403
	    WHEN c.status = 'ended' THEN 409
	    WHEN EXISTS (SELECT FROM wrong) THEN 422 ELSE 200 END AS outcome
	FROM cur c),
act AS MATERIALIZED (
	SELECT c.id, @unit_open(c.id, c.day, c.perms) AS open, unit_succeed(
	    c.id, c.b ->> 'kind', c.day, c.b ->> 'name', c.below, c.heirs,
	    c.b ->> 'note', $dry_run, $today, $now) AS version
	FROM cur c JOIN step s ON s.outcome = 200),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'unit', a.id, a.id, a.version, 'succeed', $caller,
	    $request, $trace, $body FROM act a WHERE NOT $dry_run),
out AS MATERIALIZED (
	SELECT s.outcome, coalesce(a.version, c.version) AS version, c.status,
	    c.perms, CASE s.outcome
	    WHEN 422 THEN (SELECT string_agg(w.line, E'\n') FROM wrong w)
	    WHEN 200 THEN json_build_object('id', c.id, 'version',
		coalesce(a.version, c.version), 'kind', c.b ->> 'kind',
		'effective_on', c.day, 'name', c.b ->> 'name',
		'parent', @unit_ref(c.below), 'into',
		(SELECT coalesce(json_agg(@unit_ref(h.id) ORDER BY h.n), '[]')
		FROM unnest(c.heirs) WITH ORDINALITY h(id, n)), 'note',
		c.b ->> 'note', 'open', a.open)::text END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN act a ON true),
@kept()
SELECT outcome, version, status, perms, body FROM out;
