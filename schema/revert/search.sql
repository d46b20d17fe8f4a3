-- search: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP INDEX indicator_search, complaint_search, proposal_search, inspection_search;
DROP FUNCTION search_rank(text, text);

COMMIT;
