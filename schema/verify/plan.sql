-- plan: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, unit_id, effective_from FROM document WHERE false;
SELECT id, unit_id, count_from, relations FROM plan WHERE false;
SELECT source, relation, cited FROM plan_link WHERE false;
SELECT plan_id, code FROM obligation WHERE false;
SELECT nth, changes FROM plan_amendment WHERE false;
SELECT staff_id, read_at FROM plan_receipt WHERE false;
SELECT last FROM number_register WHERE false;
SELECT 'plan_doc(plan)'::regprocedure;

ROLLBACK;
