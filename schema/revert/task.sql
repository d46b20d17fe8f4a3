-- task: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP FUNCTION task_was(task, date, timestamptz);
DROP TABLE task;

COMMIT;
