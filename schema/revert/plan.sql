-- plan: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE obligation, number_register, plan_receipt,
    plan_amendment, plan_link, plan, document CASCADE;
DROP FUNCTION plan_doc, number_key, json_changes, plan_link, document_cite,
    document_check, document_lock, document_key;

COMMIT;
