-- What a plan obliges people to hand in: its author's to write while it is a
-- draft, read by whoever sees the plan.

-- @obligation_rel(x)
(SELECT @plan_rel(host, @perms(host.unit_id)) | CASE host.status
	WHEN 'draft' THEN PERM_IS_PLANNED ELSE 0 END
    FROM plan host WHERE host.id = @x.plan_id);

-- @obligation_seen(x, perms)
EXISTS (SELECT FROM (VALUES (@x.plan_id, @perms)) own(id, perms)
    JOIN plan t ON t.id = own.id
    WHERE t.deleted_at IS NULL AND @made(t) AND @sees(@plan_seen(t, own.perms)));

-- @obligation_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    (SELECT json_build_object('id', host.id, 'code', host.number, 'name',
	host.title) FROM plan host WHERE host.id = @x.plan_id) AS plan, @x.code,
    (SELECT json_build_object('id', k.id, 'code', k.code, 'name', k.title)
	FROM task k WHERE k.id = @x.task_id) AS task, @x.what, @x.audience,
    @x.subject_kind, @x.cadence, @x.due_rule, @x.criteria_set_code,
    @x.report_to, @x.source, @x.created_at, @x.updated_at) j);

-- obligation_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(obligation, @obligation_json(t), @obligation_rel(t),
    @obligation_seen(t, perms));

-- obligation_list(caller uuid, today date, as_of date, until timestamptz,
--     plan uuid, subject_kind text[], ids uuid[], deleted text, after text[],
--     after_id uuid, limit int) : many slow
-- sort code: t.code :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@obligation_json(t)) AS body
    FROM obligation t CROSS JOIN LATERAL
	(SELECT @obligation_rel(t) AS perms OFFSET 0) s
    WHERE ($plan IS NULL OR t.plan_id = $plan)
      AND ($subject_kind IS NULL OR @stood(subject_kind) = ANY ($subject_kind))
      AND ($ids IS NULL OR t.id = ANY ($ids)) AND @made(t)
      AND ($deleted IS NULL AND t.deleted_at IS NULL
	OR $deleted = 'only' AND t.deleted_at IS NOT NULL)
      AND @obligation_seen(t, perms) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- A unit the caller may know of.
-- @unit_named(name)
EXISTS (SELECT FROM unit u WHERE u.code = @name
    AND unit_known(u.id, $caller, $today));

-- Codes that name nothing: the audience is a unit or a group of its office, a task
-- the plan's own, the criteria are those that hold there, and it is reported to
-- units.
-- @obligation_wrong(b, plan)
(SELECT 422 AS outcome, v.line || ' unknown_reference' AS line FROM plan host
    CROSS JOIN LATERAL (SELECT '/task_id' AS line
	WHERE @b ->> 'task_id' IS NOT NULL AND NOT EXISTS (SELECT FROM task k
	    WHERE k.id = (@b ->> 'task_id')::uuid AND k.plan_id = @plan
	      AND k.deleted_at IS NULL)
	UNION ALL
	SELECT '/audience' WHERE @b ->> 'audience' IS NOT NULL
	  AND group_of(@b ->> 'audience', host.unit_id) IS NULL
	  AND NOT @unit_named(@b ->> 'audience')
	UNION ALL
	SELECT '/criteria_set_code'
	WHERE @b ->> 'criteria_set_code' IS NOT NULL
	  AND criteria_set_of(@b ->> 'criteria_set_code', host.unit_id) IS NULL
	UNION ALL
	SELECT format('/report_to/%s', e.n - 1) FROM jsonb_array_elements_text(
	    nullif(@b -> 'report_to', 'null')) WITH ORDINALITY e(code, n)
	WHERE NOT @unit_named(e.code)) v
    WHERE host.id = @plan);

-- obligation_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH cur AS (SELECT NULL::obligation AS r WHERE false),
may AS MATERIALIZED (
	SELECT p.id, p.unit_id, p.status, perms,
	    jsonb_populate_record(NULL::obligation, $body) AS r
	FROM plan p CROSS JOIN LATERAL
	    (SELECT @plan_rel(p, @perms(p.unit_id)) AS perms OFFSET 0) s
	WHERE p.id = ($body ->> 'plan_id')::uuid AND p.deleted_at IS NULL
	  AND @plan_seen(p, perms)
	FOR SHARE OF p),
wrong AS MATERIALIZED (
	SELECT 409 AS outcome, '' AS line FROM may WHERE status <> 'draft'
	UNION ALL
	SELECT w.outcome, w.line FROM may m
	CROSS JOIN LATERAL @obligation_wrong($body, m.id) w),
fate AS MATERIALIZED (
	SELECT CASE WHEN m.perms & PERM_IS_AUTHOR = 0 THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome FROM may m
	UNION ALL
	SELECT 404 WHERE NOT EXISTS (SELECT FROM may)),
upd AS (
	INSERT INTO obligation AS t (id, plan_id, unit_id, task_id, code, what,
	    audience, subject_kind, cadence, due_rule, criteria_set_code,
	    report_to, author_id, created_at, updated_at)
	SELECT (m.r).id, m.id, m.unit_id, (m.r).task_id, (m.r).code,
	    (m.r).what, (m.r).audience, (m.r).subject_kind,
	    coalesce((m.r).cadence, '{}'), (m.r).due_rule,
	    (m.r).criteria_set_code, (m.r).report_to, $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('obligation', $body, @obligation_json(x), @obligation_rel(x));

-- obligation_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(obligation, NULL, @obligation_rel(t),
    @obligation_seen(t, perms)),
wrong AS MATERIALIZED (
	SELECT w.outcome, w.line FROM cur c
	CROSS JOIN LATERAL @obligation_wrong($body, (c.r).plan_id) w),
@fate(),
upd AS (
	UPDATE obligation t SET (task_id, what, audience, subject_kind,
	    cadence, due_rule, criteria_set_code, report_to, version,
	    updated_at) =
	(SELECT p.task_id, p.what, p.audience, p.subject_kind,
	    coalesce(p.cadence, '{}'), p.due_rule, p.criteria_set_code,
	    p.report_to, t.version + 1, $now
	    FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('obligation', 'update', $body, @obligation_json(x),
    @obligation_rel(x));

-- obligation_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('obligation', obligation, @obligation_json(t),
    @obligation_rel(t), @obligation_seen(t, perms));

-- obligation_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('obligation', obligation, @obligation_json(t),
    @obligation_rel(t), @obligation_seen(t, perms));

-- What an obligation comes to in the plan's year: an occurrence for each of its
-- periods and of those who are in its audience on its due day.
-- @obliged(day)
(SELECT obligation_occurrence_id(t.id, r.period, w.owner) AS id,
    r.period AS code, r.due_on, w.unit_id, w.staff_id, i.href, i.done_on,
    @obligation_state(r.due_on, i.done_on, @day) AS status,
    coalesce(q.full_name, z.name) AS label
FROM obligation t JOIN plan p ON p.id = t.plan_id
CROSS JOIN LATERAL (SELECT @plan_rel(p, @perms(p.unit_id)) AS perms
    OFFSET 0) s
CROSS JOIN LATERAL obligation_due(t) r
CROSS JOIN LATERAL (SELECT m.*, coalesce(m.staff_id, m.unit_id) AS owner
    FROM audience_members(t.audience, p.unit_id, least(r.due_on, @day)) m) w
JOIN unit z ON z.id = w.unit_id LEFT JOIN staff q ON q.id = w.staff_id
LEFT JOIN LATERAL (SELECT x.* FROM obligation_answers(t, r.period, r.from_on,
	r.until_on, w.owner) x
    WHERE x.done_on <= @day ORDER BY x.done_on, x.id LIMIT 1) i ON true
WHERE t.id = $id AND t.deleted_at IS NULL AND p.deleted_at IS NULL
  AND @plan_seen(p, s.perms) AND s.perms & (PERM_READ | PERM_IS_AUTHOR) <> 0);

-- @obligation_state(due, done, day)
(CASE WHEN @done <= @due THEN 'met' WHEN @done IS NOT NULL THEN 'late'
    WHEN @due < @day THEN 'missed' ELSE 'open' END);

-- obligation_occurrence_list(caller uuid, today date, id uuid, as_of date,
--     period text, status text[], unit text, subtree bool, after text[],
--     after_id uuid, limit int) : many slow
-- sort due_on: t.due_on :: date
-- sort name: t.label COLLATE "vi-x-icu" :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, 1, t.status, 0::bigint,
	(SELECT row_to_json(j)::text FROM (SELECT t.id, t.status,
	    t.code AS period, t.due_on, @unit_ref(t.unit_id) AS unit,
	    @staff_ref(t.staff_id) AS staff, t.done_on, t.href) j) AS body
    FROM @obliged(coalesce($as_of, $today)) t
    WHERE ($status IS NULL OR t.status = ANY ($status))
      AND ($period IS NULL OR t.code = $period)
      AND @in_unit(t.unit_id) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- obligation_occurrence_count(caller uuid, today date, id uuid, as_of date,
--     period text, status text[], unit text, subtree bool) : many slow
SELECT CASE WHEN grouping(t.status) = 0 THEN 'status' ELSE 'total' END,
    coalesce(t.status, ''), count(*)
FROM @obliged(coalesce($as_of, $today)) t
WHERE ($status IS NULL OR t.status = ANY ($status))
  AND ($period IS NULL OR t.code = $period) AND @in_unit(t.unit_id)
GROUP BY GROUPING SETS ((t.status), ());

-- How to begin what nobody has begun: what is asked for is made by sending this.
-- @obligation_begin(o, x)
(SELECT json_build_object('method', 'POST', 'href', '/v1/' || @o.subject_kind,
    'body', json_strip_nulls(json_build_object(
	CASE @o.subject_kind WHEN 'evaluations' THEN 'staff_id'
	    ELSE 'subject_staff_id' END, @x.staff_id,
	'unit_id', @x.asks_unit_id,
	'criteria_set_code', n.set_code, 'period', n.period,
	'due_on', n.due_on, 'year', n.year,
	'plan_id', CASE WHEN @o.subject_kind <> 'evaluations'
	    THEN @o.plan_id END)))
    FROM (SELECT @o.criteria_set_code AS set_code, @x.period AS period,
	@x.due_on AS due_on, NULL::int AS year
	WHERE @o.subject_kind <> 'commitments'
	UNION ALL
	SELECT NULL, NULL, NULL, extract(year FROM @x.from_on)::int
	WHERE @o.subject_kind = 'commitments') n);

-- One that stands in somebody's work: for him, for who leads the unit, and for
-- whoever reads the plan's occurrences.
-- obligation_occurrence_get(caller uuid, today date, id uuid) : one read
SELECT 1, v.status, v.own, (SELECT row_to_json(j)::text FROM (SELECT t.id,
    1 AS version, v.status, t.period, t.due_on, @unit_ref(t.unit_id) AS unit,
    @staff_ref(t.staff_id) AS staff, i.done_on, i.href, o.subject_kind,
    json_build_object('id', o.id, 'code', o.code, 'name', o.what)
	AS obligation,
    json_build_object('id', p.id, 'code', p.number, 'name', p.title) AS plan,
    CASE WHEN i.id IS NULL THEN @obligation_begin(o, t) END AS begin) j)
FROM obligation_occurrence t JOIN obligation o ON o.id = t.obligation_id
JOIN plan p ON p.id = o.plan_id
CROSS JOIN LATERAL (SELECT @plan_rel(p, @perms(p.unit_id)) AS perms
    OFFSET 0) s
LEFT JOIN LATERAL (SELECT x.* FROM obligation_answers(o, t.period, t.from_on,
	t.until_on, coalesce(t.staff_id, t.unit_id)) x
    ORDER BY x.done_on, x.id LIMIT 1) i ON true
CROSS JOIN LATERAL (SELECT
    @obligation_state(t.due_on, i.done_on, $today) AS status,
    CASE WHEN t.staff_id = $caller OR t.staff_id IS NULL
	    AND @perms(t.unit_id) & PERM_IS_LEADER <> 0
	THEN PERM_IS_SUBJECT ELSE 0 END::bigint AS own) v
WHERE t.id = $id AND (v.own <> 0 OR @plan_seen(p, s.perms)
    AND s.perms & (PERM_READ | PERM_IS_AUTHOR) <> 0);
