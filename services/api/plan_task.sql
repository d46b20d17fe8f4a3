-- What a plan holds: seen by whoever sees the plan.

-- plan_task_list(caller uuid, today date, as_of date, until timestamptz,
--     id uuid, status text[], kind text[], after text[], after_id uuid, limit int) : many slow
-- sort code: @task_stood(code_sort) :: text | coalesce(nullif(@task_stood(code_sort), '~'), '') :: text
-- sort due_on: coalesce(@task_stood(due_on), 'infinity') :: date | coalesce(@task_stood(due_on), '-infinity') :: date
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, s.perms,
	@task_then(@task_json(t)) AS body
    FROM task t CROSS JOIN LATERAL
	(SELECT @task_rel(t, p.up) AS perms
	FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
    WHERE t.plan_id = $id AND t.parent_id IS NULL AND t.deleted_at IS NULL
      AND @made(t)
      AND EXISTS (SELECT FROM plan t CROSS JOIN LATERAL
	(SELECT @plan_rel(t, @perms(t.unit_id)) AS perms OFFSET 0) v
	WHERE t.id = $id AND t.deleted_at IS NULL
	  AND @sees(@plan_seen(t, v.perms)))
      AND ($status IS NULL OR @task_stood(status) = ANY ($status))
      AND ($kind IS NULL OR t.kind = ANY ($kind)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- plan_amendment_list(caller uuid, today date, as_of date,
--     until timestamptz, id uuid, after text[], after_id uuid, limit int)
--     : many slow
-- sort nth: a.nth :: int
-- id a.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT a.id, /*KEY*/ AS key, 1, 'recorded', 0::bigint,
	(SELECT row_to_json(j)::text FROM (SELECT a.id, a.nth, a.plan_version,
	    a.changes, a.reason, a.document, @staff_ref(a.author_id) AS author,
	    a.created_at) j) AS body
    FROM plan_amendment a
    WHERE a.plan_id = $id AND @made(a)
      AND EXISTS (SELECT FROM plan p CROSS JOIN LATERAL
	(SELECT @plan_rel(p, @perms(p.unit_id)) AS perms OFFSET 0) v
	WHERE p.id = $id AND p.deleted_at IS NULL AND @plan_seen(p, v.perms))
      AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- The document that a link of a plan means: the one it names, or if that is a
-- stub, or none, the one that holds under its name in the plan's office.
-- @linked(k, unit)
(SELECT found.* FROM (SELECT CASE WHEN own.status = 'entered' THEN own.id
    ELSE coalesce(document_of(coalesce(unit_heir(@unit, $today), @unit),
	CASE WHEN own.id IS NULL THEN document_cited(@k.cited) ELSE own END),
	own.id) END AS id
    FROM (VALUES (1)) one LEFT JOIN document own ON own.id = @k.document_id) held
JOIN document found ON found.id = held.id
WHERE found.deleted_at IS NULL AND @catalogue_rel(found) <> 0);

-- @host()
plan p CROSS JOIN LATERAL (SELECT @plan_rel(p, @perms(p.unit_id)) AS perms
    OFFSET 0) v;

-- plan_basis_list(caller uuid, today date, id uuid, validity text[],
--     as_of date, after text[], after_id uuid, limit int) : many slow
-- sort nth: t.nth :: int
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, 1, 'recorded', 0::bigint,
	(SELECT row_to_json(j)::text FROM (SELECT t.id, t.nth, t.relation,
	    t.cited ->> 'kind' AS kind, t.cited ->> 'number' AS number,
	    t.cited ->> 'issued_on' AS issued_on,
	    t.cited ->> 'issuer' AS issuer, t.cited ->> 'title' AS title,
	    @document_ref(d.id) AS document, y.validity, d.ended_on,
	    @document_ref(d.replaced_by_id) AS replaced_by) j) AS body
    FROM @host() JOIN plan_link t ON t.plan_id = p.id
	AND t.source = 'legal_bases'
    LEFT JOIN LATERAL @linked(t, p.unit_id) d ON true
    CROSS JOIN LATERAL (SELECT CASE WHEN d.id IS NULL THEN 'unknown' ELSE
	@document_validity(d, coalesce($as_of, $today)) END AS validity) y
    WHERE p.id = $id AND p.deleted_at IS NULL AND @plan_seen(p, v.perms)
      AND ($validity IS NULL OR y.validity = ANY ($validity)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- Both ways: what the plan says of others, and what those that the caller sees
-- say of it.
-- plan_relation_list(caller uuid, today date, id uuid, after text[],
--     after_id uuid, limit int) : many slow
-- sort relation: o.relation :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, 1, 'recorded', 0::bigint,
	(SELECT row_to_json(j)::text FROM (SELECT t.id, o.relation,
	    CASE WHEN x.id IS NOT NULL THEN json_build_object('id', x.id, 'code',
		x.number, 'name', x.title) END AS plan,
	    x.status AS plan_status, @unit_ref(x.unit_id) AS unit,
	    coalesce(x.issued_on, d.issued_on) AS issued_on,
	    @document_ref(d.id) AS document, CASE WHEN d.id IS NOT NULL THEN
		@document_validity(d, $today) END AS validity) j) AS body
    FROM @host()
    JOIN plan_link t ON t.plan_id = p.id
	AND coalesce(t.to_plan_id, t.document_id) IS NOT NULL
	OR t.to_plan_id = p.id
    CROSS JOIN LATERAL (SELECT CASE WHEN t.plan_id = p.id THEN t.relation
	ELSE CASE t.relation WHEN 'implements' THEN 'implemented_by'
	    WHEN 'based_on' THEN 'basis_of' WHEN 'supersedes'
	    THEN 'superseded_by' ELSE 'supersedes' END END AS relation) o
    LEFT JOIN LATERAL (SELECT other.* FROM plan other
	CROSS JOIN LATERAL (SELECT @plan_rel(other, @perms(other.unit_id))
	    AS perms OFFSET 0) w
	WHERE other.id = CASE WHEN t.plan_id = p.id THEN t.to_plan_id
	    ELSE t.plan_id END AND other.deleted_at IS NULL
	  AND @plan_seen(other, w.perms)) x ON true
    LEFT JOIN LATERAL @linked(t, p.unit_id) d
	ON t.plan_id = p.id AND t.document_id IS NOT NULL
    WHERE p.id = $id AND p.deleted_at IS NULL AND @plan_seen(p, v.perms)
      AND (t.plan_id = p.id OR x.id IS NOT NULL) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;
