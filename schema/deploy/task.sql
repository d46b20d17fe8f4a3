-- task: what somebody must do. An occurrence is a task of kind 'occurrence'
-- under its recurring task, or what a period asks of the progress of continuous
-- work, so that states, scope, work lists, reminders and figures know only one
-- kind of item.
BEGIN;
SET LOCAL search_path = camket, public;

CREATE TABLE task (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'draft' CONSTRAINT
	    task_status_known CHECK (status IN ('draft', 'assigned',
	    'received', 'in_progress', 'done', 'accepted', 'declined',
	    'recalled', 'paused', 'cancelled')),
	kind		text NOT NULL CONSTRAINT task_kind_known CHECK (kind IN
	    ('one_off', 'continuous', 'recurring', 'occurrence')),
	plan_id		uuid CONSTRAINT task_plan_exists REFERENCES plan,
	parent_id	uuid CONSTRAINT task_parent_exists REFERENCES task,
	code		text,
	-- II.7 before II.10: digits padded, so that codes sort as people count;
	-- what has none comes behind every code
	code_sort	text GENERATED ALWAYS AS (regexp_replace(
	    regexp_replace(coalesce(code, '~'), '(\d+)', '0000\1', 'g'),
	    '0*(\d{4})(?!\d)', '\1', 'g')) STORED,
	title		text NOT NULL,
	"text"		text,
	cadence		text[] NOT NULL DEFAULT '{}',
	audience	text,
	period		text,
	due_on		date,
	due_precision	text,
	due_rule	json,
	-- the unit where the work is; led by its head unless a person is named
	unit_id		uuid NOT NULL CONSTRAINT task_unit_exists
	    REFERENCES unit,
	office_id	uuid,
	lead_staff_id	uuid CONSTRAINT task_lead_exists REFERENCES staff,
	co_unit_ids	uuid[] NOT NULL DEFAULT '{}',
	co_staff_ids	uuid[] NOT NULL DEFAULT '{}',
	expected_output	text,
	weight		numeric(9,4),
	urgency		text NOT NULL DEFAULT 'normal',
	quantity	numeric(14,4),
	unit_of_measure	text,
	quantity_done	numeric(14,4),
	quantity_accepted numeric(14,4),
	origin		json,
	source		json,
	-- who gave it out, and the unit he gave it from: passing it on among
	-- those below changes neither
	given_by	uuid,
	given_from	uuid CONSTRAINT task_given_from_exists REFERENCES unit,
	-- what was reported is accepted there, and by nobody where the work is
	accepted_above	boolean NOT NULL DEFAULT false,
	assigned_by	uuid,
	assigned_on	date,
	received_on	date,
	progress	text,
	result		text,
	completed_on	date,
	recorded_at	timestamptz,
	reported_by	uuid,
	accepted_by	uuid,
	accepted_on	date,
	return_reason	text,
	decline_reason	text,
	suggested	text,
	reworks		int NOT NULL DEFAULT 0,
	-- copied from the plan: what fell due before is historic
	count_from	date,

	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS
	    (fold(coalesce(code, '') || ' ' || title)) STORED,
	CONSTRAINT task_one_off_has_due_day CHECK (status = 'draft'
	    OR kind NOT IN ('one_off', 'occurrence') OR due_on IS NOT NULL),
	CONSTRAINT task_done_has_day CHECK (completed_on IS NOT NULL
	    OR status NOT IN ('done', 'accepted')),
	CONSTRAINT task_only_some_are_done CHECK (status NOT IN
	    ('done', 'accepted') OR kind IN ('one_off', 'occurrence')),
	CONSTRAINT task_recurring_has_cadence CHECK (kind <> 'recurring'
	    OR cadence <> '{}'),
	CONSTRAINT task_origin_has_kind CHECK (origin IS NULL
	    OR origin ->> 'kind' IS NOT NULL),
	CONSTRAINT task_weight_not_negative CHECK (weight >= 0),
	CONSTRAINT task_quantity_not_negative CHECK (quantity >= 0),
	CONSTRAINT task_quantity_done_not_negative CHECK (quantity_done >= 0),
	CONSTRAINT task_quantity_accepted_not_negative
	    CHECK (quantity_accepted >= 0),
	CONSTRAINT task_not_accepted_by_who_reported_it
	    CHECK (status <> 'accepted' OR accepted_by <> reported_by),
	CONSTRAINT task_occurrence_has_period CHECK (kind <> 'occurrence'
	    OR (parent_id IS NOT NULL AND period IS NOT NULL))
);
-- one per period and member of the audience
CREATE UNIQUE INDEX task_occurrence_once ON task
    (parent_id, period, unit_id, lead_staff_id) NULLS NOT DISTINCT
    WHERE kind = 'occurrence';
CREATE UNIQUE INDEX task_code_once_in_plan ON task (plan_id, code)
    WHERE parent_id IS NULL AND code IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX task_by_plan ON task (plan_id, parent_id);
CREATE INDEX task_recurring ON task (id)
    WHERE kind IN ('recurring', 'continuous') AND cadence <> '{}';
CREATE INDEX task_by_parent ON task (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX task_by_lead ON task (lead_staff_id, status)
    WHERE lead_staff_id IS NOT NULL;
-- with what most lists ask of it, to be counted without the rows
CREATE INDEX task_by_unit ON task (unit_id, due_on, status)
    INCLUDE (id, kind, urgency, completed_on, count_from, deleted_at);
CREATE INDEX task_by_office ON task (office_id, status);
CREATE INDEX task_by_author ON task (author_id);
CREATE INDEX task_given_out ON task (assigned_by, status);
CREATE INDEX task_passed_on ON task (given_by, status) WHERE
    given_by <> assigned_by AND status IN
    ('assigned', 'received', 'in_progress', 'done', 'declined', 'paused');
CREATE INDEX task_by_co_staff ON task USING gin (co_staff_ids);
CREATE INDEX task_by_co_unit ON task USING gin (co_unit_ids);
-- the orders of the lists, for whoever sees so many that they are not sorted
CREATE INDEX task_by_due ON task (coalesce(due_on, 'infinity'), id);
CREATE INDEX task_by_due_last ON task (coalesce(due_on, '-infinity'), id);
CREATE INDEX task_open_by_due ON task (coalesce(due_on, 'infinity'), id)
    WHERE status IN ('assigned', 'received', 'in_progress', 'declined');
CREATE INDEX task_by_status ON task
    (status, coalesce(due_on, 'infinity'), id);
CREATE INDEX task_by_period ON task
    (period, coalesce(due_on, 'infinity'), id) WHERE period IS NOT NULL;
CREATE INDEX task_historic ON task (coalesce(due_on, 'infinity'), id)
    WHERE due_on < count_from;
CREATE INDEX task_deleted ON task (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX task_by_code ON task (code_sort, id);
CREATE INDEX task_by_code_last ON task
    (coalesce(nullif(code_sort, '~'), ''), id);
CREATE INDEX task_by_title ON task (title COLLATE "vi-x-icu", id);
CREATE INDEX task_by_creation ON task (created_at, id);
CREATE INDEX task_by_change ON task (updated_at, id);
CREATE INDEX task_search ON task USING gin (fold public.gin_trgm_ops);

-- A task as it stood when a day was over. It was done on the day its report
-- names, however late that came, for waiting never costs the doer; and not by
-- a report that was returned.
CREATE FUNCTION task_was(t task, day date, until timestamptz) RETURNS task
LANGUAGE sql STABLE SET search_path = camket, pg_temp AS $$
	SELECT jsonb_populate_record(was.r, CASE
	    WHEN t.completed_on <= day
		AND (was.r).status NOT IN ('recalled', 'cancelled')
	    THEN jsonb_build_object('completed_on', t.completed_on, 'status',
		CASE (was.r).status WHEN 'accepted' THEN 'accepted'
		    ELSE 'done' END)
	    WHEN (was.r).status IN ('done', 'accepted')
	    THEN jsonb_build_object('completed_on', NULL, 'recorded_at', NULL,
		'accepted_on', NULL, 'status', 'in_progress')
	    ELSE '{}' END)
	FROM (SELECT row_was(t, t.id, until) AS r OFFSET 0) was
$$;

COMMIT;
