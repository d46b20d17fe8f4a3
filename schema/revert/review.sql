-- review: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP FUNCTION answers_fit;
DROP TABLE evaluation, review, criteria_set;

COMMIT;
