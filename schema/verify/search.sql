-- search: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT 1 / (search_rank('ke hoach', 'ke hoach') > 3)::int;

ROLLBACK;
