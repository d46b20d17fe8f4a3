-- proposal: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT id, terms, votes FROM proposal WHERE false;
SELECT code, working_days FROM term WHERE false;

ROLLBACK;
