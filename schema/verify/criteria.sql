-- criteria: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT author_id, deleted_at, locked FROM criteria_set WHERE false;
SELECT criteria_set_of('none', NULL);

ROLLBACK;
