-- organisation: units as an effective-dated tree, and the days they work.
BEGIN;
SET LOCAL search_path = camket, public;

-- Một cơ quan, đơn vị. Its identity outlives names and parents; name and
-- parent_id are those of its last version.
CREATE TABLE unit (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'active'
	    CONSTRAINT unit_status_known CHECK (status IN ('active', 'ended')),
	code		text NOT NULL,
	kind		text NOT NULL,
	name		text NOT NULL,
	short_name	text,
	agency_code	text,
	own_seal	boolean NOT NULL DEFAULT false,
	parent_id	uuid CONSTRAINT unit_parent_exists REFERENCES unit,
	-- the authority (UBND) this unit belongs to; itself, if it is one
	office_id	uuid,
	calendar_id	uuid,
	rank_order	int NOT NULL DEFAULT 100,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	-- {id, code, name}: the unit as other records show it
	card		json,
	fold		text GENERATED ALWAYS AS (fold(name)) STORED,
	CONSTRAINT unit_code_unique UNIQUE (code),
	CONSTRAINT unit_is_not_its_own_parent CHECK (parent_id <> id)
);
CREATE INDEX unit_by_parent ON unit (parent_id);
CREATE INDEX unit_by_name ON unit (name COLLATE "vi-x-icu", id);
CREATE INDEX unit_search ON unit USING gin (fold public.gin_trgm_ops);

CREATE FUNCTION unit_card() RETURNS trigger
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
BEGIN
	NEW.card := json_build_object('id', NEW.id, 'code', NEW.code,
	    'name', NEW.name);
	RETURN NEW;
END
$$;
CREATE TRIGGER unit_card BEFORE INSERT OR UPDATE ON unit
    FOR EACH ROW EXECUTE FUNCTION unit_card();

-- What the unit was called and where it stood, day by day. Half-open.
CREATE TABLE unit_version (
	unit_id		uuid NOT NULL REFERENCES unit,
	from_on		date NOT NULL,
	until_on	date NOT NULL DEFAULT 'infinity',
	name		text NOT NULL,
	parent_id	uuid REFERENCES unit,
	attributes	jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (unit_id, from_on),
	CONSTRAINT unit_version_runs_forward CHECK (from_on < until_on),
	CONSTRAINT unit_version_no_overlap EXCLUDE USING gist
	    (unit_id WITH =, daterange(from_on, until_on) WITH &&)
);
CREATE INDEX unit_version_by_parent ON unit_version (parent_id);

-- Đổi tên, chuyển, hợp nhất, chia, giải thể.
CREATE TABLE unit_succession (
	id		uuid PRIMARY KEY,
	kind		text NOT NULL CONSTRAINT unit_succession_kind_known
	    CHECK (kind IN ('rename', 'move', 'merge', 'split', 'abolish')),
	effective_on	date NOT NULL,
	from_unit_id	uuid NOT NULL REFERENCES unit,
	to_unit_id	uuid REFERENCES unit,
	-- of several heirs the first is the one whose figures carry on
	place		int NOT NULL DEFAULT 1,
	note		text
);
CREATE INDEX unit_succession_by_from ON unit_succession (from_unit_id);
CREATE INDEX unit_succession_by_to ON unit_succession (to_unit_id);

-- The closure of the tree, derived: on these days anc_id covers unit_id.
--   past  the path crosses a succession: unit_id is a predecessor
--   heir  anc_id is unit_id itself or took its place
CREATE TABLE unit_cover (
	unit_id		uuid NOT NULL REFERENCES unit,
	anc_id		uuid NOT NULL REFERENCES unit,
	from_on		date NOT NULL,
	until_on	date NOT NULL,
	heir		boolean NOT NULL,
	past		boolean NOT NULL,
	PRIMARY KEY (unit_id, anc_id, from_on, heir, past)
);
CREATE INDEX unit_cover_down ON unit_cover (anc_id, unit_id);
CREATE INDEX unit_cover_heir ON unit_cover (anc_id) WHERE heir;

-- Derive the cover of these units, or all of it, again. One writer at a time:
-- the caller's transaction holds the lock to its end.
CREATE FUNCTION unit_cover_derive(these uuid[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('unit_cover'));
	DELETE FROM unit_cover
	WHERE these IS NULL OR unit_id = ANY (these);
	INSERT INTO unit_cover
	WITH RECURSIVE edge AS (
		SELECT parent_id AS anc, unit_id AS unit, lower(days) AS from_on,
		    upper(days) AS until_on, false AS heir, false AS past
		FROM (SELECT parent_id, unit_id, unnest(range_agg(
			daterange(from_on, until_on))) AS days
		    FROM unit_version WHERE parent_id IS NOT NULL
		    GROUP BY parent_id, unit_id) v
		UNION ALL
		SELECT to_unit_id, from_unit_id, effective_on, 'infinity',
		    true, true
		FROM unit_succession
		WHERE to_unit_id IS NOT NULL AND to_unit_id <> from_unit_id
	), climb AS (
		SELECT id AS unit, id AS anc, date '-infinity' AS from_on,
		    date 'infinity' AS until_on, true AS heir, false AS past,
		    0 AS depth
		FROM unit WHERE these IS NULL OR id = ANY (these)
		UNION
		SELECT c.unit, e.anc, greatest(c.from_on, e.from_on),
		    least(c.until_on, e.until_on), c.heir AND e.heir,
		    c.past OR e.past, c.depth + 1
		FROM climb c JOIN edge e ON e.unit = c.anc
		WHERE greatest(c.from_on, e.from_on)
		    < least(c.until_on, e.until_on) AND c.depth < 32
	)
	SELECT unit, anc, from_on, max(until_on), heir, past
	FROM climb GROUP BY unit, anc, from_on, heir, past;
END
$$;

-- Which unit stands in the place of this one on a day: itself while it has a
-- version then, else its successor's heir; null where the line ended.
CREATE FUNCTION unit_heir(u uuid, day date) RETURNS uuid
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT c.anc_id FROM unit_cover c
    JOIN unit_version v ON v.unit_id = c.anc_id
    WHERE c.unit_id = u AND c.heir AND c.from_on <= day AND day < c.until_on
      AND v.from_on <= day AND day < v.until_on
    ORDER BY c.past, v.from_on DESC, c.anc_id LIMIT 1);

-- In which unit a unit's figures of a day are summed: the one above it on that
-- day, or, once it has ended, the one that took its place.
CREATE FUNCTION unit_summed_in(u uuid, day date) RETURNS uuid
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT CASE WHEN v.unit_id IS NOT NULL THEN v.parent_id
	ELSE (SELECT s.to_unit_id FROM unit_succession s
	    WHERE s.from_unit_id = u AND s.effective_on <= day
	      AND s.to_unit_id <> u
	    ORDER BY s.effective_on DESC, s.place LIMIT 1) END
    FROM (SELECT) one LEFT JOIN unit_version v ON v.unit_id = u
	AND v.from_on <= day AND day < v.until_on);

-- A unit and those above it now, nearest first; last, as null, the whole
-- installation. Who settles something for a unit is one of them.
CREATE FUNCTION unit_chain(u uuid) RETURNS TABLE (unit_id uuid, depth int)
LANGUAGE sql STABLE SET search_path = camket, pg_temp
BEGIN ATOMIC
	WITH RECURSIVE up AS (
		SELECT id, parent_id, 0 AS n FROM unit WHERE id = u
		UNION ALL
		SELECT p.id, p.parent_id, up.n + 1 FROM up
		JOIN unit p ON p.id = up.parent_id WHERE up.n < 32)
	SELECT id, n FROM up UNION ALL SELECT NULL, 99;
END;

-- Lịch làm việc: a calendar is owned by a unit and serves its subtree. What a
-- decision says of single days; every other day follows week_mask.
CREATE TABLE calendar (
	id		uuid PRIMARY KEY,
	code		text NOT NULL CONSTRAINT calendar_code_unique UNIQUE,
	unit_id		uuid REFERENCES unit
	    CONSTRAINT calendar_one_per_unit UNIQUE,
	-- bit d set = ISO weekday d + 1 is worked
	week_mask	int NOT NULL DEFAULT 31
);
CREATE TABLE calendar_day (
	calendar_id	uuid NOT NULL REFERENCES calendar,
	day		date NOT NULL,
	kind		text NOT NULL CONSTRAINT calendar_day_kind_known
	    CHECK (kind IN ('holiday', 'compensation', 'working')),
	name		text,
	decision	text,
	PRIMARY KEY (calendar_id, day)
);
-- Derived: ordinal counts the working days up to and including the day, so
-- that "working days between" is a subtraction and "n working days after" a
-- search.
CREATE TABLE workday (
	calendar_id	uuid NOT NULL REFERENCES calendar,
	day		date NOT NULL,
	ordinal		int NOT NULL,
	works		boolean NOT NULL,
	PRIMARY KEY (calendar_id, day) INCLUDE (ordinal, works)
);
CREATE INDEX workday_by_ordinal ON workday (calendar_id, ordinal, day)
    WHERE works;

CREATE FUNCTION workday_derive(c uuid) RETURNS void
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
BEGIN
	DELETE FROM workday WHERE calendar_id = c;
	INSERT INTO workday
	SELECT c, d.day, sum(d.works::int) OVER (ORDER BY d.day), d.works
	FROM (SELECT g::date AS day,
	    CASE WHEN x.kind = 'working' THEN true
		WHEN x.kind IS NOT NULL THEN false
		ELSE k.week_mask >> (extract(isodow FROM g)::int - 1) & 1 = 1
	    END AS works
	    FROM calendar k CROSS JOIN generate_series(
		timestamp '2015-01-01', timestamp '2045-12-31',
		interval '1 day') g
	    LEFT JOIN calendar_day x ON x.calendar_id = k.id AND x.day = g
	    WHERE k.id = c) d;
END
$$;

-- The n-th working day after a day; the day itself is not counted (Civil
-- Code). n = 0: the day, or the next working day if it is none.
CREATE FUNCTION workday_after(c uuid, day date, n int) RETURNS date
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT w.day FROM workday w WHERE w.calendar_id = c AND w.works
    AND w.ordinal = n + (SELECT o.ordinal + (n = 0 AND NOT o.works)::int
	FROM workday o WHERE o.calendar_id = c AND o.day = workday_after.day));

-- The calendar of a unit that has none of its own.
INSERT INTO calendar (id, code) VALUES
    ('00000000-0000-7000-8000-000000000001', 'default');
SELECT workday_derive('00000000-0000-7000-8000-000000000001');
ALTER TABLE unit ALTER calendar_id
    SET DEFAULT '00000000-0000-7000-8000-000000000001';

COMMIT;
