-- Positions: the catalogue of posts (chức danh, vị trí việc làm).

-- @position_json(x, unit)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.code, @x.name, @unit_ref(@x.unit_id) AS unit, @x."text",
    @x.duty_group, @x.subject_type, @x.leads, @x.rank_order, @x.locked,
    @inherited_from(@x, @unit) AS inherited_from,
    @external_refs('post', @x.id) AS external_refs, @x.created_at,
    @x.updated_at) j);

-- As its own unit reads it.
-- @position_own(x)
(@position_json(@x, @x.unit_id));

-- post_get(caller uuid, today date, id uuid) : one read
@record_get(post, @position_own(t), @catalogue_rel(t),
    @catalogue_seen(t, perms));

-- post_list(caller uuid, today date, code text, ids uuid[], unit text, q text,
--     deleted text, after text[], after_id uuid, limit int) : many slow
-- sort rank: t.rank_order :: int, t.name COLLATE "vi-x-icu" :: text
-- sort name: t.name COLLATE "vi-x-icu" :: text
-- sort code: t.code :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@position_json(t, f.id) AS body
    FROM post t CROSS JOIN LATERAL (SELECT @catalogue_rel(t) AS perms OFFSET 0) s
    LEFT JOIN unit f ON f.code = $unit OR f.id::text = $unit
    WHERE ($code IS NULL OR t.code = $code) AND @search(t.fold)
      AND @catalogue_filter(t, perms, f.id, post_of(t.code, f.id)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- post_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH @catalogue_made(post),
wrong AS MATERIALIZED (@catalogue_locked(post, code, '/code locked')),
@catalogue_fate(),
upd AS (
	INSERT INTO post AS t (id, unit_id, code, name, "text", duty_group,
	    subject_type, leads, rank_order, locked, author_id, created_at,
	    updated_at)
	SELECT (m.r).id, (m.r).unit_id, (m.r).code, (m.r).name, (m.r)."text",
	    (m.r).duty_group, (m.r).subject_type, coalesce((m.r).leads, false),
	    coalesce((m.r).rank_order, 100), coalesce((m.r).locked, false),
	    $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('post', $body, @position_own(x), @catalogue_rel(x));

-- post_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(post, NULL, @catalogue_rel(t), @catalogue_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE post t SET (name, "text", duty_group, subject_type, leads,
	    rank_order, locked, version, updated_at) =
	(SELECT p.name, p."text", p.duty_group, p.subject_type, p.leads,
	    p.rank_order, p.locked, t.version + 1, $now
	    FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('post', 'update', $body, @position_own(x),
    @catalogue_rel(x));

-- post_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('post', post, @position_own(t), @catalogue_rel(t),
    @catalogue_seen(t, perms));

-- post_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('post', post, @position_own(t), @catalogue_rel(t),
    @catalogue_seen(t, perms));
