-- privilege: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT 1 / has_table_privilege('camket_api', 'plan', 'SELECT')::int;
SELECT 1 / (NOT has_table_privilege('camket_api', 'event', 'UPDATE'))::int;

ROLLBACK;
