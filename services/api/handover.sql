-- Handovers: each time work is passed on. Written by what passes it on, in the
-- same statement; read by who sees the task. Nobody changes a line.

-- A line for a task that this statement takes from somebody. What has been
-- declined or recalled is back with who gave it out. Expects cur, upd and inp.
-- @handed()
ho AS (
	INSERT INTO handover (id, task_id, kind, from_unit_id, from_staff_id,
	    to_unit_id, to_staff_id, reason, author_id, "at")
	SELECT uuid_v7(), (u.r).id, $verb,
	    CASE WHEN h.held THEN (c.r).unit_id END,
	    CASE WHEN NOT h.held THEN (c.r).assigned_by
		WHEN $verb = 'decline' THEN $caller
		ELSE (c.r).lead_staff_id END,
	    CASE $verb WHEN 'assign' THEN (u.r).unit_id END,
	    CASE $verb WHEN 'assign' THEN (u.r).lead_staff_id
		ELSE (u.r).assigned_by END,
	    i.b ->> 'reason', $caller, $now
	FROM upd u CROSS JOIN cur c CROSS JOIN inp i CROSS JOIN LATERAL (
	    SELECT (c.r).status NOT IN ('declined', 'recalled') AS held) h
	WHERE (c.r).status <> 'draft' AND ($verb IN ('decline', 'recall')
	    OR $verb = 'assign' AND (NOT h.held
		OR (u.r).unit_id <> (c.r).unit_id
		OR (u.r).lead_staff_id IS DISTINCT FROM (c.r).lead_staff_id)));

-- @handover_filter()
($task IS NULL OR t.task_id = $task)
AND ($kind IS NULL OR t.kind = ANY ($kind))
AND ($staff IS NULL OR t.from_staff_id = $staff)
AND ($at_from IS NULL OR t."at" >= $at_from)
AND ($at_to IS NULL OR t."at" <= $at_to)
AND ($until IS NULL OR t."at" < $until)
AND @in_unit(t.from_unit_id);

-- Those of tasks that the caller sees; the handovers are t.
-- @handover_seen()
JOIN task k ON k.id = t.task_id AND k.deleted_at IS NULL
CROSS JOIN LATERAL (SELECT @task_rel(k, p.up) AS perms
    FROM (SELECT @perms(k.unit_id) AS up OFFSET 0) p OFFSET 0) s
WHERE @task_seen(k, s.perms);

-- handover_list(caller uuid, today date, as_of date, until timestamptz,
--     task uuid, kind text[], staff uuid, at_from timestamptz,
--     at_to timestamptz, unit text, subtree bool, after text[],
--     after_id uuid, limit int) : many slow
-- sort at: t."at" :: timestamptz
-- id t.id
WITH @task_scope(NULL::text, NULL::text,
    SELECT NULL::uuid AS id WHERE false, NULL::text, @few_to_sort())
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, 1, '', 0::bigint,
	(SELECT row_to_json(j)::text FROM (SELECT t.id, 1 AS version,
	    (SELECT json_build_object('id', o.id, 'code', o.code, 'name',
		o.title) FROM task o WHERE o.id = t.task_id) AS task,
	    t.kind, @unit_ref(t.from_unit_id) AS from_unit,
	    @staff_ref(t.from_staff_id) AS from_staff,
	    @unit_ref(t.to_unit_id) AS to_unit,
	    @staff_ref(t.to_staff_id) AS to_staff, t.reason,
	    @staff_ref(t.author_id) AS author, t."at") j) AS body
    FROM ((SELECT t.* FROM handover t @handover_seen()
	    AND (SELECT NOT near FROM scope)
	    AND @handover_filter() AND /*AFTER*/ /*ORDER*/ LIMIT $limit)
	UNION ALL
	(SELECT t.* FROM (SELECT t.*
	    FROM @task_nearest() n
	    CROSS JOIN LATERAL (SELECT t.* FROM handover t
		WHERE t.task_id = n.id AND @handover_filter() AND /*AFTER*/
		OFFSET 0) t
	    WHERE (SELECT near FROM scope) /*ORDER*/ OFFSET 0) t
	@handover_seen() /*ORDER*/ LIMIT $limit)) t
    /*ORDER*/ LIMIT $limit) l ON true;

-- By how it was passed on, by the unit and by the person it was taken from or
-- who would not do it.
-- handover_count(caller uuid, today date, as_of date, until timestamptz,
--     task uuid, kind text[], staff uuid, at_from timestamptz,
--     at_to timestamptz, unit text, subtree bool) : many slow
WITH @task_scope(NULL::text, NULL::text,
    SELECT NULL::uuid AS id WHERE false, NULL::text, @few_to_sort())
SELECT CASE WHEN grouping(x.kind) = 0 THEN 'kind'
	WHEN grouping(x.unit) = 0 THEN 'unit'
	WHEN grouping(x.staff) = 0 THEN 'staff' ELSE 'total' END,
    coalesce(x.kind, x.unit, x.staff, ''), count(*)
FROM (SELECT t.kind, coalesce((SELECT unit.code FROM unit
	    WHERE unit.id = t.from_unit_id), '') AS unit,
	coalesce((SELECT staff.code FROM staff
	    WHERE staff.id = t.from_staff_id), '') AS staff
    FROM (SELECT t.* FROM handover t WHERE (SELECT NOT near FROM scope)
	UNION ALL SELECT t.* FROM @task_nearest() n
	CROSS JOIN LATERAL (SELECT t.* FROM handover t WHERE t.task_id = n.id
	    OFFSET 0) t
	WHERE (SELECT near FROM scope)) t
    @handover_seen() AND @handover_filter()) x
GROUP BY GROUPING SETS ((x.kind), (x.unit), (x.staff), ());
