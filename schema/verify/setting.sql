-- setting: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT name, value, unit_id, locked FROM setting_of(NULL);

ROLLBACK;
