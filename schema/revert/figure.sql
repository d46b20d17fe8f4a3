-- figure: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP VIEW cell_source;
DROP TABLE cell;

COMMIT;
