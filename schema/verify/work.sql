-- work: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT staff_id, role, kind, id, due_on FROM work WHERE false;

ROLLBACK;
