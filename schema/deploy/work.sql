-- work: who must do what next. Work lists, reminders and calendars read this
-- view and nothing else. Who is asked in which status comes from table state,
-- which mirrors the programs' state tables. A row counts for a person on a
-- day d only where from_on <= d < until_on (the grant that makes a leader).
BEGIN;
SET LOCAL search_path = camket, public;

CREATE VIEW work AS
WITH item AS NOT MATERIALIZED (
	SELECT 'task' AS kind, id, version, status, unit_id,
	    unit_id AS asks_unit_id, office_id,
	    lead_staff_id AS doer_id, assigned_by AS assigner_id, author_id,
	    NULL::uuid AS subject_id, code, title, due_on, count_from,
	    assigned_on AS since_on, task.kind AS subkind, plan_id
	FROM task WHERE deleted_at IS NULL AND task.kind <> 'recurring'
	UNION ALL
	SELECT 'plan', id, version, status, unit_id, unit_id, unit_id, NULL,
	    NULL, author_id, NULL, number, title, NULL, NULL, NULL,
	    plan.kind, id
	FROM plan WHERE deleted_at IS NULL
	UNION ALL
	SELECT 'review', r.id, r.version, r.status, r.unit_id, r.asks_unit_id,
	    r.unit_id, NULL, NULL, r.author_id, r.subject_staff_id, r.period,
	    s.title, r.due_on, NULL, NULL, NULL, r.plan_id
	FROM review r JOIN criteria_set s ON s.id = r.criteria_set_id
	WHERE r.deleted_at IS NULL
	UNION ALL
	SELECT 'evaluation', e.id, e.version, e.status, e.unit_id,
	    e.asks_unit_id, e.office_id, NULL, NULL, e.author_id, e.staff_id,
	    e.period, s.title, e.due_on, NULL, NULL, NULL, NULL
	FROM evaluation e JOIN criteria_set s ON s.id = e.criteria_set_id
	WHERE e.deleted_at IS NULL
)
-- a person asked by name
SELECT w.staff_id, date '-infinity' AS from_on, date 'infinity' AS until_on,
    s.role, s.need, i.*
FROM item i
JOIN state s ON s.resource = i.kind AND s.status = i.status
CROSS JOIN LATERAL (SELECT CASE s.asks
	WHEN 'doer' THEN i.doer_id
	WHEN 'assigner' THEN i.assigner_id
	WHEN 'author' THEN i.author_id
	WHEN 'subject' THEN i.subject_id END AS staff_id) w
WHERE w.staff_id IS NOT NULL
UNION ALL
-- whoever leads the unit that is asked, or the unit that took its place; and
-- whoever stands in for him
SELECT g.staff_id, greatest(g.from_on, c.from_on),
    least(g.until_on, c.until_on), s.role, s.need, i.*
FROM item i
JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND (s.asks = 'leader' OR (s.asks = 'doer' AND i.doer_id IS NULL))
JOIN unit_cover c ON c.heir AND c.unit_id =
    CASE s.at WHEN 'office' THEN i.office_id ELSE i.asks_unit_id END
JOIN held g ON g.unit_id = c.anc_id AND g.perms & s.need <> 0
WHERE i.subject_id IS DISTINCT FROM g.staff_id;

COMMIT;
