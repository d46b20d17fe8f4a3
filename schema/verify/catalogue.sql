-- catalogue: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT post_of('', '00000000-0000-0000-0000-000000000000');

ROLLBACK;
