-- Sessions: one device of one person. These statements concern the caller's
-- own, or come with a token that proves itself.

-- @who_json(t)
json_build_object('id', @t.id, 'code', @t.code, 'username', @t.username,
    'full_name', @t.full_name, 'honorific', @t.honorific)::text;

-- Take the next generation of a refresh token. The current one rotates; an
-- earlier one gets its own successor again, within the window from its turn and
-- from the same device; any other ends the device's session.
-- session_rotate(today date, session uuid, generation int, window_s int,
--     idle_s int, device text, address text, request text) : one write
-- unscoped: the refresh token has been verified
WITH cur AS MATERIALIZED (
	SELECT s.id, s.staff_id, s.generation, s.device, t.token_epoch,
	    t.status = 'active' AND t.deleted_at IS NULL AS lives,
	    s.turns[cardinality(s.turns) - s.generation + $generation + 1]
		AS turned_at
	FROM session s JOIN staff t ON t.id = s.staff_id
	WHERE s.id = $session AND s.revoked_at IS NULL AND s.expires_at > now()
	  AND s.rotated_at > now() - make_interval(secs => $idle_s)
	FOR UPDATE OF s),
verdict AS MATERIALIZED (
	SELECT CASE WHEN NOT c.lives OR $generation > c.generation THEN 'refuse'
	    WHEN $generation = c.generation THEN 'turn'
	    WHEN c.turned_at > clock_timestamp()
		- make_interval(secs => $window_s)
		AND c.device IS NOT DISTINCT FROM $device THEN 'again'
	    ELSE 'reused' END AS is
	FROM cur c),
turn AS (
	UPDATE session s SET generation = s.generation + 1,
	    rotated_at = clock_timestamp(), address = $address,
	    turns = (s.turns || clock_timestamp())
		[greatest(cardinality(s.turns) - 14, 1):]
	FROM verdict v WHERE v.is = 'turn' AND s.id = $session),
reused AS (
	UPDATE session s SET revoked_at = now(), revoked_why = 'refresh reused'
	FROM verdict v WHERE v.is = 'reused' AND s.id = $session
	RETURNING s.id, s.staff_id),
rev AS (
	INSERT INTO revocation (subject, until_at)
	SELECT r.id, now() + interval '1 hour' FROM reused r
	ON CONFLICT DO NOTHING),
told AS (
	INSERT INTO audit (action, staff_id, unit_id, session_id, address,
	    device, request)
	SELECT 'refresh_reused', r.staff_id, @home(r.staff_id), r.id, $address,
	    $device, $request FROM reused r)
SELECT c.staff_id, c.token_epoch, $generation + 1, @who_json(t), v.is
FROM cur c JOIN staff t ON t.id = c.staff_id CROSS JOIN verdict v;

-- End the session of a refresh token.
-- session_close(today date, session uuid, address text, device text,
--     request text) : none write
-- unscoped: the refresh token has been verified
WITH s AS (
	UPDATE session SET revoked_at = now(), revoked_why = 'logout'
	WHERE id = $session AND revoked_at IS NULL RETURNING id, staff_id),
told AS (
	INSERT INTO audit (action, actor_id, staff_id, unit_id, session_id,
	    address, device, request)
	SELECT 'sign_out', s.staff_id, s.staff_id, @home(s.staff_id), s.id,
	    $address, $device, $request FROM s)
INSERT INTO revocation (subject, until_at)
SELECT id, now() + interval '1 hour' FROM s ON CONFLICT DO NOTHING;

-- @session_json(s)
json_build_object('id', @s.id, 'device', @s.device, 'address', @s.address,
    'created_at', @s.created_at, 'last_seen_at', @s.rotated_at, 'expires_at',
    @s.expires_at, 'current', @s.id = $session)::text;

-- session_list(caller uuid, session uuid) : many read
SELECT @session_json(s)
FROM session s WHERE s.staff_id = $caller AND s.revoked_at IS NULL
  AND s.expires_at > now()
ORDER BY s.rotated_at DESC, s.id LIMIT 200;

-- Another's sessions, for who administers him. No row at all: not seen.
-- staff_session_list(caller uuid, today date, id uuid, session uuid) : many read
SELECT CASE WHEN s.id IS NOT NULL THEN @session_json(s) END
FROM staff t CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
LEFT JOIN session s ON s.staff_id = t.id AND s.revoked_at IS NULL
    AND s.expires_at > now()
WHERE t.id = $id AND (t.id = $caller OR @holds(h.unit_id, PERM_STAFF))
ORDER BY s.rotated_at DESC, s.id LIMIT 200;

-- What ends: one session of a person, or all but one.
-- @sessions_ended(staff, which, why)
gone AS (
	UPDATE session s SET revoked_at = now(), revoked_why = @why
	WHERE s.staff_id = @staff AND s.revoked_at IS NULL AND @which
	RETURNING s.id, s.staff_id),
rev AS (
	INSERT INTO revocation (subject, until_at)
	SELECT g.id, now() + interval '1 hour' FROM gone g
	ON CONFLICT DO NOTHING),
told AS (
	INSERT INTO audit (action, actor_id, staff_id, unit_id, session_id,
	    address, device, request)
	SELECT 'session_ended', $caller, g.staff_id, @home(g.staff_id), g.id,
	    $address, $device, $request FROM gone g);

-- session_end(caller uuid, today date, target uuid, address text,
--     device text, request text) : one write
WITH @sessions_ended($caller, id = $target, 'ended')
SELECT count(*) FROM gone;

-- session_end_others(caller uuid, today date, session uuid, address text,
--     device text, request text) : one write
WITH @sessions_ended($caller, id <> $session, 'ended')
SELECT count(*) FROM gone;

-- An administrator ends one of a person's sessions, or (target null) all.
-- staff_session_end(caller uuid, today date, id uuid, target uuid,
--     address text, device text, request text) : one write
WITH may AS MATERIALIZED (
	SELECT t.id FROM staff t
	CROSS JOIN LATERAL (SELECT @home(t.id) AS unit_id OFFSET 0) h
	WHERE t.id = $id
	  AND (t.id = $caller OR @holds(h.unit_id, PERM_STAFF))),
@sessions_ended((SELECT m.id FROM may m), ($target IS NULL OR id = $target),
    'ended by an administrator')
SELECT (SELECT count(*) FROM gone) FROM may m
WHERE $target IS NULL OR EXISTS (SELECT FROM gone);

-- Has this session been asked again who it is, lately?
-- session_stepped_up(caller uuid, session uuid, step_up_s int) : one read
SELECT s.stepped_up_at > now() - make_interval(secs => $step_up_s)
FROM session s WHERE s.id = $session AND s.staff_id = $caller;
