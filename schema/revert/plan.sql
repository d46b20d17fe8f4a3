-- plan: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE obligation, number_register, plan_receipt,
    plan_amendment, plan, document;
DROP FUNCTION plan_doc, number_key, json_changes;

COMMIT;
