-- explanation: what who oversees a task wants explained (giải trình), and the
-- answer.
BEGIN;
SET LOCAL search_path = camket, public;

CREATE TABLE explanation (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'asked' CONSTRAINT
	    explanation_status_known CHECK (status IN ('asked', 'answered',
	    'accepted')),
	task_id		uuid NOT NULL CONSTRAINT explanation_task_exists
	    REFERENCES task,
	-- who had to do the task when this was asked; null: whoever leads the unit
	unit_id		uuid NOT NULL REFERENCES unit,
	lead_staff_id	uuid REFERENCES staff,
	question	text NOT NULL,
	due_on		date,
	answer		text,
	answered_by	uuid REFERENCES staff,
	answered_on	date,
	return_reason	text,
	returns		int NOT NULL DEFAULT 0,
	accepted_by	uuid REFERENCES staff,
	accepted_on	date,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	CONSTRAINT explanation_answered_has_answer CHECK
	    (status = 'asked' OR answer IS NOT NULL),
	CONSTRAINT explanation_not_accepted_by_who_answered CHECK
	    (accepted_by <> answered_by)
);
CREATE INDEX explanation_by_task ON explanation (task_id, created_at, id);
CREATE INDEX explanation_by_unit ON explanation (unit_id, status);
CREATE INDEX explanation_by_lead ON explanation (lead_staff_id, status);
CREATE INDEX explanation_by_author ON explanation (author_id, status);
CREATE INDEX explanation_by_creation ON explanation (created_at, id);

GRANT SELECT, INSERT, UPDATE ON explanation TO camket_api;
GRANT SELECT ON explanation TO camket_worker;

COMMIT;
