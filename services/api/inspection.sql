-- Inspections. Those who inspect see them from the start; whoever they concern
-- - the unit's people, its leader, the person - once they are open: announced,
-- or past the day their seal ends.

-- @inspection_rel(x)
(@perms(@x.unit_id)
    | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR ELSE 0 END
    | CASE WHEN @x.lead_staff_id = $caller THEN PERM_IS_DOER ELSE 0 END
    | CASE WHEN $caller = ANY (@x.member_ids) THEN PERM_IS_CO_OWNER ELSE 0 END
    | CASE WHEN @x.subject_staff_id = $caller THEN PERM_IS_SUBJECT ELSE 0
	END);

-- @inspection_open(x)
(@x.announced_on IS NOT NULL OR coalesce(@x.sealed_until
    <= least($day, $today), false));

-- Does the caller belong to what is inspected?
-- @inside(unit)
EXISTS (SELECT FROM unit_cover WHERE unit_cover.anc_id = @unit
    AND unit_cover.unit_id = @home($caller)
    AND unit_cover.from_on <= $today AND $today < unit_cover.until_on);

-- @inspection_seen(x, perms)
(@perms & (PERM_IS_AUTHOR | PERM_IS_DOER | PERM_IS_CO_OWNER) <> 0
    OR @perms & PERM_INSPECT <> 0 AND @perms & PERM_IS_SUBJECT = 0
	AND NOT @inside(@x.unit_id)
    OR @inspection_open(@x)
	AND @perms & (PERM_READ | PERM_INSPECT | PERM_IS_SUBJECT) <> 0);

-- @inspection_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.title, @x."text", @unit_ref(@x.unit_id) AS unit,
    @staff_ref(@x.subject_staff_id) AS subject, @x.plan_id, @x.origin,
    @x.decision, @staff_ref(@x.lead_staff_id) AS lead,
    (SELECT coalesce(json_agg(@staff_ref(team.id) ORDER BY team.n), '[]')
	FROM unnest(@x.member_ids) WITH ORDINALITY team(id, n)) AS members,
    @x.from_on AS "from", @x.until_on - 1 AS "to", @x.due_on,
    e.days AS days_left, @due_signal(@x.due_on, e.open, e.days) AS signal,
    @x.sealed_until, NOT @inspection_open(@x) AS sealed, @x.announced_on,
    @x.started_on, @x.answer, @x.answered_on, @x.conclusion, @x.concluded_on,
    @x.closed_on,
    @external_refs('inspection', @x.id) AS external_refs,
    @x.created_at, @x.updated_at
    FROM (SELECT @x.status IN ('planned', 'announced', 'running') AS open,
	@days_until(@x.unit_id, @x.due_on) AS days OFFSET 0) e) j);

-- inspection_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(inspection, @inspection_json(t), @inspection_rel(t),
    @inspection_seen(t, perms));

-- @inspection_filter()
@record_filter() AND ($origin IS NULL OR @stood(origin) ->> 'kind' = ANY ($origin))
AND ($plan IS NULL OR @stood(plan_id) = $plan) AND @search_then(@stood(fold))
AND ($mine IS NULL OR CASE $mine
    WHEN 'do' THEN perms & PERM_IS_DOER <> 0
    WHEN 'follow' THEN perms & PERM_IS_CO_OWNER <> 0 ELSE false END);

-- inspection_list(caller uuid, today date, as_of date,
--     until timestamptz, status text[], origin text[],
--     plan uuid, ids uuid[], mine text, unit text, subtree bool, q text,
--     deleted text, after text[], after_id uuid, limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- sort due_on: coalesce(@stood(due_on), 'infinity') :: date | coalesce(@stood(due_on), '-infinity') :: date
-- sort title: @stood(title) COLLATE "vi-x-icu" :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@inspection_json(t)) AS body
    FROM inspection t CROSS JOIN LATERAL
	(SELECT @inspection_rel(t) AS perms OFFSET 0) s
    WHERE @inspection_filter() AND @sees(@inspection_seen(t, perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- inspection_count(caller uuid, today date, as_of date,
--     until timestamptz,
--     status text[], origin text[],
--     plan uuid, ids uuid[], mine text, unit text, subtree bool, q text,
--     deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status'
	WHEN grouping(d.origin) = 0 THEN 'origin'
	ELSE 'total' END,
    coalesce(d.status, d.origin, ''), count(*)
FROM inspection t CROSS JOIN LATERAL
    (SELECT @inspection_rel(t) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status,
    @stood(origin) ->> 'kind' AS origin) d
WHERE @inspection_filter() AND @sees(@inspection_seen(t, perms))
GROUP BY GROUPING SETS ((d.status), (d.origin), ());

-- The body as columns: the members found, the last day as the day after.
-- @inspection_input(body)
(SELECT b.b
    || CASE WHEN b.b ? 'from' THEN jsonb_build_object('from_on', b.b -> 'from')
	ELSE '{}' END
    || CASE WHEN b.b ? 'to' THEN jsonb_build_object('until_on',
	(b.b ->> 'to')::date + 1) ELSE '{}' END
    || CASE WHEN b.b ? 'members' THEN jsonb_build_object('member_ids',
	(SELECT coalesce(jsonb_agg(o.b -> 'staff_id'), '[]')
	    FROM (SELECT @resolved(e) AS b FROM jsonb_array_elements(
		nullif(b.b -> 'members', 'null')) e) o)) ELSE '{}' END
    FROM (SELECT @resolved(@body) AS b OFFSET 0) b);

-- Is it about somebody, or about the unit he leads?
-- @concerned(r, staff)
(@staff = (@r).subject_staff_id OR @leads(@staff, (@r).unit_id));

-- Planned by whoever inspects there, or ordered by its authority; led by whom
-- it names, or by who makes it.
-- inspection_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (
	SELECT i.b || jsonb_build_object('unit_id', coalesce(i.b ->> 'unit_id',
	    @home((i.b ->> 'subject_staff_id')::uuid)::text)) AS b
	FROM (SELECT @inspection_input($body) AS b OFFSET 0) i),
cur AS (SELECT NULL::inspection AS r WHERE false),
may AS MATERIALIZED (
	SELECT jsonb_populate_record(NULL::inspection, i.b) AS r,
	    @perms((i.b ->> 'unit_id')::uuid) AS up FROM inp i),
wrong AS MATERIALIZED (
	SELECT 422 AS outcome, v.line FROM may m CROSS JOIN LATERAL (VALUES
	    ((m.r).unit_id IS NULL, '/unit_id required'),
	    (@concerned(m.r, coalesce((m.r).lead_staff_id, $caller)),
		'/lead_staff_id in_conflict'),
	    (EXISTS (SELECT FROM unnest((m.r).member_ids) team(id)
		WHERE @concerned(m.r, team.id)), '/members in_conflict'))
	    v(so, line)
	WHERE v.so),
fate AS MATERIALIZED (
	SELECT CASE WHEN (m.r).unit_id IS NOT NULL
		AND m.up & (PERM_INSPECT | PERM_ISSUE) = 0 THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome FROM may m),
upd AS (
	INSERT INTO inspection AS t (id, unit_id, subject_staff_id, plan_id,
	    title, "text", origin, decision, lead_staff_id, member_ids,
	    from_on, until_on, due_on, sealed_until, author_id, created_at,
	    updated_at)
	SELECT (m.r).id, (m.r).unit_id, (m.r).subject_staff_id, (m.r).plan_id,
	    (m.r).title, (m.r)."text", (m.r).origin, (m.r).decision,
	    coalesce((m.r).lead_staff_id, $caller),
	    coalesce((m.r).member_ids, '{}'), (m.r).from_on, (m.r).until_on,
	    (m.r).due_on, (m.r).sealed_until, $caller, $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('inspection', $body, @inspection_json(x), @inspection_rel(x));

-- inspection_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(inspection, NULL, @inspection_rel(t),
    @inspection_seen(t, perms)),
inp AS MATERIALIZED (
	SELECT @inspection_input($body) AS b FROM step s
	WHERE s.outcome = 200),
wrong AS MATERIALIZED (
	SELECT 422 AS outcome, v.line FROM cur c CROSS JOIN inp i
	CROSS JOIN LATERAL (SELECT jsonb_populate_record(c.r, i.b) AS r
	    OFFSET 0) n
	CROSS JOIN LATERAL (VALUES
	    (i.b ->> 'lead_staff_id' IS NOT NULL
		AND @concerned(n.r, (n.r).lead_staff_id),
		'/lead_staff_id in_conflict'),
	    (EXISTS (SELECT FROM unnest((n.r).member_ids) team(id)
		WHERE i.b ? 'member_ids' AND @concerned(n.r, team.id)),
		'/members in_conflict')) v(so, line)
	WHERE v.so),
@fate(),
upd AS (
	UPDATE inspection t SET (title, "text", origin, decision,
	    lead_staff_id, member_ids, from_on, until_on, due_on,
	    sealed_until, plan_id, version, updated_at) =
	(SELECT p.title, p."text", json_merge(t.origin, $body -> 'origin'),
	    p.decision, coalesce(p.lead_staff_id, t.lead_staff_id),
	    p.member_ids, p.from_on, p.until_on, p.due_on, p.sealed_until,
	    p.plan_id, t.version + 1, $now
	    FROM jsonb_populate_record(c.r, i.b) p)
	FROM cur c CROSS JOIN inp i JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('inspection', 'update', $body, @inspection_json(x),
    @inspection_rel(x));

-- Announcing ends the seal; so does beginning, where no later day was set.
-- What was found is stated with the conclusion. It closes when every measure is
-- verified or referred.
-- inspection_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @record_cur(inspection, NULL, @inspection_rel(t),
    @inspection_seen(t, perms)),
wrong AS MATERIALIZED (
	SELECT 409 AS outcome, ''::text AS line FROM cur c
	WHERE $verb = 'close' AND EXISTS (SELECT FROM measure m
	    WHERE m.inspection_id = (c.r).id AND m.deleted_at IS NULL
	      AND m.status IN ('open', 'done'))),
@fate(),
upd AS (
	UPDATE inspection t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now,
	    announced_on = CASE WHEN $verb IN ('announce', 'conclude')
		    THEN coalesce(t.announced_on, $today)
		WHEN $verb = 'start' AND coalesce(t.sealed_until <= $today,
		    true) THEN coalesce(t.announced_on, $today)
		ELSE t.announced_on END,
	    started_on = CASE $verb WHEN 'start' THEN $today
		ELSE t.started_on END,
	    answer = CASE $verb WHEN 'answer' THEN $body ->> 'answer'
		ELSE t.answer END,
	    answered_on = CASE $verb WHEN 'answer' THEN $today
		ELSE t.answered_on END,
	    conclusion = CASE $verb WHEN 'conclude' THEN $body ->> 'conclusion'
		ELSE t.conclusion END,
	    concluded_on = CASE $verb WHEN 'conclude' THEN $today
		ELSE t.concluded_on END,
	    closed_on = CASE $verb WHEN 'close' THEN $today
		ELSE t.closed_on END
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
stated AS (
	UPDATE finding n SET status = 'stated', version = n.version + 1,
	    updated_at = $now
	FROM upd u WHERE n.inspection_id = (u.r).id AND n.status = 'draft'
	  AND n.deleted_at IS NULL AND $verb = 'conclude' RETURNING n AS r),
stated_ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before, patch)
	SELECT $now, 'finding', (n.r).id, (n.r).unit_id, (n.r).version,
	    'state', $caller, $request, $trace,
	    json_pick(to_jsonb(n.r), @whose()) || '{"status": "draft"}',
	    '{"status": "stated"}'::jsonb
	FROM stated n),
@record_turned('inspection', $verb, $body, @inspection_json(x),
    @inspection_rel(x));

-- inspection_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('inspection', inspection, @inspection_json(t),
    @inspection_rel(t), @inspection_seen(t, perms));

-- inspection_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('inspection', inspection, @inspection_json(t),
    @inspection_rel(t), @inspection_seen(t, perms));
