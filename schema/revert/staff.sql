-- staff: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TRIGGER reach_tree ON unit_cover;
DROP FUNCTION unit_known, asks_unit, staff_home;
DROP TABLE reach;
DROP TABLE revocation, session, credential, staff_grant, assignment, staff;
DROP FUNCTION grant_perms, reach_of_grant, reach_of_cover, reach_derive,
    reach_lock, refs;

COMMIT;
