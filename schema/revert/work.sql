-- work: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP VIEW work;
DROP FUNCTION asked_by_unit;

COMMIT;
