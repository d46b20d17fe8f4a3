-- succession: undo.
BEGIN;
SET LOCAL search_path = camket, public;

REVOKE INSERT ON unit_succession FROM camket_api;
REVOKE DELETE ON unit_version FROM camket_api;
REVOKE UPDATE ON unit FROM camket_worker;
REVOKE UPDATE (office_id) ON evaluation FROM camket_worker;
DROP FUNCTION unit_succeed, unit_stays, unit_turn_daily, unit_turn;
DELETE FROM fact WHERE name = 'tree_day';

COMMIT;
