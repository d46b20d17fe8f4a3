-- staff_make(today date, now timestamptz, username text, name text,
--     unit text, role text, position text, email text, link_id uuid,
--     code_hash bytea) : one write
-- unscoped: the operator's, as the owner
WITH u AS (SELECT id FROM unit WHERE code = $unit AND deleted_at IS NULL),
s AS (
	INSERT INTO staff (id, code, username, full_name, email, subject_type,
	    created_at, updated_at)
	SELECT uuid_v7(), lower($username), lower($username), $name, $email,
	    'civil_servant', $now, $now FROM u RETURNING id),
a AS (
	INSERT INTO assignment (id, staff_id, unit_id, position, from_on)
	SELECT uuid_v7(), s.id, u.id, $position, $today FROM s CROSS JOIN u),
g AS (
	INSERT INTO staff_grant (id, staff_id, unit_id, role, from_on, perms,
	    created_at)
	SELECT uuid_v7(), s.id, u.id, r.role, $today, 0, $now
	FROM s CROSS JOIN u
	CROSS JOIN (SELECT 'staff' AS role UNION SELECT $role) r),
l AS (
	INSERT INTO link (id, staff_id, kind, hash, expires_at)
	SELECT $link_id, s.id, 'invitation', $code_hash,
	    now() + interval '7 days' FROM s)
SELECT id FROM s;

-- token_open(username text, session uuid, ttl_s int) : one write
-- unscoped: the operator's, as the owner
WITH who AS (SELECT id, token_epoch FROM staff
	WHERE username = lower($username) AND status = 'active'
	  AND deleted_at IS NULL),
s AS (
	INSERT INTO session (id, staff_id, rotated_at, stepped_up_at, device,
	    created_at, expires_at)
	SELECT $session, w.id, now(), 'infinity', 'camket token', now(),
	    now() + make_interval(secs => $ttl_s) FROM who w)
SELECT w.id || ' ' || w.token_epoch FROM who w;

-- Who imports for a unit when nobody is named: its clerk, or its office.
-- clerk_of(today date, unit text) : one read
-- unscoped: the operator's, as the owner
SELECT s.username FROM unit u
JOIN staff_grant g ON g.unit_id = unit_heir(u.id, $today)
    AND g.perms & PERM_DRAFT <> 0 AND g.from_on <= $today
    AND $today < g.until_on
JOIN staff s ON s.id = g.staff_id AND s.status = 'active'
WHERE u.code = $unit
ORDER BY g.role = 'office' DESC, g.function = 'clerk' DESC, s.rank_order DESC,
    s.username LIMIT 1;
