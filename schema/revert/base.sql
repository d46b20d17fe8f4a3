-- base: undo.
BEGIN;

DROP SCHEMA camket CASCADE;

COMMIT;
