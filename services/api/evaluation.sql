-- Evaluations of persons. Seen by the subject, the raters above, those who
-- keep the dossiers, and the authority that decides; nobody judges himself.

-- @evaluation_rel(x, up)
((@up & ~CASE WHEN @x.staff_id = $caller THEN (PERM_RATE | PERM_DECIDE | PERM_DOSSIER)
	ELSE 0::bigint END)
    | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR ELSE 0 END
    | CASE WHEN @x.staff_id = $caller THEN PERM_IS_SUBJECT ELSE 0 END);

-- The rights of who is asked to rate, and of the office that decides.
-- @evaluation_up(x)
(@perms(@x.asks_unit_id)
    | (@perms(@x.office_id) & (PERM_DOSSIER | PERM_DECIDE)));

-- @evaluation_seen(x, perms)
(@perms & PERM_IS_SUBJECT <> 0
    OR (@x.status <> 'draft' OR @x.returns > 0)
	AND @perms & (PERM_RATE | PERM_DECIDE | PERM_DOSSIER) <> 0
    OR @x.status = 'draft' AND @perms & PERM_IS_AUTHOR <> 0);

-- What the raters write is not the subject's to read before it is decided, nor
-- what he is still writing theirs.
-- @evaluation_json(x, perms)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @staff_ref(@x.staff_id) AS staff, @unit_ref(@x.unit_id) AS unit,
    (SELECT json_build_object('id', k.id, 'code', k.code, 'name', k.title)
	FROM criteria_set k WHERE k.id = @x.criteria_set_id) AS criteria_set,
    @x.period, @x.scheme, @x.period_from, @x.period_until - 1 AS period_to,
    @x.due_on, CASE WHEN w.own THEN @x.answers END AS answers,
    CASE WHEN NOT w.own THEN NULL WHEN w.all THEN @x.scores ELSE (SELECT
	    coalesce(jsonb_object_agg(e.key, e.value - 'reviewer'), '{}')
	FROM jsonb_each(@x.scores) e) END AS scores,
    CASE WHEN w.own THEN @x.self_note END AS self_note, CASE WHEN w.all THEN @x.review_note END AS review_note,
    CASE WHEN w.all THEN @x.proposed_level END AS proposed_level,
    @x.decided_level AS level, @x.decision,
    @staff_ref(@x.decided_by) AS decided_by, @x.decided_on, @x.meeting_id,
    @x.return_reason, @x.returns,
    @external_refs('evaluation', @x.id) AS external_refs,
    @x.created_at, @x.updated_at
    FROM (SELECT @perms & PERM_IS_SUBJECT = 0 OR @x.status IN ('decided',
	'notified', 'acknowledged', 'appealed', 'locked') AS all,
	@perms & PERM_IS_SUBJECT <> 0 OR @x.status <> 'draft' AS own) w) j);

-- evaluation_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
SELECT t.version, t.status, s.perms, @then(@evaluation_json(t, s.perms)) AS body
FROM evaluation t CROSS JOIN LATERAL
    (SELECT @evaluation_rel(t, @evaluation_up(t)) AS perms OFFSET 0) s
WHERE t.id = $id AND t.deleted_at IS NULL AND @made(t)
  AND @sees(@evaluation_seen(t, s.perms));

-- @evaluation_filter()
($status IS NULL OR @stood(status) = ANY ($status))
AND ($level IS NULL OR @stood(decided_level) = ANY ($level))
AND ($period IS NULL OR t.period = $period)
AND ($scheme IS NULL OR t.scheme = $scheme)
AND ($staff IS NULL OR t.staff_id = $staff)
AND ($ids IS NULL OR t.id = ANY ($ids))
AND ($mine IS NULL OR CASE $mine WHEN 'do' THEN t.staff_id = $caller
    WHEN 'approve' THEN @stood(status) IN ('self_assessed', 'reviewed', 'met')
	AND s.perms & (PERM_RATE | PERM_DECIDE | PERM_DOSSIER) <> 0
    ELSE false END)
AND @made(t) AND @in_unit(@stood(unit_id))
AND ($deleted IS NULL AND t.deleted_at IS NULL
    OR $deleted = 'only' AND t.deleted_at IS NOT NULL);

-- evaluation_list(caller uuid, today date, as_of date, until timestamptz,
--     status text[], level text[],
--     period text, scheme text, staff uuid, ids uuid[], mine text, unit text,
--     subtree bool, deleted text, after text[], after_id uuid, limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- sort period: t.period :: text
-- sort updated_at: t.updated_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, s.perms,
	@then(@evaluation_json(t, s.perms)) AS body
    FROM evaluation t CROSS JOIN LATERAL
	(SELECT @evaluation_rel(t, @evaluation_up(t)) AS perms OFFSET 0) s
    WHERE @evaluation_filter() AND @sees(@evaluation_seen(t, s.perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- evaluation_count(caller uuid, today date, as_of date,
--     until timestamptz,
--     status text[], level text[],
--     period text, scheme text, staff uuid, ids uuid[], mine text, unit text,
--     subtree bool, deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status'
	WHEN grouping(d.level) = 0 THEN 'level' ELSE 'total' END,
    coalesce(d.status, d.level, ''), count(*)
FROM evaluation t CROSS JOIN LATERAL
    (SELECT @evaluation_rel(t, @evaluation_up(t)) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status, @stood(decided_level) AS level) d
WHERE @evaluation_filter() AND @sees(@evaluation_seen(t, s.perms))
GROUP BY GROUPING SETS ((d.status), (d.level), ());

-- One's own, or one opened for somebody by his raters or who keeps the
-- dossiers; what it says of himself is the subject's to write.
-- evaluation_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (
	SELECT i.b || jsonb_build_object('staff_id',
	    coalesce(i.b ->> 'staff_id', $caller::text)) AS b
	FROM (SELECT refs($body, $caller, $today) AS b OFFSET 0) i),
cur AS (SELECT NULL::evaluation AS r WHERE false),
whom AS MATERIALIZED (
	SELECT jsonb_populate_record(NULL::evaluation, i.b) AS r,
	    @home((i.b ->> 'staff_id')::uuid) AS unit_id
	FROM inp i),
may AS MATERIALIZED (
	SELECT w.r, w.unit_id, a.asks, z.office_id, @perms(a.asks)
	    | (@perms(z.office_id) & (PERM_DOSSIER | PERM_DECIDE))
	    | CASE WHEN (w.r).staff_id = $caller THEN PERM_IS_SUBJECT
		ELSE 0 END AS up
	FROM whom w LEFT JOIN unit z ON z.id = w.unit_id CROSS JOIN LATERAL
	    (SELECT @asked((w.r).staff_id, w.unit_id) AS asks OFFSET 0) a),
wrong AS MATERIALIZED (
	SELECT v.line FROM may m CROSS JOIN LATERAL (VALUES
	    (m.unit_id IS NULL, '/staff_id not_a_subject'),
	    ((m.r).answers <> '{}' AND m.up & PERM_IS_SUBJECT = 0,
		'/answers not_yours'),
	    ((m.r).scores <> '{}' AND m.up & PERM_IS_SUBJECT = 0,
		'/scores not_yours'),
	    ((m.r).self_note <> '' AND m.up & PERM_IS_SUBJECT = 0,
		'/self_note not_yours')) v(so, line)
	WHERE v.so),
fate AS MATERIALIZED (
	SELECT CASE WHEN m.unit_id IS NOT NULL AND m.up
		& (PERM_IS_SUBJECT | PERM_RATE | PERM_DOSSIER) = 0 THEN 403
	    WHEN EXISTS (SELECT FROM wrong) THEN 422 ELSE 201 END AS outcome
	FROM may m),
upd AS (
	INSERT INTO evaluation AS t (id, unit_id, asks_unit_id, office_id,
	    staff_id, criteria_set_id, period, scheme, period_from,
	    period_until, due_on, answers, scores, self_note, author_id,
	    created_at, updated_at)
	SELECT (m.r).id, m.unit_id, m.asks, m.office_id, (m.r).staff_id,
	    (m.r).criteria_set_id, (m.r).period,
	    coalesce((m.r).scheme, 'calendar'), (m.r).period_from,
	    (m.r).period_until, (m.r).due_on,
	    json_merge('{}', coalesce((m.r).answers, '{}')),
	    json_merge('{}', coalesce((m.r).scores, '{}')), (m.r).self_note,
	    $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201
	WHERE CASE WHEN f.outcome = 201 THEN
	    answers_fit((m.r).criteria_set_id, (m.r).answers, 'answers')
	    AND answers_fit((m.r).criteria_set_id, (m.r).scores, 'scores') END
	RETURNING t AS r),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status, p.perms,
	    @evaluation_json(x, p.perms) AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN may m
	CROSS JOIN LATERAL (SELECT @evaluation_rel(x, m.up) AS perms) p
	UNION ALL
	SELECT f.outcome, 0, '', 0,
	    (SELECT string_agg(w.line, E'\n') FROM wrong w)
	FROM fate f WHERE f.outcome <> 201),
@written('evaluation', 'create', $body, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- @evaluation_cur(gone)
@locked(evaluation, @gone),
cur AS MATERIALIZED (
	SELECT l.r, s.perms FROM locked l
	CROSS JOIN LATERAL (SELECT (l.r).*) t CROSS JOIN LATERAL
	    (SELECT @evaluation_rel(t, @evaluation_up(t)) AS perms OFFSET 0) s
	WHERE @evaluation_seen(t, s.perms)),
@step();

-- @evaluation_turned(verb, patch)
out AS MATERIALIZED (
	SELECT s.outcome, x.version, x.status, c.perms,
	    CASE WHEN s.outcome IN (200, 412)
		THEN @evaluation_json(x, c.perms) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x),
@written('evaluation', @verb, @patch, unit_id);

-- evaluation_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @evaluation_cur(NULL),
upd AS (
	UPDATE evaluation t SET self_note = p.self_note,
	    answers = json_merge(t.answers, $body -> 'answers'),
	    scores = json_merge(t.scores, $body -> 'scores'),
	    version = t.version + 1, updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	CROSS JOIN LATERAL jsonb_populate_record(c.r, $body) p
	WHERE t.id = (c.r).id AND CASE WHEN s.outcome = 200 THEN
	    answers_fit((c.r).criteria_set_id, $body -> 'answers', 'answers')
	    AND answers_fit((c.r).criteria_set_id, $body -> 'scores', 'scores')
	    END
	RETURNING t AS r),
@evaluation_turned('update', $body)
SELECT outcome, version, status, perms, body FROM out;

-- evaluation_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @evaluation_cur(NULL),
upd AS (
	UPDATE evaluation t SET status = s.goes_to, version = t.version + 1,
	    updated_at = $now,
	    scores = CASE $verb WHEN 'review'
		THEN json_merge(t.scores, $body -> 'scores') ELSE t.scores END,
	    review_note = CASE $verb WHEN 'review'
		THEN $body ->> 'review_note' ELSE t.review_note END,
	    proposed_level = CASE $verb WHEN 'review'
		THEN $body ->> 'proposed_level' ELSE t.proposed_level END,
	    meeting_id = CASE $verb WHEN 'meet'
		THEN ($body ->> 'meeting_id')::uuid ELSE t.meeting_id END,
	    decided_level = CASE $verb WHEN 'decide' THEN $body ->> 'level'
		ELSE t.decided_level END,
	    decision = CASE $verb WHEN 'decide' THEN $body ->> 'decision'
		ELSE t.decision END,
	    decided_by = CASE $verb WHEN 'decide' THEN $caller
		ELSE t.decided_by END,
	    decided_on = CASE $verb WHEN 'decide' THEN $today
		ELSE t.decided_on END,
	    return_reason = CASE $verb WHEN 'return' THEN $body ->> 'reason'
		WHEN 'self_assess' THEN NULL ELSE t.return_reason END,
	    returns = t.returns + ($verb = 'return')::int
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id AND CASE WHEN s.outcome = 200 THEN
	    answers_fit((c.r).criteria_set_id, $body -> 'scores', 'scores')
	    AND CASE $verb WHEN 'self_assess' THEN
		answers_whole((c.r).criteria_set_id, (SELECT
		    json_merge((c.r).answers, coalesce(jsonb_object_agg(e.key,
			jsonb_build_object('value', e.value -> 'self')), '{}'))
		    FROM jsonb_each((c.r).scores) e
		    WHERE e.value ->> 'self' IS NOT NULL)) ELSE true END
	    END
	RETURNING t AS r),
@evaluation_turned($verb, $body)
SELECT outcome, version, status, perms, body FROM out;

-- evaluation_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @evaluation_cur(NULL),
upd AS (
	UPDATE evaluation t SET deleted_at = $now, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN 204 ELSE s.outcome END AS outcome,
	    x.version, x.status, c.perms, CASE WHEN s.outcome = 412
		THEN @evaluation_json(x, c.perms) END AS body
	FROM step s CROSS JOIN cur c CROSS JOIN LATERAL (SELECT (c.r).*) x),
@written('evaluation', 'delete', NULL::jsonb, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- evaluation_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @evaluation_cur(NOT NULL),
upd AS (
	UPDATE evaluation t SET deleted_at = NULL, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@evaluation_turned('restore', NULL::jsonb)
SELECT outcome, version, status, perms, body FROM out;
