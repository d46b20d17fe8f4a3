-- base: what every other change leans on.
BEGIN;

CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;

CREATE SCHEMA camket;
SET LOCAL search_path = camket, public;

-- A text as search sees it: no accents, đ as d, lower case. Stored in
-- generated columns, so it must never change its mind: see `camket doctor`.
CREATE FUNCTION fold(t text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(public.unaccent('public.unaccent'::regdictionary,
    normalize(t, NFC)));

-- The n-th word of a search, folded and quoted as a LIKE pattern; '%' when
-- there are fewer words, so that unused places in a query match everything.
-- The fifth takes the rest along, in the order given.
CREATE FUNCTION search_word(q text, n int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce('%' || array_to_string((regexp_split_to_array(
    replace(replace(replace(btrim(camket.fold(q)),
    '\', '\\'), '%', '\%'), '_', '\_'), '\s+'))
    [n : CASE WHEN n < 5 THEN n ELSE 1000 END], '%') || '%', '%');

-- The longest of these words, as a pattern.
CREATE FUNCTION search_longest(q text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT '%' || w || '%' FROM regexp_split_to_table(
    replace(replace(replace(btrim(camket.fold(q)),
    '\', '\\'), '%', '\%'), '_', '\_'), '\s+') w
    ORDER BY length(w) DESC LIMIT 1);

-- UUID version 7 for rows made by a statement: 48 bits of time over a random
-- one (RFC 9562).
CREATE FUNCTION uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send((extract(epoch FROM clock_timestamp())
	* 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid;

-- JSON merge patch (RFC 7396) of an object: null removes, objects merge.
CREATE FUNCTION json_merge(target jsonb, patch jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	k text;
	v jsonb;
BEGIN
	IF patch IS NULL THEN
		RETURN target;
	END IF;
	IF jsonb_typeof(patch) <> 'object' THEN
		RETURN patch;
	END IF;
	IF target IS NULL OR jsonb_typeof(target) <> 'object' THEN
		target := '{}';
	END IF;
	FOR k, v IN SELECT * FROM jsonb_each(patch) LOOP
		IF jsonb_typeof(v) = 'null' THEN
			target := target - k;
		ELSE
			target := target || jsonb_build_object(k,
			    camket.json_merge(target -> k, v));
		END IF;
	END LOOP;
	RETURN target;
END
$$;

-- The members of a row that a patch names.
CREATE FUNCTION json_pick(r jsonb, patch jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT jsonb_object_agg(k, r -> k)
    FROM jsonb_object_keys(patch) k WHERE r ? k);

-- What an event keeps of the row before: what the write has changed, and what
-- is named. Not what is drawn from the rest to be read, nor what each write
-- raises; but what is searched and sorted by: so it is of then, too.
CREATE FUNCTION row_kept(was jsonb, stands jsonb, named jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(was) m
    WHERE named ? m.key OR m.value <> stands -> m.key AND m.key NOT IN
	('version', 'updated_at', 'doc', 'card'));

-- The one clock of business time: database time plus this shift.
CREATE TABLE clock (
	one		boolean PRIMARY KEY DEFAULT true
	    CONSTRAINT clock_is_one CHECK (one),
	shift_ms	bigint NOT NULL DEFAULT 0,
	set_at		timestamptz NOT NULL DEFAULT now()
);
INSERT INTO clock DEFAULT VALUES;

-- Facts of this installation that programs agree on: the feed's epoch (a
-- restore changes it), the day last seen by the scheduler, and the like.
CREATE TABLE fact (
	name	text PRIMARY KEY,
	value	text NOT NULL
);
INSERT INTO fact VALUES ('epoch', encode(uuid_send(gen_random_uuid()), 'hex'));

-- Mirrors of tables that live in the programs (services/domain); rewritten
-- by `camket migrate`, so that views and triggers can use what C decides.
CREATE TABLE role (
	role		text NOT NULL,
	function	text NOT NULL DEFAULT '',
	perms		bigint NOT NULL,
	PRIMARY KEY (role, function)
);
CREATE TABLE perm (
	name	text PRIMARY KEY,
	bits	bigint NOT NULL
);
-- Who is asked next while an item of this resource is in this status.
--   asks  doer | assigner | author | subject | co_owner | leader
--   at    unit | office: whose leader, where asks = leader
--   need  the permission a leader must hold
--   role  do | approve | know
CREATE TABLE state (
	resource	text NOT NULL,
	status		text NOT NULL,
	asks		text NOT NULL,
	at		text NOT NULL DEFAULT 'unit',
	need		bigint NOT NULL DEFAULT 0,
	role		text NOT NULL,
	PRIMARY KEY (resource, status, asks, at)
);

COMMIT;
