-- staff_event: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, staff_id, kind, year_counted FROM staff_event WHERE false;

ROLLBACK;
