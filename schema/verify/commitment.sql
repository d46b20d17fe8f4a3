-- commitment: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, year, registered_task FROM commitment WHERE false;

ROLLBACK;
