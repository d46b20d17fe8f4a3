-- obligation: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT x.obligation_id, x.period, x.due_on, d.due_on, a.done_on
FROM obligation_occurrence x JOIN obligation o ON o.id = x.obligation_id
CROSS JOIN LATERAL obligation_due(o) d
CROSS JOIN LATERAL obligation_answers(o, x.period, x.from_on, x.until_on,
    x.staff_id) a WHERE false;

ROLLBACK;
