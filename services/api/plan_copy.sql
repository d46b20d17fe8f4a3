-- Next year's plan from this one: a draft of whoever copies it.

-- The same month and day a year on, 29 February as the 28th; where only the
-- month is meant, its last day stays the last. Whether it is worked on that day
-- is left to the calendar; working days are counted anew.
-- @next_year(day, precision)
(CASE WHEN @precision = 'month' AND extract(day FROM @day + 1) = 1
    THEN (@day + 1 + interval '1 year')::date - 1
    ELSE (@day + interval '1 year')::date END);

-- Units that have ended are followed to whoever stands in their place, and what
-- has no place any more falls to the issuer; who has left leads nothing. Parts
-- of tasks and occurrences come of carrying the plan out, and are not copied.
-- plan_copy(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH src AS MATERIALIZED (
	SELECT p AS r, unit_heir(p.unit_id, $today) AS unit_id,
	    extract(year FROM coalesce(p.issued_on, p.created_at::date))::int
		AS year
	FROM plan p CROSS JOIN LATERAL
	    (SELECT @plan_rel(p, @perms(p.unit_id)) AS perms OFFSET 0) s
	WHERE p.id = ($body ->> 'plan_id')::uuid AND p.deleted_at IS NULL
	  AND @plan_seen(p, s.perms)),
may AS MATERIALIZED (SELECT s.*, @perms(s.unit_id) AS up FROM src s),
cur AS (SELECT NULL::plan AS r WHERE false),
upd AS (
	INSERT INTO plan AS t (id, unit_id, kind, symbol, title, "text",
	    issuer, place, legal_bases, relations, sections, recipients, signer,
	    source, author_id, created_at, updated_at)
	SELECT ($body ->> 'id')::uuid, m.unit_id, (m.r).kind, (m.r).symbol,
	    coalesce($body ->> 'title', replace((m.r).title, m.year::text,
		(m.year + 1)::text)),
	    (m.r)."text", (m.r).issuer, (m.r).place, (m.r).legal_bases,
	    (SELECT json_agg(e.x ORDER BY e.n) FROM json_array_elements(
		(m.r).relations) WITH ORDINALITY e(x, n)
		WHERE e.x ->> 'relation' <> 'supersedes'),
	    (m.r).sections, (m.r).recipients, (m.r).signer,
	    json_build_object('copied_from', json_build_object('id', (m.r).id,
		'number', (m.r).number, 'issued_on', (m.r).issued_on)),
	    $caller, $now, $now
	FROM may m WHERE m.up & PERM_DRAFT <> 0
	RETURNING t AS r),
item AS MATERIALIZED (
	SELECT k AS r, uuid_v7() AS id, z.id AS unit_id, z.office_id,
	    z.calendar_id, @next_year(k.due_on, k.due_precision) AS due_on,
	    @next_year((k.due_rule ->> 'from')::date, 'day') AS from_on
	FROM upd u CROSS JOIN may m JOIN task k ON k.plan_id = (m.r).id
	JOIN unit z ON z.id = coalesce(unit_heir(k.unit_id, $today), m.unit_id)
	WHERE k.parent_id IS NULL AND k.deleted_at IS NULL),
put AS (
	INSERT INTO task (id, kind, plan_id, code, title, "text", cadence,
	    audience, due_on, due_precision, due_rule, unit_id, office_id,
	    lead_staff_id, co_unit_ids, co_staff_ids, expected_output, weight,
	    urgency, quantity, unit_of_measure, source, author_id, created_at,
	    updated_at)
	SELECT i.id, (i.r).kind, (u.r).id, (i.r).code, (i.r).title,
	    (i.r)."text", (i.r).cadence, (i.r).audience,
	    coalesce(workday_after(i.calendar_id, i.from_on,
		((i.r).due_rule ->> 'working_days')::int), i.due_on),
	    (i.r).due_precision, CASE WHEN i.from_on IS NULL THEN (i.r).due_rule
		ELSE ((i.r).due_rule::jsonb || jsonb_build_object('from',
		i.from_on))::json END, i.unit_id, i.office_id,
	    (SELECT s.id FROM staff s WHERE s.id = (i.r).lead_staff_id
		AND s.status = 'active' AND s.deleted_at IS NULL),
	    ARRAY(SELECT DISTINCT h.id FROM unnest((i.r).co_unit_ids) c
		CROSS JOIN unit_heir(c, $today) h(id) WHERE h.id IS NOT NULL),
	    ARRAY(SELECT s.id FROM staff s WHERE s.id = ANY ((i.r).co_staff_ids)
		AND s.status = 'active' AND s.deleted_at IS NULL),
	    (i.r).expected_output, (i.r).weight, (i.r).urgency,
	    (i.r).quantity, (i.r).unit_of_measure,
	    json_build_object('copied_from', (i.r).id), $caller, $now, $now
	FROM item i CROSS JOIN upd u
	RETURNING id, unit_id, version),
owed AS (
	INSERT INTO obligation (id, plan_id, unit_id, author_id, created_at,
	    updated_at, task_id, code, what, audience, subject_kind, cadence,
	    due_rule, criteria_set_code, report_to, source)
	SELECT uuid_v7(), (u.r).id, (u.r).unit_id, $caller, $now, $now, i.id,
	    o.code, o.what, o.audience, o.subject_kind, o.cadence, o.due_rule,
	    o.criteria_set_code, o.report_to,
	    json_build_object('copied_from', o.id)
	FROM upd u CROSS JOIN may m JOIN obligation o ON o.plan_id = (m.r).id
	    AND o.deleted_at IS NULL
	LEFT JOIN item i ON (i.r).id = o.task_id),
tev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace)
	SELECT $now, 'task', p.id, p.unit_id, p.version, 'create', $caller,
	    $request, $trace FROM put p),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status,
	    @plan_rel(x, m.up) AS perms, @plan_json(x) AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN may m
	UNION ALL
	SELECT 403, 0, '', 0, NULL FROM may m WHERE m.up & PERM_DRAFT = 0),
@written('plan', 'create', $body, unit_id)
SELECT outcome, version, status, perms, body FROM out;
