-- Measures: what is done about a finding, or without one. About a person they
-- are seen by him, by who carries them out and by those who answer for people;
-- about a unit by whoever reads its records.

-- @measure_rel(x)
(SELECT own.up | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR
	ELSE 0 END
    | CASE WHEN @x.subject_staff_id = $caller THEN PERM_IS_SUBJECT ELSE 0 END
    | CASE WHEN @x.lead_staff_id = $caller THEN PERM_IS_DOER | PERM_IS_NAMED
	WHEN @x.lead_staff_id IS NULL AND own.up & PERM_IS_LEADER <> 0
	THEN PERM_IS_DOER ELSE 0 END
    FROM (SELECT @perms(@x.unit_id) AS up OFFSET 0) own);

-- @measure_seen(x, perms)
(@perms & (PERM_IS_AUTHOR | PERM_IS_DOER | PERM_IS_SUBJECT | PERM_INSPECT
	| PERM_REVIEW | PERM_DOSSIER) <> 0
    OR @x.subject_staff_id IS NULL AND @perms & PERM_READ <> 0);

-- @measure_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.kind, @x.title, @x."text", @x.finding_id, @x.inspection_id,
    @unit_ref(@x.unit_id) AS unit,
    @staff_ref(@x.subject_staff_id) AS subject,
    @staff_ref(@x.lead_staff_id) AS lead, @x.decision, @x.due_on,
    e.days AS days_left, @due_signal(@x.due_on, e.open, e.days) AS signal,
    @x.result, @x.done_on, @x.verified_on,
    @staff_ref(@x.verified_by) AS verified_by, @x.referred_to,
    @x.referred_on, @x.document, @x.return_reason, @x.returns,

    @external_refs('measure', @x.id) AS external_refs,
    @x.created_at, @x.updated_at
    FROM (SELECT @x.status = 'open' AS open,
	@days_until(@x.unit_id, @x.due_on) AS days OFFSET 0) e) j);

-- measure_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(measure, @measure_json(t), @measure_rel(t),
    @measure_seen(t, perms));

-- @measure_signal(x)
(@due_signal(@x.due_on, @x.status = 'open',
    @days_until(@x.unit_id, @x.due_on)));

-- @measure_filter()
@record_filter() AND ($kind IS NULL OR @stood(kind) = ANY ($kind))
AND ($finding IS NULL OR t.finding_id = $finding)
AND ($inspection IS NULL OR t.inspection_id = $inspection)
AND ($subject IS NULL OR t.subject_staff_id = $subject)
AND ($due_from IS NULL OR @stood(due_on) >= $due_from)
AND ($due_to IS NULL OR @stood(due_on) <= $due_to)
AND ($signal IS NULL OR @then(@measure_signal(t)) = ANY ($signal))
AND ($mine IS NULL OR CASE $mine WHEN 'do' THEN perms & PERM_IS_DOER <> 0
    WHEN 'assigned' THEN perms & PERM_IS_AUTHOR <> 0
    WHEN 'approve' THEN @stood(status) = 'done' AND perms & PERM_IS_AUTHOR <> 0
    ELSE false END);

-- What has not been carried out is status=open,done.
-- measure_list(caller uuid, today date, as_of date,
--     until timestamptz, status text[], kind text[],
--     finding uuid, inspection uuid, subject uuid, due_from date, due_to date,
--     signal text[], ids uuid[], mine text, unit text, subtree bool,
--     deleted text, after text[], after_id uuid, limit int) : many slow
-- sort due_on: @stood(due_on) :: date
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@measure_json(t)) AS body
    FROM measure t CROSS JOIN LATERAL
	(SELECT @measure_rel(t) AS perms OFFSET 0) s
    WHERE @measure_filter() AND @sees(@measure_seen(t, perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- measure_count(caller uuid, today date, as_of date,
--     until timestamptz, status text[], kind text[],
--     finding uuid, inspection uuid, subject uuid, due_from date, due_to date,
--     signal text[], ids uuid[], mine text, unit text, subtree bool,
--     deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status'
	WHEN grouping(d.kind) = 0 THEN 'kind' ELSE 'total' END,
    coalesce(d.status, d.kind, ''), count(*)
FROM measure t CROSS JOIN LATERAL (SELECT @measure_rel(t) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status,
    @stood(kind) AS kind) d
WHERE @measure_filter() AND @sees(@measure_seen(t, perms))
GROUP BY GROUPING SETS ((d.status), (d.kind), ());

-- On a finding that is stated, or on its own; by who inspects or judges there,
-- never by whom it concerns.
-- measure_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT @resolved($body) AS b),
cur AS (SELECT NULL::measure AS r WHERE false),
host AS MATERIALIZED (
	SELECT t.unit_id, t.subject_staff_id, t.inspection_id, t.status, perms
	FROM inp i JOIN finding t ON t.id = (i.b ->> 'finding_id')::uuid
	    AND t.deleted_at IS NULL
	CROSS JOIN LATERAL (SELECT @finding_rel(t) AS perms OFFSET 0) s
	WHERE @finding_seen(t, perms)),
what AS MATERIALIZED (
	SELECT i.b, jsonb_populate_record(NULL::measure, i.b
	    || jsonb_build_object(
		'unit_id', coalesce(i.b ->> 'unit_id', h.unit_id::text,
		    @home((i.b ->> 'subject_staff_id')::uuid)::text),
		'subject_staff_id', coalesce(i.b ->> 'subject_staff_id',
		    h.subject_staff_id::text),
		'inspection_id', h.inspection_id)) AS r,
	    h.status, coalesce(h.perms, 0) AS perms
	FROM inp i LEFT JOIN host h ON true),
may AS MATERIALIZED (
	SELECT w.b, w.r, w.status, @perms((w.r).unit_id) | w.perms
	    | CASE WHEN (w.r).subject_staff_id = $caller THEN PERM_IS_SUBJECT
		ELSE 0 END AS up
	FROM what w),
wrong AS MATERIALIZED (
	SELECT v.outcome, v.line FROM may m CROSS JOIN LATERAL (VALUES
	    (m.status = 'draft', 409, ''),
	    (m.status IS NULL AND m.b ? 'finding_id', 422,
		'/finding_id unknown_reference'),
	    ((m.r).unit_id IS NULL, 422, '/unit_id required'))
	    v(so, outcome, line)
	WHERE v.so),
fate AS MATERIALIZED (
	SELECT CASE WHEN (m.r).unit_id IS NOT NULL AND (m.up & (PERM_INSPECT
		| PERM_REVIEW | PERM_IS_DOER | PERM_IS_CO_OWNER) = 0
		OR m.up & PERM_IS_SUBJECT <> 0) THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome FROM may m),
upd AS (
	INSERT INTO measure AS t (id, finding_id, inspection_id, unit_id,
	    subject_staff_id, lead_staff_id, kind, title, "text", decision,
	    due_on, author_id, created_at, updated_at)
	SELECT (m.r).id, (m.r).finding_id, (m.r).inspection_id, (m.r).unit_id,
	    (m.r).subject_staff_id, (m.r).lead_staff_id, (m.r).kind,
	    (m.r).title, (m.r)."text", (m.r).decision, (m.r).due_on, $caller,
	    $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('measure', $body, @measure_json(x), @measure_rel(x));

-- measure_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(measure, NULL, @measure_rel(t), @measure_seen(t, perms)),
@at_will(),
inp AS MATERIALIZED (
	SELECT @resolved($body) AS b FROM fate f WHERE f.outcome = 200),
upd AS (
	UPDATE measure t SET (lead_staff_id, kind, title, "text", decision,
	    due_on, version, updated_at) =
	(SELECT p.lead_staff_id, p.kind, p.title, p."text", p.decision,
	    p.due_on, t.version + 1, $now
	    FROM jsonb_populate_record(c.r, i.b) p)
	FROM cur c CROSS JOIN inp i
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('measure', 'update', $body, @measure_json(x),
    @measure_rel(x));

-- measure_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @record_cur(measure, NULL, @measure_rel(t), @measure_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE measure t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now,
	    result = CASE $verb WHEN 'do' THEN p.result ELSE t.result END,
	    done_on = CASE $verb WHEN 'do' THEN coalesce(p.done_on, $today)
		WHEN 'return' THEN NULL ELSE t.done_on END,
	    done_by = CASE $verb WHEN 'do' THEN $caller ELSE t.done_by END,
	    document = coalesce(p.document, t.document),
	    verified_on = CASE $verb WHEN 'verify' THEN $today
		ELSE t.verified_on END,
	    verified_by = CASE $verb WHEN 'verify' THEN $caller
		ELSE t.verified_by END,
	    referred_to = CASE $verb WHEN 'refer' THEN $body ->> 'to'
		ELSE t.referred_to END,
	    referred_on = CASE $verb WHEN 'refer' THEN $today
		ELSE t.referred_on END,
	    return_reason = CASE $verb WHEN 'return' THEN $body ->> 'reason'
		WHEN 'do' THEN NULL ELSE t.return_reason END,
	    returns = t.returns + ($verb = 'return')::int
	FROM cur c JOIN fate f ON f.outcome = 200
	CROSS JOIN LATERAL jsonb_populate_record(NULL::measure, $body) p
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('measure', $verb, $body, @measure_json(x),
    @measure_rel(x));

-- measure_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('measure', measure, @measure_json(t), @measure_rel(t),
    @measure_seen(t, perms));

-- measure_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('measure', measure, @measure_json(t), @measure_rel(t),
    @measure_seen(t, perms));
