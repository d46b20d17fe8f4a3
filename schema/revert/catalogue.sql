-- catalogue: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP FUNCTION post_of;
DROP TABLE post;

COMMIT;
