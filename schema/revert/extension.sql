-- extension: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE extension;

COMMIT;
