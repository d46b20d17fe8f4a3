-- task_event: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, task_id, kind, status, authority_id FROM task_event WHERE false;

ROLLBACK;
