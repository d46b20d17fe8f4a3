-- task_event: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE task_event;

COMMIT;
