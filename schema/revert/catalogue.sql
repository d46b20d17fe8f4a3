-- catalogue: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP FUNCTION audience_members, group_members, group_of, post_of;
DROP TABLE member_group, post;

COMMIT;
