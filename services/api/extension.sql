-- Extensions: the doer asks for another due day, who gave the task out or may
-- assign where it is decided grants or refuses it. Seen by who sees the task.

-- @extension_rel(x)
(SELECT (own.up & ~PERM_ASSIGN)
    | (@perms(@x.asks_unit_id) & PERM_ASSIGN)
    | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR ELSE 0 END
    | CASE WHEN host.given_by = $caller THEN PERM_IS_ASSIGNER ELSE 0 END
    | (@task_rel(host, own.up) & (PERM_IS_DOER | PERM_IS_NAMED
	| PERM_IS_CO_OWNER))
    FROM task host CROSS JOIN LATERAL
	(SELECT @perms(host.unit_id) AS up OFFSET 0) own
    WHERE host.id = @x.task_id);

-- @extension_seen(perms)
(@perms & (PERM_READ | PERM_ASSIGN | PERM_IS_AUTHOR | PERM_IS_DOER
    | PERM_IS_ASSIGNER | PERM_IS_CO_OWNER) <> 0);

-- A task as what hangs on it names it.
-- @task_ref(task)
(SELECT json_build_object('id', host.id, 'code', host.code, 'name', host.title)
    FROM task host WHERE host.id = @task);

-- @extension_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @task_ref(@x.task_id) AS task, @unit_ref(@x.unit_id) AS unit,
    @x.proposed_on, @x.reason, @x.due_before, @x.due_on, @x.refuse_reason,
    @staff_ref(@x.author_id) AS asked_by,
    @staff_ref(@x.decided_by) AS decided_by, @x.decided_on,
    @external_refs('extension', @x.id) AS external_refs, @x.created_at,
    @x.updated_at) j);

-- extension_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(extension, @extension_json(t), @extension_rel(t),
    @extension_seen(perms));

-- @extension_filter()
@record_filter() AND ($task IS NULL OR t.task_id = $task)
AND ($staff IS NULL OR t.author_id = $staff)
AND @extension_seen(perms);

-- extension_list(caller uuid, today date, as_of date, until timestamptz,
--     status text[], task uuid,
--     staff uuid, ids uuid[], unit text, subtree bool, deleted text,
--     after text[], after_id uuid, limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@extension_json(t)) AS body
    FROM extension t CROSS JOIN LATERAL
	(SELECT @extension_rel(t) AS perms OFFSET 0) s
    WHERE @extension_filter() AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- extension_count(caller uuid, today date, as_of date,
--     until timestamptz,
--     status text[], task uuid,
--     staff uuid, ids uuid[], unit text, subtree bool, deleted text)
--     : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status' ELSE 'total' END,
    coalesce(d.status, ''), count(*)
FROM extension t CROSS JOIN LATERAL
    (SELECT @extension_rel(t) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status) d
WHERE @extension_filter()
GROUP BY GROUPING SETS ((d.status), ());

-- The task that something is asked for, as the caller stands to it.
-- @task_asked()
host AS MATERIALIZED (
	SELECT t.*, z.office_id AS office, s.perms
	FROM task t JOIN unit z ON z.id = t.unit_id
	CROSS JOIN LATERAL (SELECT @task_rel(t, p.up) AS perms
	    FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
	WHERE t.id = ($body ->> 'task_id')::uuid AND t.deleted_at IS NULL
	  AND @task_seen(t, s.perms));

-- By whoever must do the task, while it is open and has a due day.
-- extension_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH @task_asked(),
cur AS (SELECT NULL::extension AS r WHERE false),
wrong AS MATERIALIZED (
	SELECT v.outcome, v.line FROM host h CROSS JOIN LATERAL (VALUES
	    (h.status NOT IN ('assigned', 'received', 'in_progress')
		OR h.due_on IS NULL, 409, ''),
	    (($body ->> 'proposed_on')::date <= h.due_on, 422,
		'/proposed_on out_of_range')) v(so, outcome, line)
	WHERE v.so),
fate AS MATERIALIZED (
	SELECT CASE WHEN h.perms & PERM_IS_DOER = 0 THEN 403 ELSE
	    coalesce((SELECT min(w.outcome) FROM wrong w), 201) END AS outcome
	FROM host h
	UNION ALL SELECT 404 WHERE NOT EXISTS (SELECT FROM host)),
upd AS (
	INSERT INTO extension AS t (id, task_id, unit_id, asks_unit_id,
	    proposed_on, reason, due_before, author_id, created_at, updated_at)
	SELECT p.id, p.task_id, h.unit_id,
	    CASE WHEN h.given_from <> h.unit_id THEN h.given_from
		WHEN h.perms & PERM_IS_LEADER <> 0
		THEN coalesce(h.office, h.unit_id) ELSE h.unit_id END,
	    p.proposed_on, p.reason, h.due_on, $caller, $now, $now
	FROM host h JOIN fate f ON f.outcome = 201
	CROSS JOIN LATERAL jsonb_populate_record(NULL::extension, $body) p
	RETURNING t AS r),
@record_made('extension', $body, @extension_json(x), @extension_rel(x));

-- Granting moves the due day of the task, and the figures with it; the day
-- before is kept.
-- extension_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @record_cur(extension, NULL, @extension_rel(t), @extension_seen(perms)),
host AS MATERIALIZED (
	SELECT k AS r, coalesce(($body ->> 'due_on')::date,
	    (c.r).proposed_on) AS day
	FROM task k JOIN cur c ON (c.r).task_id = k.id
	CROSS JOIN step s WHERE s.outcome = 200 AND $verb = 'grant'
	FOR NO KEY UPDATE OF k),
wrong AS MATERIALIZED (
	SELECT v.outcome, v.line FROM host h CROSS JOIN LATERAL (VALUES
	    ((h.r).status NOT IN ('assigned', 'received', 'in_progress')
		OR (h.r).due_on IS NULL, 409, ''),
	    (h.day <= (h.r).due_on, 422, '/due_on out_of_range'))
	    v(so, outcome, line)
	WHERE v.so),
@fate(),
upd AS (
	UPDATE extension t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now, due_on = h.day,
	    due_before = coalesce((h.r).due_on, t.due_before),
	    refuse_reason = CASE $verb WHEN 'refuse' THEN $body ->> 'reason'
		END,
	    decided_by = $caller, decided_on = $today
	FROM cur c JOIN fate f ON f.outcome = 200 LEFT JOIN host h ON true
	WHERE t.id = (c.r).id RETURNING t AS r),
moved AS (
	UPDATE task k SET due_on = (u.r).due_on, due_rule = NULL,
	    version = k.version + 1, updated_at = $now
	FROM upd u WHERE k.id = (u.r).task_id AND (u.r).status = 'granted'
	RETURNING k.id, k.unit_id, k.version, k.due_on, k.kind, k AS r),
mev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before, patch)
	SELECT $now, 'task', m.id, m.unit_id, m.version, 'update', $caller,
	    $request, $trace, @kept_of(h.r, m.r, '{}'::jsonb),
	    jsonb_build_object('due_on', m.due_on)
	FROM moved m CROSS JOIN host h),
mmk AS (
	INSERT INTO mark (unit_id, day) SELECT m.unit_id, v.day
	FROM moved m CROSS JOIN host h
	CROSS JOIN LATERAL (VALUES ((h.r).due_on), (m.due_on)) v(day)
	WHERE m.kind IN ('one_off', 'occurrence') RETURNING unit_id),
mjb AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'rollup', min(mmk.unit_id::text), $trace FROM mmk
	HAVING count(*) > 0),
@record_turned('extension', $verb, $body, @extension_json(x),
    @extension_rel(x));

-- extension_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('extension', extension, @extension_json(t), @extension_rel(t),
    @extension_seen(perms));

-- extension_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('extension', extension, @extension_json(t), @extension_rel(t),
    @extension_seen(perms));
