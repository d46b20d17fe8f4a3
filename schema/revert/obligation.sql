-- obligation: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE obligation_occurrence;
DROP FUNCTION obligation_occurrence_id, obligation_answers, obligation_due,
    cadence_periods;

COMMIT;
