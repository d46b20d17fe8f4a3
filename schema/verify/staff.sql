-- staff: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT staff_id, unit_id, perms FROM staff_grant WHERE false;
SELECT subject, epoch, until_at FROM revocation WHERE false;

ROLLBACK;
