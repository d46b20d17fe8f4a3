-- account: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT staff_id, hash, used_at FROM link WHERE false;
SELECT staff_id, perms, for_id FROM held WHERE false;
SELECT source, seq, line FROM trail WHERE false;

ROLLBACK;
