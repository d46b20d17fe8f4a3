-- Signing in. These statements run before anybody is known.

-- What there is to compare with. familiar: signed in before from this very
-- device and address.
-- auth_find(username text, device text, address text) : one read
-- unscoped: nobody is known yet; the hash is compared off the loop
SELECT s.id, s.token_epoch, p.secret, o.secret, o.used_step,
    EXISTS (SELECT FROM session e WHERE e.staff_id = s.id
	AND e.device IS NOT DISTINCT FROM $device AND e.address = $address
	AND e.revoked_why IS DISTINCT FROM 'refresh reused')
FROM staff s
LEFT JOIN credential p ON p.staff_id = s.id AND p.kind = 'password'
LEFT JOIN credential o ON o.staff_id = s.id AND o.kind = 'totp'
    AND o.confirmed_at IS NOT NULL
WHERE s.username = lower($username) AND s.status = 'active'
  AND s.subject_type <> 'service' AND s.deleted_at IS NULL;

-- The second factor: a code's time step that is newer than the last one used,
-- or a recovery code that goes with its use. second: one is asked for.
-- @second_factor(staff)
code AS (
	UPDATE credential SET used_step = $step
	WHERE staff_id = @staff AND kind = 'totp' AND used_step < $step
	RETURNING kind),
recovery AS (
	UPDATE credential SET secret = replace(secret, $recovery, '')
	WHERE staff_id = @staff AND kind = 'recovery' AND $step IS NULL
	  AND position($recovery IN secret) > 0
	RETURNING kind),
proved AS MATERIALIZED (
	SELECT WHERE NOT $second OR EXISTS (SELECT FROM code)
	    OR EXISTS (SELECT FROM recovery));

-- auth_open(today date, session uuid, staff uuid, device text, address text,
--     request text, ttl_s int, rehash text, second bool, step bigint,
--     recovery text) : one write
-- unscoped: the password has been verified
WITH @second_factor($staff),
s AS (
	INSERT INTO session (id, staff_id, rotated_at, device, address,
	    created_at, expires_at)
	SELECT $session, $staff, now(), $device, $address, now(),
	    now() + make_interval(secs => $ttl_s) FROM proved
	RETURNING id, staff_id),
h AS (
	UPDATE credential c SET secret = $rehash FROM s
	WHERE c.staff_id = s.staff_id AND c.kind = 'password'
	  AND $rehash IS NOT NULL),
told AS (
	INSERT INTO audit (action, actor_id, staff_id, unit_id, session_id,
	    address, device, request)
	SELECT 'sign_in', s.staff_id, s.staff_id, @home(s.staff_id), s.id,
	    $address, $device, $request FROM s)
SELECT @who_json(t) FROM s JOIN staff t ON t.id = s.staff_id;
