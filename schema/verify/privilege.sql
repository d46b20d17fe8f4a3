-- privilege: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT 1 / has_table_privilege('camket_api', 'plan', 'SELECT')::int;
SELECT 1 / (NOT has_table_privilege('camket_api', 'event', 'UPDATE'))::int;
SET LOCAL ROLE camket_report;
SELECT 1 / row_security_active('plan')::int;

ROLLBACK;
