-- Staff. Peers see the directory: who, what post, where. The person and those
-- who hold PERM_STAFF over the post see the whole record.

-- The unit of a person's main post today, or the last or first one.
-- @home(staff)
(SELECT a.unit_id FROM assignment a WHERE a.staff_id = @staff AND a.main
    ORDER BY (a.from_on <= $today) DESC, abs(a.from_on - $today), a.id LIMIT 1);

-- @staff_rel(x, up)
(@up | CASE WHEN @x.id = $caller THEN PERM_IS_SUBJECT ELSE 0 END);

-- @staff_json(x, perms)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @x.code, CASE WHEN w.whole THEN @x.username END AS username, @x.full_name,
    @x.honorific, CASE WHEN w.whole THEN @x.email END AS email,
    CASE WHEN w.whole THEN @x.phone END AS phone,
    CASE WHEN w.whole THEN @x.subject_type END AS subject_type,
    CASE WHEN w.whole THEN @x.party_member END AS party_member,
    @x.rank_order,
    coalesce((SELECT json_agg(json_build_object('id', a.id, 'unit',
	    @unit_ref(a.unit_id), 'position', a.position, 'duty_group',
	    a.duty_group, 'main', a.main, 'from', a.from_on, 'to',
	    nullif(a.until_on, 'infinity') - 1) ORDER BY a.from_on, a.id)
	FROM assignment a WHERE a.staff_id = @x.id AND (w.whole
	    OR (a.from_on <= $today AND $today < a.until_on))), '[]')
	AS assignments,
    CASE WHEN w.whole THEN coalesce((SELECT json_agg(json_build_object('id',
	    g.id, 'role', g.role, 'function', nullif(g.function, ''), 'unit',
	    @unit_ref(g.unit_id), 'from', g.from_on, 'to',
	    nullif(g.until_on, 'infinity') - 1) ORDER BY g.from_on, g.id)
	FROM staff_grant g WHERE g.staff_id = @x.id), '[]') END AS grants,
    @x.created_at, @x.updated_at
    FROM (SELECT @perms & (PERM_STAFF | PERM_IS_SUBJECT) <> 0 AS whole) w) j);

-- staff_get(caller uuid, today date, id uuid) : one read
SELECT t.version, t.status, s.perms, @staff_json(t, s.perms) AS body
FROM staff t CROSS JOIN LATERAL
    (SELECT h.unit_id, @staff_rel(t, @perms(h.unit_id)) AS perms
    FROM (SELECT @home(t.id) AS unit_id OFFSET 0) h OFFSET 0) s
WHERE t.id = $id AND t.deleted_at IS NULL
  AND (s.perms <> 0 OR @kin(s.unit_id));

-- staff_list(caller uuid, today date, status text[], subject_type text[],
--     ids uuid[], unit text, subtree bool, q text, after text[],
--     after_id uuid, limit int) : many slow
-- sort rank: t.rank_order :: int, t.name_sort COLLATE "vi-x-icu" :: text
-- sort name: t.name_sort COLLATE "vi-x-icu" :: text
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
    WHERE t.deleted_at IS NULL
      AND ($status IS NULL OR t.status = ANY ($status))
      AND ($subject_type IS NULL OR (t.subject_type = ANY ($subject_type)
	AND s.perms & PERM_STAFF <> 0))
      AND ($ids IS NULL OR t.id = ANY ($ids))
      AND @in_unit(s.unit_id) AND @search(t.fold)
      AND (s.perms <> 0 OR @kin(s.unit_id)) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- A person with at least one post; grants come by their own route. Whoever
-- makes it must administer people at every unit named.
-- staff_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH cur AS (SELECT NULL::staff AS r WHERE false),
posts AS MATERIALIZED (
	SELECT uuid_v7() AS id, (x.b ->> 'unit_id')::uuid AS unit_id,
	    x.b ->> 'position' AS position, x.b ->> 'duty_group' AS duty_group,
	    coalesce((x.b ->> 'main')::boolean, true) AS main,
	    coalesce((x.b ->> 'from')::date, $today) AS from_on,
	    coalesce((x.b ->> 'to')::date + 1, 'infinity') AS until_on
	FROM jsonb_array_elements($body -> 'assignments') e(b)
	CROSS JOIN LATERAL (SELECT refs(e.b) AS b) x),
may AS MATERIALIZED (
	SELECT jsonb_populate_record(NULL::staff, $body) AS r,
	    (SELECT bit_and(@perms(p.unit_id)) FROM posts p) AS up),
upd AS (
	INSERT INTO staff AS t (id, code, username, full_name, honorific,
	    email, phone, subject_type, party_member, rank_order, author_id,
	    created_at, updated_at)
	SELECT (m.r).id, (m.r).code, lower((m.r).username), (m.r).full_name,
	    (m.r).honorific, (m.r).email, (m.r).phone, (m.r).subject_type,
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
	-- everybody belongs where his posts are
	INSERT INTO staff_grant (id, staff_id, unit_id, role, from_on,
	    until_on, perms, author_id, created_at)
	SELECT uuid_v7(), (u.r).id, p.unit_id, 'staff', p.from_on, p.until_on,
	    0, $caller, $now
	FROM upd u CROSS JOIN posts p WHERE p.main),
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status, m.up AS perms,
	    (SELECT row_to_json(j)::text FROM (SELECT x.id, x.version,
		x.status, x.code, x.username, x.full_name, x.honorific,
		x.email, x.phone, x.subject_type, x.party_member,
		x.rank_order, (SELECT json_agg(json_build_object('id', p.id,
		    'unit', @unit_ref(p.unit_id), 'position', p.position,
		    'duty_group', p.duty_group, 'main', p.main, 'from',
		    p.from_on, 'to', nullif(p.until_on, 'infinity') - 1)
		    ORDER BY p.from_on, p.id) FROM posts p) AS assignments,
		'[]'::json AS grants, x.created_at, x.updated_at) j) AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x CROSS JOIN may m
	UNION ALL
	SELECT 403, 0, '', 0, NULL FROM may m
	WHERE coalesce(m.up, 0) & PERM_STAFF = 0),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'staff', (u.r).id, (SELECT p.unit_id FROM posts p LIMIT 1),
	    1, 'create', $caller, $request, $trace, $body
	FROM upd u RETURNING seq),
jb AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'notice', ev.seq::text, $trace FROM ev WHERE $tell),
idm AS (
	INSERT INTO idempotency (caller_id, key, hash, status, version,
	    row_status, perms, body)
	SELECT $caller, $key, $hash, o.outcome, o.version, o.status, o.perms,
	    o.body
	FROM out o WHERE $key IS NOT NULL AND o.outcome < 300)
SELECT outcome, version, status, perms, body FROM out;

-- What may be done to a person: by himself little, by an administrator all.
-- @staff_cur()
cur AS MATERIALIZED (
	SELECT t AS r, h.unit_id, @staff_rel(t, @perms(h.unit_id)) AS perms
	FROM staff t
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id AND t.deleted_at IS NULL
	FOR NO KEY UPDATE OF t),
step AS MATERIALIZED (
	SELECT CASE WHEN $version IS NOT NULL AND (c.r).version <> $version
		THEN 412
	    WHEN c.perms & PERM_STAFF = 0 THEN 403 ELSE 200 END AS outcome
	FROM cur c);

-- @staff_written(verb, patch)
out AS MATERIALIZED (
	SELECT s.outcome, x.version, x.status, c.perms,
	    CASE WHEN s.outcome IN (200, 412)
		THEN @staff_json(x, c.perms) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x
	WHERE c.perms <> 0 OR @kin(c.unit_id)),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before, patch)
	SELECT $now, 'staff', (u.r).id, c.unit_id, (u.r).version, @verb,
	    $caller, $request, $trace, json_pick(to_jsonb(c.r), @patch), @patch
	FROM upd u CROSS JOIN cur c RETURNING seq),
jb AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'notice', ev.seq::text, $trace FROM ev WHERE $tell),
idm AS (
	INSERT INTO idempotency (caller_id, key, hash, status, version,
	    row_status, perms, body)
	SELECT $caller, $key, $hash, o.outcome, o.version, o.status, o.perms,
	    o.body
	FROM out o WHERE $key IS NOT NULL AND o.outcome < 300);

-- staff_patch(caller uuid, today date, now timestamptz, id uuid, version int,
--     body jsonb, request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @staff_cur(),
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
@staff_written('update', $body)
SELECT outcome, version, status, perms, body FROM out;

-- staff_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @staff_cur(),
upd AS (
	UPDATE staff t SET deleted_at = $now, status = 'left',
	    token_epoch = t.token_epoch + 1, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
rev AS (
	INSERT INTO revocation (subject, epoch, until_at)
	SELECT (u.r).id, (c.r).token_epoch, now() + interval '1 hour'
	FROM upd u CROSS JOIN cur c ON CONFLICT DO NOTHING),
out AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN 204 ELSE s.outcome END AS outcome,
	    (c.r).version, (c.r).status, c.perms,
	    CASE WHEN s.outcome = 412 THEN @staff_json((c.r), c.perms) END
		AS body
	FROM step s CROSS JOIN cur c WHERE c.perms <> 0 OR @kin(c.unit_id)),
@written('staff', 'delete', NULL::jsonb, author_id)
SELECT outcome, version, status, perms, body FROM out;

-- staff_restore(caller uuid, today date, now timestamptz, id uuid,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH cur AS MATERIALIZED (
	SELECT t AS r, h.unit_id, @staff_rel(t, @perms(h.unit_id)) AS perms
	FROM staff t
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id AND t.deleted_at IS NOT NULL
	FOR NO KEY UPDATE OF t),
step AS MATERIALIZED (
	SELECT CASE WHEN c.perms & PERM_STAFF = 0 THEN 404 ELSE 200 END
	    AS outcome FROM cur c),
upd AS (
	UPDATE staff t SET deleted_at = NULL, status = 'active',
	    version = t.version + 1, updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@staff_written('restore', NULL::jsonb)
SELECT outcome, version, status, perms, body FROM out;

-- Give a role at a unit. The giver must hold PERM_GRANT over that unit.
-- grant_create(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT refs($body) AS b),
cur AS MATERIALIZED (
	SELECT t AS r, h.unit_id, @staff_rel(t, @perms(h.unit_id)) AS perms
	FROM staff t
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id AND t.deleted_at IS NULL
	FOR NO KEY UPDATE OF t),
step AS MATERIALIZED (
	SELECT CASE WHEN $version IS NOT NULL AND (c.r).version <> $version
		THEN 412
	    WHEN @perms((i.b ->> 'unit_id')::uuid) & PERM_GRANT = 0 THEN 403
	    ELSE 200 END AS outcome
	FROM cur c CROSS JOIN inp i),
gr AS (
	INSERT INTO staff_grant (id, staff_id, unit_id, role, function,
	    from_on, until_on, perms, author_id, created_at)
	SELECT coalesce((i.b ->> 'id')::uuid, uuid_v7()), (c.r).id,
	    (i.b ->> 'unit_id')::uuid, i.b ->> 'role',
	    coalesce(i.b ->> 'function', ''),
	    coalesce((i.b ->> 'from')::date, $today),
	    coalesce((i.b ->> 'to')::date + 1, 'infinity'), 0, $caller, $now
	FROM cur c JOIN step s ON s.outcome = 200 CROSS JOIN inp i
	RETURNING id, staff_id, unit_id, role, function, from_on, until_on),
upd AS (
	UPDATE staff t SET version = t.version + 1, updated_at = $now
	FROM gr WHERE t.id = gr.staff_id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN 201 ELSE s.outcome END AS outcome,
	    coalesce((u.r).version, (c.r).version) AS version,
	    (c.r).status, c.perms,
	    CASE WHEN s.outcome = 200 THEN json_build_object('id', g.id,
		'version', (u.r).version, 'role', g.role, 'function',
		nullif(g.function, ''), 'unit', @unit_ref(g.unit_id), 'from',
		g.from_on, 'to', nullif(g.until_on, 'infinity') - 1)::text
	    WHEN s.outcome = 412 THEN @staff_json((c.r), c.perms) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	LEFT JOIN gr g ON true
	WHERE c.perms <> 0 OR @kin(c.unit_id)),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'staff', (u.r).id, g.unit_id, (u.r).version, 'grant',
	    $caller, $request, $trace, $body
	FROM upd u CROSS JOIN gr g WHERE $tell IS NOT NULL),
idm AS (
	INSERT INTO idempotency (caller_id, key, hash, status, version,
	    row_status, perms, body)
	SELECT $caller, $key, $hash, o.outcome, o.version, o.status, o.perms,
	    o.body
	FROM out o WHERE $key IS NOT NULL AND o.outcome < 300)
SELECT outcome, version, status, perms, body FROM out;

-- Take a grant back: it ends yesterday, or goes if it had not begun.
-- grant_remove(caller uuid, today date, now timestamptz, id uuid,
--     grant_id uuid, request text, trace text, key text, hash bytea) : one write
WITH cur AS MATERIALIZED (
	SELECT g AS r, @perms(g.unit_id) AS perms
	FROM staff_grant g WHERE g.id = $grant_id AND g.staff_id = $id
	FOR UPDATE OF g),
del AS (
	DELETE FROM staff_grant g USING cur c
	WHERE g.id = (c.r).id AND c.perms & PERM_GRANT <> 0
	  AND (c.r).from_on >= $today RETURNING g.id),
cut AS (
	UPDATE staff_grant g SET until_on = $today FROM cur c
	WHERE g.id = (c.r).id AND c.perms & PERM_GRANT <> 0
	  AND (c.r).from_on < $today AND (c.r).until_on > $today
	RETURNING g.id),
upd AS (
	UPDATE staff t SET version = t.version + 1, updated_at = $now
	WHERE t.id = $id AND (EXISTS (SELECT FROM del)
	    OR EXISTS (SELECT FROM cut)) RETURNING t.id, t.version),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before)
	SELECT $now, 'staff', u.id, (c.r).unit_id, u.version, 'ungrant',
	    $caller, $request, $trace, to_jsonb(c.r)
	FROM upd u CROSS JOIN cur c),
out AS MATERIALIZED (
	SELECT CASE WHEN c.perms & PERM_GRANT = 0 THEN
	    CASE WHEN c.perms = 0 THEN 404 ELSE 403 END ELSE 204 END
	    AS outcome, 0 AS version, '' AS status, c.perms,
	    NULL::text AS body FROM cur c),
idm AS (
	INSERT INTO idempotency (caller_id, key, hash, status)
	SELECT $caller, $key, $hash, o.outcome FROM out o
	WHERE $key IS NOT NULL AND o.outcome < 300)
SELECT outcome, version, status, perms, body FROM out;

-- grant_list(caller uuid, today date, id uuid) : many read
SELECT json_build_object('id', g.id, 'role', g.role, 'function',
    nullif(g.function, ''), 'unit', @unit_ref(g.unit_id), 'from', g.from_on,
    'to', nullif(g.until_on, 'infinity') - 1)::text
FROM staff_grant g
CROSS JOIN LATERAL (SELECT @home(g.staff_id) AS unit_id OFFSET 0) h
WHERE g.staff_id = $id AND (g.staff_id = $caller
    OR @holds(h.unit_id, (PERM_STAFF | PERM_GRANT)))
ORDER BY g.from_on, g.id;

-- A further post. A main post cuts the one that runs on that day short.
-- assignment_create(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @staff_cur(),
inp AS MATERIALIZED (SELECT refs($body) AS b),
may AS MATERIALIZED (
	SELECT i.b, (i.b ->> 'unit_id')::uuid AS unit_id,
	    coalesce((i.b ->> 'from')::date, $today) AS from_on,
	    coalesce((i.b ->> 'to')::date + 1, 'infinity') AS until_on,
	    coalesce((i.b ->> 'main')::boolean, true) AS main
	FROM inp i CROSS JOIN step s
	WHERE s.outcome = 200
	  AND @perms((i.b ->> 'unit_id')::uuid) & PERM_STAFF <> 0),
cut AS (
	UPDATE assignment a SET until_on = m.from_on FROM may m
	WHERE a.staff_id = $id AND a.main AND m.main AND a.from_on < m.from_on
	  AND a.until_on > m.from_on RETURNING a.id),
asg AS (
	INSERT INTO assignment (id, staff_id, unit_id, position, duty_group,
	    main, from_on, until_on)
	SELECT coalesce((m.b ->> 'id')::uuid, uuid_v7()), $id, m.unit_id,
	    m.b ->> 'position', m.b ->> 'duty_group', m.main, m.from_on,
	    m.until_on
	FROM may m WHERE (SELECT count(*) FROM cut) >= 0 RETURNING *),
upd AS (
	UPDATE staff t SET version = t.version + 1, updated_at = $now
	FROM asg WHERE t.id = asg.staff_id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT CASE WHEN s.outcome <> 200 THEN s.outcome
	    WHEN u.r IS NULL THEN 403 ELSE 201 END AS outcome,
	    coalesce((u.r).version, (c.r).version) AS version, (c.r).status,
	    c.perms, CASE WHEN a.id IS NOT NULL THEN json_build_object('id',
		a.id, 'version', (u.r).version, 'unit', @unit_ref(a.unit_id),
		'position', a.position, 'duty_group', a.duty_group, 'main',
		a.main, 'from', a.from_on, 'to',
		nullif(a.until_on, 'infinity') - 1)::text
	    WHEN s.outcome = 412 THEN @staff_json((c.r), c.perms) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	LEFT JOIN asg a ON true
	WHERE c.perms <> 0 OR @kin(c.unit_id)),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'staff', (u.r).id, a.unit_id, (u.r).version, 'assign',
	    $caller, $request, $trace, $body
	FROM upd u CROSS JOIN asg a WHERE $tell IS NOT NULL),
idm AS (
	INSERT INTO idempotency (caller_id, key, hash, status, version,
	    row_status, perms, body)
	SELECT $caller, $key, $hash, o.outcome, o.version, o.status, o.perms,
	    o.body
	FROM out o WHERE $key IS NOT NULL AND o.outcome < 300)
SELECT outcome, version, status, perms, body FROM out;
