-- Sets of criteria: a catalogue of editions.

-- @criteria_set_json(x, unit)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.code, @x.edition, @x.title, @unit_ref(@x.unit_id) AS unit,
    (SELECT coalesce(json_agg(jsonb_build_object('code', i.key)
	    || (i.value - 'ord') ORDER BY (i.value ->> 'ord')::int, i.key),
	    '[]') FROM jsonb_each(@x.items) i) AS items,
    @x.locked, @inherited_from(@x, @unit) AS inherited_from,
    @external_refs('criteria_set', @x.id) AS external_refs,
    @x.created_at, @x.updated_at) j);

-- As its own unit reads it.
-- @criteria_set_own(x)
(@criteria_set_json(@x, @x.unit_id));

-- criteria_set_get(caller uuid, today date, id uuid) : one read
@record_get(criteria_set, @criteria_set_own(t), @catalogue_rel(t),
    perms <> 0);

-- criteria_set_list(caller uuid, today date, status text[], code text,
--     ids uuid[], unit text, after text[], after_id uuid, limit int)
--     : many slow
-- sort title: t.title COLLATE "vi-x-icu" :: text
-- sort code: t.code :: text, t.edition :: int
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@criteria_set_json(t, f.id) AS body
    FROM criteria_set t CROSS JOIN LATERAL
	(SELECT @catalogue_rel(t) AS perms OFFSET 0) s
    LEFT JOIN unit f ON f.code = $unit OR f.id::text = $unit
    WHERE ($status IS NULL OR t.status = ANY ($status))
      AND ($code IS NULL OR t.code = $code)
      AND ($ids IS NULL OR t.id = ANY ($ids))
      AND @catalogue_holds(t, f.id, criteria_set_of(t.code, f.id))
      AND t.deleted_at IS NULL AND perms <> 0 AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- The list of questions as the map it is kept as.
-- @criteria_items(body)
(SELECT jsonb_object_agg(e.value ->> 'code', (e.value - 'code')
	|| jsonb_build_object('ord', e.ordinality))
    FROM jsonb_array_elements(@body -> 'items') WITH ORDINALITY e);

-- A new edition of a unit's code takes the place of the one before.
-- criteria_set_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT @resolved($body) AS b),
cur AS (SELECT NULL::criteria_set AS r WHERE false),
may AS MATERIALIZED (
	SELECT m.r, (SELECT @catalogue_rel(k) FROM (SELECT (m.r).*) k) AS up
	FROM (SELECT jsonb_populate_record(NULL::criteria_set, i.b
	    || jsonb_build_object('items', @criteria_items(i.b))) AS r
	    FROM inp i) m),
wrong AS MATERIALIZED (
	@catalogue_locked(criteria_set, code, '/code locked')),
@catalogue_fate(),
old AS MATERIALIZED (
	SELECT k.id FROM may m JOIN fate f ON f.outcome = 201
	JOIN criteria_set k ON k.code = (m.r).code
	    AND k.unit_id IS NOT DISTINCT FROM (m.r).unit_id
	ORDER BY k.edition FOR NO KEY UPDATE OF k),
gone AS (
	UPDATE criteria_set k SET status = 'superseded',
	    version = k.version + 1, updated_at = $now
	FROM old o WHERE k.id = o.id AND k.status = 'active' RETURNING k AS r),
gone_ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'criteria_set', (g.r).id, (g.r).unit_id, (g.r).version,
	    'supersede', $caller, $request, $trace,
	    '{"status": "superseded"}'::jsonb FROM gone g),
upd AS (
	INSERT INTO criteria_set AS t (id, code, edition, title, unit_id, items,
	    locked, author_id, created_at, updated_at)
	SELECT (m.r).id, (m.r).code, (SELECT count(*) + 1 FROM old),
	    (m.r).title, (m.r).unit_id, (m.r).items,
	    coalesce((m.r).locked, false), $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('criteria_set', $body, @criteria_set_own(x),
    @catalogue_rel(x));

-- criteria_set_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(criteria_set, NULL, @catalogue_rel(t), perms <> 0),
@at_will(),
upd AS (
	UPDATE criteria_set t SET title = coalesce($body ->> 'title', t.title),
	    items = coalesce(@criteria_items($body), t.items),
	    locked = coalesce(($body ->> 'locked')::boolean, t.locked),
	    version = t.version + 1, updated_at = $now
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('criteria_set', 'update', $body, @criteria_set_own(x),
    @catalogue_rel(x));
