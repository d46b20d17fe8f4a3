-- plan: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE obligation, plan, document;
DROP FUNCTION plan_doc;

COMMIT;
