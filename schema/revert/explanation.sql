-- explanation: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE explanation;

COMMIT;
