-- Complaints. Seen by who took them in, by who looks into them, by who inspects
-- the unit and by its authority - never by whom they are about: the person, or
-- the leader of the unit.

-- @complaint_rel(x)
(SELECT own.up | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR
	ELSE 0 END
    | CASE WHEN @x.lead_staff_id = $caller THEN PERM_IS_DOER ELSE 0 END
    | CASE WHEN @x.subject_staff_id = $caller THEN PERM_IS_SUBJECT ELSE 0 END
    FROM (SELECT @perms(@x.unit_id) AS up OFFSET 0) own);

-- @complaint_seen(x, perms)
(@perms & PERM_IS_SUBJECT = 0 AND (@perms & (PERM_IS_AUTHOR | PERM_IS_DOER)
	<> 0 OR @perms & (PERM_INSPECT | PERM_ISSUE) <> 0
	    AND @perms & PERM_IS_LEADER = 0));

-- @complaint_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.title, @x."text", @unit_ref(@x.unit_id) AS unit,
    @staff_ref(@x.subject_staff_id) AS subject, @x.channel, @x.received_on,
    @x.anonymous, @staff_ref(@x.lead_staff_id) AS lead, @x.due_on,
    e.days AS days_left, @due_signal(@x.due_on, e.open, e.days) AS signal,
    @x.accepted_on, @x.refuse_reason, @x.answer, @x.founded, @x.resolved_on,
    @external_refs('complaint', @x.id) AS external_refs,
    @x.created_at, @x.updated_at
    FROM (SELECT @x.status = 'accepted' AS open,
	@days_until(@x.unit_id, @x.due_on) AS days OFFSET 0) e) j);

-- complaint_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(complaint, @complaint_json(t), @complaint_rel(t),
    @complaint_seen(t, perms));

-- Who complained: for those who look into it, not for its readers.
-- complainant_get(caller uuid, today date, id uuid) : one read
SELECT t.version, t.status, perms, (SELECT row_to_json(j)::text FROM (
    SELECT t.id, t.version, n.full_name, n.phone, n.email, n.address) j) AS body
FROM complaint t CROSS JOIN LATERAL (SELECT @complaint_rel(t) AS perms OFFSET 0)
    s
LEFT JOIN complainant n ON n.complaint_id = t.id
WHERE t.id = $id AND t.deleted_at IS NULL AND @complaint_seen(t, perms)
  AND perms & (PERM_INSPECT | PERM_IS_AUTHOR | PERM_IS_DOER) <> 0;

-- @complaint_filter()
@record_filter() AND @search_then(@stood(fold))
AND ($channel IS NULL OR @stood(channel) = ANY ($channel))
AND ($received_from IS NULL OR t.received_on >= $received_from)
AND ($received_to IS NULL OR t.received_on <= $received_to)
AND ($mine IS NULL OR CASE $mine WHEN 'do' THEN perms & PERM_IS_DOER <> 0
    WHEN 'follow' THEN perms & PERM_IS_AUTHOR <> 0 ELSE false END);

-- complaint_list(caller uuid, today date, as_of date,
--     until timestamptz, status text[], channel text[],
--     received_from date, received_to date, ids uuid[], mine text, unit text,
--     subtree bool, q text, deleted text, after text[], after_id uuid,
--     limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- sort received_on: t.received_on :: date
-- sort due_on: coalesce(@stood(due_on), 'infinity') :: date | coalesce(@stood(due_on), '-infinity') :: date
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@complaint_json(t)) AS body
    FROM complaint t CROSS JOIN LATERAL
	(SELECT @complaint_rel(t) AS perms OFFSET 0) s
    WHERE @complaint_filter() AND @sees(@complaint_seen(t, perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- complaint_count(caller uuid, today date, as_of date,
--     until timestamptz,
--     status text[], channel text[],
--     received_from date, received_to date, ids uuid[], mine text, unit text,
--     subtree bool, q text, deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status'
	WHEN grouping(d.channel) = 0 THEN 'channel' ELSE 'total' END,
    coalesce(d.status, d.channel, ''), count(*)
FROM complaint t CROSS JOIN LATERAL
    (SELECT @complaint_rel(t) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status,
    @stood(channel) AS channel) d
WHERE @complaint_filter() AND @sees(@complaint_seen(t, perms))
GROUP BY GROUPING SETS ((d.status), (d.channel), ());

-- Taken in by anybody who belongs to the authority or inspects there. What is
-- written down of the change leaves out who complained.
-- complaint_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (
	SELECT i.b || jsonb_build_object('unit_id', coalesce(i.b ->> 'unit_id',
	    @home((i.b ->> 'subject_staff_id')::uuid)::text)) AS b
	FROM (SELECT @resolved($body) AS b OFFSET 0) i),
cur AS (SELECT NULL::complaint AS r WHERE false),
may AS MATERIALIZED (
	SELECT i.b, jsonb_populate_record(NULL::complaint, i.b) AS r,
	    @perms((i.b ->> 'unit_id')::uuid) | coalesce((
		SELECT @perms(z.office_id) FROM unit z
		WHERE z.id = (i.b ->> 'unit_id')::uuid), 0) AS up
	FROM inp i),
wrong AS MATERIALIZED (
	SELECT 422 AS outcome, '/unit_id required' AS line FROM may m
	WHERE (m.r).unit_id IS NULL),
fate AS MATERIALIZED (
	SELECT coalesce((SELECT min(w.outcome) FROM wrong w),
	    CASE WHEN m.up & (PERM_BELONG | PERM_PUBLISHED | PERM_INSPECT) <> 0
	    THEN 201 ELSE 403 END) AS outcome FROM may m),
upd AS (
	INSERT INTO complaint AS t (id, unit_id, subject_staff_id, channel,
	    received_on, title, "text", anonymous, author_id, created_at,
	    updated_at)
	SELECT (m.r).id, (m.r).unit_id, (m.r).subject_staff_id,
	    coalesce((m.r).channel, 'direct'), coalesce((m.r).received_on,
		$today), (m.r).title, (m.r)."text",
	    m.b ->> 'complainant' IS NULL, $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
who AS (
	INSERT INTO complainant (complaint_id, full_name, phone, email,
	    address)
	SELECT (u.r).id, p.full_name, p.phone, p.email, p.address
	FROM upd u CROSS JOIN may m CROSS JOIN LATERAL jsonb_populate_record(
	    NULL::complainant, m.b -> 'complainant') p
	WHERE m.b ->> 'complainant' IS NOT NULL),
@record_made('complaint', $body - 'complainant', @complaint_json(x),
    @complaint_rel(x));

-- complaint_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(complaint, NULL, @complaint_rel(t),
    @complaint_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE complaint t SET (title, "text", channel, version, updated_at) =
	(SELECT p.title, p."text", p.channel, t.version + 1, $now
	    FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('complaint', 'update', $body, @complaint_json(x),
    @complaint_rel(x));

-- Nobody looks into what is about him, or about the unit he leads.
-- complaint_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @record_cur(complaint, NULL, @complaint_rel(t),
    @complaint_seen(t, perms)),
inp AS MATERIALIZED (
	SELECT @resolved($body) AS b FROM step s WHERE s.outcome = 200),
wrong AS MATERIALIZED (
	SELECT 422 AS outcome, '/lead_staff_id in_conflict' AS line
	FROM cur c CROSS JOIN inp i CROSS JOIN LATERAL
	    (SELECT (i.b ->> 'lead_staff_id')::uuid AS id OFFSET 0) who
	WHERE $verb = 'accept' AND (who.id = (c.r).subject_staff_id
	    OR @leads(who.id, (c.r).unit_id))),
@fate(),
upd AS (
	UPDATE complaint t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now,
	    lead_staff_id = CASE $verb WHEN 'accept' THEN
		coalesce((i.b ->> 'lead_staff_id')::uuid, $caller)
		ELSE t.lead_staff_id END,
	    due_on = CASE $verb WHEN 'accept' THEN (i.b ->> 'due_on')::date
		ELSE t.due_on END,
	    accepted_on = CASE $verb WHEN 'accept' THEN coalesce(t.accepted_on,
		$today) ELSE t.accepted_on END,
	    refuse_reason = CASE $verb WHEN 'refuse' THEN i.b ->> 'reason'
		ELSE t.refuse_reason END,
	    answer = CASE $verb WHEN 'resolve' THEN i.b ->> 'answer'
		ELSE t.answer END,
	    founded = CASE $verb WHEN 'resolve'
		THEN (i.b ->> 'founded')::boolean ELSE t.founded END,
	    resolved_on = CASE $verb WHEN 'resolve' THEN $today
		ELSE t.resolved_on END
	FROM cur c JOIN fate f ON f.outcome = 200 CROSS JOIN inp i
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('complaint', $verb, $body, @complaint_json(x),
    @complaint_rel(x));
