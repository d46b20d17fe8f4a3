-- Signing in. These statements run before anybody is known.

-- auth_find(username text) : one read
-- unscoped: nobody is known yet; the hash is compared off the loop
SELECT s.id, s.token_epoch, c.secret
FROM staff s LEFT JOIN credential c
    ON c.staff_id = s.id AND c.kind = 'password'
WHERE s.username = lower($username) AND s.status = 'active'
  AND s.deleted_at IS NULL;

-- auth_open(session uuid, staff uuid, device text, address text,
--     ttl_s int, rehash text) : one write
-- unscoped: the password has been verified
WITH s AS (
	INSERT INTO session (id, staff_id, rotated_at, device, address,
	    created_at, expires_at)
	VALUES ($session, $staff, now(), $device, $address, now(),
	    now() + make_interval(secs => $ttl_s)) RETURNING staff_id),
h AS (
	UPDATE credential c SET secret = $rehash FROM s
	WHERE c.staff_id = s.staff_id AND c.kind = 'password'
	  AND $rehash IS NOT NULL)
SELECT json_build_object('id', t.id, 'code', t.code, 'username', t.username,
    'full_name', t.full_name, 'honorific', t.honorific)::text
FROM s JOIN staff t ON t.id = s.staff_id;

-- Take the next generation of a refresh token. The current one rotates; the
-- one before it, within the window from the rotation, gets the same successor
-- again; any older one ends the device's session.
-- auth_rotate(session uuid, generation int, window_s int) : one write
-- unscoped: the refresh token has been verified
WITH cur AS MATERIALIZED (
	SELECT s.*, t.token_epoch, t.status AS staff_status, t.deleted_at
	FROM session s JOIN staff t ON t.id = s.staff_id
	WHERE s.id = $session AND s.revoked_at IS NULL AND s.expires_at > now()
	FOR UPDATE OF s),
turn AS (
	UPDATE session s SET generation = s.generation + 1, rotated_at = now()
	FROM cur c WHERE s.id = c.id AND c.generation = $generation
	  AND c.staff_status = 'active' AND c.deleted_at IS NULL
	RETURNING s.id, s.generation),
reused AS (
	UPDATE session s SET revoked_at = now(), revoked_why = 'refresh reused'
	FROM cur c WHERE s.id = c.id AND (c.generation > $generation + 1
	    OR (c.generation = $generation + 1 AND c.rotated_at
		< now() - make_interval(secs => $window_s)))
	RETURNING s.id),
rev AS (
	INSERT INTO revocation (subject, until_at)
	SELECT r.id, now() + interval '1 hour' FROM reused r
	ON CONFLICT DO NOTHING)
SELECT c.staff_id, c.token_epoch, $generation + 1,
    json_build_object('id', t.id, 'code', t.code, 'username', t.username,
	'full_name', t.full_name, 'honorific', t.honorific)::text
FROM cur c JOIN staff t ON t.id = c.staff_id
WHERE NOT EXISTS (SELECT FROM reused) AND c.staff_status = 'active'
  AND c.deleted_at IS NULL AND $generation <= c.generation;

-- auth_close(session uuid) : one write
-- unscoped: the refresh token has been verified
WITH s AS (
	UPDATE session SET revoked_at = now(), revoked_why = 'logout'
	WHERE id = $session AND revoked_at IS NULL RETURNING id)
INSERT INTO revocation (subject, until_at)
SELECT id, now() + interval '1 hour' FROM s ON CONFLICT DO NOTHING;
