-- Passwords: changed by their owner, or set by whoever holds a one-time code.

-- What a new password is looked at beside: words that are tried first.
-- @own_words(t)
@t.username, replace(fold(@t.full_name), ' ', ''),
split_part(coalesce(@t.email, ''), '@', 1),
coalesce((SELECT replace(fold(u.name), ' ', '') FROM unit u
    WHERE u.id = @home(@t.id)), '');

-- password_own(caller uuid, today date) : one read
SELECT p.secret, o.secret IS NOT NULL, @own_words(t)
FROM staff t
LEFT JOIN credential p ON p.staff_id = t.id AND p.kind = 'password'
LEFT JOIN credential o ON o.staff_id = t.id AND o.kind = 'totp'
    AND o.confirmed_at IS NOT NULL
WHERE t.id = $caller;

-- A new password ends what the old one has opened, but for the session kept.
-- @password_set(staff, kept, action)
cred AS (
	INSERT INTO credential AS c (staff_id, kind, secret, short, set_at)
	SELECT x.id, 'password', $secret, $short, now()
	FROM (SELECT @staff AS id) x WHERE x.id IS NOT NULL
	ON CONFLICT (staff_id, kind) DO UPDATE SET secret = $secret,
	    short = $short, set_at = now() RETURNING c.staff_id),
t AS (
	UPDATE staff s SET token_epoch = s.token_epoch + 1
	FROM cred c WHERE s.id = c.staff_id
	RETURNING s.id, s.token_epoch, s.code, s.username, s.full_name,
	    s.honorific),
gone AS (
	UPDATE session s SET revoked_at = now(), revoked_why = @action
	FROM cred c WHERE s.staff_id = c.staff_id AND s.revoked_at IS NULL
	  AND s.id IS DISTINCT FROM @kept),
rev AS (
	INSERT INTO revocation (subject, epoch, until_at)
	SELECT t.id, t.token_epoch - 1, now() + interval '1 hour' FROM t
	ON CONFLICT DO NOTHING),
told AS (
	INSERT INTO audit (action, actor_id, staff_id, unit_id, address,
	    device, request)
	SELECT @action, t.id, t.id, @home(t.id), $address, $device, $request
	FROM t);

-- password_change(caller uuid, today date, session uuid, secret text,
--     short bool, address text, device text, request text) : one write
WITH @password_set($caller, $session, 'password_changed')
SELECT t.token_epoch, s.generation, @who_json(t)
FROM t JOIN session s ON s.id = $session;

-- link_find(code_hash bytea, today date) : one read
-- unscoped: whoever holds the code may use it
SELECT t.id, EXISTS (SELECT FROM credential o WHERE o.staff_id = t.id
    AND o.kind = 'totp' AND o.confirmed_at IS NOT NULL), @own_words(t)
FROM link l JOIN staff t ON t.id = l.staff_id AND t.status = 'active'
    AND t.deleted_at IS NULL
WHERE l.hash = $code_hash AND l.used_at IS NULL AND l.expires_at > now();

-- link_use(code_hash bytea, today date, secret text, short bool,
--     address text, device text, request text) : one write
-- unscoped: whoever holds the code may use it
WITH l AS (
	UPDATE link SET used_at = now()
	WHERE hash = $code_hash AND used_at IS NULL AND expires_at > now()
	RETURNING staff_id),
others AS (
	UPDATE link o SET used_at = now() FROM l
	WHERE o.staff_id = l.staff_id AND o.hash <> $code_hash
	  AND o.used_at IS NULL),
@password_set((SELECT l.staff_id FROM l), NULL::uuid, 'password_reset')
SELECT t.id FROM t;

-- A letter with a code, to the person's own address. The code itself is put
-- in as the letter leaves; what is stored cannot open anything.
-- @link_mailed(who, template)
d AS (
	INSERT INTO delivery (id, staff_id, occasion, channel, template, kind,
	    ref, address, subject, body, trace, created_at)
	SELECT uuid_v7(), w.id, 'link:' || $link_id, 'mail', @template, 'link',
	    $link_id, w.email, $subject,
	    concat_ws(' ', staff_salutation(w.id, $today), w.honorific,
		w.full_name) || E',\n\n' || $text,
	    $trace, $now
	FROM @who w RETURNING id),
j AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'delivery', d.id::text, $trace FROM d);

-- The same work, and the same answer, whether there is such an account or not.
-- reset_ask(today date, now timestamptz, login text, link_id uuid,
--     code_hash bytea, ttl_s int, subject text, text text, trace text,
--     address text, device text, request text) : one write
-- unscoped: nobody is known; the letter goes to the account's own address
WITH who AS MATERIALIZED (
	SELECT t.id, t.email, t.honorific, t.full_name FROM staff t
	WHERE (t.username = lower($login) OR lower(t.email) = lower($login))
	  AND t.status = 'active' AND t.deleted_at IS NULL
	  AND t.email IS NOT NULL AND t.subject_type <> 'service'
	ORDER BY t.username = lower($login) DESC, t.id LIMIT 1),
l AS (
	INSERT INTO link (id, staff_id, kind, hash, expires_at)
	SELECT $link_id, w.id, 'reset', $code_hash,
	    now() + make_interval(secs => $ttl_s) FROM who w),
@link_mailed(who, 'account_reset')
INSERT INTO audit (action, staff_id, unit_id, address, device, request)
SELECT 'reset_asked', w.id, @home(w.id), $address, $device, $request
FROM (SELECT) one LEFT JOIN who w ON true
RETURNING staff_id IS NOT NULL AS known;

-- An administrator lets a person in: by mail, or by a code to print and hand
-- over. He never learns a password.
-- invitation_make(caller uuid, today date, now timestamptz, id uuid,
--     link_id uuid, code_hash bytea, ttl_s int, by_mail bool, subject text,
--     text text, trace text, session uuid, address text, device text,
--     request text) : one write
WITH cur AS MATERIALIZED (
	SELECT t.id, t.username, t.email, t.honorific, t.full_name,
	    h.unit_id, @perms(h.unit_id) AS perms
	FROM staff t
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id AND t.status = 'active' AND t.deleted_at IS NULL
	  AND t.subject_type <> 'service'),
step AS MATERIALIZED (
	SELECT CASE WHEN c.perms & PERM_STAFF = 0 THEN 403
	    WHEN $by_mail AND c.email IS NULL THEN 422 ELSE 201 END AS outcome
	FROM cur c),
l AS (
	INSERT INTO link (id, staff_id, kind, hash, author_id, expires_at)
	SELECT $link_id, c.id, 'invitation', $code_hash, $caller,
	    now() + make_interval(secs => $ttl_s)
	FROM cur c JOIN step s ON s.outcome = 201 RETURNING expires_at),
mailed AS MATERIALIZED (
	SELECT c.* FROM cur c JOIN step s ON s.outcome = 201 WHERE $by_mail),
@link_mailed(mailed, 'account_invitation'),
told AS (
	INSERT INTO audit (action, actor_id, staff_id, unit_id, session_id,
	    address, device, request)
	SELECT 'invited', $caller, c.id, c.unit_id, $session, $address,
	    $device, $request
	FROM cur c JOIN step s ON s.outcome = 201)
SELECT s.outcome, c.username, to_json(l.expires_at)#>>'{}' AS expires_at
FROM cur c CROSS JOIN step s LEFT JOIN l ON true
WHERE c.perms <> 0 OR @kin(c.unit_id);
