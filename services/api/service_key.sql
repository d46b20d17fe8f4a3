-- Keys of machines.

-- service_key_find(code_hash bytea) : one read
-- unscoped: whoever holds the key is its account
SELECT k.staff_id, k.id, t.token_epoch, k.scopes,
    k.used_at IS NULL OR k.used_at < now() - interval '1 minute'
FROM service_key k JOIN staff t ON t.id = k.staff_id AND t.status = 'active'
WHERE k.hash = $code_hash AND k.revoked_at IS NULL AND k.expires_at > now();

-- service_key_used(session uuid) : none note
-- unscoped: the key's own
UPDATE service_key SET used_at = now() WHERE id = $session;

-- @service_key_json(k)
json_build_object('id', @k.id, 'version', @k.version, 'status',
    CASE WHEN @k.revoked_at IS NOT NULL THEN 'revoked'
	WHEN @k.expires_at <= now() THEN 'expired' ELSE 'active' END,
    'name', @k.name, 'unit', @unit_ref(@k.unit_id), 'scopes', @k.scopes,
    'hint', @k.hint, 'created_at', @k.created_at, 'updated_at', @k.updated_at,
    'expires_at', @k.expires_at, 'used_at', @k.used_at);

-- An account of its own with one grant, and its key. The giver must hold
-- PERM_GRANT over the unit.
-- service_key_create(caller uuid, today date, now timestamptz, body jsonb,
--     code_hash bytea, hint text, request text, trace text) : one write
WITH inp AS MATERIALIZED (
	SELECT x.b, (x.b ->> 'unit_id')::uuid AS unit_id,
	    (x.b ->> 'expires_at')::timestamptz AS expires_at,
	    (x.b ->> 'id')::uuid AS id, uuid_v7() AS staff_id
	FROM (SELECT refs($body, $caller, $today) AS b OFFSET 0) x),
step AS MATERIALIZED (
	SELECT CASE WHEN @perms(i.unit_id) & PERM_GRANT <> 0 THEN 201
	    WHEN @kin(i.unit_id) THEN 403 ELSE 404 END AS outcome FROM inp i),
s AS (
	INSERT INTO staff (id, code, username, full_name, subject_type,
	    author_id, created_at, updated_at)
	SELECT i.staff_id, 'service-' || i.staff_id, 'service-' || i.staff_id,
	    i.b ->> 'name', 'service', $caller, $now, $now
	FROM inp i JOIN step p ON p.outcome = 201),
g AS (
	INSERT INTO staff_grant (id, staff_id, unit_id, role, from_on, perms,
	    author_id, created_at)
	SELECT uuid_v7(), i.staff_id, i.unit_id, i.b ->> 'role', $today, 0,
	    $caller, $now FROM inp i JOIN step p ON p.outcome = 201),
k AS (
	INSERT INTO service_key (id, staff_id, name, unit_id, scopes, hash,
	    hint, author_id, created_at, updated_at, expires_at)
	SELECT i.id, i.staff_id, i.b ->> 'name', i.unit_id,
	    ARRAY(SELECT jsonb_array_elements_text(i.b -> 'scopes')),
	    $code_hash, $hint, $caller, $now, $now, i.expires_at
	FROM inp i JOIN step p ON p.outcome = 201 RETURNING *),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'service_key', k.id, k.unit_id, 1, 'create', $caller,
	    $request, $trace, $body FROM k)
SELECT p.outcome, CASE WHEN k.id IS NOT NULL
    THEN @service_key_json(k)::text END
FROM step p LEFT JOIN k ON true;

-- service_key_list(caller uuid, today date) : many read
SELECT @service_key_json(k)::text FROM service_key k
WHERE @holds(k.unit_id, PERM_GRANT)
ORDER BY k.created_at DESC, k.id LIMIT 200;

-- service_key_revoke(caller uuid, today date, now timestamptz, id uuid,
--     request text, trace text) : one write
WITH cur AS MATERIALIZED (
	SELECT k.id, k.unit_id, k.staff_id, @perms(k.unit_id) AS perms
	FROM service_key k WHERE k.id = $id AND k.revoked_at IS NULL
	FOR UPDATE OF k),
k AS (
	UPDATE service_key x SET revoked_at = now(), version = x.version + 1,
	    updated_at = $now
	FROM cur c WHERE x.id = c.id AND c.perms & PERM_GRANT <> 0
	RETURNING x.id, x.unit_id, x.version),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace)
	SELECT $now, 'service_key', k.id, k.unit_id, k.version, 'revoke',
	    $caller, $request, $trace FROM k)
SELECT CASE WHEN EXISTS (SELECT FROM k) THEN 204
    WHEN @kin(c.unit_id) AND c.perms <> 0 THEN 403 ELSE 404 END
FROM cur c;
