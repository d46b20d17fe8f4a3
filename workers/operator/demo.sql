-- demo_there() : one read
-- unscoped: the operator's, as the owner
SELECT EXISTS (SELECT FROM staff);

-- demo_load(today date, now timestamptz, doc jsonb, users text[],
--     hashes text[]) : one write
-- unscoped: the operator's, as the owner
WITH doc AS MATERIALIZED (SELECT $doc AS d),
u AS MATERIALIZED (
	SELECT uuid_v7() AS id, e.x ->> 'code' AS code, e.x ->> 'kind' AS kind,
	    e.x ->> 'name' AS name, e.x ->> 'short' AS short,
	    e.x ->> 'parent_code' AS parent,
	    coalesce((e.x ->> 'own_seal')::boolean, false) AS own_seal,
	    e.x -> 'versions' AS versions, e.n
	FROM doc CROSS JOIN jsonb_array_elements(d -> 'units')
	    WITH ORDINALITY e(x, n)),
ins_unit AS (
	INSERT INTO unit (id, status, code, kind, name, short_name, own_seal,
	    parent_id, office_id, rank_order, created_at, updated_at)
	SELECT u.id, CASE WHEN (u.versions -> -1 ->> 'valid_to')::date < $today
		THEN 'ended' ELSE 'active' END, u.code, u.kind, u.name,
	    u.short, u.own_seal, p.id,
	    CASE WHEN u.kind IN ('department', 'section', 'service_centre',
		'association') THEN p.id ELSE u.id END,
	    u.n * 10, $now, $now
	FROM u LEFT JOIN u p ON p.code = u.parent),
ins_version AS (
	INSERT INTO unit_version (unit_id, from_on, until_on, name, parent_id,
	    attributes)
	SELECT u.id, (v ->> 'valid_from')::date,
	    coalesce((v ->> 'valid_to')::date + 1, 'infinity'), v ->> 'name',
	    p.id, v - '{name,parent_code,valid_from,valid_to}'::text[]
	FROM u CROSS JOIN jsonb_array_elements(u.versions) v
	LEFT JOIN u p ON p.code = v ->> 'parent_code'),
ins_succession AS (
	INSERT INTO unit_succession (id, kind, effective_on, from_unit_id,
	    to_unit_id, place, note)
	SELECT uuid_v7(), s ->> 'kind', (s ->> 'effective')::date, f.id, t.id,
	    coalesce(tc.place, 1), s ->> 'note'
	FROM doc CROSS JOIN jsonb_array_elements(d -> 'successions') s
	CROSS JOIN jsonb_array_elements_text(s -> 'from') fc(code)
	JOIN u f ON f.code = fc.code
	LEFT JOIN jsonb_array_elements_text(s -> 'to')
	    WITH ORDINALITY tc(code, place) ON true
	LEFT JOIN u t ON t.code = tc.code),
p AS MATERIALIZED (
	SELECT uuid_v7() AS id, x FROM doc CROSS JOIN
	    jsonb_array_elements(d -> 'staff') x),
ins_staff AS (
	INSERT INTO staff (id, code, username, full_name, email, subject_type,
	    party_member, rank_order, created_at, updated_at)
	SELECT p.id, x ->> 'code', x ->> 'username', x ->> 'full_name',
	    x ->> 'email', x ->> 'subject_type',
	    (x ->> 'party_member')::boolean, (x ->> 'rank_order')::int, $now,
	    $now FROM p),
ins_post AS (
	INSERT INTO assignment (id, staff_id, unit_id, position, duty_group,
	    main, from_on, until_on)
	SELECT uuid_v7(), p.id, u.id, a ->> 'position', a ->> 'duty_group',
	    (a ->> 'main')::boolean, (a ->> 'from')::date,
	    coalesce((a ->> 'to')::date + 1, 'infinity')
	FROM p CROSS JOIN jsonb_array_elements(p.x -> 'assignments') a
	JOIN u ON u.code = a ->> 'unit_code'),
ins_grant AS (
	INSERT INTO staff_grant (id, staff_id, unit_id, role, function,
	    from_on, until_on, perms, created_at)
	SELECT uuid_v7(), p.id, u.id, g ->> 'role',
	    coalesce(g ->> 'function', ''), (g ->> 'from')::date,
	    coalesce((g ->> 'to')::date + 1, 'infinity'), 0, $now
	FROM p CROSS JOIN jsonb_array_elements(p.x -> 'grants') g
	JOIN u ON u.code = g ->> 'unit_code'),
ins_password AS (
	INSERT INTO credential (staff_id, kind, secret, set_at)
	SELECT p.id, 'password', h.hash, $now
	FROM p JOIN unnest($users, $hashes) h(username, hash)
	    ON h.username = p.x ->> 'username'),
ins_sets AS (
	-- ten manifestations: their texts are for an administrator to enter, and
	-- nobody must answer what has no text yet
	INSERT INTO criteria_set (id, code, title, items, created_at,
	    updated_at)
	SELECT uuid_v7(), 'BH-2023', 'Tự soi, tự sửa theo 10 biểu hiện',
	    (SELECT jsonb_object_agg('BH' || to_char(i, 'FM00'),
		jsonb_build_object('text', '', 'answer', 'yes_no', 'required',
		false, 'ord', i)) FROM generate_series(1, 10) i), $now, $now
	UNION ALL
	SELECT uuid_v7(), 'TC-CHUNG', 'Nhóm tiêu chí chung (tối đa 30 điểm)',
	    '{"A": {"text": "Chính trị, đạo đức, kỷ luật, kỷ cương", "answer": "points", "max": "10", "ord": 1}, "B": {"text": "Năng lực, trách nhiệm, thái độ phục vụ, phối hợp", "answer": "points", "max": "10", "ord": 2}, "C": {"text": "Đổi mới, dám nghĩ, dám làm", "answer": "points", "max": "10", "ord": 3}}'::jsonb,
	    $now, $now),
ins_days AS (
	INSERT INTO calendar_entry (id, kind, from_on, until_on, name,
	    created_at, updated_at)
	SELECT uuid_v7(), 'holiday', x.day, x.day + x.days, x.name, $now, $now
	FROM (
	    SELECT make_date(y, f.m, f.d) AS day, 1 AS days, f.name
	    FROM generate_series(2024, 2027) y CROSS JOIN (VALUES
		(1, 1, 'Tết Dương lịch'), (4, 30, 'Ngày Chiến thắng'),
		(5, 1, 'Ngày Quốc tế lao động'), (9, 2, 'Quốc khánh'))
		f(m, d, name)
	    UNION ALL
	    SELECT '2026-02-14', 9, 'Tết Nguyên đán 2026') x)
SELECT count(*) || ' units, ' || (SELECT count(*) FROM p) || ' people' FROM u;

-- What follows from the tree and the calendar.
-- demo_derive() : one write
-- unscoped: the operator's, as the owner
SELECT (SELECT count(*) FROM unit) || ' units, ' || (SELECT count(*) FROM staff)
    || ' people'
FROM (SELECT unit_cover_derive()) a,
    (SELECT calendar_derive('00000000-0000-7000-8000-000000000001')) b;
