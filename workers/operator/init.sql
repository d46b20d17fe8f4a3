-- init_make(today date, now timestamptz, unit text, code text, kind text,
--     admin text, link_id uuid, code_hash bytea) : one write
-- unscoped: the operator's, as the owner
WITH n AS (SELECT uuid_v7() AS unit, uuid_v7() AS staff
	WHERE NOT EXISTS (SELECT FROM unit)),
u AS (
	INSERT INTO unit (id, code, kind, name, office_id, created_at,
	    updated_at)
	SELECT n.unit, $code, $kind, $unit, n.unit, $now, $now FROM n
	RETURNING id),
v AS (
	INSERT INTO unit_version (unit_id, from_on, name)
	SELECT u.id, date '2000-01-01', $unit FROM u),
k AS (
	INSERT INTO unit_cover (unit_id, anc_id, from_on, until_on, heir, past)
	SELECT u.id, u.id, '-infinity', 'infinity', true, false FROM u),
s AS (
	INSERT INTO staff (id, code, username, full_name, subject_type,
	    created_at, updated_at)
	SELECT n.staff, lower($admin), lower($admin), $admin, 'civil_servant',
	    $now, $now FROM n RETURNING id),
a AS (
	INSERT INTO assignment (id, staff_id, unit_id, position, from_on)
	SELECT uuid_v7(), s.id, u.id, 'Quản trị hệ thống', $today
	FROM s CROSS JOIN u),
g AS (
	INSERT INTO staff_grant (id, staff_id, unit_id, role, from_on, perms,
	    created_at)
	SELECT uuid_v7(), s.id, u.id, r.role, $today, 0, $now
	FROM s CROSS JOIN u CROSS JOIN (VALUES ('staff'), ('admin')) r(role)),
l AS (
	INSERT INTO link (id, staff_id, kind, hash, expires_at)
	SELECT $link_id, s.id, 'invitation', $code_hash,
	    now() + interval '7 days' FROM s)
SELECT id FROM s;
