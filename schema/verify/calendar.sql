-- calendar: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, unit_id, kind, locked FROM calendar_entry WHERE false;
SELECT unit_id, day, kind FROM calendar_said WHERE false;

ROLLBACK;
