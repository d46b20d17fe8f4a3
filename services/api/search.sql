-- One search across kinds: words in any order, accents and case aside, of what
-- the caller may see. Of each kind the nearest come first; so that a word that
-- stands everywhere costs no more than others, the nearest are chosen among
-- the first five hundred that are found and seen.

-- @near(row, kind, path, table, code, title, unit, perms, seen)
SELECT @kind AS kind, x.rank, x.n, x.j::text AS body
FROM (SELECT f.rank, row_number() OVER (ORDER BY f.rank DESC, f.j ->> 'title'
	COLLATE "vi-x-icu", f.j ->> 'id') AS n, f.j
    FROM (SELECT search_rank($q, @row.fold) AS rank, json_build_object('type',
	    @kind, 'id', @row.id, 'code', @code, 'title', @title,
	    'status', @row.status, 'version', @row.version, 'unit',
	    @unit_ref(@unit), 'href', @path || @row.id) AS j
	FROM @table @row CROSS JOIN LATERAL (SELECT @perms AS perms OFFSET 0) rights
	WHERE @row.deleted_at IS NULL AND @search(@row.fold) AND @seen
	  AND ($kinds IS NULL OR @kind = ANY ($kinds))
	LIMIT 500) f) x
WHERE x.n <= $limit + 1;

-- search(caller uuid, today date, q text, kinds text[], limit int) : many slow
WITH @task_scope(NULL::text, NULL::text,
    SELECT NULL::uuid AS id WHERE false, $q, count(*) <= 2000)
SELECT y.kind, y.body, count(*) OVER (PARTITION BY y.kind) > $limit
FROM (@near(t, 'task', '/v1/tasks/',
	(SELECT * FROM task WHERE (SELECT NOT near FROM scope)
	UNION ALL SELECT task.* FROM @task_nearest() its
	CROSS JOIN LATERAL (SELECT * FROM task WHERE task.id = its.id OFFSET 0) task
	WHERE (SELECT near FROM scope)), t.code, t.title, t.unit_id,
	@task_rel(t, @perms(t.unit_id)), @task_seen(t, perms))
    UNION ALL
    @near(t, 'plan', '/v1/plans/', plan, t.number, t.title, t.unit_id,
	@plan_rel(t, @perms(t.unit_id)), @plan_seen(t, perms))
    UNION ALL
    @near(t, 'document', '/v1/documents/', document, t.number, t.title,
	t.unit_id, @catalogue_rel(t), perms <> 0)
    UNION ALL
    @near(t, 'inspection', '/v1/inspections/', inspection, NULL::text, t.title,
	t.unit_id, @inspection_rel(t), @inspection_seen(t, perms))
    UNION ALL
    @near(t, 'proposal', '/v1/proposals/', proposal, NULL::text, t.title,
	t.unit_id, @proposal_rel(t), @proposal_seen(t, perms))
    UNION ALL
    @near(t, 'complaint', '/v1/complaints/', complaint, NULL::text, t.title,
	t.unit_id, @complaint_rel(t), @complaint_seen(t, perms))
    UNION ALL
    @near(t, 'indicator', '/v1/indicators/', indicator, t.code, t.title,
	t.unit_id, @perms(t.unit_id), @indicator_seen(t, perms))
    UNION ALL
    @near(t, 'staff', '/v1/staff/', staff, t.code, t.full_name, @home(t.id),
	@staff_rel(t, @perms(@home(t.id))),
	(perms <> 0 OR @kin(@home(t.id))))
    UNION ALL
    @near(t, 'unit', '/v1/units/', unit, t.code, t.name, t.parent_id,
	@perms(t.id), @kin(t.id))) y
ORDER BY max(y.rank) OVER (PARTITION BY y.kind) DESC, y.kind, y.n;
