-- catalogue: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP FUNCTION group_members, group_of, post_of;
DROP TABLE member_group, post;

COMMIT;
