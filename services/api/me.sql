-- What concerns the caller himself.

-- me(caller uuid, today date) : one read
SELECT t.version, t.status, PERM_IS_SUBJECT::bigint,
    (SELECT row_to_json(j)::text FROM (SELECT t.id, t.version, t.status,
	t.code, t.username, t.full_name, t.honorific, t.email, t.phone,
	t.subject_type, t.party_member,
	(SELECT coalesce(json_agg(json_build_object('id', y.id, 'code', y.code,
		'name', y.name, 'kind', y.kind, 'position', a.position,
		'duty_group', a.duty_group, 'main', a.main)
		ORDER BY a.main DESC, a.from_on), '[]')
	    FROM assignment a JOIN unit y ON y.id = a.unit_id
	    WHERE a.staff_id = t.id AND a.from_on <= $today
	      AND $today < a.until_on) AS units,
	(SELECT coalesce(json_agg(json_build_object('role', g.role,
		'function', nullif(g.function, ''), 'unit',
		@unit_ref(g.unit_id), 'from', g.from_on, 'to',
		nullif(g.until_on, 'infinity') - 1)
		ORDER BY g.role, g.from_on), '[]')
	    FROM staff_grant g WHERE g.staff_id = t.id AND g.from_on <= $today
	      AND $today < g.until_on) AS roles,
	(SELECT coalesce(json_agg(DISTINCT g.function), '[]')
	    FROM staff_grant g WHERE g.staff_id = t.id AND g.function <> ''
	      AND g.from_on <= $today AND $today < g.until_on) AS functions,
	(SELECT coalesce(json_agg(json_build_object('id', d.id, 'staff',
		@staff_ref(d.staff_id), 'to', @staff_ref(d.to_id), 'powers',
		d.powers, 'capacity', d.capacity, 'from', d.from_on,
		'to_date', nullif(d.until_on, 'infinity') - 1)
		ORDER BY d.from_on, d.id), '[]')
	    FROM delegation d WHERE t.id IN (d.staff_id, d.to_id)
	      AND d.from_on <= $today AND $today < d.until_on) AS delegations,
	$today AS today,
	(SELECT json_object_agg(s.name, s.value)
	    FROM setting_of((SELECT @home(t.id))) s) AS settings,
	(SELECT json_build_object('overdue', count(DISTINCT w.id) FILTER
		    (WHERE w.role = 'do' AND w.due_on < $today
			AND w.due_on >= coalesce(w.count_from, w.due_on)),
		'do', count(DISTINCT w.id) FILTER (WHERE w.role = 'do'),
		'approve', count(DISTINCT w.id) FILTER
		    (WHERE w.role = 'approve'),
		'unread', (SELECT count(*) FROM notification n
		    WHERE n.staff_id = t.id AND n.read_at IS NULL))
	    FROM work w WHERE w.staff_id = t.id AND w.from_on <= $today
	      AND $today < w.until_on) AS counts,
	t.created_at, t.updated_at) j)
FROM staff t WHERE t.id = $caller AND t.deleted_at IS NULL;

-- How the caller stands to an item of any kind, and how the item stands.
-- @item_perms(kind, id)
(CASE @kind WHEN 'task' THEN (SELECT @task_rel(task, v.up)
	FROM task CROSS JOIN LATERAL
	    (SELECT @perms(task.unit_id) AS up OFFSET 0) v
	WHERE task.id = @id)
    WHEN 'plan' THEN (SELECT @plan_rel(plan, @perms(plan.unit_id))
	FROM plan WHERE plan.id = @id)
    WHEN 'review' THEN (SELECT @review_rel(review, @perms(review.asks_unit_id))
	FROM review WHERE review.id = @id)
    WHEN 'evaluation' THEN (SELECT
	@evaluation_rel(evaluation, @evaluation_up(evaluation))
	FROM evaluation WHERE evaluation.id = @id)
    ELSE @register_perms(@kind, @id) END);

-- @item_status(kind, id)
(CASE @kind WHEN 'task' THEN (SELECT task.status FROM task WHERE task.id = @id)
    WHEN 'plan' THEN (SELECT plan.status FROM plan WHERE plan.id = @id)
    WHEN 'review' THEN (SELECT review.status FROM review
	WHERE review.id = @id)
    WHEN 'evaluation' THEN (SELECT evaluation.status FROM evaluation
	WHERE evaluation.id = @id)
    ELSE (SELECT register.status FROM register
	WHERE register.kind = @kind AND register.id = @id) END);

-- What the caller must do or decide, by due day; what has none comes last. The
-- verbs are made of perms and the state tables. Not planned afresh: that is far
-- more than the reading, and whoever asks, it begins at him.
-- me_work(caller uuid, today date, role text[], kind text[], due_to date,
--     after text[], after_id uuid, limit int) : many read
-- sort due_on: coalesce(x.due_on, 'infinity') :: date, x.role :: text
-- id x.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT x.id, /*KEY*/ AS key, x.version, x.kind || ' ' || x.status,
	@item_perms(x.kind, x.id), (SELECT row_to_json(j)::text FROM (
	    SELECT x.id, x.kind, x.role,
	    concat_ws(' ', x.code, x.title) AS title,
	    @staff_ref(x.subject_id) AS subject, @unit_ref(x.unit_id) AS unit,
	    x.due_on, x.days_left, x.signal, x.status, x.version,
	    '/v1/' || replace(x.kind, '_', '-') || 's/' || x.id AS href,
	    concat_ws(' ', x.code, x.title) AS summary) j) AS body
    FROM (
	SELECT DISTINCT w.id, w.kind, w.role, w.version, w.status, w.unit_id,
	    w.code, w.title, w.subject_id, w.due_on, d.days_left,
	    CASE WHEN w.due_on IS NULL
		    OR w.due_on < coalesce(w.count_from, w.due_on) THEN 'none'
		WHEN w.role = 'approve' THEN 'none'
		WHEN w.due_on < $today THEN 'overdue'
		WHEN d.days_left <= 3 THEN 'soon' ELSE 'ok' END AS signal
	FROM work w LEFT JOIN LATERAL (
	    SELECT a.ordinal - b.ordinal AS days_left FROM unit z
	    JOIN workday a ON a.calendar_id = z.calendar_id AND a.day = w.due_on
	    JOIN workday b ON b.calendar_id = z.calendar_id AND b.day = $today
	    WHERE z.id = w.unit_id) d ON true
	WHERE w.staff_id = $caller AND w.from_on <= $today
	  AND $today < w.until_on
	  AND ($role IS NULL OR w.role = ANY ($role))
	  AND ($kind IS NULL OR w.kind = ANY ($kind))
	  AND ($due_to IS NULL OR w.due_on <= $due_to)) x
    WHERE /*AFTER*/ /*ORDER*/ LIMIT $limit) l ON true;

-- Nothing that fell due before its plan came into force is late; what waits for
-- the caller's word waits all the same.
-- me_work_counts(caller uuid, today date) : one read
SELECT json_build_object(
    'overdue', count(DISTINCT w.id) FILTER (WHERE w.role = 'do'
	AND w.due_on < $today),
    'due_soon', count(DISTINCT w.id) FILTER (WHERE w.role = 'do'
	AND w.due_on >= $today
	AND w.due_on <= workday_after(c.calendar_id, $today, 3)),
    'this_week', count(DISTINCT w.id) FILTER (WHERE w.role = 'do'
	AND w.due_on >= $today
	AND w.due_on < date_trunc('week', $today::timestamp)::date + 7),
    'approve', count(DISTINCT w.id) FILTER (WHERE w.role = 'approve'),
    'unread', (SELECT count(*) FROM notification n
	WHERE n.staff_id = $caller AND n.read_at IS NULL))::text
FROM (SELECT (SELECT z.calendar_id FROM unit z WHERE z.id = @home($caller))
    AS calendar_id) c
LEFT JOIN work w ON w.staff_id = $caller AND w.from_on <= $today
    AND $today < w.until_on AND (w.role = 'approve'
	OR w.due_on >= coalesce(w.count_from, w.due_on));
