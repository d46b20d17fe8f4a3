-- Indicators: seen below and above their owner, set by who drafts there; values
-- by unit and period, entered by who drafts in that unit.

-- @owner_rel(x)
(@perms(@x.unit_id));

-- @indicator_seen(x, perms)
(@perms & (PERM_READ | PERM_FIGURE | PERM_BELONG | PERM_PUBLISHED | PERM_CONFIG)
    <> 0);

-- @indicator_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.code, @x.title, @x."text", @unit_ref(@x.unit_id) AS unit,
    @x.unit_of_measure, @x.source, @x.aggregation, @x.direction,
    trim_scale(@x.target)::text AS target,
    @external_refs('indicator', @x.id) AS external_refs, @x.created_at,
    @x.updated_at) j);

-- indicator_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(indicator, @indicator_json(t), @owner_rel(t),
    @indicator_seen(t, perms));

-- indicator_list(caller uuid, today date, as_of date, until timestamptz,
--     status text[], code text, ids uuid[], unit text, subtree bool, q text,
--     deleted text, after text[], after_id uuid, limit int) : many slow
-- sort title: @stood(title) COLLATE "vi-x-icu" :: text
-- sort code: t.code :: text
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@indicator_json(t)) AS body
    FROM indicator t CROSS JOIN LATERAL
	(SELECT @perms(t.unit_id) AS perms OFFSET 0) s
    WHERE @record_filter() AND @search_then(@stood(fold))
      AND ($code IS NULL OR t.code = $code)
      AND @sees(@indicator_seen(t, perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- indicator_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT @resolved($body) AS b),
cur AS (SELECT NULL::indicator AS r WHERE false),
may AS MATERIALIZED (
	SELECT jsonb_populate_record(NULL::indicator, i.b) AS r,
	    @perms((i.b ->> 'unit_id')::uuid) AS up FROM inp i),
wrong AS (SELECT 0 AS outcome, ''::text AS line WHERE false),
fate AS MATERIALIZED (
	SELECT CASE WHEN m.up & (PERM_DRAFT | PERM_CONFIG) <> 0 THEN 201
	    ELSE 403 END AS outcome FROM may m),
upd AS (
	INSERT INTO indicator AS t (id, unit_id, code, title, "text",
	    unit_of_measure, source, aggregation, direction, target,
	    author_id, created_at, updated_at)
	SELECT (m.r).id, (m.r).unit_id, (m.r).code, (m.r).title,
	    (m.r)."text", (m.r).unit_of_measure, (m.r).source,
	    (m.r).aggregation, coalesce((m.r).direction, 'higher'),
	    (m.r).target, $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('indicator', $body, @indicator_json(x), @owner_rel(x));

-- indicator_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(indicator, NULL, @owner_rel(t),
    @indicator_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE indicator t SET (title, "text", unit_of_measure, source,
	    direction, target, version, updated_at) =
	(SELECT p.title, p."text", p.unit_of_measure, p.source, p.direction,
	    p.target, t.version + 1, $now
	    FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('indicator', 'update', $body, @indicator_json(x),
    @owner_rel(x));

-- indicator_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @record_cur(indicator, NULL, @owner_rel(t),
    @indicator_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE indicator t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('indicator', $verb, $body, @indicator_json(x),
    @owner_rel(x));

-- The quotient of two numbers as people read it; nothing over nothing.
-- @quotient(n, d)
trim_scale(round(@n / nullif(@d, 0), 6));

-- Is the target met by n/d? Compared without dividing.
-- @target_met(host, n, d)
(CASE WHEN @host.target IS NULL OR @n IS NULL OR @d = 0 THEN NULL
    WHEN @host.direction = 'higher' THEN @n >= @host.target * @d
    ELSE @n <= @host.target * @d END);

-- @value_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.indicator_id, @unit_ref(@x.unit_id) AS unit, @x.period, @x.scheme,
    @x.period_from, @x.period_until - 1 AS period_to,
    trim_scale(coalesce(@x.value, @quotient(@x.numerator, @x.denominator))
	)::text AS value,
    trim_scale(@x.numerator)::text AS numerator,
    trim_scale(@x.denominator)::text AS denominator,
    trim_scale(i.target)::text AS target,
    @target_met(i, coalesce(@x.value, @x.numerator),
	coalesce(@x.denominator, 1)) AS met, @x.note, @x.created_at,
    @x.updated_at
    FROM (SELECT (host.r).target, (host.r).direction FROM (
	SELECT @was(own) AS r FROM indicator own WHERE own.id = @x.indicator_id
	OFFSET 0) host) i) j);

-- @value_seen(x, perms)
(@perms & (PERM_READ | PERM_FIGURE) <> 0);

-- indicator_value_get(caller uuid, today date, as_of date,
--     until timestamptz, id uuid) : one read
@record_get(indicator_value, @value_json(t), @owner_rel(t),
    @value_seen(t, perms));

-- indicator_value_list(caller uuid, today date, as_of date,
--     until timestamptz, indicator uuid, period text, scheme text, ids uuid[],
--     unit text, subtree bool, after text[], after_id uuid, limit int)
--     : many slow
-- sort period: t.period_from :: date, t.period :: text
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@value_json(t)) AS body
    FROM indicator_value t CROSS JOIN LATERAL
	(SELECT @perms(t.unit_id) AS perms OFFSET 0) s
    WHERE t.deleted_at IS NULL AND @made(t) AND @in_unit(t.unit_id)
      AND ($indicator IS NULL OR t.indicator_id = $indicator)
      AND ($period IS NULL OR t.period = $period)
      AND ($scheme IS NULL OR t.scheme = $scheme)
      AND ($ids IS NULL OR t.id = ANY ($ids))
      AND @sees(@value_seen(t, perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- indicator_value_create(caller uuid, today date, now timestamptz,
--     body jsonb, request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT @resolved($body) AS b),
cur AS (SELECT NULL::indicator_value AS r WHERE false),
host AS MATERIALIZED (
	SELECT t.id, t.unit_id, t.status, t.aggregation FROM inp i
	JOIN indicator t ON t.id = (i.b ->> 'indicator_id')::uuid
	    AND t.deleted_at IS NULL
	CROSS JOIN LATERAL (SELECT @perms(t.unit_id) AS perms OFFSET 0) s
	WHERE @indicator_seen(t, perms)),
may AS MATERIALIZED (
	SELECT h.*, jsonb_populate_record(NULL::indicator_value, i.b) AS r,
	    @perms(coalesce((i.b ->> 'unit_id')::uuid, h.unit_id)) AS up,
	    coalesce((i.b ->> 'unit_id')::uuid, h.unit_id) AS of_id
	FROM inp i CROSS JOIN host h),
wrong AS MATERIALIZED (
	SELECT v.outcome, v.line FROM may m CROSS JOIN LATERAL (VALUES
	    (m.status <> 'active', 409, ''),
	    (m.aggregation = 'ratio' AND (m.r).numerator IS NULL, 422,
		'/numerator required'),
	    (m.aggregation = 'ratio' AND (m.r).denominator IS NULL, 422,
		'/denominator required'),
	    (m.aggregation = 'ratio' AND (m.r).value IS NOT NULL, 422,
		'/value in_conflict'),
	    (m.aggregation <> 'ratio' AND (m.r).value IS NULL, 422,
		'/value required'),
	    (m.aggregation <> 'ratio' AND (m.r).numerator IS NOT NULL, 422,
		'/numerator in_conflict'),
	    (m.aggregation <> 'ratio' AND (m.r).denominator IS NOT NULL, 422,
		'/denominator in_conflict'),
	    (NOT EXISTS (SELECT FROM unit_cover k WHERE k.unit_id = m.of_id
		AND k.anc_id = m.unit_id AND k.from_on <= $today
		AND $today < k.until_on), 422, '/unit_id not_yours'))
	    v(so, outcome, line)
	WHERE v.so),
fate AS MATERIALIZED (
	SELECT CASE WHEN m.up & PERM_DRAFT = 0 THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome FROM may m
	UNION ALL
	SELECT 404 WHERE NOT EXISTS (SELECT FROM may)),
upd AS (
	INSERT INTO indicator_value AS t (id, indicator_id, unit_id, period,
	    scheme, period_from, period_until, value, numerator, denominator,
	    note, author_id, created_at, updated_at)
	SELECT (m.r).id, m.id, m.of_id, (m.r).period,
	    coalesce((m.r).scheme, 'calendar'), (m.r).period_from,
	    (m.r).period_until, (m.r).value, (m.r).numerator,
	    (m.r).denominator, (m.r).note, $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('indicator_value', $body, @value_json(x), @owner_rel(x));

-- indicator_value_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(indicator_value, NULL, @owner_rel(t),
    @value_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE indicator_value t SET (value, numerator, denominator, note,
	    version, updated_at) =
	(SELECT p.value, p.numerator, p.denominator, p.note, t.version + 1,
	    $now FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('indicator_value', 'update', $body, @value_json(x),
    @owner_rel(x));

-- indicator_value_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('indicator_value', indicator_value, @value_json(t),
    @owner_rel(t), @value_seen(t, perms));

-- indicator_value_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('indicator_value', indicator_value, @value_json(t),
    @owner_rel(t), @value_seen(t, perms));

-- @total_json(x, v)
(SELECT row_to_json(j)::text FROM (
    SELECT @x.id, $period::text AS period, @x.aggregation, @v.units,
	trim_scale(@v.n)::text AS numerator, trim_scale(@v.d)::text AS denominator,
	@quotient(@v.n, @v.d)::text AS value,
	trim_scale(@x.target)::text AS target, @v.complete, CASE WHEN @v.complete
	    THEN @target_met(@x, @v.n, @v.d) END AS met) j);

-- What the values of a period come to over the units the caller may read: sums
-- of both numbers for a ratio, never a mean of ratios. A part is not held to the
-- target of the whole.
-- indicator_total(caller uuid, today date, as_of date, until timestamptz,
--     id uuid, period text, scheme text, unit text, subtree bool) : one slow
SELECT t.version, t.status, perms, @then(@total_json(t, v)) AS body
FROM indicator t CROSS JOIN LATERAL (SELECT @perms(t.unit_id) AS perms OFFSET 0)
    s
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE x.seen) AS units,
	coalesce(bool_and(x.seen), true) AS complete, CASE t.aggregation
	    WHEN 'ratio' THEN sum((x.r).numerator) FILTER (WHERE x.seen)
	    WHEN 'latest' THEN (array_agg((x.r).value ORDER BY x.entered DESC,
		(x.r).id DESC) FILTER (WHERE x.seen))[1]
	    ELSE sum((x.r).value) FILTER (WHERE x.seen) END AS n,
	CASE t.aggregation
	    WHEN 'ratio' THEN sum((x.r).denominator) FILTER (WHERE x.seen)
	    WHEN 'avg' THEN (count(*) FILTER (WHERE x.seen))::numeric
	    ELSE 1::numeric END AS d
    FROM (SELECT @was(o) AS r, CASE WHEN $until IS NULL THEN o.updated_at
	    ELSE (SELECT max(v."at") FROM event v
		WHERE v.ref = o.id AND v."at" < $until) END AS entered,
	    @holds(o.unit_id, (PERM_READ | PERM_FIGURE)) AS seen
	FROM indicator_value o
	WHERE o.indicator_id = t.id AND o.deleted_at IS NULL AND @made(o)
	  AND o.period = $period AND o.scheme = coalesce($scheme, 'calendar')
	  AND @in_unit(o.unit_id) OFFSET 0) x) v
WHERE t.id = $id AND t.deleted_at IS NULL AND @made(t)
  AND @sees(@indicator_seen(t, perms));
