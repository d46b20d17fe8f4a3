-- An office's own accounts: what an identity provider says, turned into a
-- session of ours.

-- What clients need to begin with: what the worker has read of each provider.
-- issuer_list() : many read
-- unscoped: for whoever wants to sign in
SELECT url, document ->> 'authorization_endpoint', read_at IS NOT NULL
FROM issuer;

-- issuer_keys(issuer text) : one read
-- unscoped: public keys
SELECT keys, read_at > now() - interval '10 seconds' FROM issuer
WHERE url = $issuer AND keys IS NOT NULL;

-- issuer_want(issuer text) : none write
-- unscoped: asks the worker to read public keys again
UPDATE issuer SET wanted_at = now() WHERE url = $issuer;

-- exchange_ask(exchange_id uuid, issuer text, asked jsonb) : none write
-- unscoped: nobody is known yet
INSERT INTO exchange (id, issuer, asked)
VALUES ($exchange_id, $issuer, $asked);

-- exchange_look(exchange_id uuid) : one read
-- unscoped: nobody is known yet; the id is this request's own
SELECT answer FROM exchange WHERE id = $exchange_id AND answer IS NOT NULL;

-- A recorded identity, or the claim that is an account's name. An identity
-- opens one session: once is made of its token. Who has neither password nor
-- second factor here is asked again by his provider: a fresh exchange counts.
-- exchange_open(today date, issuer text, subject text, claim text,
--     value text, once uuid, session uuid, device text, address text,
--     request text, ttl_s int) : one write
-- unscoped: the identity has been verified
WITH who AS MATERIALIZED (
	SELECT t.id, t.token_epoch, t.code, t.username, t.full_name, t.honorific
	FROM staff t
	WHERE t.status = 'active' AND t.deleted_at IS NULL
	  AND t.subject_type <> 'service' AND t.id = coalesce(
	    (SELECT i.staff_id FROM identity i
		WHERE i.issuer = $issuer AND i.subject = $subject),
	    (SELECT min(n.id::text)::uuid FROM staff n
		WHERE CASE $claim WHEN '' THEN false
		    WHEN 'email' THEN lower(n.email) = lower($value)
		    ELSE n.username = lower($value) END
		HAVING count(*) = 1))),
spent AS (
	INSERT INTO exchange (id, issuer, asked, answer)
	SELECT $once, $issuer, '{}', '{}' FROM who),
s AS (
	INSERT INTO session (id, staff_id, rotated_at, stepped_up_at, device,
	    address, created_at, expires_at)
	SELECT $session, w.id, now(),
	    CASE WHEN NOT EXISTS (SELECT FROM credential k
		WHERE k.staff_id = w.id AND (k.kind = 'password'
		    OR k.kind = 'totp' AND k.confirmed_at IS NOT NULL))
	    THEN now() END, $device, $address, now(),
	    now() + make_interval(secs => $ttl_s) FROM who w
	RETURNING id, staff_id),
told AS (
	INSERT INTO audit (action, actor_id, staff_id, unit_id, session_id,
	    kind, address, device, request, detail)
	SELECT 'sign_in', s.staff_id, s.staff_id, @home(s.staff_id), s.id,
	    'issuer', $address, $device, $request,
	    jsonb_build_object('issuer', $issuer, 'subject', $subject) FROM s)
SELECT t.id, t.token_epoch, @who_json(t) FROM who t JOIN s ON s.staff_id = t.id;

-- @identity_json(i)
json_build_object('id', @i.id, 'issuer', @i.issuer, 'subject', @i.subject,
    'created_at', @i.created_at)::text;

-- identity_list(caller uuid, today date, id uuid) : many read
SELECT CASE WHEN i.id IS NOT NULL THEN @identity_json(i) END
FROM staff t CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
LEFT JOIN identity i ON i.staff_id = t.id
WHERE t.id = $id AND (t.id = $caller OR @holds(h.unit_id, PERM_STAFF))
ORDER BY i.created_at, i.id;

-- identity_create(caller uuid, today date, now timestamptz, id uuid,
--     issuer text, subject text, request text, trace text) : one write
WITH cur AS MATERIALIZED (
	SELECT t.id, t.version, h.unit_id, @perms(h.unit_id) AS perms
	FROM staff t
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id AND t.deleted_at IS NULL),
i AS (
	INSERT INTO identity (id, staff_id, issuer, subject, author_id,
	    created_at)
	SELECT uuid_v7(), c.id, $issuer, $subject, $caller, $now FROM cur c
	WHERE c.perms & PERM_STAFF <> 0 RETURNING *),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'staff', c.id, c.unit_id, c.version, 'identify', $caller,
	    $request, $trace, jsonb_build_object('issuer', $issuer, 'subject',
	    $subject) FROM i JOIN cur c ON c.id = i.staff_id)
SELECT CASE WHEN i.id IS NOT NULL THEN 201 ELSE 403 END,
    CASE WHEN i.id IS NOT NULL THEN @identity_json(i) END
FROM cur c LEFT JOIN i ON true WHERE c.perms <> 0 OR @kin(c.unit_id);

-- identity_remove(caller uuid, today date, now timestamptz, id uuid,
--     identity_id uuid, request text, trace text) : one write
WITH cur AS MATERIALIZED (
	SELECT t.id, t.version, h.unit_id, @perms(h.unit_id) AS perms
	FROM staff t JOIN identity i ON i.staff_id = t.id
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id AND i.id = $identity_id),
i AS (
	DELETE FROM identity x USING cur c WHERE x.id = $identity_id
	  AND c.perms & PERM_STAFF <> 0 RETURNING x.*),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before)
	SELECT $now, 'staff', c.id, c.unit_id, c.version, 'unidentify',
	    $caller, $request, $trace, to_jsonb(i) FROM i CROSS JOIN cur c)
SELECT CASE WHEN EXISTS (SELECT FROM i) THEN 204 ELSE 403 END, NULL::text
FROM cur c WHERE c.perms <> 0 OR @kin(c.unit_id);
