-- explanation: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, task_id, question, answer FROM explanation WHERE false;

ROLLBACK;
