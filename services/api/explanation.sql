-- Explanations: asked by who oversees the task, answered by who had to do it.
-- Seen by both and by who reads the unit's records. What the unit itself was
-- asked is not for its own people to judge.

-- @judged(lead, unit, up)
(CASE WHEN @lead IS NULL THEN (@up & ~PERM_ACCEPT) | ((SELECT
	@perms(judge.office_id) FROM unit judge WHERE judge.id = @unit)
	& PERM_ACCEPT) ELSE @up END);

-- @explanation_rel(x)
(SELECT @judged(@x.lead_staff_id, @x.unit_id, own.up)
    | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR ELSE 0 END
    | CASE WHEN @x.lead_staff_id = $caller THEN (PERM_IS_DOER | PERM_IS_NAMED)
	WHEN @x.lead_staff_id IS NULL AND own.up & PERM_IS_LEADER <> 0
	THEN PERM_IS_DOER ELSE 0 END
    FROM (SELECT @perms(@x.unit_id) AS up OFFSET 0) own);

-- @explanation_seen(perms)
(@perms & (PERM_READ | PERM_INSPECT | PERM_OVERSEE | PERM_IS_AUTHOR
    | PERM_IS_DOER) <> 0);

-- @explanation_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @task_ref(@x.task_id) AS task, @unit_ref(@x.unit_id) AS unit,
    @staff_ref(@x.lead_staff_id) AS subject, @x.question, @x.due_on,
    e.days AS days_left,
    @due_signal(@x.due_on, @x.status = 'asked', e.days) AS signal,
    @staff_ref(@x.author_id) AS asked_by, @x.answer,
    @staff_ref(@x.answered_by) AS answered_by, @x.answered_on,
    @x.return_reason, @x.returns,
    @staff_ref(@x.accepted_by) AS accepted_by, @x.accepted_on,
    @external_refs('explanation', @x.id) AS external_refs, @x.created_at,
    @x.updated_at
    FROM (SELECT @days_until(@x.unit_id, @x.due_on) AS days OFFSET 0) e) j);

-- explanation_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(explanation, @explanation_json(t), @explanation_rel(t),
    @explanation_seen(perms));

-- @explanation_signal(x)
(@due_signal(@x.due_on, @x.status = 'asked',
    @days_until(@x.unit_id, @x.due_on)));

-- @explanation_filter()
@record_filter() AND ($task IS NULL OR t.task_id = $task)
AND ($subject IS NULL OR @stood(lead_staff_id) = $subject)
AND ($due_from IS NULL OR @stood(due_on) >= $due_from)
AND ($due_to IS NULL OR @stood(due_on) <= $due_to)
AND ($signal IS NULL OR @then(@explanation_signal(t)) = ANY ($signal))
AND @explanation_seen(perms);

-- explanation_list(caller uuid, today date, as_of date,
--     until timestamptz, status text[], task uuid,
--     subject uuid, due_from date, due_to date, signal text[], ids uuid[],
--     unit text, subtree bool, deleted text, after text[], after_id uuid,
--     limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- sort due_on: coalesce(@stood(due_on), 'infinity') :: date | coalesce(@stood(due_on), '-infinity') :: date
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@explanation_json(t)) AS body
    FROM explanation t CROSS JOIN LATERAL
	(SELECT @explanation_rel(t) AS perms OFFSET 0) s
    WHERE @explanation_filter() AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- explanation_count(caller uuid, today date, as_of date,
--     until timestamptz, status text[], task uuid,
--     subject uuid, due_from date, due_to date, signal text[], ids uuid[],
--     unit text, subtree bool, deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status' ELSE 'total' END,
    coalesce(d.status, ''), count(*)
FROM explanation t CROSS JOIN LATERAL
    (SELECT @explanation_rel(t) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status) d
WHERE @explanation_filter()
GROUP BY GROUPING SETS ((d.status), ());

-- Of a task that was given out and not taken back; by who oversees it, never by
-- who must do it.
-- explanation_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH @task_asked(),
cur AS (SELECT NULL::explanation AS r WHERE false),
wrong AS MATERIALIZED (
	SELECT 409 AS outcome, '' AS line FROM host h
	WHERE h.status IN ('draft', 'recalled', 'cancelled')),
fate AS MATERIALIZED (
	SELECT CASE WHEN h.perms & PERM_IS_DOER <> 0
		OR @judged(h.lead_staff_id, h.unit_id, h.perms) & (PERM_OVERSEE
		| PERM_ACCEPT | PERM_INSPECT | PERM_IS_ASSIGNER) = 0 THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome
	FROM host h
	UNION ALL SELECT 404 WHERE NOT EXISTS (SELECT FROM host)),
upd AS (
	INSERT INTO explanation AS t (id, task_id, unit_id, lead_staff_id,
	    question, due_on, author_id, created_at, updated_at)
	SELECT p.id, p.task_id, h.unit_id, h.lead_staff_id, p.question,
	    p.due_on, $caller, $now, $now
	FROM host h JOIN fate f ON f.outcome = 201
	CROSS JOIN LATERAL jsonb_populate_record(NULL::explanation, $body) p
	RETURNING t AS r),
@record_made('explanation', $body, @explanation_json(x),
    @explanation_rel(x));

-- explanation_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @record_cur(explanation, NULL, @explanation_rel(t),
    @explanation_seen(perms)),
@at_will(),
upd AS (
	UPDATE explanation t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now,
	    answer = coalesce($body ->> 'answer', t.answer),
	    answered_by = CASE $verb WHEN 'answer' THEN $caller
		WHEN 'return' THEN NULL ELSE t.answered_by END,
	    answered_on = CASE $verb WHEN 'answer' THEN $today
		WHEN 'return' THEN NULL ELSE t.answered_on END,
	    due_on = CASE $verb WHEN 'return' THEN
		coalesce(($body ->> 'due_on')::date, t.due_on)
		ELSE t.due_on END,
	    return_reason = CASE $verb WHEN 'return' THEN $body ->> 'reason'
		WHEN 'answer' THEN NULL ELSE t.return_reason END,
	    returns = t.returns + ($verb = 'return')::int,
	    accepted_by = CASE $verb WHEN 'accept' THEN $caller END,
	    accepted_on = CASE $verb WHEN 'accept' THEN $today END
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('explanation', $verb, $body, @explanation_json(x),
    @explanation_rel(x));

-- explanation_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('explanation', explanation, @explanation_json(t),
    @explanation_rel(t), @explanation_seen(perms));

-- explanation_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('explanation', explanation, @explanation_json(t),
    @explanation_rel(t), @explanation_seen(perms));
