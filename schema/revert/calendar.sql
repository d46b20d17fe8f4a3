-- calendar: undo.
BEGIN;
SET LOCAL search_path = camket, public;

REVOKE INSERT ON calendar FROM camket_api;
DROP FUNCTION calendar_changed, calendar_redate, calendar_derive;
DROP VIEW calendar_said;
DROP TABLE calendar_entry;

COMMIT;
