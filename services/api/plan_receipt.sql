-- Who has read what was issued. A unit has when one of those who lead it has.

-- Whom a plan is addressed to today: each of its units, and each person where
-- it says so, under the name by which the plan calls them first. of: the plan's
-- row.
-- @addressed(of)
(SELECT coalesce(y.staff_id, y.unit_id) AS id, y.staff_id,
    (array_agg(y.unit_id ORDER BY g.n))[1] AS unit_id,
    (array_agg(g.j ->> 'name' ORDER BY g.n))[1] AS name
FROM json_array_elements(@of.recipients) WITH ORDINALITY g(j, n)
CROSS JOIN LATERAL (
    SELECT NULL::uuid AS staff_id, unit_heir(u.id, $today) AS unit_id
    FROM unit u WHERE u.code = g.j ->> 'audience'
    UNION ALL
    SELECT m.staff_id, m.unit_id FROM group_members(
	group_of(g.j ->> 'audience', @of.unit_id), @of.unit_id, $today) m) y
WHERE y.unit_id IS NOT NULL
GROUP BY y.staff_id, coalesce(y.staff_id, y.unit_id));

-- Does the caller read for what this is addressed to?
-- @reads_for(d)
(@d.staff_id = $caller OR @d.staff_id IS NULL
    AND @holds(@d.unit_id, PERM_IS_LEADER));

-- Sent behind a reading, by nobody waited for.
-- plan_read(caller uuid, today date, now timestamptz, id uuid) : none note
INSERT INTO plan_receipt (plan_id, staff_id, amendments, read_at)
SELECT p.id, $caller, p.amendments, $now
FROM plan p CROSS JOIN LATERAL
    (SELECT @plan_rel(p, @perms(p.unit_id)) AS perms OFFSET 0) s
WHERE p.id = $id AND p.deleted_at IS NULL
  AND p.status NOT IN ('draft', 'submitted') AND @plan_seen(p, s.perms)
  AND EXISTS (SELECT FROM @addressed(p) d WHERE @reads_for(d))
ON CONFLICT DO NOTHING;

-- @receipts()
(SELECT d.id, d.staff_id, d.unit_id, d.name, r.staff_id AS reader_id,
	r.read_at, CASE WHEN r.staff_id IS NULL THEN 'missing'
	    WHEN r.amendments < p.amendments THEN 'outdated'
	    ELSE 'read' END AS status, p.version,
	coalesce(y.full_name, u.name) AS label
    FROM plan p CROSS JOIN LATERAL
	(SELECT @plan_rel(p, @perms(p.unit_id)) AS perms OFFSET 0) s
    CROSS JOIN LATERAL @addressed(p) d
    JOIN unit u ON u.id = d.unit_id LEFT JOIN staff y ON y.id = d.staff_id
    LEFT JOIN LATERAL (SELECT e.staff_id, e.read_at, e.amendments
	FROM plan_receipt e WHERE e.plan_id = p.id
	  AND (e.staff_id = d.staff_id OR d.staff_id IS NULL
	    AND EXISTS (SELECT FROM reach h WHERE h.staff_id = e.staff_id
		AND h.unit_id = d.unit_id AND h.perms & PERM_IS_LEADER <> 0
		AND h.from_on <= $today AND $today < h.until_on))
	ORDER BY e.amendments DESC, e.read_at, e.staff_id LIMIT 1) r ON true
    WHERE p.id = $id AND p.deleted_at IS NULL
      AND p.status NOT IN ('draft', 'submitted')
      AND s.perms & (PERM_READ | PERM_IS_AUTHOR) <> 0);

-- plan_receipt_list(caller uuid, today date, id uuid, status text[],
--     unit text, subtree bool, after text[], after_id uuid, limit int)
--     : many slow
-- sort name: t.label COLLATE "vi-x-icu" :: text
-- sort read_at: coalesce(t.read_at, 'infinity') :: timestamptz | coalesce(t.read_at, '-infinity') :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, 0::bigint,
	(SELECT row_to_json(j)::text FROM (SELECT t.id, t.status,
	    t.name AS recipient, @unit_ref(t.unit_id) AS unit,
	    @staff_ref(t.staff_id) AS staff, @staff_ref(t.reader_id) AS reader,
	    t.read_at) j) AS body
    FROM @receipts() t
    WHERE ($status IS NULL OR t.status = ANY ($status))
      AND @in_unit(t.unit_id) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- plan_receipt_count(caller uuid, today date, id uuid, status text[],
--     unit text, subtree bool) : many slow
SELECT CASE WHEN grouping(t.status) = 0 THEN 'status' ELSE 'total' END,
    coalesce(t.status, ''), count(*)
FROM @receipts() t
WHERE ($status IS NULL OR t.status = ANY ($status)) AND @in_unit(t.unit_id)
GROUP BY GROUPING SETS ((t.status), ());
