-- review: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, answers FROM review WHERE false;
SELECT id, review_id, remedy FROM remediation WHERE false;
SELECT id, answers, scores FROM evaluation WHERE false;

ROLLBACK;
