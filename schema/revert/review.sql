-- review: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP FUNCTION answers_fit, answers_whole;
DROP TABLE evaluation, remediation, review, criteria_set;

COMMIT;
