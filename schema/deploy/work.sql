-- work: who must do what next. Work lists, reminders and calendars read this
-- view and nothing else. Who is asked in which status comes from table state,
-- which mirrors the programs' state tables. A row counts for a person on a
-- day d only where from_on <= d < until_on (the grant that makes a leader).
-- The arms are apart so that each begins at an index when a person is given.
BEGIN;
SET LOCAL search_path = camket, public;

-- Is an item asked through a unit, of whoever leads it? Where the table says so;
-- where nobody is named whom it would ask; and where whoever is asked to decide
-- may not (barred). Without a setting, so that it becomes part of the view.
CREATE FUNCTION asked_by_unit(asks text, role text, doer uuid, subject uuid,
    author uuid, assigner uuid, barred uuid) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE asks WHEN 'leader' THEN true
    WHEN 'doer' THEN doer IS NULL
    WHEN 'subject' THEN subject IS NULL
    WHEN 'author' THEN role = 'approve' AND author = barred
    WHEN 'assigner' THEN assigner IS NULL OR assigner = barred END;

CREATE VIEW work AS
WITH task_item AS NOT MATERIALIZED (
	SELECT 'task' AS kind, id, version, status, unit_id,
	    unit_id AS asks_unit_id, office_id,
	    lead_staff_id AS doer_id, assigned_by AS assigner_id, author_id,
	    NULL::uuid AS subject_id,
	    -- whoever may not decide on it
	    CASE status WHEN 'done' THEN reported_by END AS barred_id,
	    -- of periods one from another
	    code, title || coalesce(' (' || period || ')', '') AS title, due_on,
	    -- the day that ends continuous work is nothing to be late for
	    CASE task.kind WHEN 'continuous' THEN 'infinity' ELSE count_from
		END AS count_from,
	    assigned_on AS since_on, task.kind AS subkind, plan_id,
	    co_staff_ids, co_unit_ids
	FROM task WHERE deleted_at IS NULL AND task.kind <> 'recurring'
), plan_item AS NOT MATERIALIZED (
	SELECT 'plan' AS kind, id, version, status, unit_id,
	    unit_id AS asks_unit_id, unit_id AS office_id,
	    NULL::uuid AS doer_id, NULL::uuid AS assigner_id, author_id,
	    NULL::uuid AS subject_id,
	    CASE status WHEN 'submitted' THEN author_id END AS barred_id,
	    number AS code, title, NULL::date AS due_on,
	    NULL::date AS count_from, NULL::date AS since_on,
	    plan.kind AS subkind, id AS plan_id, NULL::uuid[] AS co_staff_ids,
	    NULL::uuid[] AS co_unit_ids
	FROM plan WHERE deleted_at IS NULL
), item AS NOT MATERIALIZED (
	SELECT * FROM task_item
	UNION ALL
	SELECT * FROM plan_item
	UNION ALL
	SELECT 'review', r.id, r.version, r.status, r.unit_id, r.asks_unit_id,
	    r.unit_id, NULL, NULL, r.author_id, r.subject_staff_id,
	    r.subject_staff_id, r.period, s.title, r.due_on, NULL, NULL, NULL,
	    r.plan_id, NULL, NULL
	FROM review r JOIN criteria_set s ON s.id = r.criteria_set_id
	WHERE r.deleted_at IS NULL
	UNION ALL
	SELECT 'evaluation', e.id, e.version, e.status, e.unit_id,
	    e.asks_unit_id, e.office_id, NULL, NULL, e.author_id, e.staff_id,
	    e.staff_id, e.period, s.title, e.due_on, NULL, NULL, NULL, NULL,
	    NULL, NULL
	FROM evaluation e JOIN criteria_set s ON s.id = e.criteria_set_id
	WHERE e.deleted_at IS NULL
	UNION ALL
	SELECT kind, id, version, status, unit_id, asks_unit_id, office_id,
	    doer_id, assigner_id, author_id, subject_id, barred_id, code, title,
	    due_on, NULL, NULL, NULL, plan_id, NULL, co_unit_ids
	FROM register
)
-- a person asked by name
SELECT i.doer_id AS staff_id, date '-infinity' AS from_on,
    date 'infinity' AS until_on, s.role, s.need, i.*
FROM item i JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND s.asks = 'doer'
WHERE i.doer_id IS NOT NULL
UNION ALL
SELECT i.assigner_id, '-infinity', 'infinity', s.role, s.need, i.*
FROM item i JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND s.asks = 'assigner'
WHERE i.assigner_id IS DISTINCT FROM i.barred_id
UNION ALL
SELECT i.author_id, '-infinity', 'infinity', s.role, s.need, i.*
FROM item i JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND s.asks = 'author'
WHERE s.role = 'do' OR i.author_id IS DISTINCT FROM i.barred_id
UNION ALL
SELECT i.subject_id, '-infinity', 'infinity', s.role, s.need, i.*
FROM item i JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND s.asks = 'subject'
WHERE i.subject_id IS NOT NULL
UNION ALL
-- From here on it is units that lead to the item, found by the person: tasks and
-- plans, of which there are many, each by an index, then the rest. (Neither asks
-- a subject, no plan an office.)
SELECT y.id, '-infinity', 'infinity', s.role, s.need, i.*
FROM staff y JOIN task_item i ON i.co_staff_ids @> ARRAY[y.id]
JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND s.asks = 'co_owner'
UNION ALL
SELECT g.staff_id, greatest(g.from_on, c.from_on),
    least(g.until_on, c.until_on), s.role, s.need, i.*
FROM held g JOIN unit_cover c ON c.anc_id = g.unit_id AND c.heir
JOIN task_item i ON i.co_unit_ids @> ARRAY[c.unit_id]
JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND g.perms & s.need <> 0 AND s.asks = 'co_owner'
UNION ALL
SELECT g.staff_id, greatest(g.from_on, c.from_on),
    least(g.until_on, c.until_on), s.role, s.need, i.*
FROM held g JOIN unit_cover c ON c.anc_id = g.unit_id AND c.heir
JOIN item i ON i.co_unit_ids @> ARRAY[c.unit_id] AND i.kind NOT IN ('task', 'plan')
JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND g.perms & s.need <> 0 AND s.asks = 'co_owner'
UNION ALL
-- whoever leads the unit that is asked, or the unit that took its place, and
-- whoever stands in for him
SELECT g.staff_id, greatest(g.from_on, c.from_on),
    least(g.until_on, c.until_on), s.role, s.need, i.*
FROM held g JOIN unit_cover c ON c.anc_id = g.unit_id AND c.heir
JOIN task_item i ON i.asks_unit_id = c.unit_id
JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND g.perms & s.need <> 0 AND s.at <> 'office'
    AND asked_by_unit(s.asks, s.role, i.doer_id, i.subject_id,
	i.author_id, i.assigner_id, i.barred_id)
WHERE i.barred_id IS DISTINCT FROM g.staff_id
UNION ALL
SELECT g.staff_id, greatest(g.from_on, c.from_on),
    least(g.until_on, c.until_on), s.role, s.need, i.*
FROM held g JOIN unit_cover c ON c.anc_id = g.unit_id AND c.heir
JOIN plan_item i ON i.asks_unit_id = c.unit_id
JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND g.perms & s.need <> 0 AND s.at <> 'office'
    AND asked_by_unit(s.asks, s.role, i.doer_id, i.subject_id,
	i.author_id, i.assigner_id, i.barred_id)
WHERE i.barred_id IS DISTINCT FROM g.staff_id
UNION ALL
SELECT g.staff_id, greatest(g.from_on, c.from_on),
    least(g.until_on, c.until_on), s.role, s.need, i.*
FROM held g JOIN unit_cover c ON c.anc_id = g.unit_id AND c.heir
JOIN item i ON i.asks_unit_id = c.unit_id AND i.kind NOT IN ('task', 'plan')
JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND g.perms & s.need <> 0 AND s.at <> 'office' AND s.asks <> 'subject'
    AND asked_by_unit(s.asks, s.role, i.doer_id, i.subject_id,
	i.author_id, i.assigner_id, i.barred_id)
WHERE i.barred_id IS DISTINCT FROM g.staff_id
UNION ALL
SELECT g.staff_id, greatest(g.from_on, c.from_on),
    least(g.until_on, c.until_on), s.role, s.need, i.*
FROM held g JOIN unit_cover c ON c.anc_id = g.unit_id AND c.heir
JOIN task_item i ON i.office_id = c.unit_id
JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND g.perms & s.need <> 0 AND s.at = 'office'
    AND asked_by_unit(s.asks, s.role, i.doer_id, i.subject_id,
	i.author_id, i.assigner_id, i.barred_id)
WHERE i.barred_id IS DISTINCT FROM g.staff_id
UNION ALL
SELECT g.staff_id, greatest(g.from_on, c.from_on),
    least(g.until_on, c.until_on), s.role, s.need, i.*
FROM held g JOIN unit_cover c ON c.anc_id = g.unit_id AND c.heir
JOIN item i ON i.office_id = c.unit_id AND i.kind NOT IN ('task', 'plan')
JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND g.perms & s.need <> 0 AND s.at = 'office'
    AND asked_by_unit(s.asks, s.role, i.doer_id, i.subject_id,
	i.author_id, i.assigner_id, i.barred_id)
WHERE i.barred_id IS DISTINCT FROM g.staff_id
UNION ALL
SELECT g.staff_id, greatest(g.from_on, c.from_on),
    least(g.until_on, c.until_on), s.role, s.need, i.*
FROM held g JOIN unit_cover c ON c.anc_id = g.unit_id AND c.heir
JOIN item i ON i.unit_id = c.unit_id AND i.kind NOT IN ('task', 'plan')
JOIN state s ON s.resource = i.kind AND s.status = i.status
    AND g.perms & s.need <> 0 AND s.at <> 'office' AND s.asks = 'subject'
    AND asked_by_unit('subject', s.role, i.doer_id, i.subject_id,
	i.author_id, i.assigner_id, i.barred_id)
WHERE i.barred_id IS DISTINCT FROM g.staff_id;

COMMIT;
