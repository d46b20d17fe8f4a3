-- task: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, unit_id, lead_staff_id, due_on FROM task WHERE false;

SELECT 'task_was(task, date, timestamptz)'::regprocedure;

ROLLBACK;
