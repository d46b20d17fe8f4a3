-- criteria: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT author_id, deleted_at FROM criteria_set WHERE false;

ROLLBACK;
