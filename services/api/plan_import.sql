-- A whole plan document at once: the plan, its tasks, its obligations, and a
-- stub for every basis nobody has entered yet. Everything that is wrong with
-- it is told in one answer, and then nothing is written; $faulty says that the
-- answer is no already.
--
-- A unit that has ended is followed to whoever stands in its place today; the
-- stated code is kept in the item's source.

-- plan_import(caller uuid, today date, now timestamptz, id uuid, body jsonb,
--     dry_run bool, faulty bool, request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH doc AS MATERIALIZED (SELECT $body AS d),
item AS MATERIALIZED (
	SELECT e.t, e.n - 1 AS n FROM doc CROSS JOIN
	    jsonb_array_elements(nullif(d -> 'tasks', 'null'))
	    WITH ORDINALITY e(t, n)),
duty AS MATERIALIZED (
	SELECT e.o, e.n - 1 AS n FROM doc CROSS JOIN
	    jsonb_array_elements(nullif(d -> 'obligations', 'null'))
	    WITH ORDINALITY e(o, n)),
basis AS MATERIALIZED (
	SELECT e.b, e.n, coalesce((e.b ->> 'document_id')::uuid, document_of(
	    (SELECT unit_heir(o.id, $today) FROM doc JOIN unit o
		ON o.code = d ->> 'issuer_unit_code'),
	    document_cited(e.b))) AS known
	FROM doc CROSS JOIN
	    jsonb_array_elements(nullif(d -> 'legal_bases', 'null'))
	    WITH ORDINALITY e(b, n)),
-- every place that names a unit, and whether work hangs on it
named AS MATERIALIZED (
	SELECT c.ptr, c.code, c.must, u.id AS stated,
	    unit_heir(u.id, $today) AS heir
	FROM (
	    SELECT '/issuer_unit_code' AS ptr, d ->> 'issuer_unit_code' AS code,
		true AS must FROM doc
	    UNION ALL
	    SELECT format('/tasks/%s/lead_unit_code', n),
		t ->> 'lead_unit_code', true FROM item
	    UNION ALL
	    SELECT format('/tasks/%s/audience', n), t ->> 'audience', false
	    FROM item
	    UNION ALL
	    SELECT format('/obligations/%s/audience', n), o ->> 'audience',
		false FROM duty
	    UNION ALL
	    SELECT format('/obligations/%s/report_to_unit_codes/%s', n,
		r.m - 1), r.code, false
	    FROM duty CROSS JOIN jsonb_array_elements_text(
		nullif(o -> 'report_to_unit_codes', 'null'))
		WITH ORDINALITY r(code, m)
	    UNION ALL
	    SELECT format('/recipients/%s/audience', r.m - 1),
		r.x ->> 'audience', false
	    FROM doc CROSS JOIN
		jsonb_array_elements(nullif(d -> 'recipients', 'null'))
		WITH ORDINALITY r(x, m)) c
	LEFT JOIN unit u ON u.code = c.code AND u.deleted_at IS NULL
	    AND unit_known(u.id, $caller, $today)
	WHERE c.code IS NOT NULL
	  AND (c.must OR group_of(c.code, (SELECT o.id FROM doc
	    JOIN unit o ON o.code = d ->> 'issuer_unit_code')) IS NULL)),
wrong AS MATERIALIZED (
	SELECT ptr, 'unknown_reference' AS fault FROM named
	WHERE stated IS NULL OR (must AND heir IS NULL)
	UNION ALL
	SELECT w.ptr, 'not_a_lead' FROM named w
	JOIN named o ON o.ptr = '/issuer_unit_code'
	WHERE w.must AND w.heir IS NOT NULL AND o.heir IS NOT NULL
	  AND NOT EXISTS (SELECT FROM unit_cover k WHERE k.unit_id = w.heir
	    AND k.anc_id = o.heir AND k.from_on <= $today
	    AND $today < k.until_on)
	UNION ALL
	SELECT split_part(w.line, ' ', 1), split_part(w.line, ' ', 2)
	FROM @plan_named($body, '', $id) w
	UNION ALL
	SELECT format('/tasks/%s/kind', n), 'not_in_list' FROM item
	WHERE t ->> 'kind' = 'occurrence'
	UNION ALL
	SELECT format('/tasks/%s/weight', n), 'out_of_range' FROM item
	WHERE (t ->> 'weight')::numeric < 0
	UNION ALL
	SELECT format('/tasks/%s/code', n), 'twice' FROM item i
	WHERE EXISTS (SELECT FROM item h WHERE h.n < i.n
	    AND h.t ->> 'code' = i.t ->> 'code')
	UNION ALL
	SELECT format('/tasks/%s/due_on', n), 'no_due_day' FROM item
	WHERE t ->> 'kind' = 'one_off' AND t ->> 'due_on' IS NULL
	UNION ALL
	SELECT format('/tasks/%s/cadence', n), 'required' FROM item
	WHERE t ->> 'kind' = 'recurring'
	  AND coalesce(jsonb_array_length(nullif(t -> 'cadence', 'null')), 0) = 0
	UNION ALL
	SELECT format('/obligations/%s/code', n), 'twice' FROM duty i
	WHERE EXISTS (SELECT FROM duty h WHERE h.n < i.n
	    AND h.o ->> 'code' = i.o ->> 'code')
	UNION ALL
	SELECT format('/obligations/%s/task_code', n), 'unknown_reference'
	FROM duty WHERE o ->> 'task_code' IS NOT NULL AND NOT EXISTS (
	    SELECT FROM item WHERE t ->> 'code' = o ->> 'task_code')),
doubtful AS MATERIALIZED (
	SELECT w.ptr AS pointer, 'moved_to_successor' AS code,
	    w.code || ' → ' || h.code AS detail
	FROM named w JOIN unit h ON h.id = w.heir WHERE w.heir <> w.stated
	UNION ALL
	SELECT ptr, 'ended_without_successor', named.code FROM named
	WHERE stated IS NOT NULL AND heir IS NULL AND NOT must
	UNION ALL
	SELECT format('/obligations/%s/criteria_set_code', n),
	    'unknown_criteria_set', o ->> 'criteria_set_code' FROM duty
	WHERE o ->> 'criteria_set_code' IS NOT NULL AND NOT EXISTS (
	    SELECT FROM criteria_set k
	    WHERE k.code = o ->> 'criteria_set_code')
	UNION ALL
	SELECT format('/legal_bases/%s', b.n - 1), 'stub_document',
	    coalesce(b.b ->> 'number', b.b ->> 'title')
	FROM basis b WHERE b.known IS NULL),
may AS MATERIALIZED (
	SELECT w.heir AS unit_id, z.office_id, @perms(w.heir) AS up,
	    NOT $faulty AND NOT EXISTS (SELECT FROM wrong)
		AND @perms(w.heir) & PERM_DRAFT <> 0 AS fine
	FROM (SELECT heir FROM named WHERE ptr = '/issuer_unit_code') w
	LEFT JOIN unit z ON z.id = w.heir),
go AS MATERIALIZED (SELECT * FROM may WHERE fine AND NOT $dry_run),
cited AS MATERIALIZED (
	SELECT c.n, c.id FROM go g CROSS JOIN LATERAL document_cite(
	    (SELECT jsonb_agg(b.b ORDER BY b.n) FROM basis b
		WHERE b.known IS NULL), g.unit_id, $caller, $now, $request,
	    $trace) c
	WHERE EXISTS (SELECT FROM basis b WHERE b.known IS NULL)),
cur AS (SELECT NULL::plan AS r WHERE false),
upd AS (
	INSERT INTO plan AS t (id, unit_id, kind, number, symbol, title,
	    "text", issuer, place, legal_bases, sections, recipients, signer,
	    source, issued_on, author_id, created_at, updated_at)
	SELECT $id, g.unit_id, coalesce(d ->> 'kind', 'plan'), d ->> 'number',
	    d ->> 'symbol', d ->> 'title', d ->> 'text', d ->> 'issuer',
	    d ->> 'place',
	    (SELECT json_agg(b.b || jsonb_build_object('document_id',
		coalesce(b.known, (SELECT c.id FROM cited c WHERE c.n = b.place)))
		ORDER BY b.n)
		FROM (SELECT b.*, count(*) FILTER (WHERE b.known IS NULL)
		    OVER (ORDER BY b.n) AS place FROM basis b) b),
	    (d -> 'sections')::json, (d -> 'recipients')::json,
	    (d -> 'signer')::json, (coalesce(nullif(d -> 'source', 'null'),
		'{}') || jsonb_build_object('stated_issuer_unit_code',
		d ->> 'issuer_unit_code'))::json,
	    (d ->> 'issued_on')::date, $caller, $now, $now
	FROM doc CROSS JOIN go g RETURNING t AS r),
want AS MATERIALIZED (
	SELECT (u.r).unit_id, (u.r).kind, extract(year FROM (u.r).issued_on
	    )::int AS year, (u.r).number
	FROM upd u
	WHERE (u.r).number IS NOT NULL AND (u.r).issued_on IS NOT NULL),
@registered(),
put AS (
	INSERT INTO task (id, kind, plan_id, code, title, cadence, audience,
	    due_on, due_precision, unit_id, office_id, expected_output,
	    weight, urgency, source, author_id, created_at, updated_at)
	SELECT uuid_v7(), i.t ->> 'kind', (u.r).id, i.t ->> 'code',
	    i.t ->> 'title', ARRAY(SELECT jsonb_array_elements_text(
		nullif(i.t -> 'cadence', 'null'))),
	    i.t ->> 'audience', (i.t ->> 'due_on')::date,
	    i.t ->> 'due_precision', w.heir, z.office_id,
	    i.t ->> 'expected_output', (i.t ->> 'weight')::numeric,
	    coalesce(i.t ->> 'urgency', 'normal'),
	    (coalesce(nullif(i.t -> 'source', 'null'), '{}')
		|| jsonb_build_object('stated_unit_code',
		i.t ->> 'lead_unit_code'))::json,
	    $caller, $now, $now
	FROM item i CROSS JOIN upd u
	JOIN named w ON w.ptr = format('/tasks/%s/lead_unit_code', i.n)
	JOIN unit z ON z.id = w.heir
	RETURNING id, code, unit_id, version),
owed AS (
	INSERT INTO obligation (id, plan_id, unit_id, author_id, created_at,
	    updated_at, task_id, code, what, audience, subject_kind, cadence,
	    due_rule, criteria_set_code, report_to, source)
	SELECT uuid_v7(), (u.r).id, (u.r).unit_id, $caller, $now, $now, p.id, o.o ->> 'code', o.o ->> 'what',
	    o.o ->> 'audience', o.o ->> 'subject_kind',
	    ARRAY(SELECT jsonb_array_elements_text(
		nullif(o.o -> 'cadence', 'null'))),
	    (o.o -> 'due_rule')::json, o.o ->> 'criteria_set_code',
	    (o.o -> 'report_to_unit_codes')::json, (o.o -> 'source')::json
	FROM duty o CROSS JOIN upd u
	LEFT JOIN put p ON p.code = o.o ->> 'task_code'
	RETURNING id),
tev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace)
	SELECT $now, 'task', p.id, p.unit_id, p.version, 'create', $caller,
	    $request, $trace FROM put p),
said AS MATERIALIZED (
	SELECT json_build_object('warnings', (SELECT coalesce(json_agg(x), '[]')
		FROM doubtful x),
	    'counts', json_build_object('tasks', (SELECT count(*) FROM item),
		'obligations', (SELECT count(*) FROM duty), 'documents',
		(SELECT count(*) FROM basis)))::text AS t),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status,
	    @plan_rel(x, m.up) AS perms,
	    x.doc || ',"issuer_unit":' || @unit_ref(x.unit_id) || ','
		|| substr(s.t, 2) AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN said s
	CROSS JOIN may m
	UNION ALL
	SELECT f.outcome, 0, '', 0, CASE f.outcome
	    WHEN 200 THEN '{"dry_run":true,' || substr(s.t, 2)
	    WHEN 422 THEN concat((SELECT string_agg(w.ptr || ' ' || w.fault
		    || E'\n', '' ORDER BY w.ptr) FROM wrong w),
		',', substr(s.t, 2, length(s.t) - 2)) END
	FROM said s CROSS JOIN (SELECT CASE
	    WHEN m.unit_id IS NOT NULL AND m.up & PERM_DRAFT = 0 THEN 403
	    WHEN $faulty OR EXISTS (SELECT FROM wrong) THEN 422
	    ELSE 200 END AS outcome
	    FROM (VALUES (1)) v(one) LEFT JOIN may m ON true) f
	WHERE f.outcome <> 200 OR $dry_run),
@written('plan', 'import', NULL::jsonb, unit_id)
SELECT outcome, version, status, perms, body FROM out;
