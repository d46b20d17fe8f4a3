-- obligation: what the obligations of plans ask of whom in which period, and by
-- what it is answered. One definition for those who read it and for the duty
-- that writes it down (workers/jobs/obligation.sql).
BEGIN;
SET LOCAL search_path = camket, public;

-- The periods of a cadence that begin between two days; the one that holds the
-- first day, too.
CREATE FUNCTION cadence_periods(cadence text[], first date, last date)
RETURNS TABLE (period text, from_on date, until_on date)
LANGUAGE sql IMMUTABLE SET search_path = camket, pg_temp
BEGIN ATOMIC
	SELECT CASE c.months WHEN 1 THEN to_char(b, 'YYYY-MM')
		WHEN 3 THEN to_char(b, 'YYYY-"Q"Q')
		WHEN 6 THEN to_char(b, 'YYYY-"H"') || CASE
		    WHEN extract(month FROM b) < 7 THEN 1 ELSE 2 END
		ELSE to_char(b, 'YYYY') END,
	    b::date, (b + make_interval(months => c.months))::date
	FROM (VALUES ('monthly', 1), ('quarterly', 3), ('half_yearly', 6),
	    ('yearly', 12)) c(name, months)
	CROSS JOIN LATERAL generate_series(make_date(
		extract(year FROM first)::int, (extract(month FROM first)::int
		- 1) / c.months * c.months + 1, 1)::timestamp,
	    last::timestamp, make_interval(months => c.months)) b
	WHERE c.name = ANY (cadence);
END;

-- The periods of an obligation in its plan's year, from the day on from which
-- the plan counts. Due is the period's last day, unless the rule says
-- {"working_days": n} after it, or {"day": d, "months_after": m}, a day of the
-- month so many months behind the period's last; never past that month's end.
CREATE FUNCTION obligation_due(o obligation)
RETURNS TABLE (period text, from_on date, until_on date, due_on date)
LANGUAGE sql STABLE SET search_path = camket, pg_temp
BEGIN ATOMIC
	SELECT r.*, u.due_on
	FROM plan p JOIN unit z ON z.id = p.unit_id
	CROSS JOIN LATERAL (SELECT date_trunc('year', coalesce(p.issued_on,
	    p.created_at::date))::date AS from_on) y
	CROSS JOIN LATERAL cadence_periods(CASE WHEN o.cadence = '{}'
	    THEN '{yearly}' ELSE o.cadence END, y.from_on, y.from_on + 364) r
	CROSS JOIN LATERAL (
	    SELECT max(e.value::numeric::int) FILTER
		    (WHERE e.key = 'working_days') AS working_days,
		max(e.value::numeric::int) FILTER (WHERE e.key = 'day') AS day,
		coalesce(max(e.value::numeric::int) FILTER
		    (WHERE e.key = 'months_after'), 0) AS months_after
	    FROM json_each_text(o.due_rule) e
	    WHERE json_typeof(o.due_rule -> e.key) = 'number') d
	CROSS JOIN LATERAL (SELECT (date_trunc('month', r.until_on - 1)
	    + make_interval(months => d.months_after))::date AS month) v
	CROSS JOIN LATERAL (SELECT coalesce(workday_after(z.calendar_id,
	    r.until_on - 1, d.working_days), least(v.month + d.day - 1,
	    (v.month + interval '1 month')::date - 1), r.until_on - 1)
	    AS due_on) u
	WHERE p.id = o.plan_id AND u.due_on >= coalesce(p.count_from, u.due_on);
END;

-- What answers an obligation for a period of a member, a person or a unit, from
-- the day on which somebody has begun it; done_on once it was handed in.
-- Without a setting, so that it becomes part of who asks.
CREATE FUNCTION obligation_answers(o obligation, period text, from_on date,
    until_on date, owner uuid)
RETURNS TABLE (id uuid, href text, done_on date)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT k.id, '/v1/reviews/' || k.id, CASE WHEN k.status <> 'draft' THEN
	    (SELECT coalesce(min(f."at"), k.updated_at)::date FROM event f
		WHERE f.ref = k.id AND f.verb = 'submit') END
	FROM review k JOIN criteria_set e ON e.id = k.criteria_set_id
	WHERE o.subject_kind = 'reviews' AND k.deleted_at IS NULL
	  AND coalesce(k.subject_staff_id, k.unit_id) = obligation_answers.owner
	  AND k.period_from = obligation_answers.from_on
	  AND k.period_until = obligation_answers.until_on
	  AND e.code = coalesce(o.criteria_set_code, e.code)
	UNION ALL
	SELECT k.id, '/v1/evaluations/' || k.id, CASE WHEN k.status <> 'draft'
	    THEN (SELECT coalesce(min(f."at"), k.updated_at)::date FROM event f
		WHERE f.ref = k.id AND f.verb = 'self_assess') END
	FROM evaluation k
	WHERE o.subject_kind = 'evaluations' AND k.deleted_at IS NULL
	  AND k.staff_id = obligation_answers.owner
	  AND k.period_from = obligation_answers.from_on
	  AND k.period_until = obligation_answers.until_on
	UNION ALL
	SELECT k.id, '/v1/commitments/' || k.id,
	    CASE WHEN k.status <> 'draft' THEN k.submitted_on END
	FROM commitment k
	WHERE o.subject_kind = 'commitments' AND k.deleted_at IS NULL
	  AND k.year = extract(year FROM obligation_answers.from_on)::int
	  AND coalesce(k.subject_staff_id, k.unit_id) = obligation_answers.owner
	UNION ALL
	SELECT k.id, '/v1/tasks/' || k.id,
	    CASE WHEN k.status IN ('done', 'accepted') THEN k.completed_on END
	FROM task k
	WHERE o.subject_kind IN ('tasks', 'submissions', 'reports')
	  AND k.parent_id = o.task_id AND k.period = obligation_answers.period
	  AND obligation_answers.owner IN (k.lead_staff_id, k.unit_id)
	  AND k.deleted_at IS NULL;
END;

-- Which occurrence it is, whoever tells of it.
CREATE FUNCTION obligation_occurrence_id(o uuid, period text, owner uuid)
RETURNS uuid
LANGUAGE sql IMMUTABLE SET search_path = camket, pg_temp
RETURN md5(concat(o, period, owner))::uuid;

-- What a period that has begun asks of a member of the audience: kept by the
-- scheduler, one for each, until the plan no longer asks it. Whether somebody
-- has answered it is not written here: who asks looks (obligation_answers).
CREATE TABLE obligation_occurrence (
	id		uuid PRIMARY KEY,
	obligation_id	uuid NOT NULL REFERENCES obligation,
	period		text NOT NULL,
	from_on		date NOT NULL,
	until_on	date NOT NULL,
	due_on		date NOT NULL,
	-- where the member is, or the unit that is one
	unit_id		uuid NOT NULL REFERENCES unit,
	staff_id	uuid REFERENCES staff,
	asks_unit_id	uuid GENERATED ALWAYS AS
	    (CASE WHEN staff_id IS NULL THEN unit_id END) STORED
);
CREATE INDEX obligation_occurrence_by_obligation ON obligation_occurrence
    (obligation_id);
CREATE INDEX obligation_occurrence_by_staff ON obligation_occurrence (staff_id)
    WHERE staff_id IS NOT NULL;
CREATE INDEX obligation_occurrence_by_unit ON obligation_occurrence (unit_id);
CREATE INDEX obligation_occurrence_by_asked ON obligation_occurrence
    (asks_unit_id) WHERE asks_unit_id IS NOT NULL;
CREATE INDEX obligation_occurrence_by_due ON obligation_occurrence (due_on);

GRANT SELECT ON obligation_occurrence TO camket_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON obligation_occurrence TO camket_worker;

COMMIT;
