-- complaint: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE complainant, complaint;

COMMIT;
