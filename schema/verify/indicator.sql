-- indicator: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, target FROM indicator WHERE false;
SELECT id, numerator, denominator FROM indicator_value WHERE false;

ROLLBACK;
