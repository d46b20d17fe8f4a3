-- What a plan obliges people to hand in: its author's to write while it is a
-- draft, read by whoever sees the plan.

-- @obligation_rel(x)
(SELECT @plan_rel(host, @perms(host.unit_id)) | CASE host.status
	WHEN 'draft' THEN PERM_IS_PLANNED ELSE 0 END
    FROM plan host WHERE host.id = @x.plan_id);

-- @obligation_seen(x, perms)
EXISTS (SELECT FROM plan host WHERE host.id = @x.plan_id
    AND host.deleted_at IS NULL AND @plan_seen(host, @perms));

-- @obligation_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    (SELECT json_build_object('id', host.id, 'code', host.number, 'name',
	host.title) FROM plan host WHERE host.id = @x.plan_id) AS plan, @x.code,
    (SELECT json_build_object('id', k.id, 'code', k.code, 'name', k.title)
	FROM task k WHERE k.id = @x.task_id) AS task, @x.what, @x.audience,
    @x.subject_kind, @x.cadence, @x.due_rule, @x.criteria_set_code,
    @x.report_to, @x.source, @x.created_at, @x.updated_at) j);

-- obligation_get(caller uuid, today date, id uuid) : one read
@record_get(obligation, @obligation_json(t), @obligation_rel(t),
    @obligation_seen(t, perms));

-- obligation_list(caller uuid, today date, plan uuid, subject_kind text[],
--     ids uuid[], deleted text, after text[], after_id uuid, limit int)
--     : many slow
-- sort code: t.code :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@obligation_json(t) AS body
    FROM obligation t CROSS JOIN LATERAL
	(SELECT @obligation_rel(t) AS perms OFFSET 0) s
    WHERE ($plan IS NULL OR t.plan_id = $plan)
      AND ($subject_kind IS NULL OR t.subject_kind = ANY ($subject_kind))
      AND ($ids IS NULL OR t.id = ANY ($ids))
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
-- periods and of those who are in its audience on its due day, from the day on
-- from which the plan counts. Due is the period's last day, unless the rule says
-- {"working_days": n} after it, or {"day": d, "months_after": m}, a day of the
-- month so many months behind the period's last; never past that month's end.
-- @rule(name)
(CASE jsonb_typeof(t.due_rule::jsonb -> @name) WHEN 'number'
    THEN (t.due_rule ->> @name)::numeric::int END);

-- @obliged(day)
(SELECT md5(concat(t.id, r.code, w.unit_id, w.staff_id))::uuid AS id, r.code,
    u.due_on, w.unit_id, w.staff_id, i.href, i.done_on,
    CASE WHEN i.done_on <= u.due_on THEN 'met' WHEN i.id IS NOT NULL
	THEN 'late' WHEN u.due_on < @day THEN 'missed' ELSE 'open' END AS status,
    coalesce(q.full_name, z.name) AS label
FROM obligation t JOIN plan p ON p.id = t.plan_id
CROSS JOIN LATERAL (SELECT @plan_rel(p, @perms(p.unit_id)) AS perms
    OFFSET 0) s
CROSS JOIN LATERAL (SELECT extract(year FROM coalesce(p.issued_on,
    p.created_at::date))::int AS year) y
CROSS JOIN LATERAL (
    SELECT CASE c.cadence WHEN 'monthly' THEN to_char(b.from_on, 'YYYY-MM')
	    WHEN 'quarterly' THEN to_char(b.from_on, 'YYYY-"Q"Q')
	    WHEN 'half_yearly' THEN y.year || '-H' || n / 6 + 1
	    ELSE y.year::text END AS code, b.from_on,
	(b.from_on + make_interval(months => c.months))::date AS until_on
    FROM (VALUES ('monthly', 1), ('quarterly', 3), ('half_yearly', 6),
	('yearly', 12)) c(cadence, months)
    CROSS JOIN LATERAL generate_series(0, 11, c.months) n
    CROSS JOIN LATERAL (SELECT make_date(y.year, n + 1, 1) AS from_on) b
    WHERE c.cadence = ANY (t.cadence)
       OR t.cadence = '{}' AND c.cadence = 'yearly') r
CROSS JOIN LATERAL (SELECT (date_trunc('month', r.until_on - 1)
    + make_interval(months => coalesce(@rule('months_after'), 0)))::date
    AS month) v
JOIN unit o ON o.id = p.unit_id
CROSS JOIN LATERAL (SELECT coalesce(workday_after(o.calendar_id,
    r.until_on - 1, @rule('working_days')), least(v.month + @rule('day') - 1,
    (v.month + interval '1 month')::date - 1), r.until_on - 1) AS due_on) u
CROSS JOIN LATERAL (
    SELECT NULL::uuid AS staff_id, unit_heir(a.id, least(u.due_on, @day))
	AS unit_id
    FROM unit a WHERE a.code = t.audience
       OR t.audience IS NULL AND a.id = p.unit_id
    UNION ALL
    SELECT g.staff_id, g.unit_id FROM group_members(
	group_of(t.audience, p.unit_id), p.unit_id, least(u.due_on, @day)) g) w
JOIN unit z ON z.id = w.unit_id LEFT JOIN staff q ON q.id = w.staff_id
LEFT JOIN LATERAL (SELECT x.* FROM (
    SELECT k.id, '/v1/reviews/' || k.id AS href, @handed_in(k) AS done_on
    FROM review k JOIN criteria_set e ON e.id = k.criteria_set_id
    WHERE t.subject_kind = 'reviews' AND k.status <> 'draft'
      AND k.deleted_at IS NULL AND k.period_from = r.from_on
      AND k.period_until = r.until_on
      AND e.code = coalesce(t.criteria_set_code, e.code)
      AND k.subject_staff_id IS NOT DISTINCT FROM w.staff_id
      AND (w.staff_id IS NOT NULL OR k.unit_id = w.unit_id)
    UNION ALL
    SELECT k.id, '/v1/evaluations/' || k.id, @handed_in(k)
    FROM evaluation k
    WHERE t.subject_kind = 'evaluations' AND k.status <> 'draft'
      AND k.deleted_at IS NULL AND k.staff_id = w.staff_id
      AND k.period_from = r.from_on AND k.period_until = r.until_on
    UNION ALL
    SELECT k.id, '/v1/commitments/' || k.id, k.submitted_on
    FROM commitment k
    WHERE t.subject_kind = 'commitments' AND k.status <> 'draft'
      AND k.deleted_at IS NULL AND k.year = y.year
      AND k.subject_staff_id IS NOT DISTINCT FROM w.staff_id
      AND (w.staff_id IS NOT NULL OR k.unit_id = w.unit_id)
    UNION ALL
    SELECT k.id, '/v1/tasks/' || k.id, k.completed_on
    FROM task k
    WHERE t.subject_kind IN ('tasks', 'submissions', 'reports')
      AND k.status IN ('done', 'accepted') AND k.deleted_at IS NULL
      AND k.parent_id = t.task_id AND k.period = r.code
      AND (k.lead_staff_id = w.staff_id
	OR w.staff_id IS NULL AND k.unit_id = w.unit_id)) x
    WHERE x.done_on <= @day ORDER BY x.done_on, x.id LIMIT 1) i ON true
WHERE t.id = $id AND t.deleted_at IS NULL AND p.deleted_at IS NULL
  AND @plan_seen(p, s.perms) AND s.perms & (PERM_READ | PERM_IS_AUTHOR) <> 0
  AND u.due_on >= coalesce(p.count_from, u.due_on));

-- The day on which an item was first handed in.
-- @handed_in(k)
(SELECT coalesce(min(f."at"), @k.updated_at)::date FROM event f
    WHERE f.ref = @k.id AND f.verb IN ('submit', 'self_assess'));

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
