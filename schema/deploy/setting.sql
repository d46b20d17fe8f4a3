-- setting: what a unit has settled, for itself and all units below it.
BEGIN;
SET LOCAL search_path = camket, public;

CREATE TABLE setting (
	-- null: the installation's own, one for every setting there is
	unit_id		uuid CONSTRAINT setting_unit_exists REFERENCES unit,
	name		text NOT NULL,
	value		jsonb NOT NULL,
	-- nobody below settles it otherwise
	locked		boolean NOT NULL DEFAULT false,
	author_id	uuid,
	updated_at	timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT setting_once UNIQUE NULLS NOT DISTINCT (unit_id, name)
);
INSERT INTO setting (name, value) VALUES
    ('salutation', '"Kính gửi"'),
    ('working_week', '[1, 2, 3, 4, 5]'),
    -- how often continuous work that does not say so tells of its progress
    ('progress_cadence', '[]'),
    -- whose word makes a cause objective: no rule of law says who
    ('objective_cause_by', '"accept"'),
    -- whose word ends what a higher unit gave out: no rule of law says who
    ('result_accepted_by', '"unit"');

-- What holds for a unit, and who has settled it: the nearest, but for what is
-- locked above.
CREATE FUNCTION setting_of(u uuid)
RETURNS TABLE (name text, value jsonb, unit_id uuid, locked boolean)
LANGUAGE sql STABLE SET search_path = camket, pg_temp
BEGIN ATOMIC
	SELECT DISTINCT ON (s.name) s.name, s.value, s.unit_id, s.locked
	FROM unit_chain(u) h
	JOIN setting s ON s.unit_id IS NOT DISTINCT FROM h.unit_id
	ORDER BY s.name, s.locked DESC, CASE WHEN s.locked THEN -h.depth
	    ELSE h.depth END;
END;

-- How letters to a person begin, as the unit of his main post has it.
CREATE FUNCTION staff_salutation(who uuid, today date) RETURNS text
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT s.value #>> '{}' FROM setting_of(staff_home(who, today)) s
    WHERE s.name = 'salutation');

-- Settle these for a unit: a null gives one back to whoever settles it above;
-- locks, if given, are the names that nobody below may settle. What is locked
-- above is refused (SQLSTATE CK422). Says what now holds for the unit.
CREATE FUNCTION setting_put(u uuid, given jsonb, author uuid, today date,
    at timestamptz) RETURNS jsonb
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	bad text;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('setting'));
	SELECT string_agg(format('/%s locked', s.name), E'\n') INTO bad
	FROM setting_of(u) s
	WHERE s.locked AND s.unit_id IS DISTINCT FROM u
	  AND (given ? s.name OR given -> 'locked' ? s.name);
	IF bad IS NOT NULL THEN
		RAISE EXCEPTION 'locked above' USING
		    ERRCODE = 'CK422', DETAIL = bad;
	END IF;
	DELETE FROM setting s WHERE s.unit_id = u
	  AND given -> s.name = 'null';
	INSERT INTO setting AS s (unit_id, name, value, author_id, updated_at)
	SELECT u, g.key, g.value, author, at FROM jsonb_each(given) g
	WHERE g.key <> 'locked' AND g.value <> 'null'
	ON CONFLICT ON CONSTRAINT setting_once DO UPDATE SET
	    value = excluded.value, author_id = author, updated_at = at;
	IF given ? 'locked' THEN
		INSERT INTO setting (unit_id, name, value, author_id, updated_at)
		SELECT u, h.name, h.value, author, at FROM setting_of(u) h
		WHERE given -> 'locked' ? h.name
		ON CONFLICT ON CONSTRAINT setting_once DO NOTHING;
		UPDATE setting s SET locked = given -> 'locked' ? s.name
		WHERE s.unit_id = u;
	END IF;
	IF given ? 'working_week' OR given -> 'locked' ? 'working_week' THEN
		PERFORM calendar_changed(u, today, at);
	END IF;
	RETURN (SELECT jsonb_agg(to_jsonb(s)) FROM setting_of(u) s);
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON setting TO camket_api;
GRANT SELECT ON setting TO camket_worker;

COMMIT;
