-- The trail, for those who hold PERM_AUDIT over the unit it concerns; what
-- concerns no unit (a name that is nobody's) for those who hold it anywhere.

-- audit_list(caller uuid, today date, action text[], kind text[],
--     actor_id uuid, staff_id uuid, ref uuid, at_from timestamptz,
--     at_to timestamptz, after text[], after_id uuid, limit int) : many slow
-- sort at: t.at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, 1 AS version, '' AS status,
	0::bigint AS perms, (SELECT row_to_json(j)::text FROM (SELECT t.id,
	    t.at, t.action, @staff_ref(t.actor_id) AS actor,
	    @staff_ref(t.staff_id) AS staff, @unit_ref(t.unit_id) AS unit,
	    t.kind, t.ref, t.address, t.device, t.request, t.detail) j) AS body
    FROM (
	SELECT lpad(to_hex(a.seq), 32, '0')::uuid AS id, a.at, a.action,
	    a.actor_id, a.staff_id, a.unit_id, a.kind, a.ref, a.address,
	    a.device, a.request, a.detail
	FROM audit a
	UNION ALL
	SELECT ('e' || lpad(to_hex(e.seq), 31, '0'))::uuid, e.recorded_at,
	    e.verb, e.actor_id, CASE e.kind WHEN 'staff' THEN e.ref END,
	    e.unit_id, e.kind, e.ref, NULL, NULL, e.request, e.patch
	FROM event e) t
    WHERE CASE WHEN t.unit_id IS NULL THEN EXISTS (SELECT FROM reach o
	    WHERE o.staff_id = $caller AND o.perms & PERM_AUDIT <> 0
	      AND o.from_on <= $today AND $today < o.until_on)
	ELSE @holds(t.unit_id, PERM_AUDIT) END
      AND ($action IS NULL OR t.action = ANY ($action))
      AND ($kind IS NULL OR t.kind = ANY ($kind))
      AND ($actor_id IS NULL OR t.actor_id = $actor_id)
      AND ($staff_id IS NULL OR t.staff_id = $staff_id)
      AND ($ref IS NULL OR t.ref = $ref)
      AND ($at_from IS NULL OR t.at >= $at_from)
      AND ($at_to IS NULL OR t.at <= $at_to) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- May the caller look at the trail at all?
-- @audits()
EXISTS (SELECT FROM reach o WHERE o.staff_id = $caller
    AND o.perms & PERM_AUDIT <> 0 AND o.from_on <= $today
    AND $today < o.until_on);

-- audit_head(caller uuid, today date) : one read
SELECT json_build_object('n', s.n, 'hash', encode(s.hash, 'hex'),
    'sealed_at', s.sealed_at)::text
FROM (SELECT WHERE @audits()) may
LEFT JOIN LATERAL (SELECT * FROM seal ORDER BY n DESC LIMIT 1) s ON true;

-- The newest stretch; the whole is `camket audit verify`.
-- audit_verify(caller uuid, today date, count int) : one slow
WITH h AS (SELECT coalesce(max(n), 0) AS n FROM seal),
b AS (
	SELECT x.* FROM h CROSS JOIN LATERAL (
	    @broken(greatest(h.n - $count + 1, 1), h.n)) x)
SELECT json_build_object('head', h.n, 'checked', least(h.n, $count),
    'broken', coalesce((SELECT json_agg(json_build_object('n', b.n, 'source',
	b.source, 'seq', b.seq, 'how', b.how) ORDER BY b.n) FROM b), '[]'))::text
FROM h WHERE @audits();
