-- catalogue: what units settle for all below: posts, and groups of units or
-- people. Without a unit an entry is the installation's own. Of one code the
-- nearest holds, but for what is locked above.
BEGIN;
SET LOCAL search_path = camket, public;

-- Chức danh, vị trí việc làm.
CREATE TABLE post (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'active',
	unit_id		uuid CONSTRAINT post_unit_exists REFERENCES unit,
	code		text NOT NULL,
	name		text NOT NULL,
	"text"		text,
	duty_group	text,
	subject_type	text,
	leads		boolean NOT NULL DEFAULT false,
	rank_order	int NOT NULL DEFAULT 100,
	locked		boolean NOT NULL DEFAULT false,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS
	    (fold(code || ' ' || name)) STORED
);
CREATE UNIQUE INDEX post_code_once ON post (code, unit_id)
    NULLS NOT DISTINCT WHERE deleted_at IS NULL;

-- The entry of a code that holds for a unit.
CREATE FUNCTION post_of(code text, u uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT t.id FROM post t JOIN unit_chain(u) h
    ON h.unit_id IS NOT DISTINCT FROM t.unit_id
    WHERE t.code = post_of.code AND t.deleted_at IS NULL
    ORDER BY t.locked DESC, CASE WHEN t.locked THEN -h.depth ELSE h.depth END
    LIMIT 1);

-- Nhóm: units or people by a rule; see services/api/group.c for its members.
CREATE TABLE member_group (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'active',
	unit_id		uuid CONSTRAINT member_group_unit_exists REFERENCES unit,
	key		text NOT NULL,
	name		text NOT NULL,
	rule		jsonb NOT NULL CONSTRAINT member_group_of_known
	    CHECK (rule ->> 'of' IN ('unit', 'person')),
	locked		boolean NOT NULL DEFAULT false,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS
	    (fold(key || ' ' || name)) STORED
);
CREATE UNIQUE INDEX member_group_key_once ON member_group (key, unit_id)
    NULLS NOT DISTINCT WHERE deleted_at IS NULL;

-- What plans name everywhere means the same everywhere.
INSERT INTO member_group (id, key, name, rule, locked, created_at, updated_at)
VALUES
    ('00000000-0000-7000-8000-000000000011', 'all-units',
	'Ngành, đoàn thể, bộ phận', '{"of": "unit"}', true, now(), now()),
    ('00000000-0000-7000-8000-000000000012', 'all-associations',
	'Hội, đoàn thể', '{"of": "unit", "unit_kinds": ["association"]}', true,
	now(), now()),
    ('00000000-0000-7000-8000-000000000013', 'each-person',
	'Từng cán bộ, công chức, viên chức, người lao động',
	'{"of": "person"}', true, now(), now());

-- The group of a key that holds for a unit.
CREATE FUNCTION group_of(key text, u uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT t.id FROM member_group t JOIN unit_chain(u) h
    ON h.unit_id IS NOT DISTINCT FROM t.unit_id
    WHERE t.key = group_of.key AND t.deleted_at IS NULL
    ORDER BY t.locked DESC, CASE WHEN t.locked THEN -h.depth ELSE h.depth END
    LIMIT 1);

-- Who is in a group on a day, within the unit that then stands for u: units, or
-- people with the unit they are posted to.
CREATE FUNCTION group_members(g uuid, u uuid, day date)
RETURNS TABLE (unit_id uuid, staff_id uuid)
LANGUAGE sql STABLE SET search_path = camket, pg_temp
BEGIN ATOMIC
	WITH asked AS MATERIALIZED (
		SELECT t.rule, t.rule ->> 'of' AS kind, coalesce(
		    (t.rule ->> 'subtree')::boolean, t.rule ->> 'of' = 'person')
		    AS deep, unit_heir(u, day) AS top
		FROM member_group t WHERE t.id = g),
	place AS (
		SELECT DISTINCT v.unit_id, v.unit_id = a.top AS own
		FROM asked a JOIN unit_cover k ON k.anc_id = a.top AND NOT k.past
		    AND k.from_on <= day AND day < k.until_on
		JOIN unit_version v ON v.unit_id = k.unit_id
		    AND v.from_on <= day AND day < v.until_on
		JOIN unit n ON n.id = v.unit_id AND n.deleted_at IS NULL
		WHERE coalesce(a.rule -> 'unit_kinds' ? n.kind, true)
		  AND (a.deep OR v.parent_id = a.top OR v.unit_id = a.top))
	SELECT p.unit_id, NULL::uuid FROM place p CROSS JOIN asked a
	WHERE a.kind = 'unit' AND NOT p.own
	UNION ALL
	SELECT x.unit_id, x.staff_id FROM (
	    SELECT DISTINCT ON (s.staff_id) s.staff_id, s.unit_id
	    FROM asked a CROSS JOIN place p
	    JOIN assignment s ON s.unit_id = p.unit_id
		AND s.from_on <= day AND day < s.until_on
	    JOIN staff y ON y.id = s.staff_id AND y.deleted_at IS NULL
	    LEFT JOIN departure d ON d.staff_id = y.id
	    WHERE a.kind = 'person' AND CASE WHEN d.on_day <= day
		THEN d.done_at IS NOT NULL AND y.status = 'active'
		ELSE y.status = 'active' OR d.done_at IS NOT NULL END
	      AND coalesce(a.rule -> 'subject_types' ? y.subject_type, true)
	      AND coalesce(a.rule -> 'duty_groups'
		? coalesce(s.duty_group, ''), true)
	      AND coalesce((a.rule ->> 'party_member')::boolean,
		y.party_member) = y.party_member
	      AND (NOT a.rule ?| '{roles,functions}' OR EXISTS (
		SELECT FROM staff_grant h
		JOIN unit_cover c ON c.unit_id = h.unit_id
		    AND c.anc_id = a.top AND NOT c.past
		    AND c.from_on <= day AND day < c.until_on
		WHERE h.staff_id = y.id
		  AND coalesce(a.rule -> 'roles' ? h.role, true)
		  AND coalesce(a.rule -> 'functions' ? h.function,
		    h.function <> 'deputy')
		  AND h.from_on <= day AND day < h.until_on))
	    ORDER BY s.staff_id, s.main DESC, s.unit_id) x;
END;

-- Who an audience is on a day: a unit by its code, the members of a group, or
-- the unit itself where none is named; what stands then for what stood before.
CREATE FUNCTION audience_members(audience text, u uuid, day date)
RETURNS TABLE (unit_id uuid, staff_id uuid)
LANGUAGE sql STABLE SET search_path = camket, pg_temp
BEGIN ATOMIC
	SELECT unit_heir(n.id, day), NULL::uuid FROM unit n
	WHERE (n.code = audience OR audience IS NULL AND n.id = u)
	  AND n.deleted_at IS NULL
	UNION ALL
	SELECT g.unit_id, g.staff_id
	FROM group_members(group_of(audience, u), u, day) g;
END;

GRANT SELECT, INSERT, UPDATE ON post, member_group TO camket_api;
GRANT SELECT ON post, member_group TO camket_worker;

COMMIT;
