-- Documents: a catalogue of what plans rest on and implement. Entered, like a
-- plan is drafted, by whoever drafts or numbers documents for the unit that
-- keeps it; read by all below.

-- @document_keep()
(PERM_DRAFT | PERM_NUMBER | PERM_CONFIG);

-- What has been deleted is its keepers' to see.
-- @document_seen(x, perms)
(@perms <> 0 AND (@x.deleted_at IS NULL OR @perms & @document_keep() <> 0));

-- Of a stub nobody has said yet how long it holds.
-- @document_validity(x, day)
(CASE WHEN @x.ended_on <= @day THEN
	CASE WHEN @x.replaced_by_id IS NULL THEN 'ended' ELSE 'replaced' END
    WHEN coalesce(@x.effective_from, @x.issued_on) > @day THEN 'not_yet'
    WHEN @x.status = 'stub' THEN 'unknown' ELSE 'in_force' END);

-- @document_ref(document)
(SELECT json_build_object('id', named.id, 'code', named.number, 'name',
	named.title) FROM document named WHERE named.id = @document);

-- @document_json(x, unit, day)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @document_validity(@x, @day) AS validity, @x.kind, @x.number, @x.issued_on,
    @x.issuer, @x.title, @unit_ref(@x.unit_id) AS unit, @x.effective_from,
    @x.ended_on, @document_ref(@x.replaced_by_id) AS replaced_by,
    (SELECT coalesce(json_agg(json_build_object('id', older.id, 'code',
	older.number, 'name', older.title) ORDER BY older.ended_on, older.id),
	'[]') FROM document older WHERE older.replaced_by_id = @x.id
	  AND older.deleted_at IS NULL AND @catalogue_rel(older) <> 0)
	AS replaces,
    @inherited_from(@x, @unit) AS inherited_from,
    @external_refs('document', @x.id) AS external_refs, @x.created_at,
    @x.updated_at) j);

-- As its own unit reads it today.
-- @document_own(x)
(@document_json(@x, @x.unit_id, $today));

-- document_get(caller uuid, today date, id uuid) : one read
@record_get(document, @document_own(t), @catalogue_rel(t),
    @document_seen(t, perms));

-- With a unit: what holds for it, its own or from above.
-- @document_filter()
($status IS NULL OR t.status = ANY ($status))
AND ($kind IS NULL OR t.kind = ANY ($kind))
AND ($number IS NULL OR t.number = $number)
AND ($issued_from IS NULL OR t.issued_on >= $issued_from)
AND ($issued_to IS NULL OR t.issued_on <= $issued_to)
AND ($validity IS NULL OR @document_validity(t, coalesce($as_of, $today))
    = ANY ($validity))
AND ($ids IS NULL OR t.id = ANY ($ids))
AND @catalogue_holds(t, f.id, document_of(f.id, t))
AND @search(t.fold)
AND ($deleted IS NULL AND t.deleted_at IS NULL
    OR $deleted = 'only' AND t.deleted_at IS NOT NULL)
AND @document_seen(t, perms);

-- @document_rows()
document t CROSS JOIN LATERAL (SELECT @catalogue_rel(t) AS perms OFFSET 0) s
LEFT JOIN unit f ON f.code = $unit OR f.id::text = $unit;

-- document_list(caller uuid, today date, status text[], kind text[],
--     number text, issued_from date, issued_to date, validity text[],
--     as_of date, ids uuid[], unit text, q text, deleted text, after text[],
--     after_id uuid, limit int) : many slow
-- sort issued_on: coalesce(t.issued_on, 'infinity') :: date | coalesce(t.issued_on, '-infinity') :: date
-- sort title: t.title COLLATE "vi-x-icu" :: text
-- sort created_at: t.created_at :: timestamptz
-- sort updated_at: t.updated_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@document_json(t, f.id, coalesce($as_of, $today)) AS body
    FROM @document_rows() WHERE @document_filter() AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- document_count(caller uuid, today date, status text[], kind text[],
--     number text, issued_from date, issued_to date, validity text[],
--     as_of date, ids uuid[], unit text, q text, deleted text) : many slow
SELECT CASE WHEN grouping(t.status) = 0 THEN 'status'
	WHEN grouping(t.kind) = 0 THEN 'kind'
	WHEN grouping(v.validity) = 0 THEN 'validity' ELSE 'total' END,
    coalesce(t.status, t.kind, v.validity, ''), count(*)
FROM @document_rows() CROSS JOIN LATERAL
    (SELECT @document_validity(t, coalesce($as_of, $today)) AS validity) v
WHERE @document_filter()
GROUP BY GROUPING SETS ((t.status), (t.kind), (v.validity), ());

-- What replaces it is read by all who read it.
-- @document_wrong(b, unit)
(SELECT 422 AS outcome, '/replaced_by_id unknown_reference' AS line
WHERE @b ->> 'replaced_by_id' IS NOT NULL AND NOT EXISTS (
    SELECT FROM document later
    WHERE later.id = (@b ->> 'replaced_by_id')::uuid
      AND later.deleted_at IS NULL AND @catalogue_rel(later) <> 0
      AND (later.unit_id IS NOT DISTINCT FROM @unit OR EXISTS (
	SELECT FROM unit_chain(coalesce(unit_heir(@unit, $today), @unit)) h
	WHERE h.unit_id IS NOT DISTINCT FROM later.unit_id))));

-- Entered: a new one, or the stub that others have cited it by.
-- document_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH @catalogue_made(document),
wrong AS MATERIALIZED (
	SELECT w.outcome, w.line FROM may m
	CROSS JOIN LATERAL @document_wrong($body, (m.r).unit_id) w
	UNION ALL
	SELECT 422, '/unit_id ended' FROM may m
	WHERE (m.r).unit_id IS NOT NULL AND NOT @stands((m.r).unit_id)),
fate AS MATERIALIZED (
	SELECT CASE WHEN m.up & @document_keep() = 0 THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome FROM may m),
upd AS MATERIALIZED (
	SELECT document_enter(m.r, $caller, $now) AS r
	FROM may m JOIN fate f ON f.outcome = 201),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status, m.up AS perms,
	    @document_own(x) AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN may m
	UNION ALL
	SELECT f.outcome, 0, '', 0, @faults() FROM fate f
	WHERE f.outcome <> 201),
@written('document', (SELECT CASE made.version WHEN 1 THEN 'create'
    ELSE 'update' END FROM out made), $body, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- Who completes a stub has entered it.
-- document_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(document, NULL, @catalogue_rel(t), @document_seen(t, perms)),
wrong AS MATERIALIZED (
	SELECT w.outcome, w.line FROM cur c
	CROSS JOIN LATERAL @document_wrong($body, (c.r).unit_id) w),
@fate(),
upd AS (
	UPDATE document t SET (kind, number, issuer, issued_on, title,
	    effective_from, ended_on, replaced_by_id, status, version,
	    updated_at) =
	(SELECT p.kind, p.number, p.issuer, p.issued_on, p.title,
	    p.effective_from, p.ended_on, p.replaced_by_id, f.goes_to,
	    t.version + 1, $now
	    FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('document', 'update', $body, @document_own(x),
    @catalogue_rel(x));

-- document_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('document', document, @document_own(t), @catalogue_rel(t),
    @document_seen(t, perms));

-- document_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('document', document, @document_own(t), @catalogue_rel(t),
    @document_seen(t, perms));

-- The plans that name it, or a stub that it stands in for.
-- document_plan_list(caller uuid, today date, id uuid, status text[],
--     after text[], after_id uuid, limit int) : many slow
-- sort issued_on: coalesce(p.issued_on, 'infinity') :: date | coalesce(p.issued_on, '-infinity') :: date
-- sort title: p.title COLLATE "vi-x-icu" :: text
-- id p.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT p.id, /*KEY*/ AS key, p.version, p.status, s.perms,
	@plan_json(p) AS body
    FROM plan p CROSS JOIN LATERAL
	(SELECT @plan_rel(p, @perms(p.unit_id)) AS perms OFFSET 0) s
    WHERE p.id IN (SELECT k.plan_id FROM document d
	JOIN document e ON document_key(e.kind, e.number, e.title)
	    = document_key(d.kind, d.number, d.title)
	    AND (e.id = d.id OR e.status = 'stub' AND document_same(e, d))
	JOIN plan_link k ON k.document_id = e.id WHERE d.id = $id)
      AND p.deleted_at IS NULL AND @plan_seen(p, s.perms)
      AND ($status IS NULL OR p.status = ANY ($status)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;
