-- What befell a task: delays and rework, recorded by who does it or oversees
-- it, and never taken back. That a cause was objective is said by an authority,
-- never by who did the task or asks for it. Seen by who sees the task.

-- Who may confirm is settled by the unit: whoever may accept its results, or
-- only who decides there.
-- @confirmers(unit)
(SELECT CASE s.value #>> '{}' WHEN 'decide' THEN PERM_DECIDE
	ELSE PERM_ACCEPT END
    FROM setting_of(@unit) s WHERE s.name = 'objective_cause_by');

-- @task_event_rel(x)
(SELECT (own.up & ~(PERM_ACCEPT | PERM_DECIDE))
    | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR ELSE 0 END
    | CASE WHEN @x.lead_staff_id = $caller OR @x.lead_staff_id IS NULL
	    AND own.up & PERM_IS_LEADER <> 0 OR @x.asked_by = $caller
	THEN PERM_IS_DOER ELSE 0 END
    | CASE WHEN @x.authority_id = $caller THEN PERM_IS_NAMED
	| (@perms(@x.asks_unit_id) & @confirmers(@x.unit_id)) ELSE 0 END
    | (@task_rel(host, own.up) & (PERM_IS_ASSIGNER | PERM_IS_CO_OWNER))
    FROM task host CROSS JOIN LATERAL
	(SELECT @perms(@x.unit_id) AS up OFFSET 0) own
    WHERE host.id = @x.task_id);

-- @task_event_seen(perms)
(@perms & (PERM_READ | PERM_INSPECT | PERM_OVERSEE | PERM_IS_AUTHOR
    | PERM_IS_DOER | PERM_IS_NAMED | PERM_IS_ASSIGNER | PERM_IS_CO_OWNER)
    <> 0);

-- @task_event_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @task_ref(@x.task_id) AS task, @x.kind, @unit_ref(@x.unit_id) AS unit,
    @staff_ref(@x.lead_staff_id) AS subject, @x.occurred_on, @x.cause,
    @x.evidence, @x.status = 'confirmed' AS exempt,
    @staff_ref(@x.authority_id) AS authority,
    @staff_ref(@x.asked_by) AS asked_by, @x.refuse_reason,
    @staff_ref(@x.decided_by) AS decided_by, @x.decided_on,
    @staff_ref(@x.author_id) AS author,
    @external_refs('task_event', @x.id) AS external_refs, @x.created_at,
    @x.updated_at) j);

-- task_event_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(task_event, @task_event_json(t), @task_event_rel(t),
    @task_event_seen(perms));

-- @task_event_filter()
@record_filter() AND ($task IS NULL OR t.task_id = $task)
AND ($kind IS NULL OR t.kind = ANY ($kind))
AND ($subject IS NULL OR t.lead_staff_id = $subject)
AND @task_event_seen(perms);

-- task_event_list(caller uuid, today date, as_of date, until timestamptz,
--     status text[], kind text[],
--     task uuid, subject uuid, ids uuid[], unit text, subtree bool,
--     deleted text, after text[], after_id uuid, limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@task_event_json(t)) AS body
    FROM task_event t CROSS JOIN LATERAL
	(SELECT @task_event_rel(t) AS perms OFFSET 0) s
    WHERE @task_event_filter() AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- task_event_count(caller uuid, today date, as_of date,
--     until timestamptz,
--     status text[], kind text[],
--     task uuid, subject uuid, ids uuid[], unit text, subtree bool,
--     deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status'
	WHEN grouping(t.kind) = 0 THEN 'kind' ELSE 'total' END,
    coalesce(d.status, t.kind, ''), count(*)
FROM task_event t CROSS JOIN LATERAL
    (SELECT @task_event_rel(t) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status) d
WHERE @task_event_filter()
GROUP BY GROUPING SETS ((d.status), (t.kind), ());

-- Is this person one who may confirm there, and not who asks?
-- @authority(who, place, unit)
(@who <> $caller AND coalesce((SELECT reached.perms FROM reach reached
    WHERE reached.staff_id = @who AND reached.unit_id = @place
      AND reached.from_on <= $today AND $today < reached.until_on), 0)
    & @confirmers(@unit) <> 0);

-- @unentitled()
CASE WHEN $body ? 'authority_staff_code' THEN '/authority_staff_code'
    ELSE '/authority_staff_id' END || ' not_entitled';

-- A delay of a task that was given out and not taken back: by who does it or
-- oversees it. Only who does it says that it was not his fault.
-- task_event_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH @task_asked(),
cur AS (SELECT NULL::task_event AS r WHERE false),
inp AS MATERIALIZED (
	SELECT @resolved($body) AS b FROM host),
claim AS MATERIALIZED (
	SELECT (i.b ->> 'authority_staff_id')::uuid AS who,
	    CASE WHEN h.lead_staff_id IS NULL
		THEN coalesce(h.office, h.unit_id) ELSE h.unit_id END AS place
	FROM inp i CROSS JOIN host h),
wrong AS MATERIALIZED (
	SELECT v.outcome, v.line FROM host h CROSS JOIN claim a
	CROSS JOIN LATERAL (VALUES
	    (h.status IN ('draft', 'recalled', 'cancelled'), 409, ''),
	    (a.who IS NOT NULL
		AND NOT @authority(a.who, a.place, h.unit_id), 422,
		@unentitled())) v(so, outcome, line)
	WHERE v.so),
fate AS MATERIALIZED (
	SELECT CASE WHEN h.perms & PERM_IS_DOER = 0 AND (a.who IS NOT NULL
		OR h.perms & (PERM_OVERSEE | PERM_ACCEPT | PERM_INSPECT
		    | PERM_IS_ASSIGNER) = 0) THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome
	FROM host h CROSS JOIN claim a
	UNION ALL SELECT 404 WHERE NOT EXISTS (SELECT FROM host)),
upd AS (
	INSERT INTO task_event AS t (id, status, task_id, kind, unit_id,
	    lead_staff_id, occurred_on, cause, evidence, asks_unit_id,
	    authority_id, asked_by, author_id, created_at, updated_at)
	SELECT p.id, CASE WHEN a.who IS NULL THEN 'recorded' ELSE 'asked' END,
	    p.task_id, 'delay', h.unit_id, h.lead_staff_id,
	    coalesce(p.occurred_on, $today), p.cause, p.evidence,
	    CASE WHEN a.who IS NOT NULL THEN a.place END, a.who,
	    CASE WHEN a.who IS NOT NULL THEN $caller END, $caller, $now, $now
	FROM host h CROSS JOIN claim a JOIN fate f ON f.outcome = 201
	CROSS JOIN LATERAL jsonb_populate_record(NULL::task_event, $body) p
	RETURNING t AS r),
@record_made('task_event', $body, @task_event_json(x), @task_event_rel(x));

-- A returned report is a rework of its task. Expects cur, upd and inp.
-- @reworked()
rw AS (
	INSERT INTO task_event (id, task_id, kind, unit_id, lead_staff_id,
	    occurred_on, cause, author_id, created_at, updated_at)
	SELECT uuid_v7(), (u.r).id, 'rework', (u.r).unit_id,
	    (u.r).lead_staff_id, $today, i.b ->> 'reason', $caller, $now, $now
	FROM upd u CROSS JOIN inp i WHERE $verb = 'return'
	RETURNING id, unit_id, version),
rwe AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace)
	SELECT $now, 'task_event', rw.id, rw.unit_id, rw.version, 'create',
	    $caller, $request, $trace FROM rw);

-- An authority that cannot answer may be asked elsewhere.
-- task_event_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @record_cur(task_event, NULL, @task_event_rel(t),
    @task_event_seen(perms)),
inp AS MATERIALIZED (
	SELECT @resolved($body) AS b FROM step s WHERE s.outcome = 200),
claim AS MATERIALIZED (
	SELECT (i.b ->> 'authority_staff_id')::uuid AS who,
	    CASE WHEN (c.r).lead_staff_id IS NULL THEN coalesce((
		    SELECT z.office_id FROM unit z WHERE z.id = (c.r).unit_id),
		(c.r).unit_id) ELSE (c.r).unit_id END AS place
	FROM inp i CROSS JOIN cur c WHERE $verb = 'ask'),
wrong AS MATERIALIZED (
	SELECT 422 AS outcome, @unentitled() AS line
	FROM claim a CROSS JOIN cur c
	WHERE NOT @authority(a.who, a.place, (c.r).unit_id)),
@fate(),
upd AS (
	UPDATE task_event t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now,
	    cause = coalesce($body ->> 'cause', t.cause),
	    evidence = coalesce($body ->> 'evidence', t.evidence),
	    asks_unit_id = coalesce(a.place, t.asks_unit_id),
	    authority_id = coalesce(a.who, t.authority_id),
	    asked_by = CASE $verb WHEN 'ask' THEN $caller ELSE t.asked_by END,
	    refuse_reason = CASE $verb WHEN 'refuse' THEN $body ->> 'reason'
		END,
	    decided_by = CASE WHEN $verb <> 'ask' THEN $caller END,
	    decided_on = CASE WHEN $verb <> 'ask' THEN $today END
	FROM cur c JOIN fate f ON f.outcome = 200 LEFT JOIN claim a ON true
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('task_event', $verb, $body, @task_event_json(x),
    @task_event_rel(x));
