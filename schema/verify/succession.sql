-- succession: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT unit_turn_daily('2000-01-01', now());

ROLLBACK;
