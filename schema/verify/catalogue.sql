-- catalogue: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT post_of('', u), group_of('', u), (SELECT count(*)
    FROM group_members(u, u, '2000-01-01')), (SELECT count(*)
    FROM audience_members('', u, '2000-01-01'))
FROM (SELECT '00000000-0000-0000-0000-000000000000'::uuid AS u) x;

ROLLBACK;
