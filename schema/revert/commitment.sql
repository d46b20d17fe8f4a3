-- commitment: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE commitment;

COMMIT;
