-- Sets of criteria: a catalogue of editions.

-- @criteria_set_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.code, @x.edition, @x.title, @unit_ref(@x.unit_id) AS unit,
    (SELECT coalesce(json_agg(jsonb_build_object('code', i.key)
	    || (i.value - 'ord') ORDER BY (i.value ->> 'ord')::int, i.key),
	    '[]') FROM jsonb_each(@x.items) i) AS items,

    @external_refs('criteria_set', @x.id) AS external_refs,
    @x.created_at, @x.updated_at) j);

-- criteria_set_get(caller uuid, today date, id uuid) : one read
@record_get(criteria_set, @criteria_set_json(t), @catalogue_rel(t),
    perms <> 0);

-- criteria_set_list(caller uuid, today date, status text[], code text,
--     ids uuid[], unit text, subtree bool, after text[], after_id uuid,
--     limit int) : many slow
-- sort title: t.title COLLATE "vi-x-icu" :: text
-- sort code: t.code :: text, t.edition :: int
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@criteria_set_json(t) AS body
    FROM criteria_set t CROSS JOIN LATERAL
	(SELECT @catalogue_rel(t) AS perms OFFSET 0) s
    WHERE ($status IS NULL OR t.status = ANY ($status))
      AND ($code IS NULL OR t.code = $code)
      AND ($ids IS NULL OR t.id = ANY ($ids)) AND @in_unit(t.unit_id)
      AND t.deleted_at IS NULL AND perms <> 0 AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- The list of questions as the map it is kept as.
-- @criteria_items(body)
(SELECT jsonb_object_agg(e.value ->> 'code', (e.value - 'code')
	|| jsonb_build_object('ord', e.ordinality))
    FROM jsonb_array_elements(@body -> 'items') WITH ORDINALITY e);

-- A new edition of a code takes the place of the one before.
-- criteria_set_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT @resolved($body) AS b),
cur AS (SELECT NULL::criteria_set AS r WHERE false),
old AS MATERIALIZED (
	SELECT k AS r FROM criteria_set k WHERE k.code = $body ->> 'code'
	ORDER BY k.edition FOR NO KEY UPDATE),
wrong AS (SELECT 0 AS outcome, ''::text AS line WHERE false),
fate AS MATERIALIZED (
	SELECT CASE WHEN m.up & PERM_CONFIG <> 0 THEN 201 ELSE 403 END
	    AS outcome, m.b
	FROM (SELECT i.b, CASE WHEN i.b ->> 'unit_id' IS NULL
		THEN @shared_perms() ELSE @perms((i.b ->> 'unit_id')::uuid) END
	    & coalesce((SELECT bit_and(@catalogue_rel(k)) FROM old o
		CROSS JOIN LATERAL (SELECT (o.r).*) k), -1) AS up
	    FROM inp i) m),
gone AS (
	UPDATE criteria_set k SET status = 'superseded',
	    version = k.version + 1, updated_at = $now
	FROM old o JOIN fate f ON f.outcome = 201
	WHERE k.id = (o.r).id AND k.status = 'active' RETURNING k AS r),
gone_ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'criteria_set', (g.r).id, (g.r).unit_id, (g.r).version,
	    'supersede', $caller, $request, $trace,
	    '{"status": "superseded"}'::jsonb FROM gone g),
upd AS (
	INSERT INTO criteria_set AS t (id, code, edition, title, unit_id, items,
	    author_id, created_at, updated_at)
	SELECT (f.b ->> 'id')::uuid, f.b ->> 'code',
	    (SELECT count(*) + 1 FROM old), f.b ->> 'title',
	    (f.b ->> 'unit_id')::uuid, @criteria_items(f.b), $caller, $now,
	    $now
	FROM fate f WHERE f.outcome = 201 RETURNING t AS r),
@record_made('criteria_set', $body, @criteria_set_json(x),
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
	    version = t.version + 1, updated_at = $now
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('criteria_set', 'update', $body, @criteria_set_json(x),
    @catalogue_rel(x));
