-- setting: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP FUNCTION setting_put, staff_salutation, setting_of;
DROP TABLE setting;

COMMIT;
