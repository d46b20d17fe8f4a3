-- Registers (cam kết, kiểm tra, kiến nghị, sáng kiến, …) share the shape of
-- their statements: rel is what the caller may do with the row t (or x, once
-- written), seen whether he may know of it, json how it is read.

-- References of a body found.
-- @resolved(body)
(SELECT refs(@body, $caller, $today));

-- Whom a person's or a unit's record is about, and who leads what it is about.
-- @subject_of(x, up)
(CASE WHEN @x.subject_staff_id = $caller THEN PERM_IS_SUBJECT
    WHEN @x.subject_staff_id IS NULL AND @up & PERM_IS_LEADER <> 0
    THEN PERM_IS_SUBJECT ELSE 0 END);

-- Days as the office counts them: n working days after a day.
-- @workdays_after(unit, day, n)
(SELECT workday_after(unit.calendar_id, @day, @n) FROM unit
    WHERE unit.id = @unit);

-- Working days left until a day from the day asked about, below zero when it
-- has passed.
-- @days_until(unit, day)
(SELECT due.ordinal - now.ordinal FROM unit
    JOIN workday due ON due.calendar_id = unit.calendar_id AND due.day = @day
    JOIN workday now ON now.calendar_id = unit.calendar_id
	AND now.day = $day
    WHERE unit.id = @unit);

-- Colour of a due day while the item is open.
-- @due_signal(day, open, days)
(CASE WHEN @day IS NULL OR NOT @open THEN 'none' WHEN @day < $day
    THEN 'overdue' WHEN @days <= 3 THEN 'soon' ELSE 'ok' END);

-- What the caller may do with an item of a register that he is asked about.
-- @register_perms(kind, id)
(CASE @kind WHEN 'commitment' THEN (SELECT @commitment_rel(commitment)
	FROM commitment WHERE commitment.id = @id)
    WHEN 'inspection' THEN (SELECT @inspection_rel(inspection)
	FROM inspection WHERE inspection.id = @id)
    WHEN 'measure' THEN (SELECT @measure_rel(measure)
	FROM measure WHERE measure.id = @id)
    WHEN 'proposal' THEN (SELECT @proposal_rel(proposal)
	FROM proposal WHERE proposal.id = @id)
    WHEN 'complaint' THEN (SELECT @complaint_rel(complaint)
	FROM complaint WHERE complaint.id = @id)
    WHEN 'extension' THEN (SELECT @extension_rel(extension)
	FROM extension WHERE extension.id = @id)
    WHEN 'explanation' THEN (SELECT @explanation_rel(explanation)
	FROM explanation WHERE explanation.id = @id)
    WHEN 'task_event' THEN (SELECT @task_event_rel(task_event)
	FROM task_event WHERE task_event.id = @id)
    WHEN 'remediation' THEN (SELECT @remediation_rel(remediation)
	FROM remediation WHERE remediation.id = @id)
    -- it has no steps of its own: what is begun instead has
    ELSE 0 END);

-- @record_get(table, json, rel, seen)
SELECT t.version, t.status, perms, @then(@json) AS body
FROM @table t CROSS JOIN LATERAL (SELECT @rel AS perms OFFSET 0) s
WHERE t.id = $id AND t.deleted_at IS NULL AND @made(t)
  AND @sees(@seen);

-- Further refusals of a step come in the CTE wrong: outcome 409 or 422, and for
-- 422 a line "pointer fault".
-- @record_cur(table, gone, rel, seen)
@locked(@table, @gone),
cur AS MATERIALIZED (
	SELECT l.r, perms FROM locked l CROSS JOIN LATERAL (SELECT (l.r).*) t
	CROSS JOIN LATERAL (SELECT @rel AS perms OFFSET 0) s
	WHERE @seen),
@step();

-- Nothing else is asked of this step.
-- @at_will()
wrong AS (SELECT 0 AS outcome, ''::text AS line WHERE false),
@fate();

-- @fate()
fate AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN
	    coalesce((SELECT min(w.outcome) FROM wrong w), 200)
	    ELSE s.outcome END AS outcome, s.goes_to
	FROM step s);

-- @record_turned(kind, verb, patch, json, rel)
out AS MATERIALIZED (
	SELECT f.outcome, x.version, x.status, v.perms,
	    CASE WHEN f.outcome IN (200, 412) THEN @json
		WHEN f.outcome = 422 THEN @faults() END AS body
	FROM fate f CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x
	CROSS JOIN LATERAL (SELECT @rel AS perms OFFSET 0) v),
@written(@kind, @verb, @patch, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- @faults()
(SELECT string_agg(w.line, E'\n') FROM wrong w WHERE w.outcome = 422);

-- @record_made(kind, patch, json, rel)
out AS MATERIALIZED (
	SELECT 201 AS outcome, x.version, x.status, v.perms, @json AS body
	FROM upd u CROSS JOIN LATERAL (SELECT (u.r).*) x
	CROSS JOIN LATERAL (SELECT @rel AS perms OFFSET 0) v
	UNION ALL
	SELECT f.outcome, 0, '', 0, @faults() FROM fate f
	WHERE f.outcome <> 201),
@written(@kind, 'create', @patch, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- @record_remove(kind, table, json, rel, seen)
WITH @record_cur(@table, NULL, @rel, @seen),
upd AS (
	UPDATE @table t SET deleted_at = $now, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN 204 ELSE s.outcome END AS outcome,
	    t.version, t.status, c.perms,
	    CASE WHEN s.outcome = 412 THEN @json END AS body
	FROM step s CROSS JOIN cur c CROSS JOIN LATERAL (SELECT (c.r).*) t),
@written(@kind, 'delete', NULL::jsonb, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- @record_restore(kind, table, json, rel, seen)
WITH @record_cur(@table, NOT NULL, @rel, @seen),
upd AS (
	UPDATE @table t SET deleted_at = NULL, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
out AS MATERIALIZED (
	SELECT s.outcome, t.version, t.status, c.perms,
	    CASE WHEN s.outcome IN (200, 412) THEN @json END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) t),
@written(@kind, 'restore', NULL::jsonb, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- The usual filters of a register.
-- @record_filter()
($status IS NULL OR @stood(status) = ANY ($status))
AND ($ids IS NULL OR t.id = ANY ($ids))
AND @made(t) AND @in_unit(@stood(unit_id))
AND ($deleted IS NULL AND t.deleted_at IS NULL
    OR $deleted = 'only' AND t.deleted_at IS NOT NULL);
