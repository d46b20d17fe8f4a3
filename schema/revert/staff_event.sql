-- staff_event: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE staff_event;

COMMIT;
