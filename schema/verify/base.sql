-- base: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT one, shift_ms FROM clock WHERE one;
SELECT 'row_kept(jsonb, jsonb, jsonb)'::regprocedure;
SELECT 1 / (fold('Đường Ỷ Lan') = 'duong y lan')::int;

ROLLBACK;
