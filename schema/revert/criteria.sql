-- criteria: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TRIGGER criteria_set_keep ON criteria_set;
DROP FUNCTION criteria_set_keep;
DROP INDEX criteria_set_by_title;
ALTER TABLE criteria_set
    ALTER created_at DROP DEFAULT,
    ALTER updated_at DROP DEFAULT,
    DROP author_id,
    DROP deleted_at,
    DROP CONSTRAINT criteria_set_status_known,
    DROP CONSTRAINT criteria_set_unit_exists,
    ADD FOREIGN KEY (unit_id) REFERENCES unit;

COMMIT;
