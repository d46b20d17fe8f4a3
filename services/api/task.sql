-- Tasks and occurrences. What is asked, of whom, until when, and how it went.

-- @task_rel(x, up)
(@up | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR ELSE 0 END
    | CASE WHEN @x.assigned_by = $caller THEN PERM_IS_ASSIGNER ELSE 0 END
    | CASE WHEN @x.lead_staff_id = $caller THEN (PERM_IS_DOER | PERM_IS_NAMED)
	WHEN @x.lead_staff_id IS NULL AND @up & PERM_IS_LEADER <> 0
	THEN PERM_IS_DOER ELSE 0 END
    | CASE WHEN $caller = ANY (@x.co_staff_ids) THEN PERM_IS_CO_OWNER ELSE 0 END
    | CASE WHEN @x.kind IN ('one_off', 'occurrence') THEN PERM_IS_FINITE
	ELSE 0 END);

-- A draft is its author's alone, unless its plan has left his hands. The items
-- of an issued plan are for everybody below its issuer.
-- @task_seen(x, perms)
(CASE WHEN @x.status = 'draft' THEN @perms & PERM_IS_AUTHOR <> 0
	OR (@perms & PERM_READ <> 0 AND EXISTS (SELECT FROM plan o
	    WHERE o.id = @x.plan_id AND o.status <> 'draft'))
    ELSE @perms & (PERM_READ | PERM_IS_AUTHOR | PERM_IS_DOER
	    | PERM_IS_ASSIGNER | PERM_IS_CO_OWNER) <> 0
	OR (@x.plan_id IS NOT NULL AND @x.parent_id IS NULL
	    AND EXISTS (SELECT FROM plan o WHERE o.id = @x.plan_id
		AND o.status NOT IN ('draft', 'submitted')
		AND @holds(o.unit_id, PERM_PUBLISHED))) END);

-- Timeliness and signal as of the office's day; never stored.
-- @timeliness(x)
(CASE WHEN @x.kind IN ('continuous', 'recurring') THEN 'continuous'
    WHEN @x.status IN ('cancelled', 'recalled') THEN 'cancelled'
    WHEN @x.status IN ('done', 'accepted') THEN
	CASE WHEN @x.completed_on <= @x.due_on THEN 'done_on_time'
	ELSE 'done_late' END
    WHEN @x.due_on < $today AND @x.status NOT IN ('draft', 'paused')
	AND @x.due_on >= coalesce(@x.count_from, @x.due_on) THEN 'overdue'
    ELSE 'open_in_term' END);

-- Working days from today to the due day; below zero when it has passed.
-- @days_left(x)
(CASE WHEN @x.due_on IS NOT NULL AND @x.status IN ('assigned', 'received',
    'in_progress', 'declined', 'paused') THEN (
	SELECT d.ordinal - n.ordinal FROM unit z
	JOIN workday d ON d.calendar_id = z.calendar_id AND d.day = @x.due_on
	JOIN workday n ON n.calendar_id = z.calendar_id AND n.day = $today
	WHERE z.id = @x.unit_id) END);

-- @signal(x, days)
(CASE WHEN @x.kind IN ('continuous', 'recurring') OR @x.due_on IS NULL
	OR @x.status IN ('draft', 'cancelled', 'recalled', 'paused')
	OR @x.due_on < coalesce(@x.count_from, @x.due_on) THEN 'none'
    WHEN @x.status IN ('done', 'accepted') THEN
	CASE WHEN @x.completed_on > @x.due_on THEN 'late_done' ELSE 'none' END
    WHEN @x.due_on < $today THEN 'overdue'
    WHEN @days <= 3 THEN 'soon' ELSE 'ok' END);

-- @task_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.kind, @x.code, @x.title, @x."text",
    (SELECT json_build_object('id', o.id, 'code', o.number, 'name', o.title)
	FROM plan o WHERE o.id = @x.plan_id) AS plan,
    @x.parent_id, @x.cadence, @x.period, @x.audience, @x.due_on,
    @x.due_precision, @x.due_rule,
    coalesce((e.staff::jsonb || '{"kind": "person"}'),
	(e.unit::jsonb || '{"kind": "unit"}')) AS lead,
    e.unit AS lead_unit, e.staff AS lead_staff,
    (SELECT coalesce(json_agg(w.who), '[]') FROM (
	SELECT @unit_ref(y.i) AS who
	FROM unnest(@x.co_unit_ids) WITH ORDINALITY y(i, n)
	UNION ALL SELECT @staff_ref(y.i)
	FROM unnest(@x.co_staff_ids) WITH ORDINALITY y(i, n)) w) AS co_owners,
    @x.expected_output, @x.weight::text, @x.urgency, @x.quantity::text,
    @x.unit_of_measure, @x.quantity_done::text, @x.quantity_accepted::text,
    @x.origin, @x.source, @staff_ref(@x.assigned_by) AS assigned_by,
    @x.assigned_on, @x.received_on, @x.progress, @x.result, @x.completed_on,
    @x.recorded_at, @x.accepted_on, @x.return_reason, @x.decline_reason,
    @x.suggested, @x.reworks, @x.count_from,
    coalesce(@x.due_on < @x.count_from, false) AS historic,
    @timeliness(@x) AS timeliness, @signal(@x, e.days) AS signal,
    e.days AS days_left, @x.created_at, @x.updated_at
    FROM (SELECT @unit_ref(@x.unit_id) AS unit,
	@staff_ref(@x.lead_staff_id) AS staff, @days_left(@x) AS days
	OFFSET 0) e) j);

-- task_get(caller uuid, today date, id uuid) : one read
SELECT t.version, t.status, s.perms, @task_json(t) AS body
FROM task t CROSS JOIN LATERAL
    (SELECT @task_rel(t, p.up) AS perms
    FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
WHERE t.id = $id AND t.deleted_at IS NULL AND @task_seen(t, s.perms);

-- @task_filter()
($status IS NULL OR t.status = ANY ($status))
AND ($kind IS NULL OR t.kind = ANY ($kind))
AND ($urgency IS NULL OR t.urgency = ANY ($urgency))
AND ($plan IS NULL OR t.plan_id = $plan)
AND ($parent IS NULL OR t.parent_id = $parent)
AND ($period IS NULL OR t.period = $period)
AND ($lead_staff IS NULL OR t.lead_staff_id = $lead_staff)
AND ($due_from IS NULL OR t.due_on >= $due_from)
AND ($due_to IS NULL OR t.due_on <= $due_to)
AND ($ids IS NULL OR t.id = ANY ($ids))
AND ($mine IS NULL OR CASE $mine
	WHEN 'do' THEN s.perms & PERM_IS_DOER <> 0
	WHEN 'assigned' THEN t.assigned_by = $caller
	WHEN 'approve' THEN t.assigned_by = $caller
	    AND t.status IN ('done', 'declined')
	WHEN 'follow' THEN s.perms & PERM_IS_CO_OWNER <> 0 ELSE false END)
AND ($timeliness IS NULL OR @timeliness(t) = ANY ($timeliness))
AND ($signal IS NULL OR @signal(t, @days_left(t)) = ANY ($signal))
AND @in_unit(t.unit_id) AND @search(t.fold)
AND ($deleted IS NULL AND t.deleted_at IS NULL
    OR $deleted = 'only' AND t.deleted_at IS NOT NULL);

-- task_list(caller uuid, today date, status text[], kind text[],
--     urgency text[], plan uuid, parent uuid, period text, lead_staff uuid,
--     due_from date, due_to date, ids uuid[], mine text, timeliness text[],
--     signal text[], unit text, subtree bool, q text, deleted text,
--     after text[], after_id uuid, limit int) : many slow
-- sort due_on: coalesce(t.due_on, 'infinity') :: date | coalesce(t.due_on, '-infinity') :: date
-- sort code: t.code_sort :: text
-- sort title: t.title COLLATE "vi-x-icu" :: text
-- sort created_at: t.created_at :: timestamptz
-- sort updated_at: t.updated_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, s.perms,
	@task_json(t) AS body
    FROM task t CROSS JOIN LATERAL
	(SELECT @task_rel(t, p.up) AS perms
	FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
    WHERE @task_filter() AND @task_seen(t, s.perms) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- task_count(caller uuid, today date, status text[], kind text[],
--     urgency text[], plan uuid, parent uuid, period text, lead_staff uuid,
--     due_from date, due_to date, ids uuid[], mine text, timeliness text[],
--     signal text[], unit text, subtree bool, q text, deleted text) : many slow
SELECT CASE WHEN grouping(x.status) = 0 THEN 'status'
	WHEN grouping(x.timeliness) = 0 THEN 'timeliness'
	WHEN grouping(x.signal) = 0 THEN 'signal' ELSE 'total' END,
    coalesce(x.status, x.timeliness, x.signal, ''), count(*)
FROM (SELECT t.status, @timeliness(t) AS timeliness,
	@signal(t, @days_left(t)) AS signal
    FROM task t CROSS JOIN LATERAL
	(SELECT @task_rel(t, p.up) AS perms
	FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
    WHERE @task_filter() AND @task_seen(t, s.perms)) x
GROUP BY GROUPING SETS ((x.status), (x.timeliness), (x.signal), ());

-- The body as columns: references resolved, the lead's unit found, co-owners
-- in two arrays.
-- @task_input(body)
(SELECT b.b || CASE WHEN b.b ->> 'lead_staff_id' IS NOT NULL
	    AND NOT b.b ? 'unit_id'
	THEN jsonb_build_object('unit_id',
	    @home((b.b ->> 'lead_staff_id')::uuid)) ELSE '{}' END
    || CASE WHEN b.b ? 'unit_id' AND NOT b.b ? 'lead_staff_id'
	THEN '{"lead_staff_id": null}'::jsonb ELSE '{}' END
    || CASE WHEN NOT b.b ? 'co_owners' THEN '{}' ELSE jsonb_build_object(
	'co_unit_ids', (SELECT coalesce(jsonb_agg(o.b -> 'unit_id'), '[]')
	    FROM (SELECT refs(e) AS b FROM
		jsonb_array_elements(nullif(b.b -> 'co_owners', 'null')) e) o
	    WHERE o.b ? 'unit_id'),
	'co_staff_ids', (SELECT coalesce(jsonb_agg(o.b -> 'staff_id'), '[]')
	    FROM (SELECT refs(e) AS b FROM
		jsonb_array_elements(nullif(b.b -> 'co_owners', 'null')) e) o
	    WHERE o.b ? 'staff_id')) END
    FROM (SELECT refs(@body) AS b OFFSET 0) b);

-- Outside a plan whoever may assign in the unit makes a task; inside, the
-- author of the draft does. What is issued takes no new items but parts of
-- those it has.
-- task_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT @task_input($body) AS b),
cur AS (SELECT NULL::task AS r WHERE false),
may AS MATERIALIZED (
	SELECT i.b, jsonb_populate_record(NULL::task, i.b) AS r,
	    @perms((i.b ->> 'unit_id')::uuid) AS up, z.office_id,
	    CASE WHEN i.b ->> 'plan_id' IS NULL THEN 201
		WHEN o.id IS NULL THEN 404
		WHEN o.status = 'draft' AND o.author_id = $caller THEN 201
		WHEN o.status = 'draft' THEN 404
		WHEN o.status = 'in_force' AND i.b ->> 'parent_id' IS NOT NULL
		    THEN 201
		ELSE 409 END AS plan_says, o.status AS plan_status
	FROM inp i LEFT JOIN plan o ON o.id = (i.b ->> 'plan_id')::uuid
	    AND o.deleted_at IS NULL
	LEFT JOIN unit z ON z.id = (i.b ->> 'unit_id')::uuid),
verdict AS MATERIALIZED (
	SELECT CASE WHEN m.plan_says <> 201 THEN m.plan_says
	    WHEN m.up & PERM_ASSIGN <> 0 THEN 201
	    WHEN m.plan_status = 'draft' THEN 201 ELSE 403 END AS outcome
	FROM may m),
upd AS (
	INSERT INTO task AS t (id, kind, status, plan_id, parent_id, code,
	    title, "text", cadence, audience, due_on, due_precision, due_rule,
	    unit_id, office_id, lead_staff_id, co_unit_ids, co_staff_ids,
	    expected_output, weight, urgency, quantity, unit_of_measure,
	    origin, source, assigned_by, assigned_on, author_id, created_at,
	    updated_at)
	SELECT (m.r).id, coalesce((m.r).kind, 'one_off'), 'draft',
	    (m.r).plan_id, (m.r).parent_id, (m.r).code, (m.r).title,
	    (m.r)."text", coalesce((m.r).cadence, '{}'), (m.r).audience,
	    (m.r).due_on, coalesce((m.r).due_precision,
		CASE WHEN (m.r).due_on IS NOT NULL THEN 'day' END),
	    (m.r).due_rule, (m.r).unit_id, m.office_id, (m.r).lead_staff_id,
	    coalesce((m.r).co_unit_ids, '{}'),
	    coalesce((m.r).co_staff_ids, '{}'), (m.r).expected_output,
	    (m.r).weight, coalesce((m.r).urgency, 'normal'), (m.r).quantity,
	    (m.r).unit_of_measure, (m.r).origin, (m.r).source, NULL, NULL,
	    $caller, $now, $now
	FROM may m JOIN verdict v ON v.outcome = 201
	RETURNING t AS r),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status,
	    @task_rel(x, m.up) AS perms, @task_json(x) AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN may m
	UNION ALL
	SELECT v.outcome, 0, coalesce(m.plan_status, ''), 0, NULL
	FROM verdict v CROSS JOIN may m WHERE v.outcome <> 201),
@written('task', 'create', $body, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- @task_cur()
cur AS MATERIALIZED (
	SELECT t AS r, @task_rel(t, p.up) AS perms, p.up
	FROM task t CROSS JOIN LATERAL
	    (SELECT @perms(t.unit_id) AS up OFFSET 0) p
	WHERE t.id = $id AND t.deleted_at IS NULL
	FOR NO KEY UPDATE OF t),
@step();

-- @task_turned(verb, patch)
out AS MATERIALIZED (
	SELECT s.outcome, x.version, x.status, @task_rel(x, c.up) AS perms,
	    CASE WHEN s.outcome IN (200, 412) THEN @task_json(x) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x
	WHERE @task_seen((c.r), c.perms)),
@marked(),
@written('task', @verb, @patch, unit_id);

-- task_patch(caller uuid, today date, now timestamptz, id uuid, version int,
--     body jsonb, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @task_cur(),
upd AS (
	UPDATE task t SET (code, title, "text", cadence, audience, due_on,
	    due_precision, due_rule, co_unit_ids, co_staff_ids,
	    expected_output, weight, urgency, quantity, unit_of_measure,
	    origin, unit_id, lead_staff_id, version, updated_at) =
	(SELECT p.code, p.title, p."text", coalesce(p.cadence, '{}'),
	    p.audience, p.due_on, p.due_precision, p.due_rule,
	    coalesce(p.co_unit_ids, '{}'), coalesce(p.co_staff_ids, '{}'),
	    p.expected_output, p.weight, coalesce(p.urgency, 'normal'),
	    p.quantity, p.unit_of_measure, p.origin, p.unit_id,
	    p.lead_staff_id, t.version + 1, $now
	    FROM jsonb_populate_record(c.r, @task_input($body)) p)
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@task_turned('update', $body)
SELECT outcome, version, status, perms, body FROM out;

-- One statement for every verb. Giving out starts the item anew; completion
-- keeps the day it was done beside the instant it was recorded; a return
-- counts a rework.
-- task_verb(caller uuid, today date, now timestamptz, id uuid, version int,
--     verb text, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @task_cur(),
inp AS MATERIALIZED (
	SELECT @task_input($body) AS b
	FROM step s WHERE s.outcome = 200),
may AS MATERIALIZED (
	-- work is given to a unit by who may assign there, or where it is now
	SELECT i.b FROM inp i CROSS JOIN cur c
	WHERE $verb <> 'assign' OR i.b ->> 'unit_id' IS NULL
	   OR (i.b ->> 'unit_id')::uuid = (c.r).unit_id
	   OR @perms((i.b ->> 'unit_id')::uuid) & PERM_ASSIGN <> 0
	   OR c.up & PERM_ASSIGN <> 0 AND EXISTS (SELECT FROM unit_cover k
		WHERE k.unit_id = (i.b ->> 'unit_id')::uuid
		  AND k.anc_id = (c.r).unit_id AND k.from_on <= $today
		  AND $today < k.until_on)),
upd AS (
	UPDATE task t SET status = s.goes_to, version = t.version + 1,
	    updated_at = $now,
	    unit_id = CASE WHEN $verb = 'assign' AND p.unit_id IS NOT NULL
		THEN p.unit_id ELSE t.unit_id END,
	    office_id = CASE WHEN $verb = 'assign' AND p.unit_id IS NOT NULL
		THEN (SELECT z.office_id FROM unit z WHERE z.id = p.unit_id)
		ELSE t.office_id END,
	    lead_staff_id = CASE WHEN $verb = 'assign'
		    AND i.b ? 'lead_staff_id' THEN p.lead_staff_id
		ELSE t.lead_staff_id END,
	    co_unit_ids = CASE WHEN $verb = 'assign' AND i.b ? 'co_unit_ids'
		THEN p.co_unit_ids ELSE t.co_unit_ids END,
	    co_staff_ids = CASE WHEN $verb = 'assign' AND i.b ? 'co_staff_ids'
		THEN p.co_staff_ids ELSE t.co_staff_ids END,
	    due_on = CASE WHEN $verb = 'assign' THEN
		coalesce(p.due_on, t.due_on) ELSE t.due_on END,
	    assigned_by = CASE $verb WHEN 'assign' THEN $caller
		ELSE t.assigned_by END,
	    assigned_on = CASE $verb WHEN 'assign' THEN $today
		ELSE t.assigned_on END,
	    received_on = CASE $verb WHEN 'receive' THEN $today
		WHEN 'assign' THEN NULL ELSE t.received_on END,
	    progress = coalesce(CASE $verb WHEN 'progress'
		THEN coalesce(i.b ->> 'progress', i.b ->> 'note') END,
		t.progress),
	    quantity_done = coalesce(p.quantity_done, t.quantity_done),
	    quantity_accepted = coalesce(p.quantity_accepted,
		t.quantity_accepted),
	    result = CASE $verb WHEN 'complete' THEN p.result ELSE t.result
		END,
	    completed_on = CASE WHEN $verb = 'complete'
		    THEN coalesce(p.completed_on, $today)
		WHEN $verb IN ('return', 'withdraw', 'assign') THEN NULL
		ELSE t.completed_on END,
	    recorded_at = CASE WHEN $verb = 'complete' THEN $now
		WHEN $verb IN ('return', 'withdraw', 'assign') THEN NULL
		ELSE t.recorded_at END,
	    accepted_by = CASE $verb WHEN 'accept' THEN $caller
		ELSE t.accepted_by END,
	    accepted_on = CASE $verb WHEN 'accept' THEN $today
		ELSE t.accepted_on END,
	    return_reason = CASE $verb WHEN 'return' THEN i.b ->> 'reason'
		WHEN 'complete' THEN NULL ELSE t.return_reason END,
	    decline_reason = CASE $verb WHEN 'decline' THEN i.b ->> 'reason'
		WHEN 'assign' THEN NULL ELSE t.decline_reason END,
	    suggested = CASE $verb WHEN 'decline' THEN i.b ->> 'suggested'
		WHEN 'assign' THEN NULL ELSE t.suggested END,
	    reworks = t.reworks + ($verb = 'return')::int
	FROM cur c JOIN step s ON s.outcome = 200
	CROSS JOIN (SELECT m.b FROM may m) i
	CROSS JOIN LATERAL jsonb_populate_record(NULL::task, i.b) p
	WHERE t.id = (c.r).id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT CASE WHEN s.outcome = 200 AND u.r IS NULL THEN 403
		ELSE s.outcome END AS outcome,
	    x.version, x.status, @task_rel(x, c.up) AS perms,
	    CASE WHEN s.outcome IN (200, 412) THEN @task_json(x) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x
	WHERE @task_seen((c.r), c.perms)),
@marked(),
@written('task', $verb, $body, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- task_remove(caller uuid, today date, now timestamptz, id uuid, version int,
--     from text[], to text[], need bigint[], also bigint[], never bigint[],
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH @task_cur(),
upd AS (
	UPDATE task t SET deleted_at = $now, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN 204 ELSE s.outcome END AS outcome,
	    x.version, x.status, c.perms,
	    CASE WHEN s.outcome = 412 THEN @task_json(x) END AS body
	FROM step s CROSS JOIN cur c CROSS JOIN LATERAL (SELECT (c.r).*) x
	WHERE @task_seen((c.r), c.perms)),
@marked(),
@written('task', 'delete', NULL::jsonb, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- task_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH cur AS MATERIALIZED (
	SELECT t AS r, @task_rel(t, p.up) AS perms, p.up
	FROM task t CROSS JOIN LATERAL
	    (SELECT @perms(t.unit_id) AS up OFFSET 0) p
	WHERE t.id = $id AND t.deleted_at IS NOT NULL
	FOR NO KEY UPDATE OF t),
@step(),
upd AS (
	UPDATE task t SET deleted_at = NULL, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@task_turned('restore', NULL::jsonb)
SELECT outcome, version, status, perms, body FROM out;
