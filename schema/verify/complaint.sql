-- complaint: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, anonymous FROM complaint WHERE false;
SELECT complaint_id, full_name FROM complainant WHERE false;

ROLLBACK;
