-- organisation: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT unit_id, anc_id, heir, past FROM unit_cover WHERE false;
SELECT 1 / (count(*) > 0)::int FROM workday;

ROLLBACK;
