-- road: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP FUNCTION row_was(anyelement, uuid, timestamptz);
DROP TABLE duty, idempotency, mark, job, event;

COMMIT;
