-- Innovation proposals. Seen by the proposer, by those who vote or give the
-- Party committee's opinion, and by who reads the authority's records.

-- The panel: the head and his deputies, by their posts' grants at the very unit
-- or at what took its place, without the proposer.
-- @proposal_rel(x)
((@perms(@x.unit_id) & ~PERM_IS_CO_OWNER)
    | CASE WHEN @x.author_id = $caller THEN (PERM_IS_AUTHOR | PERM_IS_SUBJECT)
	WHEN EXISTS (SELECT FROM held JOIN unit_cover k
		ON k.anc_id = held.unit_id AND k.heir
		AND k.from_on <= $today AND $today < k.until_on
	    WHERE held.staff_id = $caller AND k.unit_id = @x.unit_id
	    AND held.perms & PERM_REVIEW <> 0
	    AND held.from_on <= $today AND $today < held.until_on)
	THEN PERM_IS_CO_OWNER ELSE 0 END
    | CASE WHEN CASE @x.status WHEN 'reported' THEN @x.second_opinion_asked_on
	ELSE @x.opinion_asked_on END IS NULL THEN 0 ELSE PERM_IS_ASKED END
    | CASE WHEN CASE @x.status WHEN 'reported' THEN @x.second_opinion
	ELSE @x.opinion END IS NULL THEN 0 ELSE PERM_IS_HEARD END
    | CASE WHEN @x.concluded_on IS NULL THEN 0 ELSE PERM_IS_OVER END);

-- @proposal_seen(x, perms)
(@perms & (PERM_READ | PERM_PARTY | PERM_IS_AUTHOR | PERM_IS_CO_OWNER) <> 0);

-- The day a clock ends that began on a day.
-- @proposal_clock(x, day, term)
@workdays_after(@x.unit_id, @day, (@x.terms ->> @term)::int);

-- @proposal_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.title, @unit_ref(@x.unit_id) AS unit,
    @staff_ref(@x.author_id) AS proposer, @x.eligible, @x.plan_id, @x.need,
    @x.purpose, @x.bottleneck, @x.content, @x.solutions, @x.scope, @x.doers,
    @x.duration, @x.resources, @x.feasibility, @x.positive_impact,
    @x.negative_impact, @x.received_on, e.meeting AS meeting_due_on,
    @x.opinion_asked_on, @x.opinion,
    (SELECT coalesce(json_agg(json_build_object('staff',
	    @staff_ref(v.key::uuid), 'choice', v.value ->> 'choice', 'opinion',
	    v.value ->> 'opinion', 'voted_on', v.value ->> 'voted_on')
	    ORDER BY v.value ->> 'voted_on', v.key), '[]')
	FROM jsonb_each(@x.votes) v) AS votes, @x.tally, @x.decided_on,
    @staff_ref(@x.decided_by) AS decided_by, @x.order_document,
    @x.ordered_on, @x.started_on, @x.completed_on,
    e.report AS report_due_on, @x.result, @x.reported_on,
    e.assessment AS assessment_due_on, @x.second_opinion_asked_on,
    @x.second_opinion, @x.assessment, @x.effective, @x.assessed_on,
    e.conclusion AS conclusion_due_on, @x.conclusion_document,
    @x.concluded_on, d.due AS due_on, @days_until(@x.unit_id, d.due) AS
    days_left, @due_signal(d.due, d.due IS NOT NULL, @days_until(@x.unit_id, d.due)) AS
    signal, @external_refs('proposal', @x.id) AS external_refs,
    @x.created_at, @x.updated_at
    FROM (SELECT @proposal_clock(@x, @x.received_on, 'meeting') AS meeting,
	@proposal_clock(@x, @x.completed_on, 'report') AS report,
	@proposal_clock(@x, @x.reported_on, 'assessment') AS assessment,
	@proposal_clock(@x, @x.assessed_on, 'conclusion') AS conclusion
	OFFSET 0) e
    CROSS JOIN LATERAL (SELECT CASE
	WHEN @x.status IN ('submitted', 'opinion_asked', 'voted')
	THEN e.meeting WHEN @x.status = 'running' THEN e.report
	WHEN @x.status = 'reported' THEN e.assessment
	WHEN @x.status = 'assessed' AND @x.concluded_on IS NULL
	THEN e.conclusion END AS due OFFSET 0) d) j);

-- proposal_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(proposal, @proposal_json(t), @proposal_rel(t),
    @proposal_seen(t, perms));

-- @proposal_filter()
@record_filter() AND @search_then(@stood(fold))
AND ($proposer IS NULL OR t.author_id = $proposer)
AND ($mine IS NULL OR CASE $mine WHEN 'do' THEN t.author_id = $caller
    WHEN 'approve' THEN perms & PERM_IS_CO_OWNER <> 0
	AND @stood(status) IN ('submitted', 'opinion_asked', 'voted', 'reported')
    ELSE false END);

-- proposal_list(caller uuid, today date, as_of date,
--     until timestamptz, status text[], proposer uuid,
--     ids uuid[], mine text, unit text, subtree bool, q text, deleted text,
--     after text[], after_id uuid, limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- sort received_on: t.received_on :: date
-- sort title: @stood(title) COLLATE "vi-x-icu" :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@proposal_json(t)) AS body
    FROM proposal t CROSS JOIN LATERAL
	(SELECT @proposal_rel(t) AS perms OFFSET 0) s
    WHERE @proposal_filter() AND @sees(@proposal_seen(t, perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- proposal_count(caller uuid, today date, as_of date,
--     until timestamptz,
--     status text[], proposer uuid,
--     ids uuid[], mine text, unit text, subtree bool, q text,
--     deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status' ELSE 'total' END,
    coalesce(d.status, ''), count(*)
FROM proposal t CROSS JOIN LATERAL
    (SELECT @proposal_rel(t) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status) d
WHERE @proposal_filter() AND @sees(@proposal_seen(t, perms))
GROUP BY GROUPING SETS ((d.status), ());

-- Anybody proposes, to the head of the authority he works for, its head to the
-- one above; the terms of that day run with it, from when there are any.
-- proposal_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH cur AS (SELECT NULL::proposal AS r WHERE false),
may AS MATERIALIZED (
	SELECT d.r, z.office_id, coalesce(CASE WHEN EXISTS (SELECT
		FROM staff_grant g WHERE g.staff_id = $caller
		AND g.unit_id = z.office_id AND g.perms & PERM_DECIDE <> 0
		AND g.from_on <= $today AND $today < g.until_on)
	    THEN (SELECT above.office_id FROM unit o JOIN unit above
		ON above.id = o.parent_id WHERE o.id = z.office_id) END,
	    z.office_id) AS goes_to,
	    coalesce((d.r).received_on, $today) AS received_on
	FROM unit z CROSS JOIN LATERAL
	    (SELECT jsonb_populate_record(NULL::proposal, $body) AS r) d
	WHERE z.id = @home($caller)),
wrong AS MATERIALIZED (
	SELECT 422 AS outcome, '/received_on out_of_range' AS line FROM may m
	WHERE NOT EXISTS (SELECT FROM term
	    WHERE term.code = 'proposal_meeting'
	      AND term.from_on <= m.received_on)),
fate AS MATERIALIZED (
	SELECT CASE WHEN EXISTS (SELECT FROM may m
	    WHERE @holds(m.office_id, (PERM_BELONG | PERM_PUBLISHED)))
	    THEN coalesce((SELECT w.outcome FROM wrong w), 201)
	    ELSE 403 END AS outcome),
upd AS (
	INSERT INTO proposal AS t (id, unit_id, plan_id, title, need, purpose,
	    bottleneck, content, solutions, scope, doers, duration, resources,
	    feasibility, positive_impact, negative_impact, eligible,
	    received_on, terms, author_id, created_at, updated_at)
	SELECT (m.r).id, m.goes_to, (m.r).plan_id, (m.r).title, (m.r).need,
	    (m.r).purpose, (m.r).bottleneck, (m.r).content, (m.r).solutions,
	    (m.r).scope, (m.r).doers, (m.r).duration, (m.r).resources,
	    (m.r).feasibility, (m.r).positive_impact, (m.r).negative_impact,
	    EXISTS (SELECT FROM staff_grant g WHERE g.staff_id = $caller
		AND g.role IN ('chair', 'head') AND g.from_on <= $today
		AND $today < g.until_on),
	    m.received_on, (SELECT jsonb_object_agg(k.name, k.days)
		FROM (SELECT DISTINCT ON (term.code)
			substr(term.code, 10) AS name,
			term.working_days AS days
		    FROM term WHERE starts_with(term.code, 'proposal_')
		      AND term.from_on <= m.received_on
		    ORDER BY term.code, term.from_on DESC) k),
	    $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('proposal', $body, @proposal_json(x), @proposal_rel(x));

-- proposal_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(proposal, NULL, @proposal_rel(t), @proposal_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE proposal t SET (title, need, purpose, bottleneck, content,
	    solutions, scope, doers, duration, resources, feasibility,
	    positive_impact, negative_impact, plan_id, version, updated_at) =
	(SELECT p.title, p.need, p.purpose, p.bottleneck, p.content,
	    p.solutions, p.scope, p.doers, p.duration, p.resources,
	    p.feasibility, p.positive_impact, p.negative_impact, p.plan_id,
	    t.version + 1, $now FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('proposal', 'update', $body, @proposal_json(x),
    @proposal_rel(x));

-- More than half of the votes; on a tie the head's decides, who is the caller.
-- Without the Party committee's opinion nothing is approved, ordered or assessed.
-- proposal_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @locked(proposal, NULL),
cur AS MATERIALIZED (
	SELECT l.r, perms FROM locked l CROSS JOIN LATERAL (SELECT (l.r).*) t
	CROSS JOIN LATERAL (SELECT @proposal_rel(t) AS perms OFFSET 0) s
	WHERE @proposal_seen(t, perms)),
count AS MATERIALIZED (
	SELECT n.yes, n.no, n.head, n.yes > n.no
		OR n.yes = n.no AND coalesce(n.head = 'for', false) AS passes
	FROM (SELECT count(*) FILTER (WHERE v.value ->> 'choice' = 'for') AS yes,
		count(*) FILTER (WHERE v.value ->> 'choice' = 'against') AS no,
		max(v.value ->> 'choice') FILTER
		    (WHERE v.key = $caller::text) AS head
	    FROM cur c CROSS JOIN LATERAL jsonb_each((c.r).votes) v) n),
step AS MATERIALIZED (
	SELECT CASE WHEN $version IS NOT NULL AND (c.r).version <> $version
		THEN 412
	    WHEN m.goes_to IS NULL THEN 409
	    WHEN c.perms & m.need = 0
		OR c.perms & m.never & ~@record() <> 0 THEN 403
	    WHEN m.also & ~c.perms <> 0 OR c.perms & m.never <> 0 THEN 409
	    ELSE 200 END AS outcome, m.goes_to
	FROM cur c CROSS JOIN count n
	LEFT JOIN unnest($from, $to, $need, $also, $never)
	    AS m(status, goes_to, need, also, never)
	    ON m.status = (c.r).status AND ($verb <> 'decide'
		OR m.goes_to = CASE WHEN n.passes THEN 'approved'
		    ELSE 'refused' END)),
wrong AS MATERIALIZED (
	SELECT 409 AS outcome, ''::text AS line
	FROM cur c CROSS JOIN count n CROSS JOIN step s
	WHERE s.outcome = 200 AND CASE $verb
	    WHEN 'decide' THEN n.yes = n.no AND n.head IS NULL
		OR n.passes AND (c.r).opinion IS NULL
	    ELSE false END
	UNION ALL
	SELECT 422, '/completed_on out_of_range' FROM cur c CROSS JOIN step s
	WHERE s.outcome = 200
	  AND ($body ->> 'completed_on')::date < (c.r).started_on),
@fate(),
upd AS (
	UPDATE proposal t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now,
	    opinion_asked_on = CASE WHEN $verb = 'ask_opinion'
		    AND t.status = 'submitted' THEN $today
		ELSE t.opinion_asked_on END,
	    second_opinion_asked_on = CASE WHEN $verb = 'ask_opinion'
		    AND t.status = 'reported' THEN $today
		ELSE t.second_opinion_asked_on END,
	    opinion = CASE WHEN $verb = 'give_opinion'
		    AND t.status <> 'reported' THEN o.given ELSE t.opinion END,
	    second_opinion = CASE WHEN $verb = 'give_opinion'
		    AND t.status = 'reported' THEN o.given
		ELSE t.second_opinion END,
	    votes = CASE $verb WHEN 'vote' THEN t.votes
		|| jsonb_build_object($caller, jsonb_build_object('choice',
		    $body -> 'choice', 'opinion', $body -> 'opinion',
		    'voted_on', $today)) ELSE t.votes END,
	    tally = CASE $verb WHEN 'decide' THEN jsonb_build_object('for',
		n.yes, 'against', n.no, 'by', CASE WHEN n.yes = n.no
		    THEN 'head' ELSE 'majority' END) ELSE t.tally END,
	    decided_on = CASE $verb WHEN 'decide' THEN $today
		ELSE t.decided_on END,
	    decided_by = CASE $verb WHEN 'decide' THEN $caller
		ELSE t.decided_by END,
	    order_document = CASE $verb WHEN 'order' THEN $body ->> 'document'
		ELSE t.order_document END,
	    ordered_on = CASE $verb WHEN 'order' THEN $today
		ELSE t.ordered_on END,
	    started_on = CASE $verb WHEN 'start' THEN $today
		ELSE t.started_on END,
	    completed_on = CASE WHEN $verb = 'complete'
		    THEN (coalesce($body ->> 'completed_on', $today::text))::date
		WHEN $verb = 'report' THEN coalesce(
		    ($body ->> 'completed_on')::date, t.completed_on, $today)
		ELSE t.completed_on END,
	    result = CASE $verb WHEN 'report' THEN $body ->> 'result'
		ELSE t.result END,
	    reported_on = CASE $verb WHEN 'report' THEN $today
		ELSE t.reported_on END,
	    assessment = CASE $verb WHEN 'assess' THEN $body ->> 'assessment'
		ELSE t.assessment END,
	    effective = CASE $verb WHEN 'assess'
		THEN ($body ->> 'effective')::boolean ELSE t.effective END,
	    assessed_on = CASE $verb WHEN 'assess' THEN $today
		ELSE t.assessed_on END,
	    conclusion_document = CASE $verb WHEN 'conclude'
		THEN $body ->> 'document' ELSE t.conclusion_document END,
	    concluded_on = CASE $verb WHEN 'conclude' THEN $today
		ELSE t.concluded_on END
	FROM cur c JOIN fate f ON f.outcome = 200 CROSS JOIN count n
	CROSS JOIN (SELECT jsonb_build_object('agrees', $body -> 'agrees',
	    'text', $body -> 'text', 'document', $body -> 'document',
	    'given_by', @staff_ref($caller), 'given_on', $today) AS given) o
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('proposal', $verb, $body, @proposal_json(x),
    @proposal_rel(x));

-- proposal_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('proposal', proposal, @proposal_json(t), @proposal_rel(t),
    @proposal_seen(t, perms));

-- proposal_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('proposal', proposal, @proposal_json(t), @proposal_rel(t),
    @proposal_seen(t, perms));
