-- Findings: the team's while the inspection runs, everybody's who reads the
-- unit's records once it is concluded.

-- @finding_rel(x)
(SELECT @perms(@x.unit_id) | (@inspection_rel(host) & (PERM_INSPECT
	| PERM_IS_AUTHOR | PERM_IS_DOER | PERM_IS_CO_OWNER))
    | CASE WHEN @x.subject_staff_id = $caller THEN PERM_IS_SUBJECT ELSE 0 END
    FROM inspection host WHERE host.id = @x.inspection_id);

-- @finding_seen(x, perms)
(CASE @x.status WHEN 'stated' THEN @perms & (PERM_READ | PERM_INSPECT
	| PERM_IS_AUTHOR | PERM_IS_DOER | PERM_IS_CO_OWNER | PERM_IS_SUBJECT)
	<> 0
    ELSE @perms & (PERM_IS_AUTHOR | PERM_IS_DOER | PERM_IS_CO_OWNER) <> 0
	OR @perms & PERM_INSPECT <> 0 AND @perms & PERM_IS_SUBJECT = 0
	AND NOT @inside(@x.unit_id) END);

-- @finding_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    (SELECT json_build_object('id', host.id, 'code', NULL, 'name', host.title)
	FROM inspection host WHERE host.id = @x.inspection_id) AS inspection,
    @unit_ref(@x.unit_id) AS unit,
    @staff_ref(@x.subject_staff_id) AS subject, @x.manifestation, @x.title,
    @x."text", @x.cause, @x.evidence, @x.answer, @x.answered_on,

    @external_refs('finding', @x.id) AS external_refs,
    @x.created_at, @x.updated_at) j);

-- finding_get(caller uuid, today date, as_of date, until timestamptz,
--     id uuid) : one read
@record_get(finding, @finding_json(t), @finding_rel(t),
    @finding_seen(t, perms));

-- finding_list(caller uuid, today date, as_of date, until timestamptz,
--     status text[], inspection uuid, subject uuid, manifestation text,
--     ids uuid[], unit text, subtree bool, deleted text, after text[],
--     after_id uuid, limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, perms,
	@then(@finding_json(t)) AS body
    FROM finding t CROSS JOIN LATERAL
	(SELECT @finding_rel(t) AS perms OFFSET 0) s
    WHERE @record_filter()
      AND ($inspection IS NULL OR t.inspection_id = $inspection)
      AND ($subject IS NULL OR t.subject_staff_id = $subject)
      AND ($manifestation IS NULL OR @stood(manifestation) = $manifestation)
      AND @sees(@finding_seen(t, perms)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- Made by the team while the inspection runs, in the inspected unit or below.
-- finding_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT @resolved($body) AS b),
cur AS (SELECT NULL::finding AS r WHERE false),
may AS MATERIALIZED (
	SELECT i.b, jsonb_populate_record(NULL::finding, i.b) AS r, t.unit_id,
	    t.status, s.perms
	FROM inp i JOIN inspection t
	    ON t.id = (i.b ->> 'inspection_id')::uuid AND t.deleted_at IS NULL
	CROSS JOIN LATERAL (SELECT @inspection_rel(t) AS perms OFFSET 0) s
	WHERE @inspection_seen(t, perms)),
wrong AS MATERIALIZED (
	SELECT v.outcome, v.line FROM may m CROSS JOIN LATERAL (VALUES
	    (m.status <> 'running', 409, ''),
	    (m.b ? 'unit_id' AND NOT EXISTS (SELECT FROM unit_cover k
		WHERE k.unit_id = (m.r).unit_id AND k.anc_id = m.unit_id
		  AND k.from_on <= $today AND $today < k.until_on), 422,
		'/unit_id not_yours')) v(so, outcome, line)
	WHERE v.so),
fate AS MATERIALIZED (
	SELECT CASE WHEN m.perms & (PERM_INSPECT | PERM_IS_DOER
		| PERM_IS_CO_OWNER) = 0 OR m.perms & (PERM_IS_LEADER
		| PERM_IS_SUBJECT) <> 0 THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome
	FROM may m
	UNION ALL
	SELECT 404 WHERE NOT EXISTS (SELECT FROM may)),
upd AS (
	INSERT INTO finding AS t (id, inspection_id, unit_id, subject_staff_id,
	    manifestation, title, "text", cause, evidence, author_id,
	    created_at, updated_at)
	SELECT (m.r).id, (m.r).inspection_id, coalesce((m.r).unit_id,
	    m.unit_id), (m.r).subject_staff_id, (m.r).manifestation,
	    (m.r).title, (m.r)."text", (m.r).cause, (m.r).evidence, $caller,
	    $now, $now
	FROM may m JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@record_made('finding', $body, @finding_json(x), @finding_rel(x));

-- finding_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(finding, NULL, @finding_rel(t), @finding_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE finding t SET (manifestation, title, "text", cause, evidence,
	    version, updated_at) =
	(SELECT p.manifestation, p.title, p."text", p.cause, p.evidence,
	    t.version + 1, $now FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('finding', 'update', $body, @finding_json(x),
    @finding_rel(x));

-- finding_verb(caller uuid, today date, now timestamptz, id uuid,
--     version int, verb text, body jsonb, from text[], to text[],
--     need bigint[], also bigint[], never bigint[], request text, trace text,
--     tell bool, key text, hash bytea) : one write
WITH @record_cur(finding, NULL, @finding_rel(t), @finding_seen(t, perms)),
@at_will(),
upd AS (
	UPDATE finding t SET status = f.goes_to, version = t.version + 1,
	    updated_at = $now, answer = $body ->> 'answer',
	    answered_on = $today
	FROM cur c JOIN fate f ON f.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@record_turned('finding', $verb, $body, @finding_json(x),
    @finding_rel(x));

-- finding_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_remove('finding', finding, @finding_json(t), @finding_rel(t),
    @finding_seen(t, perms));

-- finding_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
@record_restore('finding', finding, @finding_json(t), @finding_rel(t),
    @finding_seen(t, perms));
