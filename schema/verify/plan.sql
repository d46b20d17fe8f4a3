-- plan: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, unit_id, count_from FROM plan WHERE false;
SELECT plan_id, code FROM obligation WHERE false;
SELECT nth, changes FROM plan_amendment WHERE false;
SELECT staff_id, read_at FROM plan_receipt WHERE false;
SELECT last FROM number_register WHERE false;

ROLLBACK;
