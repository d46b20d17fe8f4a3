-- inspection: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE measure, finding, inspection;

COMMIT;
