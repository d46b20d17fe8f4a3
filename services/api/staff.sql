-- Staff. Peers see the directory: who, what post, where. The person and those
-- who hold PERM_STAFF over the post see the whole record.

-- @home(staff)
staff_home(@staff, $today);

-- The caller's own unit: where he is posted, or that of a machine's key.
-- @own_unit()
coalesce(@home($caller), (SELECT k.unit_id FROM service_key k
    WHERE k.staff_id = $caller));

-- @staff_rel(x, up)
(@up | CASE WHEN @x.id = $caller THEN PERM_IS_SUBJECT ELSE 0 END);

-- @post_json(a)
json_build_object('id', @a.id, 'unit', @unit_ref(@a.unit_id), 'position',
    @a.position, 'duty_group', @a.duty_group, 'main', @a.main, 'from',
    @a.from_on, 'to', nullif(@a.until_on, 'infinity') - 1);

-- @grant_json(g)
json_build_object('id', @g.id, 'role', @g.role, 'function',
    nullif(@g.function, ''), 'unit', @unit_ref(@g.unit_id), 'from',
    @g.from_on, 'to', nullif(@g.until_on, 'infinity') - 1);

-- What peers read, and the rest for the person and for administrators.
-- @staff_json(x, perms)
(SELECT CASE WHEN @perms & (PERM_STAFF | PERM_IS_SUBJECT) <> 0
    THEN (SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version,
	@x.status, @x.code, @x.username, @x.full_name, @x.honorific, @x.email,
	@x.phone, @x.subject_type, @x.party_member, @x.rank_order,
	(SELECT coalesce(json_agg(@post_json(a) ORDER BY a.from_on, a.id),
		'[]') FROM assignment a WHERE a.staff_id = @x.id)
	    AS assignments,
	(SELECT coalesce(json_agg(@grant_json(g) ORDER BY g.from_on, g.id),
		'[]') FROM staff_grant g WHERE g.staff_id = @x.id) AS grants,

    @external_refs('staff', @x.id) AS external_refs,
    @x.created_at, @x.updated_at) j)
    ELSE (SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version,
	@x.status, @x.code, @x.full_name, @x.honorific, @x.rank_order,
	(SELECT coalesce(json_agg(@post_json(a) ORDER BY a.from_on, a.id),
		'[]') FROM assignment a WHERE a.staff_id = @x.id
	    AND a.from_on <= $today AND $today < a.until_on) AS assignments,

    @external_refs('staff', @x.id) AS external_refs,
    @x.created_at, @x.updated_at) j) END);

-- staff_get(caller uuid, today date, id uuid) : one read
SELECT t.version, t.status, s.perms, @staff_json(t, s.perms) AS body
FROM staff t CROSS JOIN LATERAL
    (SELECT h.unit_id, @staff_rel(t, @perms(h.unit_id)) AS perms
    FROM (SELECT @home(t.id) AS unit_id OFFSET 0) h OFFSET 0) s
WHERE t.id = $id AND t.deleted_at IS NULL AND t.subject_type <> 'service'
  AND (s.perms <> 0 OR @kin(s.unit_id));

-- People: a machine (service_key.sql) is nobody's colleague.
-- @staff_filter()
t.subject_type <> 'service' AND ($status IS NULL OR t.status = ANY ($status))
AND ($subject_type IS NULL OR (t.subject_type = ANY ($subject_type)
    AND s.perms & PERM_STAFF <> 0))
AND ($ids IS NULL OR t.id = ANY ($ids))
AND @in_unit(s.unit_id) AND @search(t.fold)
AND ($deleted IS NULL AND t.deleted_at IS NULL OR $deleted = 'only'
    AND t.deleted_at IS NOT NULL AND s.perms & PERM_STAFF <> 0)
AND (s.perms <> 0 OR @kin(s.unit_id));

-- staff_list(caller uuid, today date, status text[], subject_type text[],
--     ids uuid[], unit text, subtree bool, q text, deleted text,
--     after text[], after_id uuid, limit int) : many slow
-- sort rank: t.rank_order :: int, t.given_name COLLATE "vi-x-icu" :: text, t.family_name COLLATE "vi-x-icu" :: text
-- sort name: t.given_name COLLATE "vi-x-icu" :: text, t.family_name COLLATE "vi-x-icu" :: text
-- sort code: t.code :: text
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, s.perms,
	@staff_json(t, s.perms) AS body
    FROM staff t CROSS JOIN LATERAL
	(SELECT d.unit_id, @staff_rel(t, @perms(d.unit_id)) AS perms
	FROM (SELECT @home(t.id) AS unit_id OFFSET 0) d OFFSET 0) s
    WHERE @staff_filter() AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- staff_count(caller uuid, today date, status text[], subject_type text[],
--     ids uuid[], unit text, subtree bool, q text, deleted text) : many slow
SELECT CASE WHEN grouping(t.status) = 0 THEN 'status' ELSE 'total' END,
    coalesce(t.status, ''), count(*)
FROM staff t CROSS JOIN LATERAL
    (SELECT d.unit_id, @staff_rel(t, @perms(d.unit_id)) AS perms
    FROM (SELECT @home(t.id) AS unit_id OFFSET 0) d OFFSET 0) s
WHERE @staff_filter()
GROUP BY GROUPING SETS ((t.status), ());

-- Everything a write about a person leaves behind; expects upd (r) and out.
-- @staff_told(verb, unit, before, patch)
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before, patch)
	SELECT $now, 'staff', (u.r).id, @unit, (u.r).version, @verb, $caller,
	    $request, $trace, @before, @patch
	FROM upd u),
@kept();

-- A person with at least one post; other grants come by their own route.
-- Whoever makes it must administer people at every unit named.
-- staff_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT refs($body, $caller, $today) AS b),
posts AS MATERIALIZED (
	SELECT uuid_v7() AS id, (e.b ->> 'unit_id')::uuid AS unit_id,
	    e.b ->> 'position' AS position, e.b ->> 'duty_group' AS duty_group,
	    coalesce((e.b ->> 'main')::boolean, true) AS main,
	    coalesce((e.b ->> 'from')::date, $today) AS from_on,
	    coalesce((e.b ->> 'to')::date + 1, 'infinity') AS until_on
	FROM inp i CROSS JOIN jsonb_array_elements(i.b -> 'assignments') e(b)),
may AS MATERIALIZED (
	SELECT jsonb_populate_record(NULL::staff, i.b) AS r,
	    (SELECT bit_and(@perms(p.unit_id)) FROM posts p) AS up
	FROM inp i),
upd AS (
	INSERT INTO staff AS t (id, status, code, username, full_name,
	    honorific, email, phone, subject_type, party_member, rank_order,
	    author_id, created_at, updated_at)
	SELECT (m.r).id, coalesce((m.r).status, 'active'), (m.r).code,
	    lower((m.r).username), (m.r).full_name, (m.r).honorific,
	    (m.r).email, (m.r).phone, (m.r).subject_type,
	    coalesce((m.r).party_member, false),
	    coalesce((m.r).rank_order, 100), $caller, $now, $now
	FROM may m WHERE m.up & PERM_STAFF <> 0
	RETURNING t AS r),
asg AS (
	INSERT INTO assignment (id, staff_id, unit_id, position, duty_group,
	    main, from_on, until_on)
	SELECT p.id, (u.r).id, p.unit_id, p.position, p.duty_group, p.main,
	    p.from_on, p.until_on
	FROM upd u CROSS JOIN posts p),
gr AS (
	-- everybody belongs where his main posts are
	INSERT INTO staff_grant (id, staff_id, unit_id, role, from_on,
	    until_on, perms, author_id, created_at)
	SELECT uuid_v7(), (u.r).id, p.unit_id, 'staff', p.from_on, p.until_on,
	    0, $caller, $now
	FROM upd u CROSS JOIN posts p WHERE p.main
	RETURNING *),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status, m.up AS perms,
	    (SELECT row_to_json(j)::text FROM (SELECT x.id, x.version,
		x.status, x.code, x.username, x.full_name, x.honorific,
		x.email, x.phone, x.subject_type, x.party_member,
		x.rank_order,
		(SELECT json_agg(@post_json(p) ORDER BY p.from_on, p.id)
		    FROM posts p) AS assignments,
		(SELECT json_agg(@grant_json(g) ORDER BY g.from_on, g.id)
		    FROM gr g) AS grants,
		'[]'::json AS external_refs, x.created_at, x.updated_at) j)
		AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN may m
	UNION ALL
	SELECT 403, 0, '', 0, NULL FROM may m
	WHERE coalesce(m.up, 0) & PERM_STAFF = 0),
@staff_told('create', (SELECT p.unit_id FROM posts p ORDER BY p.main DESC,
    p.from_on LIMIT 1), NULL::jsonb, $body)
SELECT outcome, version, status, perms, body FROM out;

-- What may be done to a person: by himself little, by an administrator all.
-- @staff_cur(gone)
@locked(staff, @gone),
cur AS MATERIALIZED (
	SELECT l.r, h.unit_id, s.perms FROM locked l
	CROSS JOIN LATERAL (SELECT (l.r).*) t
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	CROSS JOIN LATERAL
	    (SELECT @staff_rel(t, @perms(h.unit_id)) AS perms OFFSET 0) s
	WHERE s.perms <> 0 OR @kin(h.unit_id));

-- @staff_turned(verb, patch)
out AS MATERIALIZED (
	SELECT s.outcome, x.version, x.status, c.perms,
	    CASE WHEN s.outcome IN (200, 412)
		THEN @staff_json(x, c.perms) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x),
@staff_told(@verb, (SELECT c.unit_id FROM cur c),
    (SELECT json_pick(to_jsonb(c.r), @patch) FROM cur c), @patch);

-- staff_patch(caller uuid, today date, now timestamptz, id uuid, version int,
--     body jsonb, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, key text, hash bytea) : one write
WITH @staff_cur(NULL),
@step(),
upd AS (
	UPDATE staff t SET (full_name, honorific, email, phone, subject_type,
	    party_member, rank_order, status, token_epoch, version,
	    updated_at) =
	(SELECT p.full_name, p.honorific, p.email, p.phone, p.subject_type,
	    p.party_member, p.rank_order, p.status,
	    t.token_epoch + (p.status <> 'active' AND t.status = 'active')::int,
	    t.version + 1, $now
	    FROM jsonb_populate_record(c.r, $body) p)
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
rev AS (
	-- whoever may not work any more is out within a pulse
	INSERT INTO revocation (subject, epoch, until_at)
	SELECT (u.r).id, (c.r).token_epoch, now() + interval '1 hour'
	FROM upd u CROSS JOIN cur c
	WHERE (u.r).token_epoch > (c.r).token_epoch
	ON CONFLICT DO NOTHING),
@staff_turned('update', $body)
SELECT outcome, version, status, perms, body FROM out;

-- staff_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, key text, hash bytea) : one write
WITH @staff_cur(NULL),
@step(),
upd AS (
	UPDATE staff t SET deleted_at = $now, token_epoch = t.token_epoch + 1,
	    version = t.version + 1, updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
rev AS (
	INSERT INTO revocation (subject, epoch, until_at)
	SELECT (u.r).id, (c.r).token_epoch, now() + interval '1 hour'
	FROM upd u CROSS JOIN cur c ON CONFLICT DO NOTHING),
out AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN 204 ELSE s.outcome END AS outcome,
	    x.version, x.status, c.perms,
	    CASE WHEN s.outcome = 412 THEN @staff_json(x, c.perms) END AS body
	FROM step s CROSS JOIN cur c CROSS JOIN LATERAL (SELECT (c.r).*) x),
@staff_told('delete', (SELECT c.unit_id FROM cur c), NULL::jsonb, NULL::jsonb)
SELECT outcome, version, status, perms, body FROM out;

-- Whoever has been removed is there for administrators only.
-- staff_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, key text, hash bytea) : one write
WITH @staff_cur(NOT NULL),
@step(),
upd AS (
	UPDATE staff t SET deleted_at = NULL, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT s.outcome, x.version, x.status, c.perms,
	    CASE WHEN s.outcome = 200 THEN @staff_json(x, c.perms) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x
	WHERE c.perms & PERM_STAFF <> 0),
@staff_told('restore', (SELECT c.unit_id FROM cur c), NULL::jsonb, NULL::jsonb)
SELECT outcome, version, status, perms, body FROM out;

-- @grant_seen()
g.staff_id = $id AND EXISTS (SELECT FROM staff y
    WHERE y.id = $id AND y.deleted_at IS NULL AND (y.id = $caller
	OR @holds(@home(y.id), (PERM_STAFF | PERM_GRANT))));

-- grant_list(caller uuid, today date, id uuid, role text[], after text[],
--     after_id uuid, limit int) : many slow
-- sort from: g.from_on :: date
-- id g.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT g.id, /*KEY*/ AS key, 1, '', 0::bigint, @grant_json(g)::text AS body
    FROM staff_grant g
    WHERE @grant_seen() AND ($role IS NULL OR g.role = ANY ($role))
      AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- grant_get(caller uuid, today date, id uuid, part_id uuid) : one read
SELECT 1, '', 0::bigint, @grant_json(g)::text
FROM staff_grant g WHERE g.id = $part_id AND @grant_seen();

-- Give a role at a unit. The giver must see the person and hold PERM_GRANT over
-- that unit.
-- grant_create(caller uuid, today date, now timestamptz, id uuid,
--     body jsonb, request text, trace text, key text, hash bytea) : one write
WITH @staff_cur(NULL),
inp AS MATERIALIZED (
	SELECT refs($body, $caller, $today) AS b FROM cur),
step AS MATERIALIZED (
	SELECT i.b, CASE WHEN @perms_on(i.unit_id, i.day) & PERM_GRANT <> 0
	    THEN 201 ELSE 403 END AS outcome
	FROM (SELECT b, (b ->> 'unit_id')::uuid AS unit_id,
	    (b ->> 'from')::date AS day FROM inp) i),
gr AS (
	INSERT INTO staff_grant (id, staff_id, unit_id, role, function,
	    from_on, until_on, perms, author_id, created_at)
	SELECT coalesce((s.b ->> 'id')::uuid, uuid_v7()), (c.r).id,
	    (s.b ->> 'unit_id')::uuid, s.b ->> 'role',
	    coalesce(s.b ->> 'function', ''),
	    coalesce((s.b ->> 'from')::date, $today),
	    coalesce((s.b ->> 'to')::date + 1, 'infinity'), 0, $caller, $now
	FROM cur c JOIN step s ON s.outcome = 201
	RETURNING *),
upd AS (
	UPDATE staff t SET version = t.version + 1, updated_at = $now
	FROM gr WHERE t.id = gr.staff_id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT s.outcome, 1 AS version, '' AS status, 0::bigint AS perms,
	    CASE WHEN g.id IS NOT NULL THEN @grant_json(g)::text END AS body
	FROM step s LEFT JOIN gr g ON true),
@staff_told('grant', (SELECT g.unit_id FROM gr g), NULL::jsonb,
    (SELECT to_jsonb(g) FROM gr g))
SELECT outcome, version, status, perms, body FROM out;

-- Take a grant back: it ends yesterday, or goes if it had not begun.
-- grant_remove(caller uuid, today date, now timestamptz, id uuid,
--     part_id uuid, request text, trace text, key text, hash bytea) : one write
WITH @staff_cur(NULL),
old AS MATERIALIZED (
	SELECT g AS r, CASE WHEN @perms_on(g.unit_id, g.from_on)
		& PERM_GRANT <> 0 THEN 204
	    WHEN @grant_seen() THEN 403 ELSE 404 END AS outcome
	FROM cur c JOIN staff_grant g ON g.staff_id = (c.r).id
	WHERE g.id = $part_id FOR UPDATE OF g),
del AS (
	DELETE FROM staff_grant g USING old o
	WHERE g.id = (o.r).id AND o.outcome = 204 AND (o.r).from_on >= $today
	RETURNING g.id),
cut AS (
	UPDATE staff_grant g SET until_on = $today FROM old o
	WHERE g.id = (o.r).id AND o.outcome = 204 AND (o.r).from_on < $today
	  AND (o.r).until_on > $today
	RETURNING g.id),
upd AS (
	UPDATE staff t SET version = t.version + 1, updated_at = $now
	WHERE t.id = $id AND (EXISTS (SELECT FROM del)
	    OR EXISTS (SELECT FROM cut)) RETURNING t AS r),
out AS MATERIALIZED (
	SELECT o.outcome, 0 AS version, '' AS status, 0::bigint AS perms,
	    NULL::text AS body FROM old o),
@staff_told('ungrant', (SELECT (old.r).unit_id FROM old),
    (SELECT to_jsonb(old.r) FROM old), NULL::jsonb)
SELECT outcome, version, status, perms, body FROM out;

-- Who sees the person sees the posts of today; the others are his own and the
-- administrator's to see.
-- @post_seen()
a.staff_id = $id AND EXISTS (SELECT FROM staff y
    CROSS JOIN LATERAL (SELECT @home(y.id) AS unit_id OFFSET 0) h
    WHERE y.id = $id AND y.deleted_at IS NULL AND (y.id = $caller
	OR @holds(h.unit_id, PERM_STAFF)
	OR (a.from_on <= $today AND $today < a.until_on
	    AND @kin(h.unit_id))));

-- assignment_list(caller uuid, today date, id uuid, main bool, after text[],
--     after_id uuid, limit int) : many slow
-- sort from: a.from_on :: date
-- id a.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT a.id, /*KEY*/ AS key, 1, '', 0::bigint, @post_json(a)::text AS body
    FROM assignment a
    WHERE @post_seen() AND ($main IS NULL OR a.main = $main) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- assignment_get(caller uuid, today date, id uuid, part_id uuid) : one read
SELECT 1, '', 0::bigint, @post_json(a)::text
FROM assignment a WHERE a.id = $part_id AND @post_seen();

-- A further post. A main one cuts the one that runs on that day short, and with
-- it where the person belongs.
-- assignment_create(caller uuid, today date, now timestamptz, id uuid,
--     body jsonb, request text, trace text, key text, hash bytea) : one write
WITH @staff_cur(NULL),
inp AS MATERIALIZED (
	SELECT refs($body, $caller, $today) AS b FROM cur),
step AS MATERIALIZED (
	SELECT i.b, (i.b ->> 'unit_id')::uuid AS unit_id,
	    coalesce((i.b ->> 'from')::date, $today) AS from_on,
	    coalesce((i.b ->> 'to')::date + 1, 'infinity') AS until_on,
	    coalesce((i.b ->> 'main')::boolean, true) AS main,
	    CASE WHEN c.perms & PERM_STAFF <> 0
		AND @holds((i.b ->> 'unit_id')::uuid, PERM_STAFF)
		THEN 201 ELSE 403 END AS outcome
	FROM cur c CROSS JOIN inp i),
cut AS (
	UPDATE assignment a SET until_on = s.from_on FROM step s
	WHERE s.outcome = 201 AND s.main AND a.staff_id = $id AND a.main
	  AND a.from_on < s.from_on AND a.until_on > s.from_on
	RETURNING a.unit_id),
left_behind AS (
	UPDATE staff_grant g SET until_on = s.from_on FROM step s JOIN cut t
	    ON t.unit_id <> s.unit_id
	WHERE g.staff_id = $id AND g.unit_id = t.unit_id AND g.role = 'staff'
	  AND g.from_on < s.from_on AND g.until_on > s.from_on
	RETURNING g.id),
asg AS (
	INSERT INTO assignment (id, staff_id, unit_id, position, duty_group,
	    main, from_on, until_on)
	SELECT coalesce((s.b ->> 'id')::uuid, uuid_v7()), $id, s.unit_id,
	    s.b ->> 'position', s.b ->> 'duty_group', s.main, s.from_on,
	    s.until_on
	FROM step s WHERE s.outcome = 201
	  AND (SELECT count(*) FROM cut) >= 0 RETURNING *),
gr AS (
	INSERT INTO staff_grant (id, staff_id, unit_id, role, from_on,
	    until_on, perms, author_id, created_at)
	SELECT uuid_v7(), a.staff_id, a.unit_id, 'staff', a.from_on,
	    a.until_on, 0, $caller, $now
	FROM asg a WHERE a.main AND (SELECT count(*) FROM left_behind) >= 0
	  AND NOT EXISTS (SELECT FROM staff_grant g WHERE g.staff_id = $id
	    AND g.unit_id = a.unit_id AND g.role = 'staff'
	    AND g.from_on < a.until_on AND a.from_on < g.until_on)),
upd AS (
	UPDATE staff t SET version = t.version + 1, updated_at = $now
	FROM asg WHERE t.id = asg.staff_id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT s.outcome, 1 AS version, '' AS status, 0::bigint AS perms,
	    CASE WHEN a.id IS NOT NULL THEN @post_json(a)::text END AS body
	FROM step s LEFT JOIN asg a ON true),
@staff_told('post', (SELECT a.unit_id FROM asg a), NULL::jsonb,
    (SELECT to_jsonb(a) FROM asg a))
SELECT outcome, version, status, perms, body FROM out;
