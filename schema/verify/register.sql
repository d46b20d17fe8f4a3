-- register: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT kind, id, doer_id, due_on FROM register WHERE false;

ROLLBACK;
