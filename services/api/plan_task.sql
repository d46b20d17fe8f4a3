-- What a plan holds: seen by whoever sees the plan.

-- plan_task_list(caller uuid, today date, id uuid, status text[],
--     kind text[], after text[], after_id uuid, limit int) : many slow
-- sort code: t.code_sort :: text | coalesce(nullif(t.code_sort, '~'), '') :: text
-- sort due_on: coalesce(t.due_on, 'infinity') :: date | coalesce(t.due_on, '-infinity') :: date
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, s.perms,
	@task_json(t) AS body
    FROM task t CROSS JOIN LATERAL
	(SELECT @task_rel(t, p.up) AS perms
	FROM (SELECT @perms(t.unit_id) AS up OFFSET 0) p OFFSET 0) s
    WHERE t.plan_id = $id AND t.parent_id IS NULL AND t.deleted_at IS NULL
      AND EXISTS (SELECT FROM plan p CROSS JOIN LATERAL
	(SELECT @plan_rel(p, @perms(p.unit_id)) AS perms OFFSET 0) v
	WHERE p.id = $id AND p.deleted_at IS NULL AND @plan_seen(p, v.perms))
      AND ($status IS NULL OR t.status = ANY ($status))
      AND ($kind IS NULL OR t.kind = ANY ($kind)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- plan_amendment_list(caller uuid, today date, id uuid, after text[],
--     after_id uuid, limit int) : many slow
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
    WHERE a.plan_id = $id
      AND EXISTS (SELECT FROM plan p CROSS JOIN LATERAL
	(SELECT @plan_rel(p, @perms(p.unit_id)) AS perms OFFSET 0) v
	WHERE p.id = $id AND p.deleted_at IS NULL AND @plan_seen(p, v.perms))
      AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;
