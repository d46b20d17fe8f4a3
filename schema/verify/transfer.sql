-- transfer: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT transfer_due('2000-01-01', now());

ROLLBACK;
