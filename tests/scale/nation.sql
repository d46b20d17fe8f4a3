-- A nation's work, made by SQL: provinces, communes and their sections, the
-- people there, plans of three years, tasks with all that hangs from them. Run
-- block by block in one session that has set
--
--	nation.provinces how many, of 34
--	nation.communes  communes of a province, on average
--	nation.items     items of a commune's plan
--	nation.cascaded  items of a province's plan that go to each commune
--	nation.tasks     tasks in all
--	nation.today     the office's day
--
-- Sizes and shares are random about what an office of each kind has.

-- == settings
SET search_path = camket, public;
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET work_mem = '128MB';
SET statement_timeout = 0;
SET timezone = 'Asia/Ho_Chi_Minh';
SELECT setseed(0.34);
CREATE FUNCTION pg_temp.setting(name text) RETURNS int LANGUAGE sql STABLE
RETURN current_setting('nation.' || name)::int;
CREATE FUNCTION pg_temp.today() RETURNS date LANGUAGE sql STABLE
RETURN current_setting('nation.today')::date;
CREATE FUNCTION pg_temp.one_of(words text[], n bigint) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN words[1 + n % array_length(words, 1)];
CREATE FUNCTION pg_temp.part(x float) RETURNS float LANGUAGE sql IMMUTABLE
RETURN x - floor(x);

-- == units
CREATE TEMP TABLE place AS
WITH province AS (
	SELECT p.name, 'p' || to_char(p.n, 'FM00') AS code, p.n FROM unnest(ARRAY[
	    'An Giang', 'Bắc Ninh', 'Cà Mau', 'Cao Bằng', 'Cần Thơ', 'Đà Nẵng',
	    'Đắk Lắk', 'Điện Biên', 'Đồng Nai', 'Đồng Tháp', 'Gia Lai', 'Hà Nội',
	    'Hà Tĩnh', 'Hải Phòng', 'Huế', 'Hưng Yên', 'Khánh Hòa', 'Lai Châu',
	    'Lạng Sơn', 'Lào Cai', 'Lâm Đồng', 'Nghệ An', 'Ninh Bình', 'Phú Thọ',
	    'Quảng Ngãi', 'Quảng Ninh', 'Quảng Trị', 'Sơn La', 'Tây Ninh',
	    'Thái Nguyên', 'Thanh Hóa', 'Hồ Chí Minh', 'Tuyên Quang',
	    'Vĩnh Long']) WITH ORDINALITY p(name, n)
	WHERE p.n <= pg_temp.setting('provinces')),
commune AS (
	SELECT p.code || '-c' || to_char(c, 'FM000') AS code, p.code AS above,
	    CASE c % 4 WHEN 0 THEN 'UBND phường ' ELSE 'UBND xã ' END ||
	    pg_temp.one_of('{An,Bình,Châu,Đông,Hòa,Hưng,Long,Minh,Nam,Phú,Quang,Sơn,Tân,Thạnh,Thịnh,Vĩnh,Xuân,Yên}', c * 7 + p.n)
	    || ' ' || pg_temp.one_of('{Lộc,Phong,Giang,Hải,Khê,Lâm,Mỹ,Nghĩa,Phước,Quý,Thành,Trung,Tiến,Lợi,Hiệp,Cường,Ân}', c * 5 + p.n)
	    AS name, c % 4 = 0 AS ward
	FROM province p CROSS JOIN LATERAL generate_series(1, greatest(2,
	    pg_temp.setting('communes') * (60 + p.n * 37 % 81) / 100)) c),
all_of AS (
	SELECT 'vn' AS code, NULL AS above, 'vn' AS office, 'department' AS kind,
	    'Chính phủ' AS name, 'state' AS level
	UNION ALL
	SELECT code, 'vn', code, 'province', 'UBND tỉnh ' || name, 'province'
	FROM province
	UNION ALL
	SELECT p.code || '-s' || s.n, p.code, p.code, 'department', s.name
	    || ' ' || p.name, 'department'
	FROM province p CROSS JOIN unnest(ARRAY['Sở Nội vụ', 'Sở Tài chính',
	    'Sở Xây dựng', 'Sở Nông nghiệp và Môi trường', 'Sở Y tế',
	    'Sở Giáo dục và Đào tạo', 'Sở Tư pháp', 'Thanh tra'])
	    WITH ORDINALITY s(name, n)
	UNION ALL
	SELECT code, above, code, CASE WHEN ward THEN 'ward' ELSE 'commune' END,
	    name, 'commune' FROM commune
	UNION ALL
	SELECT c.code || '-' || s.code, c.code, c.code, 'section', s.name,
	    'section'
	FROM commune c CROSS JOIN (VALUES
	    ('office', 'Văn phòng HĐND và UBND'), ('economy', 'Phòng Kinh tế'),
	    ('culture', 'Phòng Văn hóa - Xã hội'),
	    ('service', 'Trung tâm Phục vụ hành chính công')) s(code, name))
SELECT uuid_v7() AS id, * FROM all_of;
CREATE UNIQUE INDEX ON place (code);
ANALYZE place;
INSERT INTO unit (id, code, kind, name, parent_id, office_id, created_at,
    updated_at)
SELECT p.id, p.code, p.kind, p.name, a.id, o.id, '2024-01-01', '2024-01-01'
FROM place p LEFT JOIN place a ON a.code = p.above
JOIN place o ON o.code = p.office;
INSERT INTO unit_version (unit_id, from_on, name, parent_id)
SELECT u.id, '2024-01-01', u.name, u.parent_id
FROM unit u JOIN place p USING (id);
ANALYZE unit;
ANALYZE unit_version;
SELECT unit_cover_derive((SELECT array_agg(id) FROM place));
ANALYZE unit_cover;

-- == people
CREATE TEMP TABLE person AS
SELECT uuid_v7() AS id, p.id AS unit_id, p.code || '.' || r.name AS username,
    r.role, r.function, row_number() OVER () AS n
FROM place p JOIN (VALUES
    ('state', 'chair', 'chair', ''), ('state', 'monitor', 'superior', ''),
    ('state', 'office1', 'office', 'clerk'),
    ('province', 'chair', 'chair', ''), ('province', 'office1', 'office', 'clerk'),
    ('province', 'monitor', 'superior', ''),
    ('department', 'head', 'head', ''), ('department', 'deputy', 'head', 'deputy'),
    ('department', 'staff1', 'staff', ''), ('department', 'staff2', 'staff', ''),
    ('commune', 'chair', 'chair', ''), ('commune', 'deputy', 'chair', 'deputy'),
    ('commune', 'office1', 'office', 'clerk'),
    ('section', 'head', 'head', ''), ('section', 'staff1', 'staff', ''),
    ('section', 'staff2', 'staff', '')) r(level, name, role, function)
    ON r.level = p.level;
CREATE UNIQUE INDEX ON person (username);
ANALYZE person;
INSERT INTO staff (id, code, username, full_name, subject_type, created_at,
    updated_at)
SELECT id, username, username,
    pg_temp.one_of('{Nguyễn,Trần,Lê,Phạm,Hoàng,Võ,Đặng,Bùi,Đỗ}', n) || ' '
    || pg_temp.one_of('{Văn,Thị,Hữu,Đức,Ngọc,Minh,Thanh}', n / 9) || ' '
    || 'Cán bộ ' || n, 'civil_servant', '2024-01-01', '2024-01-01'
FROM person;
INSERT INTO assignment (id, staff_id, unit_id, position, from_on)
SELECT uuid_v7(), id, unit_id, 'Chuyên viên', '2024-01-01' FROM person;
ANALYZE staff;
ANALYZE assignment;
INSERT INTO staff_grant (id, staff_id, unit_id, role, function, from_on,
    perms, created_at)
SELECT uuid_v7(), id, unit_id, role, function, '2024-01-01', 0, '2024-01-01'
FROM person;
ANALYZE staff_grant;
ANALYZE reach;

-- == plans
-- who gives out and who writes for an authority, and where its work is done
CREATE TEMP TABLE authority AS
SELECT p.id, p.code, p.level, p.above,
    (SELECT x.id FROM person x WHERE x.username = p.code || '.chair') AS chair_id,
    (SELECT x.id FROM person x WHERE x.username = p.code || '.office1') AS clerk_id,
    array_agg(d.id ORDER BY d.code) AS parts
FROM place p JOIN place d ON p.code = CASE d.level WHEN 'province' THEN 'vn'
    WHEN 'department' THEN d.office WHEN 'section' THEN d.office END
GROUP BY p.id, p.code, p.level, p.above;
CREATE UNIQUE INDEX ON authority (id);
CREATE TEMP TABLE worker AS
SELECT unit_id, array_agg(id ORDER BY username) AS people FROM person
GROUP BY unit_id;
CREATE UNIQUE INDEX ON worker (unit_id);
ANALYZE authority;
ANALYZE worker;
INSERT INTO plan (id, status, unit_id, number, title, "text", issued_on,
    count_from, author_id, created_at, updated_at)
SELECT uuid_v7(), s.status, a.id, CASE WHEN s.status NOT IN ('draft',
	'submitted') THEN n || '/KH-UBND' END,
    'Kế hoạch ' || pg_temp.one_of(ARRAY['cải cách hành chính',
	'chuyển đổi số', 'phòng cháy chữa cháy', 'siết chặt kỷ luật, kỷ cương',
	'giảm nghèo bền vững', 'thu ngân sách'], n) || ' năm ' || y,
    repeat('Nâng cao trách nhiệm của cán bộ, công chức. ', 8),
    CASE WHEN s.status NOT IN ('draft', 'submitted')
	THEN make_date(y, 1, 10 + n::int) END,
    make_date(y, 1, 1), a.clerk_id, make_date(y, 1, 5), make_date(y, 2, 1)
FROM authority a CROSS JOIN generate_series(2024, 2026) y
CROSS JOIN LATERAL generate_series(1, CASE a.level WHEN 'province' THEN 6
    ELSE 3 END) n
CROSS JOIN LATERAL (SELECT CASE WHEN y < 2026 THEN 'closed'
    WHEN a.level = 'commune' AND n = 3 AND random() < 0.3 THEN 'draft'
    WHEN a.level = 'commune' AND n = 3 AND random() < 0.1 THEN 'submitted'
    ELSE 'in_force' END AS status) s;
ANALYZE plan;

-- == indexes put aside
CREATE TEMP TABLE aside AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS def
FROM pg_index i WHERE i.indrelid = 'task'::regclass AND NOT i.indisprimary;
DO $$ BEGIN EXECUTE (SELECT string_agg('DROP INDEX ' || name, ';') FROM aside);
END $$;
ALTER TABLE task DISABLE TRIGGER ALL;
-- what is common to all: a seed to be worked out by the block "tasks"
CREATE TEMP TABLE seed (plan_id uuid, plan_status text, parent_id uuid,
    code text, kind text, period text, due_on date, unit_id uuid,
    office_id uuid, chair_id uuid, clerk_id uuid, id uuid, n int);

-- == items of plans
INSERT INTO seed
SELECT p.id, p.status, NULL, pg_temp.one_of('{I,II,III,IV,V,VI,VII,VIII}',
	i / 10) || '.' || (1 + i % 10),
    CASE WHEN i % 10 = 3 THEN 'recurring' WHEN i % 17 = 5 THEN 'continuous'
	ELSE 'one_off' END, NULL,
    CASE WHEN i % 10 <> 3 AND i % 17 <> 5 THEN
	p.count_from + 20 + (random() * 340)::int END,
    a.parts[1 + (i * 7 + random() * 3)::int % array_length(a.parts, 1)],
    a.id, a.chair_id, a.clerk_id, uuid_v7(), i
FROM plan p JOIN authority a ON a.id = p.unit_id
CROSS JOIN LATERAL generate_series(0, CASE a.level WHEN 'commune'
    THEN greatest(1, (pg_temp.setting('items') * (0.4 + 1.2 * random()))::int)
    ELSE 40 END - 1) i;
ANALYZE seed;

-- == what is cascaded to the communes
INSERT INTO seed
SELECT s.plan_id, s.plan_status, s.id, s.code, s.kind, NULL, s.due_on,
    CASE WHEN random() < 0.5 THEN c.id ELSE c.parts[1 + (random() * 3)::int] END,
    c.id, a.chair_id, a.clerk_id, uuid_v7(), s.n
FROM seed s JOIN authority a ON a.id = s.office_id AND a.level = 'province'
JOIN authority c ON c.above = a.code AND c.level = 'commune'
WHERE s.kind = 'one_off'
  AND s.n < pg_temp.setting('cascaded') + 1 + pg_temp.setting('cascaded') / 3;

-- == occurrences
INSERT INTO seed
SELECT s.plan_id, s.plan_status, s.id, s.code, 'occurrence',
    to_char(d.d, 'YYYY-MM'), (d.d + interval '1 month')::date - 1 - (s.n % 5),
    s.unit_id, s.office_id, s.chair_id, s.clerk_id, uuid_v7(), s.n
FROM seed s JOIN plan p ON p.id = s.plan_id
CROSS JOIN generate_series(0, 11) m
CROSS JOIN LATERAL (SELECT p.count_from + make_interval(months => m) AS d) d
WHERE s.kind = 'recurring' AND p.status IN ('in_force', 'closed')
  AND d.d <= pg_temp.today();

-- == work without a plan
INSERT INTO seed
SELECT NULL, NULL, NULL, NULL, 'one_off', NULL,
    date '2024-01-02' + (random() * 1090)::int,
    a.parts[1 + (random() * (array_length(a.parts, 1) - 1))::int],
    a.id, a.chair_id, a.clerk_id, uuid_v7(), n::int
FROM (SELECT greatest(0, pg_temp.setting('tasks') - (SELECT count(*)
    FROM seed)) AS missing, (SELECT count(*) FROM authority) AS offices) x
CROSS JOIN LATERAL generate_series(0, x.missing - 1) n
JOIN (SELECT *, row_number() OVER (ORDER BY code) - 1 AS place
    FROM authority) a ON a.place = (power(random(), 1.3) * (x.offices - 1))::int;

-- == tasks
INSERT INTO task (id, status, kind, plan_id, parent_id, code, title, "text",
    cadence, period, due_on, due_precision, unit_id, office_id, lead_staff_id,
    co_unit_ids, co_staff_ids, expected_output, urgency, assigned_by,
    assigned_on, received_on, progress, result, completed_on, recorded_at,
    reported_by, accepted_by, accepted_on, reworks, count_from, author_id,
    created_at, updated_at)
SELECT s.id, x.status, s.kind, s.plan_id, s.parent_id, s.code,
    pg_temp.one_of(ARRAY['Báo cáo kết quả', 'Triển khai', 'Rà soát', 'Tổ chức',
	'Kiểm tra', 'Tham mưu ban hành văn bản về', 'Sơ kết', 'Đôn đốc'],
	(s.r * 1000)::int) || ' '
    || pg_temp.one_of(ARRAY['cải cách hành chính', 'chuyển đổi số',
	'tiếp công dân, giải quyết đơn thư', 'phòng cháy chữa cháy',
	'thu ngân sách', 'giải phóng mặt bằng', 'trồng rừng', 'xây đường giao thông',
	'giảm nghèo bền vững', 'kỷ luật, kỷ cương', 'tiêm chủng mở rộng',
	'an toàn thực phẩm', 'sinh hoạt chính trị', 'chăn nuôi', 'khuyến học'],
	(s.r * 77777)::int) || ' '
    || pg_temp.one_of('{quý I,quý II,quý III,quý IV,tháng này,cả năm}',
	(s.r * 313)::int) || ', đợt ' || (s.r * 90000)::int,
    repeat('Theo phân công của Chủ tịch. ', 5),
    CASE s.kind WHEN 'recurring' THEN '{monthly}'::text[] ELSE '{}' END,
    s.period, s.due_on, CASE WHEN s.due_on IS NOT NULL THEN 'day' END,
    s.unit_id, s.office_id, CASE WHEN pg_temp.part(s.r * 10) < 0.7
	THEN s.people[1 + (s.r * 1000)::int % array_length(s.people, 1)] END,
    CASE WHEN pg_temp.part(s.r * 100) < 0.06 THEN ARRAY[s.office_id] ELSE '{}' END,
    CASE WHEN pg_temp.part(s.r * 100) > 0.94 THEN s.people[1:1] ELSE '{}' END,
    'Báo cáo', CASE WHEN pg_temp.part(s.r * 50) < 0.1 THEN 'urgent' ELSE 'normal' END,
    CASE WHEN x.given THEN s.giver END, CASE WHEN x.given THEN s.made END,
    CASE WHEN x.status IN ('received', 'in_progress') THEN s.made + 2 END,
    CASE x.status WHEN 'in_progress' THEN 'Đang làm' END,
    CASE WHEN x.over THEN 'Đã xong' END,
    CASE WHEN x.over THEN x.done_on END, CASE WHEN x.over THEN x.done_on END,
    CASE WHEN x.over THEN s.people[1] END,
    CASE x.status WHEN 'accepted' THEN s.giver END,
    CASE x.status WHEN 'accepted' THEN x.done_on + 1 END,
    CASE WHEN pg_temp.part(s.r * 20) < 0.05 THEN 1 ELSE 0 END,
    s.count_from, s.clerk_id, s.made,
    least(greatest(s.made, coalesce(x.done_on, s.made + 3)), pg_temp.today())
	+ s.r * interval '20 hours'
FROM (SELECT s.*, w.people, p.count_from,
	CASE WHEN s.r2 < 0.6 OR s.chair_id IS NULL THEN s.chair_id
	    ELSE s.clerk_id END AS giver,
	least(coalesce(s.due_on - 45, p.count_from + 15),
	    pg_temp.today() - 1) AS made
    FROM (SELECT *, random() AS r, random() AS r2 FROM seed
	WHERE abs(hashtext(id::text)) % 10 = pg_temp.setting('slice')) s
    LEFT JOIN worker w ON w.unit_id = s.unit_id
    LEFT JOIN plan p ON p.id = s.plan_id) s
CROSS JOIN LATERAL (SELECT CASE
    WHEN s.plan_status IN ('draft', 'submitted') THEN 'draft'
    WHEN s.kind IN ('recurring', 'continuous') THEN
	CASE WHEN s.r2 < 0.9 THEN 'in_progress' ELSE 'assigned' END
    WHEN s.due_on < pg_temp.today() - 30 THEN CASE WHEN s.r2 < 0.90
	    THEN 'accepted' WHEN s.r2 < 0.94 THEN 'done'
	WHEN s.r2 < 0.955 THEN 'cancelled' WHEN s.r2 < 0.965 THEN 'recalled'
	WHEN s.r2 < 0.985 THEN 'in_progress' WHEN s.r2 < 0.995 THEN 'received'
	WHEN s.r2 < 0.998 THEN 'paused' ELSE 'declined' END
    WHEN s.due_on < pg_temp.today() + 10 THEN CASE WHEN s.r2 < 0.45
	    THEN 'accepted' WHEN s.r2 < 0.6 THEN 'done'
	WHEN s.r2 < 0.8 THEN 'in_progress' WHEN s.r2 < 0.92 THEN 'received'
	ELSE 'assigned' END
    WHEN s.r2 < 0.45 THEN 'assigned' WHEN s.r2 < 0.7 THEN 'received'
    WHEN s.r2 < 0.95 THEN 'in_progress' WHEN s.r2 < 0.98 THEN 'draft'
    ELSE 'paused' END AS status) y
CROSS JOIN LATERAL (SELECT y.status, y.status <> 'draft' AS given,
    y.status IN ('done', 'accepted') AS over, CASE WHEN y.status IN ('done',
	'accepted') THEN least(s.due_on - 12 + (s.r * 14)::int, pg_temp.today())
	END AS done_on) x;

-- == indexes put back
DO $$
DECLARE
	def text;
BEGIN
	FOR def IN SELECT a.def FROM aside a LOOP
		EXECUTE def;
	END LOOP;
END $$;
ALTER TABLE task ENABLE TRIGGER ALL;
ANALYZE task;

-- == events, handovers, notifications, deliveries
-- as of transactions long ago: nobody has to look at them now
INSERT INTO event (at, xid, kind, ref, unit_id, version, verb, actor_id,
    before, patch)
SELECT t.created_at, (3 + t.n * (now.xid - 100) / t.total)::text::xid8, 'task',
    t.id, t.unit_id, 1, 'create', t.author_id, NULL, NULL
FROM (SELECT k.*, row_number() OVER (ORDER BY k.created_at, k.id) AS n,
	count(*) OVER () AS total
    FROM task k JOIN place p ON p.id = k.unit_id) t
CROSS JOIN (SELECT pg_current_xact_id()::text::bigint AS xid) now
ORDER BY t.n;
INSERT INTO handover (id, task_id, kind, from_unit_id, from_staff_id,
    to_unit_id, to_staff_id, reason, author_id, "at")
SELECT uuid_v7(), t.id, 'assign', t.unit_id, t.lead_staff_id, t.unit_id,
    t.reported_by, 'Điều chỉnh phân công', t.assigned_by, t.updated_at
FROM task t JOIN place p ON p.id = t.unit_id
WHERE t.lead_staff_id IS NOT NULL AND t.reworks = 1;
INSERT INTO notification (id, staff_id, category, title, body, href, kind, ref,
    created_at, read_at)
SELECT uuid_v7(), t.lead_staff_id, 'assigned', 'Giao việc: ' || t.title, t.title,
    '/v1/tasks/' || t.id, 'task', t.id, t.created_at,
    CASE WHEN t.due_on < pg_temp.today() THEN t.created_at + interval '1 day' END
FROM task t JOIN place p ON p.id = t.unit_id
WHERE t.lead_staff_id IS NOT NULL AND t.status <> 'draft';
INSERT INTO delivery (id, staff_id, occasion, channel, status, template, kind,
    ref, subject, body, created_at, sent_at)
SELECT uuid_v7(), n.staff_id, 'nation:' || n.id, 'inapp', 'sent',
    'task_assigned', n.kind, n.ref, n.title, n.body, n.created_at, n.created_at
FROM notification n JOIN person p ON p.id = n.staff_id
WHERE n.created_at > pg_temp.today() - 365;

-- == figures
INSERT INTO cell (unit_id, day, own_on_time, own_late, own_open, own_paused,
    own_reworks)
SELECT s.* FROM cell_source s JOIN place p ON p.id = s.unit_id
ON CONFLICT DO NOTHING;

-- == statistics
VACUUM ANALYZE;
