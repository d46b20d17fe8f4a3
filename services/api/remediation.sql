-- Remedies of self-reviews: seen like the review they come of, once it is
-- concluded - by its subject and by who looks at his reviews.

-- @remediation_rel(x)
@review_rel(@x, @perms(@x.asks_unit_id));

-- @remediation_seen(perms)
(@perms & (PERM_IS_SUBJECT | PERM_REVIEW) <> 0);

-- @remediation_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.review_id, @x.code, @unit_ref(@x.unit_id) AS unit,
    @staff_ref(@x.subject_staff_id) AS subject, @x.cause, @x.remedy, @x.due_on,
    e.days AS days_left,
    @due_signal(@x.due_on, @x.status = 'open', e.days) AS signal,
    @x.result, @x.done_on, @x.verified_on,
    @staff_ref(@x.verified_by) AS verified_by, @x.return_reason, @x.returns,
    @external_refs('remediation', @x.id) AS external_refs,
    @x.created_at, @x.updated_at
    FROM (SELECT @days_until(@x.unit_id, @x.due_on) AS days OFFSET 0) e) j);

-- remediation_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(remediation, @remediation_json(t), @remediation_rel(t),
    @remediation_seen(perms));

-- @remediation_signal(x)
(@due_signal(@x.due_on, @x.status = 'open',
    @days_until(@x.unit_id, @x.due_on)));

-- @remediation_filter()
@record_filter() AND ($review IS NULL OR t.review_id = $review)
AND ($subject IS NULL OR t.subject_staff_id = $subject)
AND ($due_from IS NULL OR @stood(due_on) >= $due_from)
AND ($due_to IS NULL OR @stood(due_on) <= $due_to)
AND ($signal IS NULL OR @then(@remediation_signal(t)) = ANY ($signal))
AND ($mine IS NULL OR CASE $mine
    WHEN 'do' THEN @stood(status) = 'open' AND perms & PERM_IS_SUBJECT <> 0
    WHEN 'approve' THEN @stood(status) = 'done' AND perms & PERM_IS_SUBJECT = 0
    ELSE false END)
AND @remediation_seen(perms);

-- remediation_list(caller uuid, today date, as_of date,
--     until timestamptz, status text[], review uuid,
--     subject uuid, due_from date, due_to date, signal text[], ids uuid[],
--     mine text, unit text, subtree bool, deleted text, after text[],
--     after_id uuid, limit int) : many slow
-- sort due_on: coalesce(@stood(due_on), 'infinity') :: date | coalesce(@stood(due_on), '-infinity') :: date
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@remediation_json(t)) AS body
    FROM remediation t CROSS JOIN LATERAL
	(SELECT @remediation_rel(t) AS perms OFFSET 0) s
    WHERE @remediation_filter() AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- remediation_count(caller uuid, today date, as_of date,
--     until timestamptz, status text[], review uuid,
--     subject uuid, due_from date, due_to date, signal text[], ids uuid[],
--     mine text, unit text, subtree bool, deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status' ELSE 'total' END,
    coalesce(d.status, ''), count(*)
FROM remediation t CROSS JOIN LATERAL
    (SELECT @remediation_rel(t) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status) d
WHERE @remediation_filter()
GROUP BY GROUPING SETS ((d.status), ());

-- remediation_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @record_cur(remediation, NULL, @remediation_rel(t),
    @remediation_seen(perms)),
@at_will(),
upd AS (
	UPDATE remediation t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now,
	    result = coalesce($body ->> 'result', t.result),
	    done_on = CASE $verb WHEN 'do' THEN
		coalesce(($body ->> 'done_on')::date, $today)
		WHEN 'return' THEN NULL ELSE t.done_on END,
	    verified_on = CASE $verb WHEN 'verify' THEN $today END,
	    verified_by = CASE $verb WHEN 'verify' THEN $caller END,
	    return_reason = CASE $verb WHEN 'return' THEN $body ->> 'reason'
		WHEN 'do' THEN NULL ELSE t.return_reason END,
	    returns = t.returns + ($verb = 'return')::int
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('remediation', $verb, $body, @remediation_json(x),
    @remediation_rel(x));
