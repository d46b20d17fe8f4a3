-- criteria: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TRIGGER criteria_set_keep ON criteria_set;
DROP FUNCTION criteria_set_keep;
DROP FUNCTION criteria_set_of;
DROP INDEX criteria_set_by_title;
ALTER TABLE criteria_set
    ALTER created_at DROP DEFAULT,
    ALTER updated_at DROP DEFAULT,
    DROP author_id,
    DROP deleted_at,
    DROP locked,
    DROP CONSTRAINT criteria_set_status_known,
    DROP CONSTRAINT criteria_set_unit_exists,
    DROP CONSTRAINT criteria_set_edition_once,
    ADD CONSTRAINT criteria_set_edition_once UNIQUE (code, edition),
    ADD FOREIGN KEY (unit_id) REFERENCES unit;

COMMIT;
