-- What each period of recurring work, or of continuous work that tells of itself
-- so often, asks of each member of its audience: of the units or people of a
-- group, of one unit, or, where no audience is named, of who leads the work.
-- Continuous work that does not say how often does as its unit has settled, from
-- the period on in which that was settled.
-- Asked when the period begins, of whoever joins while it runs as well; due with
-- its last day, or so many working days after it. It ends with its due day, with
-- its plan, or when it is taken back.
-- @recurrence_rows(source)
settled AS MATERIALIZED (
	SELECT u.unit_id, r.updated_at::date AS since_on,
	    ARRAY(SELECT jsonb_array_elements_text(s.value)) AS often
	FROM (SELECT DISTINCT t.unit_id FROM @source t
	    WHERE t.kind = 'continuous' AND t.cadence = '{}'
	      AND (SELECT EXISTS (SELECT FROM setting
		WHERE name = 'progress_cadence' AND value <> '[]'))) u
	CROSS JOIN LATERAL setting_of(u.unit_id) s
	JOIN setting r ON r.name = s.name
	    AND r.unit_id IS NOT DISTINCT FROM s.unit_id
	WHERE s.name = 'progress_cadence'),
whole AS MATERIALIZED (
	SELECT t.*, coalesce(p.unit_id, t.unit_id) AS top
	FROM (SELECT t.*, t.cadence AS often,
		coalesce(t.count_from, t.assigned_on) AS since_on
	    FROM @source t
	    WHERE t.kind IN ('recurring', 'continuous') AND t.cadence <> '{}'
	    UNION ALL
	    SELECT t.*, s.often, greatest(t.count_from, t.assigned_on,
		s.since_on)
	    FROM settled s JOIN @source t ON t.unit_id = s.unit_id
	    WHERE t.kind = 'continuous' AND t.cadence = '{}') t
	LEFT JOIN plan p ON p.id = t.plan_id
	WHERE t.deleted_at IS NULL
	  AND t.status IN ('assigned', 'received', 'in_progress')
	  AND (t.plan_id IS NULL OR p.status = 'in_force')),
span AS MATERIALIZED (
	SELECT w.id, r.from_on, r.until_on, r.period AS code
	FROM whole w CROSS JOIN LATERAL cadence_periods(w.often, w.since_on,
	    least($today, CASE WHEN w.due_rule IS NULL THEN w.due_on END)) r),
asked AS MATERIALIZED (
	SELECT s.*, m.unit_id, m.staff_id
	FROM span s JOIN whole w ON w.id = s.id
	CROSS JOIN LATERAL (SELECT least($today, s.until_on - 1) AS day) d
	CROSS JOIN LATERAL (
	    SELECT w.unit_id, w.lead_staff_id WHERE w.audience IS NULL
	    UNION ALL
	    SELECT g.* FROM audience_members(w.audience, w.top, d.day) g
	    WHERE w.audience IS NOT NULL)
	    m(unit_id, staff_id)
	WHERE m.unit_id IS NOT NULL AND NOT EXISTS (SELECT FROM task o
	    WHERE o.parent_id = s.id AND o.kind = 'occurrence'
	      AND o.period = s.code
	      AND o.lead_staff_id IS NOT DISTINCT FROM m.staff_id
	      AND (m.staff_id IS NOT NULL OR o.unit_id = m.unit_id))
	LIMIT 500),
put AS (
	INSERT INTO task (id, kind, status, plan_id, parent_id, period, code,
	    title, "text", due_on, due_precision, unit_id, office_id,
	    lead_staff_id, expected_output, weight, urgency, quantity,
	    unit_of_measure, origin, count_from, given_by, given_from,
	    assigned_by, assigned_on, author_id, created_at, updated_at)
	SELECT uuid_v7(), 'occurrence', 'assigned', w.plan_id, w.id, a.code,
	    w.code, w.title, w."text", coalesce(workday_after(z.calendar_id,
		a.until_on - 1, (w.due_rule ->> 'working_days')::int),
		a.until_on - 1), 'day', a.unit_id, z.office_id, a.staff_id,
	    w.expected_output, w.weight, w.urgency, w.quantity,
	    w.unit_of_measure, w.origin, w.count_from, w.given_by,
	    w.given_from, w.assigned_by, $today, w.author_id, $now, $now
	FROM asked a JOIN whole w ON w.id = a.id JOIN unit z ON z.id = a.unit_id
	ON CONFLICT DO NOTHING
	RETURNING id, unit_id, version, due_on),
told AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb)
	SELECT $now, 'task', p.id, p.unit_id, p.version, 'assign' FROM put p
	RETURNING seq),
marked AS (
	INSERT INTO mark (unit_id, day) SELECT DISTINCT p.unit_id, p.due_on
	FROM put p RETURNING unit_id),
jobs AS (
	INSERT INTO job (kind, ref)
	SELECT 'notice', told.seq::text FROM told
	UNION ALL
	SELECT 'rollup', min(m.unit_id::text) FROM marked m HAVING count(*) > 0),
looked AS (
	UPDATE duty SET day = $today,
	    horizon = pg_snapshot_xmin(pg_current_snapshot())
	WHERE name = 'recurrence' AND (SELECT count(*) FROM asked) < 500)
SELECT count(*) FROM asked;

-- All recurring work is looked at when the day is another, and when it may be
-- others who are asked; else what has an event not looked at yet.
-- recurrence_whole(today date) : one read
-- unscoped: machinery; whom it concerns is asked when it is told
SELECT @duty_whole('recurrence', ('staff', 'unit', 'member_group'));

-- recurrence_all(today date, now timestamptz) : one write
-- unscoped: machinery; whom it concerns is asked when it is told
WITH @recurrence_rows(task);

-- recurrence_changed(today date, now timestamptz) : one write
-- unscoped: machinery; whom it concerns is asked when it is told
WITH touched AS MATERIALIZED (
	SELECT k.* FROM task k WHERE k.id IN (
	    SELECT e.ref FROM event e JOIN duty d ON d.name = 'recurrence'
	    WHERE e.xid >= d.horizon AND e.kind = 'task')),
@recurrence_rows(touched);
