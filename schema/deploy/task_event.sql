-- task_event: what befell a task: delays (chậm) and rework (làm lại), their
-- causes, and whether an authority has confirmed that a cause is objective.
BEGIN;
SET LOCAL search_path = camket, public;

CREATE TABLE task_event (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'recorded' CONSTRAINT
	    task_event_status_known CHECK (status IN ('recorded', 'asked',
	    'confirmed', 'refused')),
	task_id		uuid NOT NULL CONSTRAINT task_event_task_exists
	    REFERENCES task,
	kind		text NOT NULL CONSTRAINT task_event_kind_known CHECK
	    (kind IN ('delay', 'rework')),
	-- who had to do the task then; null: whoever leads the unit
	unit_id		uuid NOT NULL REFERENCES unit,
	lead_staff_id	uuid REFERENCES staff,
	occurred_on	date NOT NULL,
	cause		text,
	evidence	text,
	-- who is asked to confirm that the cause is objective, and where he may
	asks_unit_id	uuid REFERENCES unit,
	authority_id	uuid REFERENCES staff,
	asked_by	uuid REFERENCES staff,
	refuse_reason	text,
	decided_by	uuid REFERENCES staff,
	decided_on	date,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	CONSTRAINT task_event_asked_has_cause CHECK (status = 'recorded'
	    OR cause IS NOT NULL AND asks_unit_id IS NOT NULL
    AND authority_id IS NOT NULL),
	CONSTRAINT task_event_not_confirmed_by_who_asked CHECK
	    (decided_by <> asked_by)
);
CREATE INDEX task_event_by_task ON task_event (task_id, created_at, id);
CREATE INDEX task_event_by_unit ON task_event (unit_id, status);
CREATE INDEX task_event_by_authority ON task_event (authority_id)
    WHERE status = 'asked';
CREATE INDEX task_event_by_creation ON task_event (created_at, id);

GRANT SELECT, INSERT, UPDATE ON task_event TO camket_api;
GRANT SELECT ON task_event TO camket_worker;

COMMIT;
