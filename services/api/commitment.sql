-- Commitments. A person's is seen by him, by those asked to approve it and by
-- who keeps the dossiers; a unit's by whoever reads its records. A draft is its
-- subject's alone until it has been returned or was approved once.

-- @commitment_rel(x)
(SELECT asked.up | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR
	ELSE 0 END | @subject_of(@x, @perms(@x.unit_id))
    FROM (SELECT @perms(@x.asks_unit_id) AS up OFFSET 0) asked);

-- @commitment_seen(x, perms)
(@perms & (PERM_IS_SUBJECT | PERM_IS_AUTHOR) <> 0
    OR (@x.status <> 'draft' OR @x.returns > 0 OR @x.revisions <> '[]')
	AND (@perms & (PERM_REVIEW | PERM_DOSSIER) <> 0
	    OR @x.subject_staff_id IS NULL AND @holds(@x.unit_id, PERM_READ)));

-- @commitment_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.year, @unit_ref(@x.unit_id) AS unit,
    @staff_ref(@x.subject_staff_id) AS subject, @x.plan_id, @x."text",
    @x.registered_task, @x.due_on, e.days AS days_left,
    @due_signal(@x.due_on, e.open, e.days) AS signal, @x.submitted_on,
    @x.approved_on, @staff_ref(@x.approved_by) AS approved_by, @x.result,
    @x.completed, @x.completed_on, @x.reported_on, @x.fulfilled,
    @x.conclusion, @x.confirmed_on,
    @staff_ref(@x.confirmed_by) AS confirmed_by, @x.return_reason,
    @x.returns, @x.revisions,
    @external_refs('commitment', @x.id) AS external_refs,
    @x.created_at, @x.updated_at
    FROM (SELECT @x.status = 'approved' AS open,
	@days_until(@x.unit_id, @x.due_on) AS days OFFSET 0) e) j);

-- commitment_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(commitment, @commitment_json(t), @commitment_rel(t),
    @commitment_seen(t, perms));

-- @commitment_filter()
@record_filter() AND ($year IS NULL OR t.year = $year)
AND ($subject IS NULL OR t.subject_staff_id = $subject)
AND ($plan IS NULL OR @stood(plan_id) = $plan)
AND ($mine IS NULL OR CASE $mine WHEN 'do' THEN perms & PERM_IS_SUBJECT <> 0
    WHEN 'approve' THEN @stood(status) IN ('submitted', 'reported')
	AND perms & PERM_REVIEW <> 0 AND perms & PERM_IS_SUBJECT = 0
    ELSE false END);

-- commitment_list(caller uuid, today date, as_of date,
--     until timestamptz, status text[], year int,
--     subject uuid, plan uuid, ids uuid[], mine text, unit text,
--     subtree bool, deleted text, after text[], after_id uuid, limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- sort updated_at: t.updated_at :: timestamptz
-- sort year: t.year :: int
-- sort due_on: coalesce(@stood(due_on), 'infinity') :: date | coalesce(@stood(due_on), '-infinity') :: date
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@commitment_json(t)) AS body
    FROM commitment t CROSS JOIN LATERAL
	(SELECT @commitment_rel(t) AS perms OFFSET 0) s
    WHERE @commitment_filter() AND @sees(@commitment_seen(t, perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- commitment_count(caller uuid, today date, as_of date,
--     until timestamptz,
--     status text[], year int,
--     subject uuid, plan uuid, ids uuid[], mine text, unit text,
--     subtree bool, deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status' ELSE 'total' END,
    coalesce(d.status, ''), count(*)
FROM commitment t CROSS JOIN LATERAL
    (SELECT @commitment_rel(t) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status) d
WHERE @commitment_filter() AND @sees(@commitment_seen(t, perms))
GROUP BY GROUPING SETS ((d.status), ());

-- One's own, or one opened for somebody by those who will look at it; what it
-- says is the subject's to write. Without a person it is the unit's.
-- commitment_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (
	SELECT i.b || jsonb_build_object('subject_staff_id',
	    coalesce(i.b ->> 'subject_staff_id',
		CASE WHEN NOT i.b ? 'unit_id' THEN $caller::text END)) AS b
	FROM (SELECT @resolved($body) AS b OFFSET 0) i),
cur AS (SELECT NULL::commitment AS r WHERE false),
whom AS MATERIALIZED (
	SELECT i.b, jsonb_populate_record(NULL::commitment, i.b) AS r,
	    coalesce(@home((i.b ->> 'subject_staff_id')::uuid),
		(i.b ->> 'unit_id')::uuid) AS unit_id
	FROM inp i),
may AS MATERIALIZED (
	SELECT w.b, w.r, w.unit_id, a.asks, @perms(a.asks)
	    | (SELECT @subject_of(k, @perms(w.unit_id))
		FROM (SELECT (w.r).*) k) AS up
	FROM whom w CROSS JOIN LATERAL
	    (SELECT @asked((w.r).subject_staff_id, w.unit_id) AS asks OFFSET 0)
	    a),
wrong AS MATERIALIZED (
	SELECT 422 AS outcome, v.line FROM may m CROSS JOIN LATERAL (VALUES
	    (m.unit_id IS NULL, '/subject_staff_id unknown_reference'),
	    (m.b ? 'text', '/text not_yours'),
	    (m.b ? 'registered_task', '/registered_task not_yours')) v(so, line)
	WHERE v.so AND m.up & PERM_IS_SUBJECT = 0),
fate AS MATERIALIZED (
	SELECT CASE WHEN m.unit_id IS NOT NULL AND m.up
		& (PERM_IS_SUBJECT | PERM_REVIEW | PERM_DOSSIER) = 0 THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome FROM may m),
upd AS (
	INSERT INTO commitment AS t (id, unit_id, asks_unit_id,
	    subject_staff_id, plan_id, year, "text", registered_task, due_on,
	    author_id, created_at, updated_at)
	SELECT (m.r).id, m.unit_id, m.asks, (m.r).subject_staff_id,
	    (m.r).plan_id, (m.r).year, (m.r)."text", (m.r).registered_task,
	    (m.r).due_on, $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('commitment', $body, @commitment_json(x), @commitment_rel(x));

-- commitment_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(commitment, NULL, @commitment_rel(t),
    @commitment_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE commitment t SET "text" = p."text", due_on = p.due_on,
	    plan_id = p.plan_id, registered_task = CASE
		WHEN $body ? 'registered_task' THEN nullif(json_merge(
		    t.registered_task, $body -> 'registered_task'), 'null')
		ELSE t.registered_task END,
	    version = t.version + 1, updated_at = $now
	FROM cur c JOIN fate f ON f.outcome = 200
	CROSS JOIN LATERAL jsonb_populate_record(c.r, $body) p
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('commitment', 'update', $body, @commitment_json(x),
    @commitment_rel(x));

-- A person's goes round with its one task, a unit's with its content.
-- commitment_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @record_cur(commitment, NULL, @commitment_rel(t),
    @commitment_seen(t, perms)),
wrong AS MATERIALIZED (
	SELECT 422 AS outcome, v.line FROM cur c CROSS JOIN LATERAL (VALUES
	    ((c.r).subject_staff_id IS NOT NULL
		AND (c.r).registered_task IS NULL,
		'/registered_task required'),
	    ((c.r).subject_staff_id IS NULL AND (c.r)."text" IS NULL,
		'/text required')) v(so, line)
	WHERE v.so AND $verb = 'submit'),
@fate(),
upd AS (
	UPDATE commitment t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now,
	    submitted_on = CASE $verb WHEN 'submit' THEN $today
		ELSE t.submitted_on END,
	    approved_on = CASE $verb WHEN 'approve' THEN $today
		WHEN 'amend' THEN NULL ELSE t.approved_on END,
	    approved_by = CASE $verb WHEN 'approve' THEN $caller
		WHEN 'amend' THEN NULL ELSE t.approved_by END,
	    due_on = CASE $verb WHEN 'approve' THEN coalesce(t.due_on,
		(t.registered_task ->> 'due_on')::date,
		make_date(t.year, 12, 31)) ELSE t.due_on END,
	    revisions = CASE $verb WHEN 'amend' THEN t.revisions
		|| jsonb_build_object('text', t."text", 'registered_task',
		    t.registered_task, 'approved_on', t.approved_on,
		    'amended_on', $today, 'reason', $body ->> 'reason')
		ELSE t.revisions END,
	    result = CASE $verb WHEN 'report' THEN $body ->> 'result'
		ELSE t.result END,
	    completed = CASE $verb WHEN 'report' THEN p.completed
		ELSE t.completed END,
	    completed_on = CASE $verb WHEN 'report' THEN p.completed_on
		ELSE t.completed_on END,
	    reported_on = CASE $verb WHEN 'report' THEN $today
		ELSE t.reported_on END,
	    fulfilled = CASE $verb WHEN 'confirm' THEN
		coalesce(p.fulfilled, true) ELSE t.fulfilled END,
	    conclusion = CASE $verb WHEN 'confirm' THEN p.conclusion
		ELSE t.conclusion END,
	    confirmed_on = CASE $verb WHEN 'confirm' THEN $today
		ELSE t.confirmed_on END,
	    confirmed_by = CASE $verb WHEN 'confirm' THEN $caller
		ELSE t.confirmed_by END,
	    return_reason = CASE WHEN $verb = 'return' THEN $body ->> 'reason'
		WHEN $verb IN ('submit', 'report') THEN NULL
		ELSE t.return_reason END,
	    returns = t.returns + ($verb = 'return')::int
	FROM cur c JOIN fate f ON f.outcome = 200
	CROSS JOIN LATERAL jsonb_populate_record(NULL::commitment, $body) p
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('commitment', $verb, $body, @commitment_json(x),
    @commitment_rel(x));

-- commitment_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('commitment', commitment, @commitment_json(t),
    @commitment_rel(t), @commitment_seen(t, perms));

-- commitment_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('commitment', commitment, @commitment_json(t),
    @commitment_rel(t), @commitment_seen(t, perms));
