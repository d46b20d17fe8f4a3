-- register: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP VIEW register;

COMMIT;
