-- inspection: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, sealed_until FROM inspection WHERE false;
SELECT id, inspection_id FROM finding WHERE false;
SELECT id, finding_id, due_on FROM measure WHERE false;

ROLLBACK;
