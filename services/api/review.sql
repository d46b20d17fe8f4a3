-- Self-reviews. Seen by the person, by those whose unit is asked to conclude
-- it, and as long as it is a draft by who opened it - never by mere readers of
-- the unit.

-- @review_rel(x, up)
(@up | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR ELSE 0 END
    | CASE WHEN @x.subject_staff_id = $caller THEN PERM_IS_SUBJECT
	WHEN @x.subject_staff_id IS NULL
	    AND @perms(@x.unit_id) & PERM_IS_LEADER <> 0
	THEN PERM_IS_SUBJECT ELSE 0 END);

-- @review_seen(x, perms)
(@perms & PERM_IS_SUBJECT <> 0
    OR @x.status = 'draft' AND @perms & PERM_IS_AUTHOR <> 0
    OR (@x.status <> 'draft' OR @x.returns > 0) AND @perms & PERM_REVIEW <> 0);

-- Not the words of somebody who is still writing them.
-- @review_json(x, perms)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @unit_ref(@x.unit_id) AS unit, @staff_ref(@x.subject_staff_id) AS subject,
    (SELECT json_build_object('id', k.id, 'code', k.code, 'name', k.title)
	FROM criteria_set k WHERE k.id = @x.criteria_set_id) AS criteria_set,
    @x.plan_id, @x.period, @x.scheme, @x.period_from,
    @x.period_until - 1 AS period_to, @x.due_on,
    CASE WHEN w.all THEN @x.answers END AS answers,
    CASE WHEN w.all THEN @x.summary END AS summary, @x."comment", @x.conclusion, @x.return_reason, @x.returns,

    @external_refs('review', @x.id) AS external_refs,
    @x.created_at, @x.updated_at
    FROM (SELECT @x.status <> 'draft' OR @perms & PERM_IS_SUBJECT <> 0 AS all)
	w) j);

-- review_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
SELECT t.version, t.status, s.perms, @then(@review_json(t, s.perms)) AS body
FROM review t CROSS JOIN LATERAL
    (SELECT @review_rel(t, @perms(t.asks_unit_id)) AS perms OFFSET 0) s
WHERE t.id = $id AND t.deleted_at IS NULL AND @made(t)
  AND @sees(@review_seen(t, s.perms));

-- @review_filter()
($status IS NULL OR @stood(status) = ANY ($status))
AND ($period IS NULL OR t.period = $period)
AND ($scheme IS NULL OR t.scheme = $scheme)
AND ($subject IS NULL OR t.subject_staff_id = $subject)
AND ($ids IS NULL OR t.id = ANY ($ids))
AND ($mine IS NULL OR CASE $mine WHEN 'do' THEN t.subject_staff_id = $caller
    WHEN 'approve' THEN @stood(status) IN ('submitted', 'discussed')
	AND s.perms & PERM_REVIEW <> 0 ELSE false END)
AND @made(t) AND @in_unit(@stood(unit_id))
AND ($deleted IS NULL AND t.deleted_at IS NULL
    OR $deleted = 'only' AND t.deleted_at IS NOT NULL);

-- review_list(caller uuid, today date, as_of date, until timestamptz,
--     status text[], period text,
--     scheme text, subject uuid, ids uuid[], mine text, unit text,
--     subtree bool, deleted text, after text[], after_id uuid, limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- sort period: t.period :: text
-- sort updated_at: t.updated_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, s.perms,
	@then(@review_json(t, s.perms)) AS body
    FROM review t CROSS JOIN LATERAL
	(SELECT @review_rel(t, @perms(t.asks_unit_id)) AS perms OFFSET 0) s
    WHERE @review_filter() AND @sees(@review_seen(t, s.perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- review_count(caller uuid, today date, as_of date,
--     until timestamptz,
--     status text[], period text,
--     scheme text, subject uuid, ids uuid[], mine text, unit text,
--     subtree bool, deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status' ELSE 'total' END,
    coalesce(d.status, ''), count(*)
FROM review t CROSS JOIN LATERAL
    (SELECT @review_rel(t, @perms(t.asks_unit_id)) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status) d
WHERE @review_filter() AND @sees(@review_seen(t, s.perms))
GROUP BY GROUPING SETS ((d.status), ());

-- Whose leader is asked about a person: his unit's, or the parent's when he
-- leads it himself. About a unit, without a person: the parent's.
-- @asked(staff, unit)
(SELECT asks_unit(@staff, @unit, $today));

-- One's own, or one opened for somebody by those who will look at it; what it
-- says is the subject's to write. Without a person it is the unit's.
-- review_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (
	SELECT i.b || jsonb_build_object('subject_staff_id',
	    coalesce(i.b ->> 'subject_staff_id',
		CASE WHEN NOT i.b ? 'unit_id' THEN $caller::text END)) AS b
	FROM (SELECT refs($body, $caller, $today) AS b OFFSET 0) i),
cur AS (SELECT NULL::review AS r WHERE false),
whom AS MATERIALIZED (
	SELECT i.b, jsonb_populate_record(NULL::review, i.b) AS r,
	    coalesce(@home((i.b ->> 'subject_staff_id')::uuid),
		(i.b ->> 'unit_id')::uuid) AS unit_id
	FROM inp i),
may AS MATERIALIZED (
	SELECT w.b, w.r, w.unit_id, a.asks, @perms(a.asks)
	    | CASE WHEN (w.r).subject_staff_id = $caller THEN PERM_IS_SUBJECT
		ELSE 0 END
	    | CASE WHEN (w.r).subject_staff_id IS NULL
		    AND @perms(w.unit_id) & PERM_IS_LEADER <> 0
		THEN PERM_IS_SUBJECT ELSE 0 END AS up
	FROM whom w CROSS JOIN LATERAL
	    (SELECT @asked((w.r).subject_staff_id, w.unit_id) AS asks OFFSET 0)
	    a),
wrong AS MATERIALIZED (
	SELECT v.line FROM may m CROSS JOIN LATERAL (VALUES
	    (m.unit_id IS NULL, '/subject_staff_id not_a_subject'),
	    ((m.r).plan_id IS NOT NULL AND NOT EXISTS (SELECT FROM plan p
		CROSS JOIN LATERAL (SELECT @plan_rel(p, @perms(p.unit_id))
		    AS perms OFFSET 0) s
		WHERE p.id = (m.r).plan_id AND p.deleted_at IS NULL
		  AND @plan_seen(p, s.perms)), '/plan_id unknown_reference'),
	    ((m.r).answers <> '{}' AND m.up & PERM_IS_SUBJECT = 0,
		'/answers not_yours'),
	    (m.b ? 'summary' AND m.up & PERM_IS_SUBJECT = 0,
		'/summary not_yours')) v(so, line)
	WHERE v.so),
fate AS MATERIALIZED (
	SELECT CASE WHEN m.unit_id IS NOT NULL AND m.up
		& (PERM_IS_SUBJECT | PERM_REVIEW | PERM_DOSSIER) = 0 THEN 403
	    WHEN EXISTS (SELECT FROM wrong) THEN 422 ELSE 201 END AS outcome
	FROM may m),
upd AS (
	INSERT INTO review AS t (id, unit_id, asks_unit_id, subject_staff_id,
	    criteria_set_id, plan_id, period, scheme, period_from,
	    period_until, due_on, answers, summary, author_id, created_at,
	    updated_at)
	SELECT (m.r).id, m.unit_id, m.asks, (m.r).subject_staff_id,
	    (m.r).criteria_set_id, (m.r).plan_id, (m.r).period,
	    coalesce((m.r).scheme, 'calendar'), (m.r).period_from,
	    (m.r).period_until, (m.r).due_on,
	    json_merge('{}', coalesce((m.r).answers, '{}')), (m.r).summary,
	    $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201
	WHERE CASE WHEN f.outcome = 201 THEN
	    answers_fit((m.r).criteria_set_id, (m.r).answers, 'answers') END
	RETURNING t AS r),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status,
	    m.up | PERM_IS_AUTHOR AS perms,
	    @review_json(x, m.up) AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN may m
	UNION ALL
	SELECT f.outcome, 0, '', 0,
	    (SELECT string_agg(w.line, E'\n') FROM wrong w)
	FROM fate f WHERE f.outcome <> 201),
@written('review', 'create', $body, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- @review_cur(gone)
@locked(review, @gone),
cur AS MATERIALIZED (
	SELECT l.r, s.perms FROM locked l
	CROSS JOIN LATERAL (SELECT (l.r).*) t CROSS JOIN LATERAL
	    (SELECT @review_rel(t, @perms(t.asks_unit_id)) AS perms OFFSET 0) s
	WHERE @review_seen(t, s.perms)),
@step();

-- @review_turned(verb, patch)
out AS MATERIALIZED (
	SELECT s.outcome, x.version, x.status, c.perms,
	    CASE WHEN s.outcome IN (200, 412) THEN @review_json(x, c.perms) END
		AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x),
@written('review', @verb, @patch, unit_id);

-- review_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @review_cur(NULL),
upd AS (
	UPDATE review t SET summary = p.summary,
	    answers = json_merge(t.answers, $body -> 'answers'),
	    version = t.version + 1, updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	CROSS JOIN LATERAL jsonb_populate_record(c.r, $body) p
	WHERE t.id = (c.r).id AND CASE WHEN s.outcome = 200 THEN
	    answers_fit((c.r).criteria_set_id, $body -> 'answers', 'answers')
	    END
	RETURNING t AS r),
@review_turned('update', $body)
SELECT outcome, version, status, perms, body FROM out;

-- What is handed in answers all that must be answered. What it promises to put
-- right is a line of its own from the conclusion on.
-- review_verb(caller uuid, today date, now timestamptz, id uuid, version int,
--     verb text, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @review_cur(NULL),
upd AS (
	UPDATE review t SET status = s.goes_to, version = t.version + 1,
	    updated_at = $now,
	    "comment" = CASE $verb WHEN 'comment' THEN $body ->> 'comment'
		ELSE t."comment" END,
	    conclusion = CASE $verb WHEN 'conclude' THEN $body ->> 'conclusion'
		ELSE t.conclusion END,
	    return_reason = CASE $verb WHEN 'return' THEN $body ->> 'reason'
		WHEN 'submit' THEN NULL ELSE t.return_reason END,
	    returns = t.returns + ($verb = 'return')::int
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id AND CASE WHEN s.outcome = 200 AND $verb = 'submit'
	    THEN answers_whole((c.r).criteria_set_id, (c.r).answers)
	    ELSE true END
	RETURNING t AS r),
promised AS (
	INSERT INTO remediation AS n (id, status, review_id, code, unit_id,
	    asks_unit_id, subject_staff_id, cause, remedy, due_on, done_on,
	    author_id, created_at, updated_at)
	SELECT uuid_v7(), CASE WHEN d.done THEN 'done' ELSE 'open' END,
	    (u.r).id, a.code, (u.r).unit_id, (u.r).asks_unit_id,
	    (u.r).subject_staff_id, a.said ->> 'cause', a.said ->> 'remedy',
	    (a.said ->> 'remedy_due_on')::date,
	    CASE WHEN d.done THEN $today END, $caller, $now, $now
	FROM upd u CROSS JOIN LATERAL jsonb_each((u.r).answers) a(code, said)
	CROSS JOIN LATERAL (SELECT (a.said ->> 'remedy_done')::bool AS done) d
	WHERE $verb = 'conclude' AND a.said ->> 'remedy' <> ''
	RETURNING n AS r),
promised_ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'remediation', (n.r).id, (n.r).unit_id, (n.r).version,
	    'create', $caller, $request, $trace,
	    jsonb_build_object('status', (n.r).status)
	FROM promised n),
@review_turned($verb, $body)
SELECT outcome, version, status, perms, body FROM out;

-- review_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @review_cur(NULL),
upd AS (
	UPDATE review t SET deleted_at = $now, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN 204 ELSE s.outcome END AS outcome,
	    x.version, x.status, c.perms, CASE WHEN s.outcome = 412
		THEN @review_json(x, c.perms) END AS body
	FROM step s CROSS JOIN cur c CROSS JOIN LATERAL (SELECT (c.r).*) x),
@written('review', 'delete', NULL::jsonb, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- review_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @review_cur(NOT NULL),
upd AS (
	UPDATE review t SET deleted_at = NULL, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@review_turned('restore', NULL::jsonb)
SELECT outcome, version, status, perms, body FROM out;
