-- Groups: units or people by a rule, resolved for a unit and a day. A catalogue:
-- what obligations and recipients call by a key.

-- @group_json(x, unit)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.key, @x.name, @unit_ref(@x.unit_id) AS unit, @x.rule, @x.locked,
    @inherited_from(@x, @unit) AS inherited_from,
    @external_refs('group', @x.id) AS external_refs, @x.created_at,
    @x.updated_at) j);

-- As its own unit reads it.
-- @group_own(x)
(@group_json(@x, @x.unit_id));

-- group_get(caller uuid, today date, id uuid) : one read
@record_get(member_group, @group_own(t), @catalogue_rel(t),
    @catalogue_seen(t, perms));

-- group_list(caller uuid, today date, code text, ids uuid[], unit text, q text,
--     deleted text, after text[], after_id uuid, limit int) : many slow
-- sort name: t.name COLLATE "vi-x-icu" :: text
-- sort key: t.key :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@group_json(t, f.id) AS body
    FROM member_group t
    CROSS JOIN LATERAL (SELECT @catalogue_rel(t) AS perms OFFSET 0) s
    LEFT JOIN unit f ON f.code = $unit OR f.id::text = $unit
    WHERE ($code IS NULL OR t.key = $code) AND @search(t.fold)
      AND @catalogue_filter(t, perms, f.id, group_of(t.key, f.id))
      AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- The members of one, for a unit: the one asked for, else its own, else the
-- reader's office.
-- group_member_list(caller uuid, today date, id uuid, unit text, as_of date,
--     after text[], after_id uuid, limit int) : many slow
-- sort rank: t.rank_order :: int, t.label COLLATE "vi-x-icu" :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, 1, '', 0::bigint,
	json_build_object('id', t.id, 'kind', t.kind, 'code', t.code, 'name',
	    t.name, 'unit', @unit_ref(t.unit_id))::text AS body
    FROM (SELECT coalesce(m.staff_id, m.unit_id) AS id, m.unit_id,
	    CASE WHEN m.staff_id IS NULL THEN 'unit' ELSE 'person' END AS kind,
	    coalesce(y.code, u.code) AS code,
	    coalesce(y.full_name, v.name) AS name,
	    coalesce(y.rank_order, u.rank_order) AS rank_order,
	    coalesce(y.given_name || ' ' || y.family_name, v.name) AS label
	FROM member_group g
	CROSS JOIN LATERAL (SELECT @catalogue_rel(g) AS perms OFFSET 0) s
	CROSS JOIN LATERAL (SELECT z.id FROM unit z WHERE CASE
	    WHEN $unit IS NOT NULL THEN z.code = $unit OR z.id::text = $unit
	    ELSE z.id = coalesce(g.unit_id, (SELECT w.office_id FROM unit w
		WHERE w.id = @home($caller))) END OFFSET 0) f
	CROSS JOIN LATERAL group_members(g.id, f.id,
	    $day) m
	JOIN unit u ON u.id = m.unit_id
	JOIN unit_version v ON v.unit_id = u.id
	    AND v.from_on <= $day
	    AND $day < v.until_on
	LEFT JOIN staff y ON y.id = m.staff_id
	WHERE g.id = $id AND g.deleted_at IS NULL
	  AND @catalogue_seen(g, perms) AND @kin(f.id)
	  AND EXISTS (SELECT FROM unit_chain(f.id) c
	    WHERE c.unit_id IS NOT DISTINCT FROM g.unit_id)) t
    WHERE /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- Units hold no posts and no roles.
-- @group_wrong(rule)
(SELECT 422 AS outcome, format('/rule/%s in_conflict', part) AS line
    FROM unnest(ARRAY['roles', 'functions', 'subject_types', 'duty_groups',
	'party_member']) part
    WHERE @rule ->> 'of' = 'unit'
      AND coalesce(@rule -> part, 'null') NOT IN ('null', '[]'));

-- group_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH @catalogue_made(member_group),
wrong AS MATERIALIZED (
	@catalogue_locked(member_group, key, '/key locked')
	UNION ALL
	SELECT w.outcome, w.line FROM may m
	CROSS JOIN LATERAL @group_wrong((m.r).rule) w),
@catalogue_fate(),
upd AS (
	INSERT INTO member_group AS t (id, unit_id, key, name, rule, locked,
	    author_id, created_at, updated_at)
	SELECT (m.r).id, (m.r).unit_id, (m.r).key, (m.r).name,
	    jsonb_strip_nulls((m.r).rule), coalesce((m.r).locked, false),
	    $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('group', $body, @group_own(x), @catalogue_rel(x));

-- group_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(member_group, NULL, @catalogue_rel(t),
    @catalogue_seen(t, perms)),
next AS MATERIALIZED (
	SELECT json_merge((c.r).rule, $body -> 'rule') AS rule
	FROM cur c WHERE $body ? 'rule'),
wrong AS MATERIALIZED (
	SELECT w.outcome, w.line FROM next n
	CROSS JOIN LATERAL @group_wrong(n.rule) w),
@fate(),
upd AS (
	UPDATE member_group t SET (name, rule, locked, version, updated_at) =
	(SELECT p.name, coalesce((SELECT jsonb_strip_nulls(n.rule)
		FROM next n), t.rule), p.locked, t.version + 1, $now
	    FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('group', 'update', $body, @group_own(x), @catalogue_rel(x));

-- group_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('group', member_group, @group_own(t), @catalogue_rel(t),
    @catalogue_seen(t, perms));

-- group_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('group', member_group, @group_own(t), @catalogue_rel(t),
    @catalogue_seen(t, perms));
