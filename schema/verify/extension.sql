-- extension: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, task_id, proposed_on, due_on FROM extension WHERE false;

ROLLBACK;
