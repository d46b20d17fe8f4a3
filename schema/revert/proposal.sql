-- proposal: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE proposal, term;

COMMIT;
