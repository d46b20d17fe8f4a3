-- indicator: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE indicator_value, indicator;

COMMIT;
