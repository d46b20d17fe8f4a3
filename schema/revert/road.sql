-- road: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE duty, idempotency, mark, job, event;

COMMIT;
