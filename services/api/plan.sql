-- Plans. A draft is its author's alone; once returned, those who may read the
-- unit see why. What is issued, everybody below the issuing unit may read.

-- @plan_rel(x, up)
(@up | CASE WHEN @x.author_id = $caller THEN PERM_IS_AUTHOR ELSE 0 END);

-- @plan_seen(x, perms)
(CASE WHEN @x.status = 'draft' THEN @perms & PERM_IS_AUTHOR <> 0
	OR (@x.returns > 0 AND @perms & PERM_READ <> 0)
    ELSE @perms & (PERM_READ | PERM_IS_AUTHOR) <> 0
	OR (@x.status <> 'submitted' AND @perms & PERM_PUBLISHED <> 0) END);

-- The row's own members stand ready in doc (schema/deploy/plan.sql).
-- @plan_json(x)
@plan_whole(@x, @x.doc);

-- @plan_then()
@plan_whole(t, (CASE WHEN $until IS NULL THEN t.doc
    ELSE plan_doc(@was(t)) END));

-- @plan_whole(x, doc)
(@doc || ',"issuer_unit":' || @unit_ref(@x.unit_id) || '}');

-- plan_get(caller uuid, today date, as_of date, until timestamptz, id uuid)
--     : one read
SELECT t.version, t.status, s.perms, @plan_then() AS body
FROM plan t
CROSS JOIN LATERAL (SELECT @plan_rel(t, @perms(t.unit_id)) AS perms OFFSET 0) s
WHERE t.id = $id AND t.deleted_at IS NULL AND @made(t)
  AND @sees(@plan_seen(t, s.perms));

-- @plan_filter()
($status IS NULL OR @stood(status) = ANY ($status))
AND ($kind IS NULL OR @stood(kind) = ANY ($kind))
AND ($number IS NULL OR @stood(number) = $number)
AND ($issued_from IS NULL OR @stood(issued_on) >= $issued_from)
AND ($issued_to IS NULL OR @stood(issued_on) <= $issued_to)
AND ($ids IS NULL OR t.id = ANY ($ids))
AND ($mine IS NULL OR CASE $mine
	WHEN 'do' THEN t.author_id = $caller AND @stood(status) = 'draft'
	WHEN 'approve' THEN s.perms & PERM_ISSUE <> 0
	    AND (@stood(status) = 'issued' OR @stood(status) = 'submitted'
		AND t.author_id <> $caller)
	WHEN 'assigned' THEN t.author_id = $caller
	WHEN 'follow' THEN @stood(status) = 'in_force' END)
AND @made(t) AND @in_unit(@stood(unit_id)) AND @search_then(@stood(fold))
AND ($deleted IS NULL AND t.deleted_at IS NULL
    OR $deleted = 'only' AND t.deleted_at IS NOT NULL);

-- The plans of the units that the caller reads, of those above him and his own:
-- all he may see where these units are few (services/api/task.sql: @task_scope).
-- @plan_near()
(SELECT k.id FROM reach r JOIN plan k ON k.unit_id = r.unit_id
    WHERE r.staff_id = $caller AND r.from_on <= $today AND $today < r.until_on
      AND r.perms & (PERM_READ | PERM_PUBLISHED) <> 0
    UNION SELECT k.id FROM plan k WHERE k.author_id = $caller);

-- As @stood, where t is made of a plan's columns.
-- @plan_stood(column)
(CASE WHEN $until IS NULL THEN t.@column ELSE
    (SELECT (@was(own)).@column FROM plan own WHERE own.id = t.id) END);

-- plan_list(caller uuid, today date, as_of date, until timestamptz,
--     status text[], kind text[], number text,
--     issued_from date, issued_to date, ids uuid[], mine text, unit text,
--     subtree bool, q text, deleted text, after text[], after_id uuid,
--     limit int) : many slow
-- sort title: @plan_stood(title) COLLATE "vi-x-icu" :: text
-- sort issued_on: coalesce(@plan_stood(issued_on), 'infinity') :: date | coalesce(@plan_stood(issued_on), '-infinity') :: date
-- sort created_at: t.created_at :: timestamptz
-- sort updated_at: t.updated_at :: timestamptz
-- id t.id
WITH @task_scope(NULL::text, NULL::text,
    SELECT NULL::uuid AS id WHERE false, NULL::text, @few_to_sort())
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, b.perms, t.body
    FROM ((SELECT t.id, s.perms FROM plan t CROSS JOIN LATERAL
	    (SELECT @plan_rel(t, @perms(t.unit_id)) AS perms OFFSET 0) s
	WHERE (SELECT NOT near FROM scope) AND @plan_filter()
	  AND @sees(@plan_seen(t, s.perms)) AND /*AFTER*/
	/*ORDER*/ LIMIT $limit)
	UNION ALL
	(SELECT t.id, s.perms FROM @plan_near() n JOIN plan t ON t.id = n.id
	CROSS JOIN LATERAL
	    (SELECT @plan_rel(t, @perms(t.unit_id)) AS perms OFFSET 0) s
	WHERE (SELECT near FROM scope) AND @plan_filter()
	  AND @sees(@plan_seen(t, s.perms)) AND /*AFTER*/
	/*ORDER*/ LIMIT $limit)) b
    CROSS JOIN LATERAL (SELECT t.*, @plan_then() AS body
	FROM plan t WHERE t.id = b.id OFFSET 0) t
    /*ORDER*/ LIMIT $limit) l ON true;

-- plan_count(caller uuid, today date, as_of date,
--     until timestamptz,
--     status text[], kind text[], number text,
--     issued_from date, issued_to date, ids uuid[], mine text, unit text,
--     subtree bool, q text, deleted text) : many slow
SELECT CASE WHEN grouping(d.status) = 0 THEN 'status'
	WHEN grouping(d.kind) = 0 THEN 'kind' ELSE 'total' END,
    coalesce(d.status, d.kind, ''), count(*)
FROM plan t CROSS JOIN LATERAL
    (SELECT @plan_rel(t, @perms(t.unit_id)) AS perms OFFSET 0) s
CROSS JOIN LATERAL (SELECT @stood(status) AS status,
    @stood(kind) AS kind) d
WHERE @plan_filter() AND @sees(@plan_seen(t, s.perms))
GROUP BY GROUPING SETS ((d.status), (d.kind), ());

-- What a plan names is known to who writes it; at: where the content stands in
-- the body, self: the plan. Lines "pointer fault".
-- @plan_named(content, at, self)
(SELECT format('%s/%s/%s/%s unknown_reference', @at, g.key, e.n - 1, m.key)
    AS line
FROM jsonb_each(@content) g
CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN g.key IN ('legal_bases',
    'relations') AND jsonb_typeof(g.value) = 'array' THEN g.value
    ELSE '[]' END) WITH ORDINALITY e(x, n)
CROSS JOIN LATERAL jsonb_each_text(e.x) m
WHERE m.value IS NOT NULL AND CASE m.key
    WHEN 'document_id' THEN NOT EXISTS (SELECT FROM document named
	WHERE named.id = m.value::uuid AND named.deleted_at IS NULL
	  AND @catalogue_rel(named) <> 0)
    WHEN 'plan_id' THEN m.value::uuid = @self OR NOT EXISTS (
	SELECT FROM plan named CROSS JOIN LATERAL (SELECT @plan_rel(named,
	    @perms(named.unit_id)) AS perms OFFSET 0) v
	WHERE named.id = m.value::uuid AND named.deleted_at IS NULL
	  AND @plan_seen(named, v.perms))
    ELSE false END);

-- plan_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT refs($body, $caller, $today) AS b),
cur AS (SELECT NULL::plan AS r WHERE false),
wrong AS MATERIALIZED (
	SELECT '/unit_id ended' AS line FROM inp i
	WHERE NOT @stands((i.b ->> 'unit_id')::uuid)
	UNION ALL
	SELECT w.line FROM @plan_named($body, '', ($body ->> 'id')::uuid) w),
may AS MATERIALIZED (
	SELECT m.r, m.up, CASE WHEN m.up & PERM_DRAFT = 0 THEN 403
	    WHEN EXISTS (SELECT FROM wrong) THEN 422 ELSE 201 END AS outcome
	FROM (SELECT jsonb_populate_record(NULL::plan, i.b) AS r,
	    @perms((i.b ->> 'unit_id')::uuid) AS up FROM inp i) m),
upd AS (
	INSERT INTO plan AS t (id, unit_id, kind, symbol, title, "text",
	    issuer, place, legal_bases, relations, sections, recipients, signer,
	    source, author_id, created_at, updated_at)
	SELECT (m.r).id, (m.r).unit_id, coalesce((m.r).kind, 'plan'),
	    (m.r).symbol, (m.r).title, (m.r)."text", (m.r).issuer,
	    (m.r).place, (m.r).legal_bases, (m.r).relations, (m.r).sections,
	    (m.r).recipients, (m.r).signer, (m.r).source, $caller, $now, $now
	FROM may m WHERE m.outcome = 201
	RETURNING t AS r),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status,
	    @plan_rel(x, m.up) AS perms, @plan_json(x) AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN may m
	UNION ALL
	SELECT m.outcome, 0, '', 0, (SELECT string_agg(w.line, E'\n')
	    FROM wrong w) FROM may m
	WHERE m.outcome <> 201),
@written('plan', 'create', $body, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- @plan_cur(gone)
@locked(plan, @gone),
cur AS MATERIALIZED (
	SELECT l.r, s.perms FROM locked l
	CROSS JOIN LATERAL (SELECT (l.r).*) t CROSS JOIN LATERAL
	    (SELECT @plan_rel(t, @perms(t.unit_id)) AS perms OFFSET 0) s
	WHERE @plan_seen(t, s.perms)),
@step();

-- The answer of a step, and its consequences.
-- @plan_turned(verb, patch)
out AS MATERIALIZED (
	SELECT s.outcome, x.version, x.status, c.perms,
	    CASE WHEN s.outcome IN (200, 412) THEN @plan_json(x) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x),
@written('plan', @verb, @patch, unit_id);

-- plan_patch(caller uuid, today date, now timestamptz, id uuid, version int,
--     body jsonb, from text[], need bigint[], request text, trace text,
--     tell bool, key text, hash bytea, to text[], also bigint[],
--     never bigint[]) : one write
WITH @plan_cur(NULL),
wrong AS MATERIALIZED (
	SELECT w.line FROM step s CROSS JOIN @plan_named($body, '', $id) w
	WHERE s.outcome = 200),
upd AS (
	UPDATE plan t SET (kind, symbol, title, "text", issuer, place,
	    legal_bases, relations, sections, recipients, signer, version,
	    updated_at) =
	(SELECT p.kind, p.symbol, p.title, p."text", p.issuer, p.place,
	    p.legal_bases, p.relations, p.sections, p.recipients,
	    CASE WHEN $body ? 'signer' THEN nullif(json_merge((c.r).signer::jsonb,
		$body -> 'signer'), 'null')::json ELSE t.signer END,
	    t.version + 1, $now
	    FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id AND NOT EXISTS (SELECT FROM wrong)
	RETURNING t AS r),
@plan_judged('update', $body)
SELECT outcome, version, status, perms, body FROM out;

-- Likewise, where the CTE wrong (line: "pointer fault") may speak against it.
-- @plan_judged(verb, patch)
out AS MATERIALIZED (
	SELECT CASE WHEN w.lines IS NOT NULL THEN 422 ELSE s.outcome END
	    AS outcome, x.version, x.status, c.perms,
	    CASE WHEN w.lines IS NOT NULL THEN w.lines
		WHEN s.outcome IN (200, 412) THEN @plan_json(x) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x
	CROSS JOIN (SELECT string_agg(line, E'\n' ORDER BY line) AS lines
	    FROM wrong) w),
@written('plan', @verb, @patch, unit_id);

-- A number of the register: the one that was entered, which the register then
-- does not fall behind, or else the next one. Expects the CTE want (unit_id,
-- kind, year, number), of one row at most.
-- @registered()
reg AS (
	INSERT INTO number_register AS g (unit_id, kind, year, last)
	SELECT w.unit_id, w.kind, w.year, CASE WHEN w.number IS NULL THEN 1
	    ELSE coalesce(substring(number_key(w.number)
		FROM '^([0-9]{1,8})(?![0-9])')::int, 0) END
	FROM want w
	ON CONFLICT (unit_id, kind, year) DO UPDATE SET last =
	    CASE WHEN (SELECT w.number FROM want w) IS NULL THEN g.last + 1
	    ELSE greatest(g.last, excluded.last) END
	RETURNING g.last);

-- What is handed up must be whole: one-off items have their due day.
-- plan_verb(caller uuid, today date, now timestamptz, id uuid, version int,
--     verb text, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @plan_cur(NULL),
wrong AS MATERIALIZED (
	SELECT format('/tasks/%s/due_on no_due_day', coalesce(k.code,
	    k.id::text)) AS line
	FROM step s JOIN task k ON k.plan_id = $id AND k.kind = 'one_off'
	    AND k.due_on IS NULL AND k.deleted_at IS NULL
	WHERE s.outcome = 200 AND $verb = 'submit'),
want AS MATERIALIZED (
	SELECT (c.r).unit_id, (c.r).kind, extract(year FROM
	    ($body ->> 'issued_on')::date)::int AS year,
	    coalesce($body ->> 'number', (c.r).number) AS number
	FROM cur c JOIN step s ON s.outcome = 200 WHERE $verb = 'issue'),
@registered(),
upd AS (
	UPDATE plan t SET status = s.goes_to, version = t.version + 1,
	    updated_at = $now,
	    number = coalesce(p.number, t.number, (SELECT
		lpad(g.last::text, greatest(2, length(g.last::text)), '0')
		FROM reg g)),
	    issued_on = coalesce(p.issued_on, t.issued_on),
	    submitted_by = CASE $verb WHEN 'submit' THEN $caller
		ELSE t.submitted_by END,
	    return_reason = CASE $verb WHEN 'return' THEN $body ->> 'reason'
		WHEN 'submit' THEN NULL ELSE t.return_reason END,
	    returns = t.returns + ($verb = 'return')::int
	FROM cur c JOIN step s ON s.outcome = 200
	CROSS JOIN LATERAL jsonb_populate_record(NULL::plan, $body) p
	WHERE t.id = (c.r).id AND NOT EXISTS (SELECT FROM wrong)
	RETURNING t AS r),
@plan_judged($verb, $body)
SELECT outcome, version, status, perms, body FROM out;

-- Issued content changes by an amendment alone, which keeps what it has changed.
-- plan_amend(caller uuid, today date, now timestamptz, id uuid, version int,
--     verb text, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @plan_cur(NULL),
meant AS MATERIALIZED (
	SELECT p.r FROM cur c JOIN step s ON s.outcome = 200
	CROSS JOIN LATERAL (SELECT jsonb_populate_record(c.r, $body -> 'patch'
	    || CASE jsonb_typeof($body #> '{patch,signer}') WHEN 'object'
		THEN jsonb_build_object('signer', json_merge((c.r).signer::jsonb,
		    $body #> '{patch,signer}')) ELSE '{}' END) AS r) p),
changed AS MATERIALIZED (
	SELECT json_agg(d) AS list FROM cur c CROSS JOIN meant m
	CROSS JOIN LATERAL jsonb_object_keys($body -> 'patch') k
	CROSS JOIN LATERAL json_changes(to_jsonb(c.r) -> k, to_jsonb(m.r) -> k,
	    '/' || k) d),
wrong AS MATERIALIZED (
	SELECT '/patch required' AS line FROM meant CROSS JOIN changed
	WHERE list IS NULL
	UNION ALL
	SELECT w.line FROM meant
	CROSS JOIN @plan_named(($body -> 'patch'), '/patch', $id) w),
upd AS (
	UPDATE plan t SET (symbol, title, "text", issuer, place, legal_bases,
	    relations, sections, recipients, signer, amendments, version,
	    updated_at) =
	(SELECT (m.r).symbol, (m.r).title, (m.r)."text", (m.r).issuer,
	    (m.r).place, (m.r).legal_bases, (m.r).relations, (m.r).sections,
	    (m.r).recipients, (m.r).signer, t.amendments + 1, t.version + 1,
	    $now)
	FROM cur c CROSS JOIN meant m
	WHERE t.id = (c.r).id AND NOT EXISTS (SELECT FROM wrong)
	RETURNING t AS r),
told AS (
	INSERT INTO plan_amendment (id, plan_id, nth, plan_version, reason,
	    document, changes, author_id, created_at)
	SELECT uuid_v7(), (u.r).id, (u.r).amendments, (u.r).version,
	    $body ->> 'reason', ($body -> 'document')::json, list, $caller, $now
	FROM upd u CROSS JOIN changed),
@plan_judged($verb, ($body -> 'patch') || jsonb_build_object('reason',
    $body -> 'reason'))
SELECT outcome, version, status, perms, body FROM out;

-- @task_kept(g)
(SELECT @kept_of(o, @g.r, '{}'::jsonb) FROM task o WHERE o.id = @g.id);

-- Tasks that a plan's step has turned: their events, marks and one job. The
-- events keep how each stood.
-- @turned(rows, verb)
tev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before)
	SELECT $now, 'task', g.id, g.unit_id, g.version, @verb, $caller,
	    $request, $trace, @task_kept(g) FROM @rows g),
tmk AS (
	INSERT INTO mark (unit_id, day) SELECT DISTINCT g.unit_id, g.due_on
	FROM @rows g WHERE g.due_on IS NOT NULL
	  AND g.kind IN ('one_off', 'occurrence') RETURNING unit_id),
tjb AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'rollup', min(tmk.unit_id::text), $trace FROM tmk
	HAVING count(*) > 0);

-- Put a plan in force: its tasks are given out, and nothing that fell due
-- before count_from is ever reminded of or counted.
-- plan_activate(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @plan_cur(NULL),
upd AS (
	UPDATE plan t SET status = s.goes_to, version = t.version + 1,
	    updated_at = $now, activated_on = $today,
	    count_from = coalesce(($body ->> 'count_from')::date, $today)
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
given AS (
	UPDATE task k SET status = 'assigned', version = k.version + 1,
	    updated_at = $now, given_by = $caller, given_from = (u.r).unit_id,
	    assigned_by = $caller, assigned_on = $today,
	    count_from = (u.r).count_from
	FROM upd u WHERE k.plan_id = (u.r).id AND k.status = 'draft'
	  AND k.deleted_at IS NULL AND k.kind <> 'recurring'
	RETURNING k.id, k.unit_id, k.version, k.due_on, k.kind, k AS r),
begun AS (
	UPDATE task k SET status = 'in_progress', version = k.version + 1,
	    updated_at = $now, given_by = $caller, given_from = (u.r).unit_id,
	    assigned_by = $caller, assigned_on = $today,
	    count_from = (u.r).count_from
	FROM upd u WHERE k.plan_id = (u.r).id AND k.status = 'draft'
	  AND k.deleted_at IS NULL AND k.kind = 'recurring'
	RETURNING k.id, k.unit_id, k.version, k AS r),
@turned(given, 'assign'),
oev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before)
	SELECT $now, 'task', g.id, g.unit_id, g.version, 'assign', $caller,
	    $request, $trace, @task_kept(g) FROM begun g),
@plan_turned($verb, $body)
SELECT outcome, version, status, perms, body FROM out;

-- End a plan before its time; its open work ends with it. A plan is superseded
-- by the one that is named, or by the latest that says so of itself, of those
-- that the caller may put in its place.
-- plan_end(caller uuid, today date, now timestamptz, id uuid, version int,
--     verb text, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @plan_cur(NULL),
heir AS MATERIALIZED (
	SELECT p.id FROM cur c JOIN step s ON s.outcome = 200
	JOIN plan p ON p.id = ($body ->> 'successor_id')::uuid
	    OR $body ->> 'successor_id' IS NULL AND p.id IN (
		SELECT k.plan_id FROM plan_link k
		WHERE k.to_plan_id = $id AND k.relation = 'supersedes')
	CROSS JOIN LATERAL (SELECT @plan_rel(p, @perms(p.unit_id)) AS perms
	    OFFSET 0) v
	WHERE $verb = 'supersede' AND p.id <> $id AND p.deleted_at IS NULL
	  AND p.status IN ('issued', 'in_force') AND @plan_seen(p, v.perms)
	  AND ($body ->> 'successor_id' IS NOT NULL
	    OR v.perms & PERM_ISSUE <> 0)
	ORDER BY p.issued_on DESC, p.id DESC LIMIT 1),
wrong AS MATERIALIZED (
	SELECT '/successor_id unknown_reference' AS line FROM step s
	WHERE s.outcome = 200 AND $body ->> 'successor_id' IS NOT NULL
	  AND NOT EXISTS (SELECT FROM heir)),
upd AS (
	UPDATE plan t SET status = s.goes_to, version = t.version + 1,
	    updated_at = $now, return_reason = $body ->> 'reason',
	    superseded_by_id = (SELECT h.id FROM heir h)
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id AND NOT EXISTS (SELECT FROM wrong)
	RETURNING t AS r),
ended AS (
	UPDATE task k SET status = 'cancelled', version = k.version + 1,
	    updated_at = $now
	FROM upd u WHERE k.plan_id = (u.r).id
	  AND k.status NOT IN ('done', 'accepted', 'cancelled')
	  AND k.deleted_at IS NULL
	RETURNING k.id, k.unit_id, k.version, k.due_on, k.kind, k AS r),
@turned(ended, 'cancel'),
@plan_judged($verb, $body)
SELECT outcome, version, status, perms, body FROM out;

-- A draft goes with its items, and they come back with it.
-- plan_remove(caller uuid, today date, now timestamptz, id uuid, version int,
--     from text[], to text[], need bigint[], also bigint[], never bigint[],
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH @plan_cur(NULL),
upd AS (
	UPDATE plan t SET deleted_at = $now, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
gone AS (
	UPDATE task k SET deleted_at = $now, version = k.version + 1,
	    updated_at = $now
	FROM upd u WHERE k.plan_id = (u.r).id AND k.deleted_at IS NULL
	RETURNING k.id, k.unit_id, k.version, k.due_on, k.kind, k AS r),
@turned(gone, 'delete'),
out AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN 204 ELSE s.outcome END AS outcome,
	    x.version, x.status, c.perms,
	    CASE WHEN s.outcome = 412 THEN @plan_json(x) END AS body
	FROM step s CROSS JOIN cur c CROSS JOIN LATERAL (SELECT (c.r).*) x),
@written('plan', 'delete', NULL::jsonb, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- plan_restore(caller uuid, today date, now timestamptz, id uuid,
--     from text[], to text[], need bigint[], also bigint[], never bigint[],
--     version int, request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @plan_cur(NOT NULL),
upd AS (
	UPDATE plan t SET deleted_at = NULL, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
back AS (
	UPDATE task k SET deleted_at = NULL, version = k.version + 1,
	    updated_at = $now
	FROM upd u CROSS JOIN cur c WHERE k.plan_id = (u.r).id
	  AND k.deleted_at = (c.r).deleted_at
	RETURNING k.id, k.unit_id, k.version, k.due_on, k.kind, k AS r),
@turned(back, 'restore'),
@plan_turned('restore', NULL::jsonb)
SELECT outcome, version, status, perms, body FROM out;
