-- What the obligations of plans in force ask of whom, written down as each period
-- begins, for whoever joins the audience while it runs, too. Who leaves it owes
-- nothing more; once the due day has passed it stays as it stood.

-- obligation_whole(today date) : one read
-- unscoped: machinery; whom it concerns is asked when it is told
SELECT @duty_whole('obligation', ('staff', 'unit', 'member_group',
    'calendar_entry'));

-- The next obligation after an id: of all that ask or have asked something, or
-- of those that have an event not looked at yet, their own or their plan's. Only
-- these are looked at behind the last day that was. What is asked anew may have
-- due moments that have come.
-- obligation_next(today date, after uuid, whole int) : one write
-- unscoped: machinery; whom it concerns is asked when it is told
WITH touched AS MATERIALIZED (
	SELECT DISTINCT e.kind, e.ref FROM duty d
	JOIN event e ON e.xid >= d.horizon
	WHERE d.name = 'obligation' AND $whole = 0
	  AND e.kind IN ('obligation', 'plan')),
first AS MATERIALIZED (
	SELECT min(x.id::text)::uuid AS id FROM (
	    (SELECT o.id FROM obligation o JOIN plan p ON p.id = o.plan_id
		WHERE $whole <> 0 AND o.id > $after
		  AND (p.status = 'in_force' OR EXISTS (SELECT
		    FROM obligation_occurrence k WHERE k.obligation_id = o.id))
		ORDER BY o.id LIMIT 1)
	    UNION ALL
	    SELECT o.id FROM touched t JOIN obligation o ON o.id = t.ref
	    WHERE t.kind = 'obligation' AND o.id > $after
	    UNION ALL
	    SELECT o.id FROM touched t JOIN obligation o ON o.plan_id = t.ref
	    WHERE t.kind = 'plan' AND o.deleted_at IS NULL AND o.id > $after) x),
next AS MATERIALIZED (
	SELECT o, o.id, p.unit_id AS top, CASE WHEN EXISTS (SELECT FROM event e
		WHERE e.ref IN (o.id, o.plan_id) AND e.xid >= d.horizon)
	    THEN '-infinity'
	    ELSE coalesce(least(d.day, $today), '-infinity') END AS since_on,
	    p.status = 'in_force' AND p.deleted_at IS NULL
		AND o.deleted_at IS NULL AS asks
	FROM first f JOIN obligation o USING (id) JOIN plan p ON p.id = o.plan_id
	JOIN duty d ON d.name = 'obligation'),
	-- what a task is to answer its occurrences ask for
wanted AS MATERIALIZED (
	SELECT obligation_occurrence_id(n.id, r.period,
		coalesce(m.staff_id, m.unit_id)) AS id,
	    n.id AS obligation_id, r.period, r.from_on, r.until_on, r.due_on,
	    m.unit_id, m.staff_id
	FROM next n CROSS JOIN LATERAL obligation_due(n.o) r
	CROSS JOIN LATERAL audience_members((n.o).audience, n.top,
	    least(r.due_on, $today)) m
	WHERE n.asks AND r.from_on <= $today AND r.due_on >= n.since_on
	  AND m.unit_id IS NOT NULL AND CASE (n.o).subject_kind
	    WHEN 'reviews' THEN true WHEN 'commitments' THEN true
	    WHEN 'evaluations' THEN m.staff_id IS NOT NULL END),
gone AS (
	DELETE FROM obligation_occurrence x USING next n
	WHERE x.obligation_id = n.id
	  AND (x.due_on >= n.since_on OR x.from_on > $today)
	  AND NOT EXISTS (SELECT FROM wanted w WHERE w.id = x.id)),
put AS (
	INSERT INTO obligation_occurrence AS x (id, obligation_id, period,
	    from_on, until_on, due_on, unit_id, staff_id)
	SELECT w.* FROM wanted w
	ON CONFLICT (id) DO UPDATE SET due_on = excluded.due_on,
	    unit_id = excluded.unit_id
	WHERE (x.due_on, x.unit_id) IS DISTINCT FROM
	    (excluded.due_on, excluded.unit_id)
	RETURNING x.id),
again AS (
	UPDATE duty d SET day = NULL FROM (SELECT count(*) AS n FROM put) c
	WHERE d.name = 'due' AND c.n > 0)
SELECT n.id FROM next n;
