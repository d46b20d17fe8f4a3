-- comment: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, kind, ref, mention_ids FROM comment WHERE false;

ROLLBACK;
