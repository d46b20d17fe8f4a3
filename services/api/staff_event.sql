-- Events of people. Seen by the person, by who keeps the dossiers, and by who
-- reviews or decides on him; recorded by the dossiers' keepers and by who
-- decides, never by himself.

-- @staff_event_rel(x)
(SELECT CASE WHEN @x.staff_id = $caller THEN PERM_IS_SUBJECT
	ELSE @perms(home.unit_id) | (@perms(unit.office_id) & (PERM_DOSSIER
	| PERM_DECIDE)) END
    FROM (SELECT @home(@x.staff_id) AS unit_id OFFSET 0) home
    JOIN unit ON unit.id = home.unit_id);

-- @staff_event_seen(x, perms)
(@perms & (PERM_IS_SUBJECT | PERM_DOSSIER | PERM_DECIDE | PERM_REVIEW) <> 0);

-- @staff_event_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @staff_ref(@x.staff_id) AS staff, @unit_ref(@x.unit_id) AS unit, @x.kind,
    @x.form, @x.title, @x."text", @x.from_on AS "from",
    @x.until_on - 1 AS "to", @x.duty_related, @x.case_code, @x.year_counted,
    @x.decision, @x.decided_on, @x.authority, @x.created_at, @x.updated_at) j);

-- staff_event_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(staff_event, @staff_event_json(t), @staff_event_rel(t),
    @staff_event_seen(t, perms));

-- staff_event_list(caller uuid, today date, as_of date,
--     until timestamptz, staff uuid, kind text[], year int, from_from date,
--     from_to date, ids uuid[], unit text, subtree bool, deleted text,
--     after text[], after_id uuid, limit int) : many slow
-- sort from: @stood(from_on) :: date
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@staff_event_json(t)) AS body
    FROM staff_event t CROSS JOIN LATERAL
	(SELECT @staff_event_rel(t) AS perms OFFSET 0) s
    WHERE ($staff IS NULL OR t.staff_id = $staff)
      AND ($kind IS NULL OR t.kind = ANY ($kind))
      AND ($year IS NULL OR @stood(year_counted) = $year)
      AND ($from_from IS NULL OR @stood(from_on) >= $from_from)
      AND ($from_to IS NULL OR @stood(from_on) <= $from_to)
      AND ($ids IS NULL OR t.id = ANY ($ids))
      AND @made(t) AND @in_unit(@stood(unit_id))
      AND ($deleted IS NULL AND t.deleted_at IS NULL
	OR $deleted = 'only' AND t.deleted_at IS NOT NULL)
      AND @sees(@staff_event_seen(t, perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- @staff_event_input(body)
(@body || CASE WHEN @body ? 'from' THEN jsonb_build_object('from_on',
	@body -> 'from') ELSE '{}' END
    || CASE WHEN @body ? 'to' THEN jsonb_build_object('until_on',
	(@body ->> 'to')::date + 1) ELSE '{}' END);

-- The year an event counts in: as said, else that of its case, else that of the
-- decision.
-- @year_of(r, but)
coalesce((@r).year_counted, (SELECT min(o.year_counted) FROM staff_event o
	WHERE o.staff_id = (@r).staff_id AND o.deleted_at IS NULL
	  AND o.case_code = (@r).case_code AND o.id IS DISTINCT FROM @but),
    extract(year FROM coalesce((@r).decided_on, (@r).from_on))::int);

-- A further decision on one violation counts in the year the first one does.
-- staff_event_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH cur AS (SELECT NULL::staff_event AS r WHERE false),
may AS MATERIALIZED (
	SELECT i.r, s.perms, @home((i.r).staff_id) AS of_id
	FROM (SELECT jsonb_populate_record(NULL::staff_event,
	    @staff_event_input($body)) AS r) i
	CROSS JOIN LATERAL (SELECT (i.r).*) t CROSS JOIN LATERAL
	    (SELECT @staff_event_rel(t) AS perms OFFSET 0) s),
wrong AS (SELECT 0 AS outcome, ''::text AS line WHERE false),
fate AS MATERIALIZED (
	SELECT CASE WHEN m.perms & (PERM_DOSSIER | PERM_DECIDE) <> 0 THEN 201
	    WHEN m.perms <> 0 THEN 403 ELSE 404 END AS outcome
	FROM may m
	UNION ALL SELECT 404 WHERE NOT EXISTS (SELECT FROM may)),
upd AS (
	INSERT INTO staff_event AS t (id, staff_id, unit_id, kind, form, title,
	    "text", from_on, until_on, duty_related, case_code, year_counted,
	    decision, decided_on, authority, author_id, created_at, updated_at)
	SELECT (m.r).id, (m.r).staff_id, m.of_id, (m.r).kind, (m.r).form,
	    (m.r).title, (m.r)."text", (m.r).from_on, (m.r).until_on,
	    (m.r).duty_related, (m.r).case_code, @year_of(m.r, NULL),
	    (m.r).decision, (m.r).decided_on, (m.r).authority, $caller, $now,
	    $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('staff_event', $body, @staff_event_json(x),
    @staff_event_rel(x));

-- staff_event_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(staff_event, NULL, @staff_event_rel(t),
    @staff_event_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE staff_event t SET (form, title, "text", from_on, until_on,
	    duty_related, case_code, year_counted, decision, decided_on,
	    authority, version, updated_at) =
	(SELECT p.form, p.title, p."text", p.from_on, p.until_on,
	    p.duty_related, p.case_code, @year_of(p, p.id),
	    p.decision, p.decided_on, p.authority, t.version + 1, $now
	    FROM jsonb_populate_record(c.r, @staff_event_input($body)) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('staff_event', 'update', $body, @staff_event_json(x),
    @staff_event_rel(x));

-- staff_event_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('staff_event', staff_event, @staff_event_json(t),
    @staff_event_rel(t), @staff_event_seen(t, perms));

-- staff_event_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('staff_event', staff_event, @staff_event_json(t),
    @staff_event_rel(t), @staff_event_seen(t, perms));
