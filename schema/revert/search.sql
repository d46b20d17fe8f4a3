-- search: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP INDEX inspection_search;
DROP FUNCTION search_rank(text, text);

COMMIT;
