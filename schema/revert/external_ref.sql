-- external_ref: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE external_ref;
DROP FUNCTION external_ref_plan();

COMMIT;
