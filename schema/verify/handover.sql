-- handover: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, task_id, from_unit_id, from_staff_id FROM handover WHERE false;

ROLLBACK;
