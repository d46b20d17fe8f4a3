-- external_ref: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT kind, system, key, ref FROM external_ref WHERE false;

ROLLBACK;
