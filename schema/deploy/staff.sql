-- staff: people, the posts they hold, what they may do and how they sign in.
BEGIN;
SET LOCAL search_path = camket, public;

-- Cán bộ, công chức, viên chức, người lao động.
CREATE TABLE staff (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'active' CONSTRAINT
	    staff_status_known CHECK (status IN ('active', 'suspended', 'left')),
	code		text NOT NULL CONSTRAINT staff_code_unique UNIQUE,
	username	text NOT NULL CONSTRAINT staff_username_unique UNIQUE,
	full_name	text NOT NULL,
	honorific	text,
	email		text,
	phone		text,
	subject_type	text NOT NULL,
	party_member	boolean NOT NULL DEFAULT false,
	rank_order	int NOT NULL DEFAULT 100,
	-- rises when every token of the person must end
	token_epoch	int NOT NULL DEFAULT 0,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS (fold(full_name)) STORED,
	-- Vietnamese lists of people go by the given name, tones and all, and only
	-- then by what stands before it
	given_name	text NOT NULL GENERATED ALWAYS AS
	    (coalesce(substring(full_name FROM '(\S+)\s*$'), '')) STORED,
	family_name	text NOT NULL GENERATED ALWAYS AS
	    (btrim(regexp_replace(full_name, '\S+\s*$', ''))) STORED
);
CREATE INDEX staff_by_name ON staff (given_name COLLATE "vi-x-icu",
    family_name COLLATE "vi-x-icu", id);
CREATE INDEX staff_by_rank ON staff (rank_order,
    given_name COLLATE "vi-x-icu", family_name COLLATE "vi-x-icu", id);
CREATE INDEX staff_search ON staff USING gin (fold public.gin_trgm_ops);

-- Vị trí công tác: one main post a day and person.
CREATE TABLE assignment (
	id		uuid PRIMARY KEY,
	staff_id	uuid NOT NULL CONSTRAINT assignment_staff_exists
	    REFERENCES staff,
	unit_id		uuid NOT NULL CONSTRAINT assignment_unit_exists
	    REFERENCES unit,
	position	text NOT NULL,
	duty_group	text,
	main		boolean NOT NULL DEFAULT true,
	from_on		date NOT NULL,
	until_on	date NOT NULL DEFAULT 'infinity',
	CONSTRAINT assignment_runs_forward CHECK (from_on < until_on),
	CONSTRAINT assignment_one_main_a_day EXCLUDE USING gist
	    (staff_id WITH =, daterange(from_on, until_on) WITH &&) WHERE (main)
);
CREATE INDEX assignment_by_staff ON assignment (staff_id, from_on);
CREATE INDEX assignment_by_unit ON assignment (unit_id);

-- A role held at a unit, covering its subtree, on these days. perms mirrors
-- table role and is set by the trigger below, never by a client.
CREATE TABLE staff_grant (
	id		uuid PRIMARY KEY,
	staff_id	uuid NOT NULL CONSTRAINT grant_staff_exists
	    REFERENCES staff,
	unit_id		uuid NOT NULL CONSTRAINT grant_unit_exists
	    REFERENCES unit,
	role		text NOT NULL,
	function	text NOT NULL DEFAULT '',
	from_on		date NOT NULL,
	until_on	date NOT NULL DEFAULT 'infinity',
	perms		bigint NOT NULL,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	CONSTRAINT grant_role_known FOREIGN KEY (role, function)
	    REFERENCES role (role, function),
	CONSTRAINT grant_runs_forward CHECK (from_on < until_on),
	CONSTRAINT grant_not_twice EXCLUDE USING gist (staff_id WITH =,
	    unit_id WITH =, role WITH =, function WITH =,
	    daterange(from_on, until_on) WITH &&)
);
CREATE INDEX grant_by_staff ON staff_grant (staff_id);
CREATE INDEX grant_by_unit ON staff_grant (unit_id);

CREATE FUNCTION grant_perms() RETURNS trigger
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
BEGIN
	SELECT r.perms INTO NEW.perms FROM role r
	WHERE r.role = NEW.role AND r.function = NEW.function;
	NEW.perms := coalesce(NEW.perms, 0);
	RETURN NEW;
END
$$;
CREATE TRIGGER grant_perms BEFORE INSERT OR UPDATE ON staff_grant
    FOR EACH ROW EXECUTE FUNCTION grant_perms();

-- What a person may do with the records of a unit on a day: all his live
-- grants that cover it, added up. Derived in the commit that changes a grant or
-- the tree, so that a question of scope is one look at one row. At most one
-- row holds for a person, a unit and a day.
CREATE TABLE reach (
	staff_id	uuid NOT NULL REFERENCES staff,
	unit_id		uuid NOT NULL REFERENCES unit,
	from_on		date NOT NULL,
	until_on	date NOT NULL,
	perms		bigint NOT NULL,
	PRIMARY KEY (staff_id, unit_id, from_on) INCLUDE (until_on, perms)
);
CREATE INDEX reach_by_unit ON reach (unit_id);

-- Derive the reach of these people anew. A grant covers its subtree; one that
-- leads says so of the very unit (and of what it took the place of); one that
-- makes a person belong opens what the units above have published.
CREATE FUNCTION reach_derive(people uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = camket, pg_temp AS $$
DECLARE
	b_lead bigint;
	b_leader bigint;
	b_belong bigint;
	b_published bigint;
BEGIN
	SELECT bits INTO b_lead FROM perm WHERE name = 'LEAD';
	SELECT bits INTO b_leader FROM perm WHERE name = 'IS_LEADER';
	SELECT bits INTO b_belong FROM perm WHERE name = 'BELONG';
	SELECT bits INTO b_published FROM perm WHERE name = 'PUBLISHED';
	-- whoever stands in for them holds what they hold
	people := people || ARRAY(SELECT d.to_id FROM delegation d
	    WHERE d.staff_id = ANY (people));
	DELETE FROM reach WHERE staff_id = ANY (people);
	INSERT INTO reach (staff_id, unit_id, from_on, until_on, perms)
	WITH raw AS MATERIALIZED (
		SELECT g.staff_id, k.unit_id, greatest(g.from_on, k.from_on) AS f,
		    least(g.until_on, k.until_on) AS u, g.perms
		    | CASE WHEN k.heir AND g.perms & b_lead <> 0 THEN b_leader
			ELSE 0 END AS p
		FROM held g JOIN unit_cover k ON k.anc_id = g.unit_id
		WHERE g.staff_id = ANY (people)
		  AND greatest(g.from_on, k.from_on)
		    < least(g.until_on, k.until_on)
		UNION ALL
		-- what those above publish, and those whose place they took
		SELECT g.staff_id, h.unit_id,
		    greatest(g.from_on, k.from_on, h.from_on),
		    least(g.until_on, k.until_on, h.until_on), b_published
		FROM held g JOIN unit_cover k ON k.unit_id = g.unit_id
		JOIN unit_cover h ON h.anc_id = k.anc_id AND h.heir
		WHERE g.staff_id = ANY (people) AND g.perms & b_belong <> 0
		  AND greatest(g.from_on, k.from_on, h.from_on)
		    < least(g.until_on, k.until_on, h.until_on)),
	point AS (
		SELECT staff_id, unit_id, f AS d FROM raw
		UNION SELECT staff_id, unit_id, u FROM raw),
	span AS (
		SELECT staff_id, unit_id, d AS f, lead(d) OVER
		    (PARTITION BY staff_id, unit_id ORDER BY d) AS u
		FROM point)
	SELECT s.staff_id, s.unit_id, s.f, s.u, bit_or(r.p)
	FROM span s JOIN raw r ON r.staff_id = s.staff_id
	    AND r.unit_id = s.unit_id AND r.f <= s.f AND s.u <= r.u
	WHERE s.u IS NOT NULL
	GROUP BY s.staff_id, s.unit_id, s.f, s.u;
END
$$;

-- One derivation at a time: each must see what the one before it has written,
-- grants and tree alike. Held to the end of the transaction.
CREATE FUNCTION reach_lock() RETURNS void
LANGUAGE sql
RETURN pg_advisory_xact_lock(hashtext('reach'));

CREATE FUNCTION reach_of_grant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = camket, pg_temp AS $$
BEGIN
	PERFORM reach_lock();
	IF TG_OP = 'INSERT' THEN
		PERFORM reach_derive(ARRAY(SELECT DISTINCT staff_id FROM new_rows));
	ELSIF TG_OP = 'DELETE' THEN
		PERFORM reach_derive(ARRAY(SELECT DISTINCT staff_id FROM old_rows));
	ELSE
		PERFORM reach_derive(ARRAY(SELECT staff_id FROM new_rows
		    UNION SELECT staff_id FROM old_rows));
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER reach_insert AFTER INSERT ON staff_grant
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION reach_of_grant();
CREATE TRIGGER reach_update AFTER UPDATE ON staff_grant
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION reach_of_grant();
CREATE TRIGGER reach_delete AFTER DELETE ON staff_grant
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION reach_of_grant();

-- A change of the tree: whoever holds a grant above, or belongs below, or below
-- a unit that took another's place.
CREATE FUNCTION reach_of_cover() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = camket, pg_temp AS $$
BEGIN
	PERFORM reach_lock();
	PERFORM reach_derive(ARRAY(SELECT DISTINCT g.staff_id
	    FROM held g WHERE g.unit_id IN (
		SELECT anc_id FROM new_rows UNION SELECT unit_id FROM new_rows
		UNION SELECT k.unit_id FROM new_rows h JOIN unit_cover k
		    ON k.anc_id = h.anc_id WHERE h.heir AND h.past)));
	RETURN NULL;
END
$$;
CREATE TRIGGER reach_tree AFTER INSERT ON unit_cover
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION reach_of_cover();

-- May the caller know that a unit exists? Whoever holds a grant that day at a
-- unit that shares one above it with it may.
CREATE FUNCTION unit_known(u uuid, caller uuid, day date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN EXISTS (SELECT FROM staff_grant g
    JOIN unit_cover mine ON mine.unit_id = g.unit_id
    JOIN unit_cover its ON its.anc_id = mine.anc_id
    WHERE its.unit_id = u AND g.staff_id = caller
      AND g.from_on <= day AND day < g.until_on);

-- Whose leader is asked about a person of a unit, or about the unit itself: the
-- unit's own; its parent's for who leads it, and for the unit.
CREATE FUNCTION asks_unit(who uuid, u uuid, day date) RETURNS uuid
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT CASE WHEN y.parent_id IS NOT NULL AND (who IS NULL
	OR EXISTS (SELECT FROM staff_grant l
	    WHERE l.staff_id = who AND l.unit_id = y.id
	      AND l.perms & (SELECT bits FROM perm WHERE name = 'LEAD') <> 0
	      AND l.from_on <= day AND day < l.until_on))
	THEN y.parent_id ELSE y.id END
    FROM unit y WHERE y.id = u);

-- The unit of a person's main post that day, or of the last or first one.
CREATE FUNCTION staff_home(who uuid, day date) RETURNS uuid
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT a.unit_id FROM assignment a WHERE a.staff_id = who AND a.main
    ORDER BY a.from_on <= day DESC, abs(a.from_on - day), a.id LIMIT 1);

-- References of a body, written as <name>_id or <name>_code, all as <name>_id,
-- told apart by what the name ends with; also those of its parts. What does not
-- exist, was removed, or is not for the caller to know is refused, everything
-- at once and naming the members (SQLSTATE CK422, lines of "pointer fault"). A
-- set of criteria is the one that holds where the unit or person of the body
-- belongs, else the caller.
CREATE FUNCTION refs(body jsonb, caller uuid, day date) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = camket, pg_temp AS $$
DECLARE
	place text[];
	k text;
	v text;
	kind text;
	found uuid;
	bad text := '';
BEGIN
	FOR place, k, v IN
		SELECT '{}'::text[], m.key, m.value #>> '{}'
		FROM jsonb_each(body) m
		UNION ALL
		SELECT ARRAY['lead'], m.key, m.value #>> '{}'
		FROM jsonb_each(nullif(body -> 'lead', 'null')) m
		UNION ALL
		SELECT ARRAY[l.key, (e.n - 1)::text], m.key, m.value #>> '{}'
		FROM jsonb_each(body) l CROSS JOIN LATERAL
		    jsonb_array_elements(CASE jsonb_typeof(l.value)
			WHEN 'array' THEN l.value ELSE '[]' END)
			WITH ORDINALITY e(x, n)
		CROSS JOIN LATERAL jsonb_each(e.x) m
		WHERE l.key IN ('co_owners', 'assignments', 'into', 'audience')
	LOOP
		kind := substring(k FROM
		    '(?:^|_)(unit|staff|criteria_set)_(?:id|code)$');
		IF kind IS NULL THEN
			CONTINUE;
		END IF;
		found := CASE WHEN right(k, 3) = '_id' THEN v::uuid
		    WHEN kind = 'unit' THEN
			(SELECT u.id FROM unit u WHERE u.code = v)
		    WHEN kind = 'staff' THEN
			(SELECT s.id FROM staff s WHERE s.code = v)
		    ELSE criteria_set_of(v, (SELECT h.unit_id FROM (
			SELECT 0 AS n, u.id AS unit_id FROM unit u
			WHERE u.code = body ->> 'unit_code'
			   OR u.id::text = body ->> 'unit_id'
			UNION ALL
			SELECT CASE WHEN s.id = caller THEN 2 ELSE 1 END,
			    staff_home(s.id, day) FROM staff s
			WHERE s.id = caller
			   OR s.id::text IN (body ->> 'staff_id',
				body ->> 'subject_staff_id')
			   OR s.code IN (body ->> 'staff_code',
				body ->> 'subject_staff_code')) h
			WHERE h.unit_id IS NOT NULL ORDER BY h.n LIMIT 1))
		    END;
		IF v IS NOT NULL AND NOT coalesce(CASE kind
		    WHEN 'unit' THEN (SELECT u.deleted_at IS NULL
			AND unit_known(u.id, caller, day)
			FROM unit u WHERE u.id = found)
		    WHEN 'staff' THEN (SELECT s.deleted_at IS NULL
			AND (s.id = caller OR EXISTS (SELECT FROM assignment a
			    WHERE a.staff_id = s.id
			      AND unit_known(a.unit_id, caller, day)))
			FROM staff s WHERE s.id = found)
		    ELSE (SELECT c.status = 'active' AND (c.unit_id IS NULL
			OR EXISTS (SELECT FROM reach h WHERE h.staff_id = caller
			    AND h.unit_id = c.unit_id AND h.perms <> 0
			    AND h.from_on <= day AND day < h.until_on))
			FROM criteria_set c WHERE c.id = found) END, false) THEN
			bad := bad || concat('/' || nullif(array_to_string(
			    place, '/'), ''), '/', k,
			    E' unknown_reference\n');
		END IF;
		body := jsonb_set(body #- (place || k),
		    place || regexp_replace(k, '_(id|code)$', '_id'),
		    coalesce(to_jsonb(found), 'null'));
	END LOOP;
	IF bad <> '' THEN
		RAISE EXCEPTION 'unknown references' USING
		    ERRCODE = 'CK422', DETAIL = bad;
	END IF;
	RETURN body;
END
$$;

-- Secrets stand apart from people, so that no list of people can show one.
CREATE TABLE credential (
	staff_id	uuid NOT NULL REFERENCES staff,
	kind		text NOT NULL CONSTRAINT credential_kind_known
	    CHECK (kind IN ('password', 'totp', 'recovery')),
	-- a hash; of totp the sealed secret; of recovery the hashes left
	secret		text NOT NULL,
	set_at		timestamptz NOT NULL,
	-- password: too short to stand without a second factor
	short		bool NOT NULL DEFAULT false,
	-- totp: null until a first code has proved that the secret arrived
	confirmed_at	timestamptz,
	-- totp: the last time step used, so that no code serves twice
	used_step	bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (staff_id, kind)
);

-- One device of one person. A refresh token names the session and a
-- generation and is derived by a key: nothing that signs in is stored.
CREATE TABLE session (
	id		uuid PRIMARY KEY,
	staff_id	uuid NOT NULL REFERENCES staff,
	generation	int NOT NULL DEFAULT 0,
	rotated_at	timestamptz NOT NULL,
	-- when the last generations took their turn, newest last: a token used
	-- again is judged by the moment its own successor was first given out
	turns		timestamptz[] NOT NULL DEFAULT '{}',
	-- who it was, was asked again: signing verbs want it lately
	stepped_up_at	timestamptz,
	device		text,
	address		text,
	created_at	timestamptz NOT NULL,
	expires_at	timestamptz NOT NULL,
	revoked_at	timestamptz,
	revoked_why	text
);
CREATE INDEX session_by_staff ON session (staff_id, rotated_at);

-- What must end before its token does. Small: rows leave when no token can
-- be alive that they concern: an hour on, where a token lives for a quarter
-- of one at most.
--   subject  a session's id, or a staff id with the epoch that has ended
CREATE TABLE revocation (
	subject		uuid NOT NULL,
	epoch		int NOT NULL DEFAULT 0,
	at		timestamptz NOT NULL DEFAULT now(),
	until_at	timestamptz NOT NULL,
	PRIMARY KEY (subject, epoch)
);

COMMIT;
