-- external_ref: by what names other systems know our items.
BEGIN;
SET LOCAL search_path = camket, public;

-- Mã của hệ thống khác. The name is taken before the item is made, with the id
-- it will have: two who make it at once make one, and who fails may try again.
CREATE TABLE external_ref (
	kind		text NOT NULL,
	system		text NOT NULL,
	key		text NOT NULL,
	ref		uuid NOT NULL,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	PRIMARY KEY (kind, system, key)
);
CREATE INDEX external_ref_by_ref ON external_ref (ref);

-- A plan's names stand in its doc.
CREATE FUNCTION external_ref_plan() RETURNS trigger
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
BEGIN
	UPDATE plan SET doc = NULL WHERE id = NEW.ref;
	RETURN NULL;
END
$$;
CREATE TRIGGER external_ref_plan AFTER INSERT ON external_ref
    FOR EACH ROW WHEN (NEW.kind = 'plan')
    EXECUTE FUNCTION external_ref_plan();

GRANT SELECT, INSERT, UPDATE (system, ref) ON external_ref TO camket_api;

COMMIT;
