-- telling: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT staff_id, occasion, channel FROM delivery WHERE false;

ROLLBACK;
