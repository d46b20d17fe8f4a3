-- commitment: what a person or a unit promises for a year, with the one task
-- registered for it.
BEGIN;
SET LOCAL search_path = camket, public;

-- Bản cam kết và nhiệm vụ đăng ký.
CREATE TABLE commitment (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'draft' CONSTRAINT
	    commitment_status_known CHECK (status IN ('draft', 'submitted',
	    'approved', 'reported', 'confirmed')),
	unit_id		uuid NOT NULL CONSTRAINT commitment_unit_exists
	    REFERENCES unit,
	-- whose leader approves: the unit, or its parent for a leader or unit
	asks_unit_id	uuid NOT NULL REFERENCES unit,
	-- null: the unit's own
	subject_staff_id uuid CONSTRAINT commitment_subject_exists
	    REFERENCES staff,
	plan_id		uuid CONSTRAINT commitment_plan_exists REFERENCES plan,
	year		int NOT NULL,
	"text"		text,
	-- {title, text, position, expected_output, due_on}; a person's is one
	-- by being one member
	registered_task	jsonb,
	due_on		date,
	submitted_on	date,
	approved_on	date,
	approved_by	uuid,
	result		text,
	completed	boolean,
	completed_on	date,
	reported_on	date,
	fulfilled	boolean,
	conclusion	text,
	confirmed_on	date,
	confirmed_by	uuid,
	return_reason	text,
	returns		int NOT NULL DEFAULT 0,
	-- what was approved before each amendment, oldest first
	revisions	jsonb NOT NULL DEFAULT '[]',
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz
);
CREATE UNIQUE INDEX commitment_one_per_year ON commitment
    (year, coalesce(subject_staff_id, unit_id)) WHERE deleted_at IS NULL;
CREATE INDEX commitment_by_subject ON commitment (subject_staff_id, status);
CREATE INDEX commitment_by_unit ON commitment (unit_id, status);
CREATE INDEX commitment_by_asked ON commitment (asks_unit_id, status);
CREATE INDEX commitment_by_creation ON commitment (created_at, id);

GRANT SELECT, INSERT, UPDATE ON commitment TO camket_api;
GRANT SELECT ON commitment TO camket_worker;

COMMIT;
