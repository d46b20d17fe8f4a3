-- criteria: editions of a set of criteria. Once somebody has answered by an
-- edition its questions stand; what was left blank may still be filled in. A
-- catalogue: of one code the nearest unit's holds, but for what is locked above.
BEGIN;
SET LOCAL search_path = camket, public;

ALTER TABLE criteria_set
    ALTER created_at SET DEFAULT now(),
    ALTER updated_at SET DEFAULT now(),
    ADD author_id uuid,
    ADD deleted_at timestamptz,
    ADD locked boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT criteria_set_status_known
	CHECK (status IN ('active', 'superseded')),
    ADD CONSTRAINT criteria_set_unit_exists
	FOREIGN KEY (unit_id) REFERENCES unit;
ALTER TABLE criteria_set
    DROP CONSTRAINT criteria_set_unit_id_fkey,
    DROP CONSTRAINT criteria_set_edition_once,
    ADD CONSTRAINT criteria_set_edition_once
	UNIQUE NULLS NOT DISTINCT (code, unit_id, edition);
CREATE INDEX criteria_set_by_title ON criteria_set
    (title COLLATE "vi-x-icu", id);

-- The edition of a code that holds for a unit.
CREATE FUNCTION criteria_set_of(code text, u uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT t.id FROM criteria_set t JOIN unit_chain(u) h
    ON h.unit_id IS NOT DISTINCT FROM t.unit_id
    WHERE t.code = criteria_set_of.code AND t.status = 'active'
      AND t.deleted_at IS NULL
    ORDER BY t.locked DESC, CASE WHEN t.locked THEN -h.depth ELSE h.depth END
    LIMIT 1);

CREATE FUNCTION criteria_set_keep() RETURNS trigger
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
BEGIN
	IF (EXISTS (SELECT FROM review WHERE criteria_set_id = OLD.id)
	    OR EXISTS (SELECT FROM evaluation WHERE criteria_set_id = OLD.id))
	   AND EXISTS (SELECT FROM jsonb_each(OLD.items) o
	    FULL JOIN jsonb_each(NEW.items) n USING (key)
	    WHERE (o.value - '{text,help}'::text[]) IS DISTINCT FROM
		    (n.value - '{text,help}'::text[])
	       OR coalesce(o.value ->> 'text', '') NOT IN
		    ('', n.value ->> 'text')
	       OR coalesce(o.value ->> 'help', '') NOT IN
		    ('', coalesce(n.value ->> 'help', '-'))) THEN
		RAISE EXCEPTION 'the edition is in use'
		USING ERRCODE = 'CK409',
		    CONSTRAINT = 'criteria_set_in_use_is_fixed';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER criteria_set_keep BEFORE UPDATE OF items ON criteria_set
    FOR EACH ROW WHEN (OLD.items IS DISTINCT FROM NEW.items)
    EXECUTE FUNCTION criteria_set_keep();

COMMIT;
