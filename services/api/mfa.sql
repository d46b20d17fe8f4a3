-- The second factor, and being asked again. All of it the caller's own, but
-- for the administrator's reset.

-- mfa_own(caller uuid) : one read
SELECT p.secret, o.secret, coalesce(o.used_step, 0), o.confirmed_at IS NOT NULL,
    -- each hash is "\x" and 64 digits
    coalesce((SELECT length(r.secret) / 66 FROM credential r
	WHERE r.staff_id = t.id AND r.kind = 'recovery'), 0), t.username
FROM staff t
LEFT JOIN credential p ON p.staff_id = t.id AND p.kind = 'password'
LEFT JOIN credential o ON o.staff_id = t.id AND o.kind = 'totp'
WHERE t.id = $caller;

-- Begin: a secret that counts for nothing until a code has confirmed it.
-- mfa_enrol(caller uuid, secret text) : one write
INSERT INTO credential AS c (staff_id, kind, secret, set_at)
VALUES ($caller, 'totp', $secret, now())
ON CONFLICT (staff_id, kind) DO UPDATE SET secret = $secret, set_at = now(),
    used_step = 0 WHERE c.confirmed_at IS NULL
RETURNING kind;

-- @mfa_told(action)
INSERT INTO audit (action, actor_id, staff_id, unit_id, session_id, address,
    device, request)
SELECT @action, $caller, $caller, @home($caller), $session, $address, $device,
    $request;

-- mfa_confirm(caller uuid, today date, step bigint, codes text, session uuid,
--     address text, device text, request text) : one write
WITH o AS (
	UPDATE credential SET confirmed_at = now(), used_step = $step
	WHERE staff_id = $caller AND kind = 'totp' AND confirmed_at IS NULL
	RETURNING staff_id),
r AS (
	INSERT INTO credential AS c (staff_id, kind, secret, set_at)
	SELECT o.staff_id, 'recovery', $codes, now() FROM o
	ON CONFLICT (staff_id, kind) DO UPDATE SET secret = $codes,
	    set_at = now() RETURNING c.kind),
told AS (@mfa_told('mfa_enrolled') FROM o)
SELECT kind FROM r;

-- New recovery codes; the old ones are void.
-- mfa_recovery(caller uuid, today date, codes text, session uuid,
--     address text, device text, request text) : one write
WITH r AS (
	UPDATE credential SET secret = $codes, set_at = now()
	WHERE staff_id = $caller AND kind = 'recovery' RETURNING kind),
told AS (@mfa_told('recovery_renewed') FROM r)
SELECT kind FROM r;

-- Not while the password is too short to stand alone.
-- mfa_remove(caller uuid, today date, session uuid, address text,
--     device text, request text) : one write
WITH p AS MATERIALIZED (
	SELECT FROM credential
	WHERE staff_id = $caller AND kind = 'password' AND short),
o AS (
	DELETE FROM credential WHERE staff_id = $caller
	    AND kind IN ('totp', 'recovery') AND NOT EXISTS (SELECT FROM p)
	RETURNING kind),
told AS (@mfa_told('mfa_removed')
	FROM (SELECT FROM o LIMIT 1) one)
SELECT 204 FROM (SELECT FROM o LIMIT 1) one UNION ALL SELECT 409 FROM p;

-- Asked again, and it was right: this session may sign for a while.
-- stepup_done(caller uuid, today date, session uuid, second bool,
--     step bigint, recovery text, address text, device text,
--     request text) : one write
WITH @second_factor($caller),
s AS (
	UPDATE session SET stepped_up_at = now() FROM proved
	WHERE id = $session AND staff_id = $caller AND revoked_at IS NULL
	RETURNING id),
told AS (@mfa_told('step_up') FROM s)
SELECT id FROM s;

-- A lost telephone: the administrator takes the factor away and ends what is
-- open; the person enrols anew. A password too short to stand alone goes with
-- it; a letter brings a code for another, and who has no mailbox is invited.
-- mfa_reset(caller uuid, today date, now timestamptz, id uuid, link_id uuid,
--     code_hash bytea, ttl_s int, subject text, text text, trace text,
--     session uuid, address text, device text, request text) : one write
WITH cur AS MATERIALIZED (
	SELECT t.id, t.email, t.honorific, t.full_name, h.unit_id, @perms(h.unit_id) AS perms
	FROM staff t
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id AND t.deleted_at IS NULL
	FOR NO KEY UPDATE OF t),
gone AS (
	DELETE FROM credential k USING cur c WHERE k.staff_id = c.id
	  AND c.perms & PERM_STAFF <> 0 AND c.id <> $caller
	  AND (k.kind IN ('totp', 'recovery') OR k.short)
	RETURNING k.kind),
mailed AS MATERIALIZED (
	SELECT c.* FROM cur c JOIN gone g ON g.kind = 'password'
	WHERE c.email IS NOT NULL),
l AS (
	INSERT INTO link (id, staff_id, kind, hash, author_id, expires_at)
	SELECT $link_id, m.id, 'reset', $code_hash, $caller,
	    now() + make_interval(secs => $ttl_s) FROM mailed m),
@link_mailed(mailed, 'account_mfa_reset'),
t AS (
	UPDATE staff s SET token_epoch = s.token_epoch + 1 FROM cur c
	WHERE s.id = c.id AND c.perms & PERM_STAFF <> 0 AND c.id <> $caller
	RETURNING s.id, s.token_epoch),
ended AS (
	UPDATE session s SET revoked_at = now(), revoked_why = 'mfa_reset'
	FROM t WHERE s.staff_id = t.id AND s.revoked_at IS NULL),
rev AS (
	INSERT INTO revocation (subject, epoch, until_at)
	SELECT t.id, t.token_epoch - 1, now() + interval '1 hour' FROM t
	ON CONFLICT DO NOTHING),
told AS (
	INSERT INTO audit (action, actor_id, staff_id, unit_id, session_id,
	    address, device, request)
	SELECT 'mfa_reset', $caller, c.id, c.unit_id, $session, $address,
	    $device, $request FROM t JOIN cur c ON c.id = t.id)
SELECT CASE WHEN EXISTS (SELECT FROM t) THEN 204 ELSE 403 END
FROM cur c WHERE c.perms <> 0 OR @kin(c.unit_id);
