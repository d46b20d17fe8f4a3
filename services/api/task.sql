-- Tasks and occurrences. What is asked, of whom, until when, and how it went.

-- @task_rel(x, up)
(@up | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR ELSE 0 END
    | CASE WHEN @x.assigned_by = $caller THEN PERM_IS_ASSIGNER ELSE 0 END
    | CASE WHEN @up & PERM_ASSIGN <> 0 AND (@x.given_from IS NULL
	    OR @x.given_from = @x.unit_id
	    OR @holds(@x.given_from, PERM_ASSIGN)) THEN PERM_IS_GIVER ELSE 0 END
    | CASE WHEN @x.accepted_above AND @x.given_by IS DISTINCT FROM $caller
	    AND NOT @holds(@x.given_from, PERM_ACCEPT) THEN PERM_IS_BELOW
	ELSE 0 END
    | CASE WHEN @x.lead_staff_id = $caller THEN (PERM_IS_DOER | PERM_IS_NAMED)
	WHEN @x.lead_staff_id IS NULL AND @up & PERM_IS_LEADER <> 0
	THEN PERM_IS_DOER ELSE 0 END
    | CASE WHEN @x.reported_by = $caller THEN PERM_IS_REPORTER ELSE 0 END
    | CASE WHEN $caller = ANY (@x.co_staff_ids) OR @x.co_unit_ids <> '{}'
	    AND EXISTS (SELECT FROM unnest(@x.co_unit_ids) w(unit_id)
		WHERE @holds(w.unit_id, PERM_READ))
	THEN PERM_IS_CO_OWNER ELSE 0 END
    | CASE WHEN @x.kind IN ('one_off', 'occurrence') THEN PERM_IS_FINITE
	ELSE 0 END
    | CASE WHEN @x.status = 'draft' AND @x.plan_id IS NOT NULL
	THEN (SELECT CASE o.status WHEN 'draft' THEN PERM_IS_PLANNED
		WHEN 'in_force' THEN 0 ELSE PERM_IS_HELD END
	    FROM plan o WHERE o.id = @x.plan_id) ELSE 0 END);

-- A draft is its author's alone, unless its plan has left his hands once. The
-- items of an issued plan are for everybody below its issuer.
-- @task_seen(x, perms)
(CASE WHEN @x.status = 'draft' THEN @perms & PERM_IS_AUTHOR <> 0
	OR (@perms & PERM_READ <> 0 AND EXISTS (SELECT FROM plan o
	    WHERE o.id = @x.plan_id AND ((@was(o)).status <> 'draft'
		OR (@was(o)).returns > 0)))
    ELSE @perms & (PERM_READ | PERM_IS_AUTHOR | PERM_IS_DOER
	    | PERM_IS_ASSIGNER | PERM_IS_CO_OWNER) <> 0
	OR (@x.plan_id IS NOT NULL AND @x.parent_id IS NULL
	    AND EXISTS (SELECT FROM plan o WHERE o.id = @x.plan_id
		AND (@was(o)).status NOT IN ('draft', 'submitted')
		AND @holds(o.unit_id, PERM_PUBLISHED))) END);

-- Timeliness and signal as of the day asked about; never stored.
-- @timeliness(x)
(CASE WHEN @x.kind IN ('continuous', 'recurring') THEN 'continuous'
    WHEN @x.status IN ('cancelled', 'recalled') THEN 'cancelled'
    WHEN @x.status IN ('done', 'accepted') THEN
	CASE WHEN @x.completed_on <= @x.due_on THEN 'done_on_time'
	ELSE 'done_late' END
    WHEN @x.due_on < $day AND @x.status NOT IN ('draft', 'paused')
	AND @x.due_on >= coalesce(@x.count_from, @x.due_on) THEN 'overdue'
    ELSE 'open_in_term' END);

-- Working days from that day to the due day; below zero when it has passed.
-- @days_left(x)
@days_left_by(@x, (SELECT z.calendar_id FROM unit z WHERE z.id = @x.unit_id));

-- @days_left_by(x, calendar)
(CASE WHEN @x.due_on IS NOT NULL AND @x.status IN ('assigned', 'received',
    'in_progress', 'declined', 'paused') THEN (
	SELECT d.ordinal - n.ordinal FROM workday d
	JOIN workday n ON n.calendar_id = d.calendar_id AND n.day = $day
	WHERE d.calendar_id = @calendar AND d.day = @x.due_on) END);

-- @signal(x, days)
(CASE WHEN @x.kind IN ('continuous', 'recurring') OR @x.due_on IS NULL
	OR @x.status IN ('draft', 'cancelled', 'recalled', 'paused')
	OR @x.due_on < coalesce(@x.count_from, @x.due_on) THEN 'none'
    WHEN @x.status IN ('done', 'accepted') THEN
	CASE WHEN @x.completed_on > @x.due_on THEN 'late_done' ELSE 'none' END
    WHEN @x.due_on < $day THEN 'overdue'
    WHEN @x.due_on < $day + 30 AND @days <= 3 THEN 'soon' ELSE 'ok' END);

-- Of a task t as it stood when the day asked about was over: x is made of t.
-- Most ask about today: then of the row itself.
-- @task_then(x)
(CASE WHEN $until IS NULL THEN @x ELSE
    (SELECT @x FROM (SELECT (stood.r).* FROM (SELECT @task_was(t) AS r
	OFFSET 0) stood) t) END);

-- @task_was(x)
(CASE WHEN @unchanged(@x) THEN @x ELSE task_was(@x, $day, $until) END);

-- @task_sees()
(@task_seen(t, s.perms)
    AND ($until IS NULL OR @task_then(@task_seen(t, s.perms))));

-- What filters and sorts go by: a column of t, as it stood; t may be made of a
-- task's columns.
-- @task_stood(column)
(CASE WHEN $until IS NULL THEN t.@column ELSE
    (SELECT (@task_was(own)).@column FROM task own WHERE own.id = t.id) END);

-- The parts of a task, found among these rows, that were given out.
-- @given_out(x, parts)
(SELECT (stood.r).* FROM (SELECT @task_was(piece::task) AS r
    FROM @parts piece
    WHERE piece.parent_id = @x.id AND piece.deleted_at IS NULL
      AND @made(piece)
    OFFSET 0) stood
    WHERE (stood.r).status NOT IN ('draft', 'recalled', 'cancelled'));

-- How they stand, whoever may read them; null if it has none.
-- @children(x, parts)
(SELECT CASE WHEN count(*) > 0 THEN json_build_object('total', count(*),
	'accepted', count(*) FILTER (WHERE part.status = 'accepted'),
	'overdue', count(*) FILTER (WHERE @timeliness(part) = 'overdue')) END
    FROM @given_out(@x, @parts) part);

-- Of continuous work, the period that asks who does it for progress: the one
-- that falls due next, or fell due last; null if none has.
-- @progress_due(x, parts)
(SELECT json_build_object('period', part.period, 'due_on', part.due_on,
	'reported_on', part.completed_on, 'status',
	CASE WHEN part.completed_on <= part.due_on THEN 'met'
	    WHEN part.completed_on > part.due_on THEN 'late'
	    WHEN part.due_on < $day THEN 'missed' ELSE 'open' END)
    FROM @given_out(@x, @parts) part
    WHERE @x.kind = 'continuous' AND part.kind = 'occurrence'
      AND part.unit_id = @x.unit_id
      AND part.lead_staff_id IS NOT DISTINCT FROM @x.lead_staff_id
    ORDER BY part.due_on < $day, abs(part.due_on - $day), part.period LIMIT 1);

-- @task_json(x)
@task_told(@x, task);

-- @task_told(x, parts)
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
    @x.expected_output, trim_scale(@x.weight)::text AS weight, @x.urgency,
    trim_scale(@x.quantity)::text AS quantity, @x.unit_of_measure,
    trim_scale(@x.quantity_done)::text AS quantity_done,
    trim_scale(@x.quantity_accepted)::text AS quantity_accepted,
    @x.origin, @x.source, @staff_ref(@x.assigned_by) AS assigned_by,
    @x.assigned_on, @x.received_on, @x.progress, @x.result, @x.completed_on,
    @x.recorded_at, @x.accepted_on, @x.return_reason, @x.decline_reason,
    @x.suggested, @x.reworks, @x.count_from, @children(@x, @parts) AS children,
    @progress_due(@x, @parts) AS progress_due,
    coalesce(@x.due_on < @x.count_from, false) AS historic,
    @timeliness(@x) AS timeliness, @signal(@x, e.days) AS signal,
    e.days AS days_left,
    @external_refs('task', @x.id) AS external_refs,
    @x.created_at, @x.updated_at
    FROM (SELECT @unit_ref(@x.unit_id) AS unit,
	@staff_ref(@x.lead_staff_id) AS staff, @days_left(@x) AS days
	OFFSET 0) e) j);

-- task_get(caller uuid, today date, as_of date, until timestamptz, id uuid)
--     : one read
@task_read(false);

-- occurrence_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@task_read(true);

-- What recurs asks each time for an occurrence: these alone?
-- @task_read(these)
SELECT t.version, t.status, s.perms, @task_then(@task_json(t)) AS body
FROM task t CROSS JOIN LATERAL
    (SELECT @task_rel(t, p.up) AS perms
    FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
WHERE t.id = $id AND t.deleted_at IS NULL AND @made(t)
  AND (NOT @these OR t.kind = 'occurrence') AND @task_sees();

-- As the index by due day has it: said once, since whoever plans takes two
-- sayings of one thing for two things.
-- @due_after(x, day)
(coalesce(@x.due_on, 'infinity') > @day AND @x.due_on IS NOT NULL);

-- @due_before(x, day)
(coalesce(@x.due_on, 'infinity') < @day);

-- @open(x)
@x.status IN ('assigned', 'received', 'in_progress', 'declined');

-- What being late or near implies of status and due day, as an index has it.
-- @task_implied(x, due)
($timeliness IS NULL OR NOT $timeliness <@ '{overdue}'
    OR @open(@x) AND @due < $today)
AND ($signal IS NULL OR (NOT $signal <@ '{ok,soon,overdue}' OR @open(@x))
    AND (NOT $signal <@ '{ok,soon}'
	OR @due >= $today AND @x.due_on IS NOT NULL)
    AND (NOT $signal <@ '{soon,overdue}' OR @due < $today + 30)
    AND (NOT $signal <@ '{overdue}' OR @due < $today)
    AND (NOT $signal <@ '{late_done}' OR @x.completed_on > @x.due_on));

-- What the row itself says. Beside it stands what it implies: one status alone,
-- the statuses of a signal, days as they are indexed: so the lists find an index
-- to go by. (…)::int <> 0 is a condition that whoever plans takes to be true of
-- nearly all: better than a guess that sorts a nation.
-- @task_filter()
($status IS NULL OR @task_stood(status) = ANY ($status)
    AND ($until IS NOT NULL OR cardinality($status) > 1
	OR t.status = ($status)[1]))
AND ($kind IS NULL OR t.kind = ANY ($kind))
AND ($urgency IS NULL OR @task_stood(urgency) = ANY ($urgency))
AND ($plan IS NULL OR t.plan_id = $plan)
AND ($parent IS NULL OR t.parent_id = $parent)
AND ($period IS NULL OR t.period = $period)
AND ($lead_staff IS NULL OR @task_stood(lead_staff_id) = $lead_staff)
AND ($due_from IS NULL OR CASE WHEN $until IS NULL
    THEN @due_after(t, $due_from - 1)
    ELSE @task_stood(due_on) >= $due_from END)
AND ($due_to IS NULL OR CASE WHEN $until IS NULL
    THEN @due_before(t, $due_to + 1) ELSE @task_stood(due_on) <= $due_to END)
AND ($historic IS NULL OR $historic =
    coalesce(@task_stood(due_on) < @task_stood(count_from), false)
    AND ($until IS NOT NULL OR NOT $historic OR t.due_on < t.count_from))
AND ($ids IS NULL OR t.id = ANY ($ids))
AND ($mine IS NULL OR $mine NOT IN ('assigned', 'approve')
    OR t.assigned_by = $caller)
AND ($mine IS NULL OR $mine <> 'approve'
    OR @task_stood(status) IN ('done', 'declined'))
AND ($mine IS NULL OR $mine <> 'follow' OR t.co_staff_ids <> '{}'
    OR t.co_unit_ids <> '{}')
AND ($timeliness IS NULL
    OR (@task_then(@timeliness(t)) = ANY ($timeliness))::int <> 0)
AND ($signal IS NULL
    OR (@task_then(@signal(t, @days_left(t))) = ANY ($signal))::int <> 0)
AND ($until IS NOT NULL
    OR (@task_implied(t, coalesce(t.due_on, 'infinity'))))
AND @made(t) AND @in_unit(@task_stood(unit_id))
AND @search_then(@task_stood(fold))
AND ($deleted IS NULL AND t.deleted_at IS NULL
    OR $deleted = 'only' AND t.deleted_at IS NOT NULL);

-- What takes a look at the caller's rights.
-- @task_wanted()
($mine IS NULL OR $mine NOT IN ('do', 'follow') OR CASE $mine
    WHEN 'do' THEN s.perms & PERM_IS_DOER <> 0
    ELSE s.perms & PERM_IS_CO_OWNER <> 0 END) AND @task_sees();

-- Where a list of tasks begins, if that is near: at the tasks in which a search
-- finds its longest word, where these are few; else at the units that it is
-- about, where they are few (few says so of their count): those asked for, those
-- the caller leads, those he reads.
-- @task_scope(mine, unit, below, q, few)
found AS MATERIALIZED (
	SELECT k.id FROM task k WHERE k.fold LIKE search_longest(@q) LIMIT 501),
about AS MATERIALIZED (
	SELECT CASE WHEN @few THEN coalesce(array_agg(x.unit_id), '{}') END AS units
	FROM (SELECT few.unit_id FROM reach few
	    WHERE few.staff_id = $caller AND few.from_on <= $today
	      AND $today < few.until_on AND few.perms & CASE
		WHEN @mine = 'do' THEN PERM_IS_LEADER
		ELSE PERM_READ | PERM_IS_LEADER END <> 0
	      AND (@mine = 'do' OR @unit IS NULL
		AND coalesce(@mine, 'follow') = 'follow')
	    UNION ALL
	    SELECT within.id FROM (@below) within WHERE @unit IS NOT NULL
	      AND (@mine IS NULL OR @mine = 'follow') LIMIT 2001) x),
scope AS MATERIALIZED (
	SELECT CASE WHEN NOT rare THEN units END AS units,
	    rare OR units IS NOT NULL AS near
	FROM about CROSS JOIN LATERAL (SELECT @q IS NOT NULL
	    AND (SELECT count(*) <= 500 FROM found) AS rare) its);

-- To sort what stands in so many units is less than to go by the order.
-- @few_to_sort()
(count(*) <= 200 AND count(*) ^ 2 * (
    SELECT reltuples FROM pg_class WHERE oid = 'task'::regclass)
    < 100 * (SELECT greatest(reltuples, 1) ^ 2 FROM pg_class
	WHERE oid = 'unit'::regclass));

-- All that the caller may see where his units are few, and more: what stands in
-- these units, what he has to do with himself, and what the plans of the units
-- above have published. Or the few that a search has found. One may
-- come twice.
-- @task_near(mine, unit)
(SELECT k.* FROM found JOIN task k ON k.id = found.id
	WHERE (SELECT units IS NULL FROM scope)
    UNION ALL SELECT k.* FROM unnest((SELECT units FROM scope)) y(unit_id)
	JOIN task k ON k.unit_id = y.unit_id
	AND (coalesce(@mine, 'do') <> 'follow' OR @unit IS NOT NULL)
    UNION ALL SELECT k.* FROM task k WHERE (SELECT units IS NOT NULL FROM scope)
	AND k.lead_staff_id = $caller
	AND (@mine IS NULL AND @unit IS NULL OR @mine = 'do')
    UNION ALL SELECT k.* FROM task k WHERE (SELECT units IS NOT NULL FROM scope)
	AND k.assigned_by = $caller
	AND (@mine IS NULL AND @unit IS NULL OR @mine = 'assigned'
	    OR @mine = 'approve'
		AND ($until IS NOT NULL OR k.status IN ('done', 'declined')))
    UNION ALL SELECT k.* FROM task k WHERE (SELECT units IS NOT NULL FROM scope)
	AND k.author_id = $caller AND @mine IS NULL AND @unit IS NULL
    UNION ALL SELECT k.* FROM task k WHERE (SELECT units IS NOT NULL FROM scope)
	AND k.co_staff_ids @> ARRAY[$caller]
	AND (coalesce(@mine, 'follow') = 'follow' AND @unit IS NULL)
    UNION ALL SELECT k.* FROM task k
	WHERE k.co_unit_ids && (SELECT units FROM scope)
	AND (coalesce(@mine, 'follow') = 'follow' AND @unit IS NULL)
    UNION ALL SELECT k.* FROM reach r JOIN plan o ON o.unit_id = r.unit_id
	    AND o.status NOT IN ('draft', 'submitted')
	JOIN task k ON k.plan_id = o.id AND k.parent_id IS NULL
	WHERE (SELECT units IS NOT NULL FROM scope)
	  AND r.staff_id = $caller AND r.from_on <= $today
	  AND $today < r.until_on AND r.perms & PERM_PUBLISHED <> 0
	  AND @mine IS NULL AND @unit IS NULL);

-- Each once, whatever is asked.
-- @task_nearest()
(SELECT DISTINCT n.id FROM @task_near(NULL::text, NULL::text) n);

-- Does a task fit what is asked, by what the index by unit holds of it?
-- @task_fits(x)
($until IS NOT NULL OR ($status IS NULL OR @x.status = ANY ($status))
    AND ($due_from IS NULL OR @x.due_on >= $due_from)
    AND ($due_to IS NULL OR @x.due_on <= $due_to)
    AND (@task_implied(@x, @x.due_on))
    AND ($timeliness IS NULL OR @timeliness(@x) = ANY ($timeliness))
    AND ($signal IS NULL OR @signal(@x, @days_left(@x)) = ANY ($signal))
    AND ($kind IS NULL OR @x.kind = ANY ($kind))
    AND ($urgency IS NULL OR @x.urgency = ANY ($urgency)))
AND (@x.deleted_at IS NULL) = ($deleted IS NULL);

-- So many are better sorted than passed by: going by the order until a page is
-- full, where n of N are to be shown, goes past N / n times the page.
-- @task_most()
(SELECT sqrt($limit::float8 * CASE WHEN reltuples > 0 THEN reltuples
	ELSE 10000 END)::int FROM pg_class WHERE oid = 'task'::regclass);

-- Where an item stands and what it is called today says nothing of where it stood
-- then: of a day gone, lists begin at what the caller may see.
-- @now_only(x)
(CASE WHEN $until IS NULL THEN @x END);

-- task_list(caller uuid, today date, as_of date, until timestamptz,
--     status text[], kind text[],
--     urgency text[], plan uuid, parent uuid, period text, lead_staff uuid,
--     due_from date, due_to date, historic bool, ids uuid[], mine text,
--     timeliness text[], signal text[], unit text, subtree bool, q text,
--     deleted text, after text[], after_id uuid, limit int) : many slow
-- sort due_on: coalesce(@task_stood(due_on), 'infinity') :: date | coalesce(@task_stood(due_on), '-infinity') :: date
-- sort code: @task_stood(code_sort) :: text | coalesce(nullif(@task_stood(code_sort), '~'), '') :: text
-- sort title: @task_stood(title) COLLATE "vi-x-icu" :: text
-- sort created_at: t.created_at :: timestamptz
-- sort updated_at: t.updated_at :: timestamptz
-- id t.id
WITH @task_scope($mine, @now_only($unit),
    SELECT w.id FROM @units_below($today) w(id), @now_only($q), count(*) <= 2000),
few AS MATERIALIZED (SELECT its.id FROM @task_near($mine, @now_only($unit)) its
    WHERE (SELECT near FROM scope) AND @task_fits(its)
    -- no more than to know that they are too many; what a search found is not
    LIMIT greatest(501, @task_most() + 1)),
way AS MATERIALIZED (SELECT near AND (units IS NULL
    OR (SELECT count(*) FROM few) <= @task_most()) AS sorted FROM scope)
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, b.perms, t.body
    FROM (
	-- in order, past what is not for the caller
	(SELECT t.id, s.perms FROM task t CROSS JOIN LATERAL
	    (SELECT @task_rel(t, p.up) AS perms
	    FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
	WHERE (SELECT NOT sorted FROM way)
	  AND @task_filter() AND @task_wanted() AND /*AFTER*/
	/*ORDER*/ LIMIT $limit)
	UNION ALL
	-- what is near the caller, sorted, and of it, one after another, the
	-- first he may see
	(SELECT t.id, t.perms FROM (SELECT t.id FROM (SELECT DISTINCT id
		FROM few) n
	    CROSS JOIN LATERAL (SELECT t.* FROM task t WHERE t.id = n.id
		AND @task_filter() AND /*AFTER*/ OFFSET 0) t
	    WHERE (SELECT sorted FROM way) /*ORDER*/ OFFSET 0) k
	CROSS JOIN LATERAL (SELECT t.id, s.perms FROM task t CROSS JOIN LATERAL
	    (SELECT @task_rel(t, p.up) AS perms
	    FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
	    WHERE t.id = k.id AND @task_wanted() OFFSET 0) t
	LIMIT $limit)) b
    CROSS JOIN LATERAL (SELECT t.*, @task_then(@task_json(t)) AS body
	FROM task t WHERE t.id = b.id OFFSET 0) t
    /*ORDER*/ LIMIT $limit) l ON true;

-- task_count(caller uuid, today date, as_of date, until timestamptz,
--     status text[], kind text[],
--     urgency text[], plan uuid, parent uuid, period text, lead_staff uuid,
--     due_from date, due_to date, historic bool, ids uuid[], mine text,
--     timeliness text[], signal text[], unit text, subtree bool, q text,
--     deleted text) : many slow
WITH @task_scope($mine, @now_only($unit),
    SELECT w.id FROM @units_below($today) w(id), @now_only($q), count(*) <= 2000),
-- most are read by right of their unit: these need not be looked at one by one
plain AS MATERIALIZED (SELECT $until IS NULL AND $mine IS NULL
    AND (units IS NOT NULL OR NOT near) AS so FROM scope),
readable AS MATERIALIZED (
	SELECT r.unit_id FROM reach r WHERE r.staff_id = $caller
	  AND r.from_on <= $today AND $today < r.until_on
	  AND r.perms & PERM_READ <> 0 AND @in_unit(r.unit_id)),
single AS (
	SELECT k.id FROM task k WHERE (SELECT NOT near FROM scope)
	  AND (SELECT NOT so FROM plain)
	UNION ALL
	SELECT k.id FROM task k WHERE (SELECT NOT near FROM scope)
	  AND (SELECT so FROM plain) AND k.status = 'draft'
	UNION ALL
	SELECT k.id FROM (SELECT z.id FROM unit z WHERE @in_unit(z.id)
	    EXCEPT SELECT unit_id FROM readable) z
	CROSS JOIN LATERAL (SELECT k.id FROM task k WHERE k.unit_id = z.id
	    AND k.status <> 'draft' OFFSET 0) k
	WHERE (SELECT NOT near FROM scope) AND (SELECT so FROM plain)
	UNION ALL
	SELECT DISTINCT its.id FROM @task_near($mine, @now_only($unit)) its
	WHERE (SELECT near FROM scope) AND @task_fits(its)
	  AND ((SELECT NOT so FROM plain) OR its.status = 'draft'
	    OR its.unit_id NOT IN (SELECT unit_id FROM readable)))
SELECT CASE WHEN grouping(x.status) = 0 THEN 'status'
	WHEN grouping(x.timeliness) = 0 THEN 'timeliness'
	WHEN grouping(x.signal) = 0 THEN 'signal' ELSE 'total' END,
    coalesce(x.status, x.timeliness, x.signal, ''),
    coalesce(sum(x.n), 0)::bigint
FROM (SELECT g.status, @timeliness(g) AS timeliness,
	@signal(g, @days_left_by(g, g.calendar_id)) AS signal, g.n
    FROM (SELECT z.calendar_id, t.kind, t.status, t.due_on,
	    CASE WHEN t.completed_on <= t.due_on THEN t.due_on
		WHEN t.completed_on > t.due_on THEN t.due_on + 1 END
		AS completed_on,
	    CASE WHEN t.due_on < t.count_from THEN t.due_on + 1 END
		AS count_from, count(*) AS n
	FROM readable r JOIN unit z ON z.id = r.unit_id
	JOIN task t ON t.unit_id = r.unit_id
	WHERE (SELECT so FROM plain) AND t.status <> 'draft' AND @task_filter()
	GROUP BY 1, 2, 3, 4, 5, 6) g
    UNION ALL
    SELECT l.* FROM single CROSS JOIN LATERAL (
	SELECT @task_stood(status), @task_then(@timeliness(t)),
	    @task_then(@signal(t, @days_left(t))), 1
	FROM task t CROSS JOIN LATERAL (SELECT @task_rel(t, p.up) AS perms
	    FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
	WHERE t.id = single.id AND @task_filter() AND @task_wanted()
	OFFSET 0) l) x
GROUP BY GROUPING SETS ((x.status), (x.timeliness), (x.signal), ());

-- The body as columns: references resolved, the lead's unit found, co-owners
-- in two arrays, the due day by its rule. @unit is where the work is so far.
-- @task_input(body, unit)
(SELECT d.b || CASE WHEN d.b -> 'due_rule' ? 'working_days'
	THEN jsonb_build_object('due_on', (SELECT workday_after(z.calendar_id,
	    (d.b #>> '{due_rule,from}')::date,
	    (d.b #>> '{due_rule,working_days}')::int) FROM unit z
	    WHERE z.id = coalesce((d.b ->> 'unit_id')::uuid, @unit)))
	WHEN d.b ? 'due_on' THEN '{"due_rule": null}'::jsonb ELSE '{}' END
    FROM (SELECT l.b || CASE WHEN l.b ->> 'lead_staff_id' IS NOT NULL
	    AND NOT l.b ? 'unit_id' THEN jsonb_build_object('unit_id',
		@home((l.b ->> 'lead_staff_id')::uuid)) ELSE '{}' END
	|| CASE WHEN l.b ? 'unit_id' AND NOT l.b ? 'lead_staff_id'
	    THEN '{"lead_staff_id": null}'::jsonb ELSE '{}' END
	|| CASE WHEN NOT l.b ? 'co_owners' THEN '{}' ELSE jsonb_build_object(
	    'co_unit_ids', (SELECT coalesce(jsonb_agg(o -> 'unit_id'), '[]')
		FROM jsonb_array_elements(nullif(l.b -> 'co_owners', 'null')) o
		WHERE o ? 'unit_id'),
	    'co_staff_ids', (SELECT coalesce(jsonb_agg(o -> 'staff_id'), '[]')
		FROM jsonb_array_elements(nullif(l.b -> 'co_owners', 'null')) o
		WHERE o ? 'staff_id')) END AS b
	FROM (SELECT r.b - 'lead' || CASE
		WHEN r.b -> 'lead' ? 'unit_id' THEN jsonb_build_object(
		    'unit_id', r.b #> '{lead,unit_id}')
		WHEN r.b -> 'lead' ? 'staff_id' THEN jsonb_build_object(
		    'lead_staff_id', r.b #> '{lead,staff_id}')
		ELSE '{}' END AS b
	    FROM (SELECT refs(@body, $caller, $today) AS b OFFSET 0) r
	    OFFSET 0) l OFFSET 0) d);

-- Who may lead is a unit that stands, in a plan one of its issuer's, and a
-- person who is at work there. Of an input that names one: is it none of these?
-- @misled(b, issuer)
(@b ? 'unit_id' AND (NOT @stands((@b ->> 'unit_id')::uuid)
    OR @issuer IS NOT NULL AND NOT EXISTS (SELECT FROM unit_cover k
	WHERE k.unit_id = (@b ->> 'unit_id')::uuid
	  AND k.anc_id IN (@issuer, unit_heir(@issuer, $today))
	  AND k.from_on <= $today AND $today < k.until_on)
    OR @b ->> 'lead_staff_id' IS NOT NULL AND NOT EXISTS (
	SELECT FROM staff f JOIN assignment a ON a.staff_id = f.id
	JOIN unit_cover k ON k.unit_id = a.unit_id
	    AND k.anc_id = (@b ->> 'unit_id')::uuid
	WHERE f.id = (@b ->> 'lead_staff_id')::uuid AND f.status = 'active'
	  AND a.from_on <= $today AND $today < a.until_on
	  AND k.from_on <= $today AND $today < k.until_on)));

-- @unruly(b)
(@b -> 'due_rule' ? 'working_days' AND @b ->> 'due_on' IS NULL);

-- Outside a plan whoever may assign in the unit makes a task; inside, the
-- author of the draft does. What is issued takes no new items but parts of
-- those it has; a part belongs to the plan of its whole.
-- task_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT @task_input($body, NULL::uuid) AS b),
cur AS (SELECT NULL::task AS r WHERE false),
part AS MATERIALIZED (
	SELECT i.b, w.id AS whole_id, w.plan_id AS whole_plan_id,
	    coalesce((i.b ->> 'plan_id')::uuid, w.plan_id) AS plan_id
	FROM inp i LEFT JOIN LATERAL (
	    SELECT t.id, t.plan_id FROM task t CROSS JOIN LATERAL
		(SELECT @task_rel(t, p.up) AS perms FROM
		    (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
	    WHERE t.id = (i.b ->> 'parent_id')::uuid
	      AND t.deleted_at IS NULL AND @task_seen(t, s.perms)) w ON true),
may AS MATERIALIZED (
	SELECT a.*, jsonb_populate_record(NULL::task, a.b) AS r,
	    @perms((a.b ->> 'unit_id')::uuid) AS up,
	    (SELECT z.office_id FROM unit z
		WHERE z.id = (a.b ->> 'unit_id')::uuid) AS office_id,
	    o.status AS plan_status, o.unit_id AS issuer_id, o.count_from,
	    o.author_id AS plan_author_id
	FROM part a LEFT JOIN LATERAL (
	    SELECT p.* FROM plan p CROSS JOIN LATERAL (SELECT
		@plan_rel(p, @perms(p.unit_id)) AS perms OFFSET 0) s
	    WHERE p.id = a.plan_id AND p.deleted_at IS NULL
	      AND @plan_seen(p, s.perms)) o ON true),
wrong AS MATERIALIZED (
	SELECT v.line FROM may m CROSS JOIN LATERAL (VALUES
	    (m.plan_id IS NOT NULL AND m.plan_status IS NULL,
		'/plan_id unknown_reference'),
	    (m.b ->> 'parent_id' IS NOT NULL AND m.whole_id IS NULL,
		'/parent_id unknown_reference'),
	    (m.whole_id IS NOT NULL
		AND m.whole_plan_id IS DISTINCT FROM m.plan_id,
		'/parent_id in_conflict'),
	    (@misled(m.b, m.issuer_id), '/lead not_a_lead'),
	    (@unruly(m.b), '/due_rule out_of_range')) v(so, line)
	WHERE v.so),
fate AS MATERIALIZED (
	SELECT CASE WHEN EXISTS (SELECT FROM wrong) THEN 422
	    WHEN m.plan_status = 'draft' THEN
		CASE WHEN m.plan_author_id = $caller THEN 201 ELSE 403 END
	    WHEN m.plan_status <> 'in_force' OR m.plan_status = 'in_force'
		AND m.whole_id IS NULL THEN 409
	    WHEN m.up & PERM_ASSIGN <> 0 THEN 201 ELSE 403 END AS outcome
	FROM may m),
upd AS (
	INSERT INTO task AS t (id, kind, status, plan_id, parent_id, code,
	    title, "text", cadence, audience, due_on, due_precision, due_rule,
	    unit_id, office_id, lead_staff_id, co_unit_ids, co_staff_ids,
	    expected_output, weight, urgency, quantity, unit_of_measure,
	    origin, source, count_from, author_id, created_at, updated_at)
	SELECT (m.r).id, coalesce((m.r).kind, 'one_off'), 'draft', m.plan_id,
	    (m.r).parent_id, (m.r).code, (m.r).title, (m.r)."text",
	    coalesce((m.r).cadence, '{}'), (m.r).audience, (m.r).due_on,
	    coalesce((m.r).due_precision,
		CASE WHEN (m.r).due_on IS NOT NULL THEN 'day' END),
	    (m.r).due_rule, (m.r).unit_id, m.office_id, (m.r).lead_staff_id,
	    coalesce((m.r).co_unit_ids, '{}'),
	    coalesce((m.r).co_staff_ids, '{}'), (m.r).expected_output,
	    (m.r).weight, coalesce((m.r).urgency, 'normal'), (m.r).quantity,
	    (m.r).unit_of_measure, (m.r).origin, (m.r).source, m.count_from,
	    $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201
	RETURNING t AS r),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status,
	    @task_rel(x, m.up) AS perms, @task_json(x) AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN may m
	UNION ALL
	SELECT f.outcome, 0, coalesce(m.plan_status, ''), 0,
	    (SELECT string_agg(w.line, E'\n') FROM wrong w)
	FROM fate f CROSS JOIN may m WHERE f.outcome <> 201),
@written('task', 'create', (SELECT i.b FROM inp i), unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- @task_cur(gone)
@locked(task, @gone),
cur AS MATERIALIZED (
	SELECT l.r, s.perms FROM locked l
	CROSS JOIN LATERAL (SELECT (l.r).*) t CROSS JOIN LATERAL
	    (SELECT @task_rel(t, p.up) AS perms
	    FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
	WHERE @task_seen(t, s.perms)),
@step();

-- The unit a caller gives work from: the highest above the work where he may
-- assign.
-- @gives_from(unit)
(SELECT k.anc_id FROM unit_cover k
    WHERE k.unit_id = @unit AND k.from_on <= $today AND $today < k.until_on
      AND @holds(k.anc_id, PERM_ASSIGN)
    ORDER BY (SELECT count(*) FROM unit_cover above
	WHERE above.unit_id = k.anc_id AND above.from_on <= $today
	  AND $today < above.until_on), k.anc_id LIMIT 1);

-- May the step be taken with this input? Work goes to another unit by who may
-- assign there, and to another day by who gave it; @moves says what comes of naming another lead at all.
-- @task_fate(moves)
inp AS MATERIALIZED (
	SELECT @task_input($body, (c.r).unit_id) AS b
	FROM step s CROSS JOIN cur c WHERE s.outcome = 200),
wrong AS MATERIALIZED (
	SELECT v.line FROM inp i CROSS JOIN cur c CROSS JOIN LATERAL (VALUES
	    (@misled(i.b, (SELECT o.unit_id FROM plan o
		WHERE o.id = (c.r).plan_id)), '/lead not_a_lead'),
	    (@unruly(i.b), '/due_rule out_of_range')) v(so, line)
	WHERE v.so),
fate AS MATERIALIZED (
	SELECT CASE WHEN s.outcome <> 200 THEN s.outcome
	    WHEN (i.b ->> 'due_on')::date <> (c.r).due_on
		AND (c.r).status <> 'draft' AND c.perms & PERM_IS_GIVER = 0
		THEN 403
	    WHEN (i.b ->> 'unit_id')::uuid <> (c.r).unit_id
		OR i.b ? 'lead_staff_id' AND (i.b ->> 'lead_staff_id')::uuid
		IS DISTINCT FROM (c.r).lead_staff_id THEN
		CASE WHEN @moves <> 200 THEN @moves
		    WHEN EXISTS (SELECT FROM wrong) THEN 422
		    WHEN (i.b ->> 'unit_id')::uuid <> (c.r).unit_id
			AND c.perms & PERM_IS_PLANNED = 0
			AND @perms((i.b ->> 'unit_id')::uuid) & PERM_ASSIGN = 0
			THEN 403
		    ELSE 200 END
	    WHEN EXISTS (SELECT FROM wrong) THEN 422
	    ELSE 200 END AS outcome
	FROM step s CROSS JOIN cur c LEFT JOIN inp i ON true);

-- @task_turned(verb, patch, json)
out AS MATERIALIZED (
	SELECT f.outcome, x.version, x.status, p.perms, CASE f.outcome
	    WHEN 200 THEN @json WHEN 412 THEN @json
	    WHEN 422 THEN (SELECT string_agg(w.line, E'\n') FROM wrong w) END
	    AS body
	FROM fate f CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x
	CROSS JOIN LATERAL (SELECT @task_rel(x, v.up) AS perms
	    FROM (SELECT @perms(x.unit_id) AS up OFFSET 0) v OFFSET 0) p),
@marked(),
@written('task', @verb, @patch, unit_id);

-- task_patch(caller uuid, today date, now timestamptz, id uuid, version int,
--     body jsonb, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @task_cur(NULL),
@task_fate((SELECT CASE (cur.r).status WHEN 'draft' THEN 200 ELSE 409 END
    FROM cur)),
upd AS (
	UPDATE task t SET (code, title, "text", cadence, audience, due_on,
	    due_precision, due_rule, co_unit_ids, co_staff_ids,
	    expected_output, weight, urgency, quantity, unit_of_measure,
	    origin, unit_id, office_id, lead_staff_id, version, updated_at) =
	(SELECT p.code, p.title, p."text", coalesce(p.cadence, '{}'),
	    p.audience, p.due_on, p.due_precision, p.due_rule,
	    coalesce(p.co_unit_ids, '{}'), coalesce(p.co_staff_ids, '{}'),
	    p.expected_output, p.weight, coalesce(p.urgency, 'normal'),
	    p.quantity, p.unit_of_measure,
	    CASE WHEN $body ? 'origin' THEN nullif(json_merge((c.r).origin::jsonb,
		$body -> 'origin'), 'null')::json ELSE t.origin END,
	    p.unit_id, (SELECT z.office_id FROM unit z WHERE z.id = p.unit_id),
	    p.lead_staff_id, t.version + 1, $now
	    FROM inp i CROSS JOIN LATERAL jsonb_populate_record(c.r, i.b) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@task_turned('update', (SELECT i.b FROM inp i), @task_json(x))
SELECT outcome, version, status, perms, body FROM out;

-- What is said of how far it is.
-- @said(b)
coalesce(@b ->> 'progress', @b ->> 'note');

-- What a step of a task is for what hangs on it and nobody has told of yet. The
-- parts it was cascaded to, and theirs, end, rest or go on with it, and so do the
-- periods that are still to fall due of what recurs or never ends; another lead is
-- asked anew. Progress of continuous work, in words, meets one period of who does
-- it: what falls due next, else what is overdue. Expects upd and inp.
-- @periods()
owed AS MATERIALIZED (
	SELECT o AS r, v.goes_to, v.told FROM upd u CROSS JOIN inp i
	JOIN (VALUES ('progress', 'done', 'complete', false),
	    ('recall', 'recalled', 'recall', true),
	    ('assign', 'recalled', 'recall', false),
	    ('decline', 'recalled', 'recall', false),
	    ('cancel', 'cancelled', 'cancel', true),
	    ('pause', 'paused', 'pause', true),
	    ('resume', 'in_progress', 'resume', true))
	    v(verb, goes_to, told, whole) ON v.verb = $verb
	CROSS JOIN LATERAL (
	    WITH RECURSIVE below AS (
		SELECT k.id FROM task k WHERE k.parent_id = (u.r).id
		UNION ALL
		SELECT k.id FROM below b JOIN task k ON k.parent_id = b.id
		WHERE v.whole)
	    SELECT id FROM below) b
	JOIN task o ON o.id = b.id AND (v.whole OR o.kind = 'occurrence')
	    AND o.deleted_at IS NULL AND CASE
		WHEN $verb = 'resume' THEN o.status = 'paused'
		ELSE o.status IN ('assigned', 'received', 'in_progress')
		    OR o.kind <> 'occurrence' AND ($verb IN ('recall', 'cancel')
			AND o.status = 'declined'
			OR $verb = 'cancel' AND o.status = 'paused') END
	CROSS JOIN LATERAL (SELECT o.unit_id = (u.r).unit_id AND o.lead_staff_id
		IS NOT DISTINCT FROM (u.r).lead_staff_id AS leads) w
	WHERE CASE WHEN $verb = 'resume' OR o.kind <> 'occurrence' THEN true
	    ELSE CASE $verb
	    WHEN 'progress' THEN w.leads AND (u.r).kind = 'continuous'
		AND @said(i.b) <> ''
	    WHEN 'assign' THEN NOT w.leads AND (u.r).audience IS NULL
		AND o.due_on >= $today
	    WHEN 'decline' THEN w.leads AND o.due_on >= $today
	    ELSE o.due_on >= $today END END
	ORDER BY o.due_on < $today, o.due_on, o.period
	LIMIT CASE $verb WHEN 'progress' THEN 1 END
	FOR NO KEY UPDATE OF o),
turned AS (
	UPDATE task o SET status = k.goes_to, version = o.version + 1,
	    updated_at = $now, result = CASE k.goes_to WHEN 'done'
		THEN @said(i.b) ELSE o.result END,
	    return_reason = CASE WHEN k.goes_to <> 'done'
		THEN o.return_reason END,
	    quantity_done = coalesce(CASE k.goes_to WHEN 'done'
		THEN (i.b ->> 'quantity_done')::numeric END, o.quantity_done),
	    completed_on = CASE k.goes_to WHEN 'done' THEN $today END,
	    recorded_at = CASE k.goes_to WHEN 'done' THEN $now END,
	    reported_by = CASE k.goes_to WHEN 'done' THEN $caller END
	FROM owed k CROSS JOIN inp i WHERE o.id = (k.r).id RETURNING o.*);

-- Parts that this statement makes or turns, and how they were, have an event,
-- letters and figures of their own; piece is all the parts as it leaves them.
-- Expects cur.
-- @parts_told(parts, verb, was)
pev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before, patch)
	SELECT $now, 'task', g.id, g.unit_id, g.version, @verb, $caller,
	    $request, $trace, (SELECT @kept_of(b.r, g, '{}'::jsonb)
		FROM @was b WHERE (b.r).id = g.id),
	    CASE g.status WHEN 'done' THEN jsonb_build_object('result',
		g.result, 'completed_on', g.completed_on) END
	FROM @parts g RETURNING seq),
pjb AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'notice', pev.seq::text, $trace FROM pev),
pmk AS (
	INSERT INTO mark (unit_id, day) SELECT DISTINCT g.unit_id, g.due_on
	FROM @parts g
	WHERE g.due_on IS NOT NULL AND g.kind IN ('one_off', 'occurrence')
	RETURNING unit_id),
prj AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'rollup', min(pmk.unit_id::text), $trace FROM pmk
	HAVING count(*) > 0),
piece AS (
	SELECT g.* FROM @parts g
	UNION ALL
	SELECT t.* FROM cur c JOIN task t ON t.parent_id = (c.r).id
	WHERE NOT EXISTS (SELECT FROM @parts g WHERE g.id = t.id));

-- Is the result of a task for whoever gave it out from above, as its unit has
-- settled?
-- @is_for_giver(r)
(coalesce((@r).given_from <> (@r).unit_id, false) AND EXISTS (
    SELECT FROM setting_of((@r).unit_id) w
    WHERE w.name = 'result_accepted_by' AND w.value = '"giver"'));

-- One statement for every verb. Giving out starts the item anew; completion
-- keeps the day it was done beside the instant it was recorded; a return
-- counts a rework.
-- task_verb(caller uuid, today date, now timestamptz, id uuid, version int,
--     verb text, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @task_cur(NULL),
@task_fate(200),
upd AS (
	UPDATE task t SET status = s.goes_to, version = t.version + 1,
	    updated_at = $now,
	    unit_id = coalesce(p.unit_id, t.unit_id),
	    office_id = CASE WHEN p.unit_id IS NOT NULL
		THEN (SELECT z.office_id FROM unit z WHERE z.id = p.unit_id)
		ELSE t.office_id END,
	    lead_staff_id = CASE WHEN i.b ? 'lead_staff_id'
		THEN p.lead_staff_id ELSE t.lead_staff_id END,
	    co_unit_ids = CASE WHEN i.b ? 'co_unit_ids'
		THEN p.co_unit_ids ELSE t.co_unit_ids END,
	    co_staff_ids = CASE WHEN i.b ? 'co_staff_ids'
		THEN p.co_staff_ids ELSE t.co_staff_ids END,
	    due_on = coalesce(p.due_on, t.due_on),
	    due_rule = CASE WHEN p.due_on IS NULL THEN t.due_rule END,
	    given_by = CASE WHEN g.gives THEN $caller ELSE t.given_by END,
	    given_from = CASE WHEN g.gives
		THEN @gives_from(coalesce(p.unit_id, t.unit_id))
		ELSE t.given_from END,
	    accepted_above = CASE $verb WHEN 'complete' THEN g.above
		ELSE t.accepted_above END,
	    assigned_by = CASE WHEN $verb = 'assign' THEN $caller
		WHEN g.above THEN t.given_by ELSE t.assigned_by END,
	    assigned_on = CASE $verb WHEN 'assign' THEN $today
		ELSE t.assigned_on END,
	    received_on = CASE $verb WHEN 'receive' THEN $today
		WHEN 'assign' THEN NULL ELSE t.received_on END,
	    progress = coalesce(CASE $verb WHEN 'progress' THEN @said(i.b) END,
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
	    reported_by = CASE WHEN $verb = 'complete' THEN $caller
		WHEN $verb IN ('return', 'withdraw', 'assign') THEN NULL
		ELSE t.reported_by END,
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
	FROM cur c JOIN fate f ON f.outcome = 200 CROSS JOIN step s
	CROSS JOIN inp i
	CROSS JOIN LATERAL jsonb_populate_record(NULL::task, i.b) p
	CROSS JOIN LATERAL (SELECT $verb = 'assign' AND ((c.r).status = 'draft'
	    OR c.perms & PERM_IS_GIVER <> 0) AS gives,
	    $verb = 'complete' AND @is_for_giver(c.r) AS above) g
	WHERE t.id = (c.r).id RETURNING t AS r),
@handed(),
@reworked(),
@periods(),
@parts_told(turned, (SELECT min(k.told) FROM owed k), owed),
@task_turned($verb, (SELECT i.b FROM inp i), @task_told(x, piece))
SELECT outcome, version, status, perms, body FROM out;

-- Which units a part names: one, or those of a group of the task's office that
-- have no open part yet.
-- @cascaded(o, x)
(SELECT (@o ->> 'unit_id')::uuid AS unit_id WHERE @o ? 'unit_id'
    UNION ALL
    SELECT m.unit_id FROM group_members(group_of(@o ->> 'group',
	coalesce(@x.office_id, @x.unit_id)), coalesce(@x.office_id,
	@x.unit_id), $today) m
    WHERE m.staff_id IS NULL AND NOT EXISTS (SELECT FROM task part
	WHERE part.parent_id = @x.id AND part.unit_id = m.unit_id
	  AND part.deleted_at IS NULL
	  AND part.status NOT IN ('recalled', 'cancelled')));

-- A part of the task for each unit of the audience, given out at once; whoever
-- cascades may assign there. A unit has one open part of a task; of what never
-- ends or recurs, one that does so, too.
-- task_cascade(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @task_cur(NULL),
inp AS MATERIALIZED (
	SELECT refs($body, $caller, $today) AS b
	FROM step s WHERE s.outcome = 200),
part AS MATERIALIZED (
	SELECT a.n - 1 AS n, y.unit_id,
	    coalesce((i.b ->> 'due_on')::date, (c.r).due_on) AS due_on
	FROM inp i CROSS JOIN cur c CROSS JOIN LATERAL (SELECT (c.r).*) t
	CROSS JOIN jsonb_array_elements(i.b -> 'audience')
	    WITH ORDINALITY a(o, n)
	CROSS JOIN LATERAL @cascaded(a.o, t) y),
wrong AS MATERIALIZED (
	SELECT 422 AS outcome, format('/audience/%s/group unknown_reference',
	    a.n - 1) AS line
	FROM inp i CROSS JOIN cur c CROSS JOIN
	    jsonb_array_elements(i.b -> 'audience') WITH ORDINALITY a(o, n)
	WHERE a.o ? 'group' AND NOT EXISTS (SELECT FROM member_group g
	    WHERE g.id = group_of(a.o ->> 'group', coalesce((c.r).office_id,
		(c.r).unit_id)) AND g.rule ->> 'of' = 'unit')
	UNION ALL
	SELECT 422, '/audience required' FROM inp
	WHERE NOT EXISTS (SELECT FROM part)
	UNION ALL
	SELECT DISTINCT v.outcome, v.line FROM cur c CROSS JOIN part p
	CROSS JOIN LATERAL (VALUES
	    (@perms(p.unit_id) & PERM_ASSIGN = 0, 403, ''),
	    (NOT @stands(p.unit_id), 422,
		format('/audience/%s not_a_lead', p.n)),
	    (EXISTS (SELECT FROM part o WHERE o.n < p.n
		    AND o.unit_id = p.unit_id)
		OR EXISTS (SELECT FROM task o WHERE o.parent_id = (c.r).id
		    AND o.unit_id = p.unit_id AND o.deleted_at IS NULL
		    AND o.status NOT IN ('recalled', 'cancelled')), 422,
		format('/audience/%s twice', p.n)),
	    (p.due_on < $today OR (c.r).due_on >= $today
		AND p.due_on > (c.r).due_on, 422, '/due_on out_of_range'))
	    v(so, outcome, line)
	WHERE v.so),
@fate(),
upd AS (
	UPDATE task t SET version = t.version + 1, updated_at = $now
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
child AS (
	INSERT INTO task (id, kind, status, plan_id, parent_id, code, title,
	    "text", cadence, due_on, due_precision, due_rule, unit_id,
	    office_id, expected_output, urgency, unit_of_measure, origin,
	    count_from, given_by, given_from, assigned_by, assigned_on,
	    author_id, created_at, updated_at)
	SELECT uuid_v7(), CASE WHEN w.goes_on THEN (u.r).kind
		ELSE 'one_off' END, 'assigned', (u.r).plan_id, (u.r).id,
	    (u.r).code, (u.r).title, (u.r)."text",
	    CASE WHEN w.goes_on THEN (u.r).cadence ELSE '{}' END, p.due_on,
	    CASE WHEN p.due_on = (u.r).due_on THEN (u.r).due_precision
		WHEN p.due_on IS NOT NULL THEN 'day' END,
	    CASE WHEN w.goes_on THEN (u.r).due_rule END,
	    p.unit_id, z.office_id, (u.r).expected_output, (u.r).urgency,
	    (u.r).unit_of_measure, (u.r).origin, (u.r).count_from, $caller,
	    @gives_from(p.unit_id), $caller, $today, $caller, $now, $now
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).kind IN ('continuous',
	    'recurring') AS goes_on) w
	CROSS JOIN part p JOIN unit z ON z.id = p.unit_id
	RETURNING *),
@parts_told(child, 'assign', cur),
@task_turned($verb, (SELECT i.b FROM inp i), @task_told(x, piece))
SELECT outcome, version, status, perms, body FROM out;

-- task_remove(caller uuid, today date, now timestamptz, id uuid, version int,
--     from text[], to text[], need bigint[], also bigint[], never bigint[],
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH @task_cur(NULL),
upd AS (
	UPDATE task t SET deleted_at = $now, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN 204 ELSE s.outcome END AS outcome,
	    x.version, x.status, c.perms,
	    CASE WHEN s.outcome = 412 THEN @task_json(x) END AS body
	FROM step s CROSS JOIN cur c CROSS JOIN LATERAL (SELECT (c.r).*) x),
@marked(),
@written('task', 'delete', NULL::jsonb, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- Comes back alone only where its plan has not been removed with it.
-- task_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @task_cur(NOT NULL),
wrong AS (SELECT NULL::text AS line WHERE false),
fate AS MATERIALIZED (
	SELECT CASE WHEN s.outcome = 200 AND EXISTS (SELECT FROM plan o
		WHERE o.id = (c.r).plan_id AND o.deleted_at IS NOT NULL)
	    THEN 409 ELSE s.outcome END AS outcome
	FROM step s CROSS JOIN cur c),
upd AS (
	UPDATE task t SET deleted_at = NULL, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@task_turned('restore', NULL::jsonb, @task_json(x))
SELECT outcome, version, status, perms, body FROM out;
