-- staff: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE revocation, session, credential, staff_grant, assignment, staff;
DROP FUNCTION grant_perms;

COMMIT;
