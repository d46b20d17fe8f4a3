-- comment: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE comment;
REVOKE INSERT ON notification FROM camket_api;

COMMIT;
