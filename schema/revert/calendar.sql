-- calendar: undo.
BEGIN;
SET LOCAL search_path = camket, public;

REVOKE INSERT ON calendar FROM camket_api;
REVOKE UPDATE (version, updated_at) ON proposal FROM camket_worker;
DROP FUNCTION calendar_changed, clock_redate, clock_days, calendar_redate, calendar_derive;
DROP VIEW calendar_said;
DROP TABLE calendar_entry;

COMMIT;
