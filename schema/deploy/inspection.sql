-- inspection: inspections, what they find, and what is done about it. A measure
-- may also stand on its own.
BEGIN;
SET LOCAL search_path = camket, public;

-- Kiểm tra. Hidden from whom it concerns until it is announced, or until the
-- day its seal ends.
CREATE TABLE inspection (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'planned' CONSTRAINT
	    inspection_status_known CHECK (status IN ('planned', 'announced',
	    'running', 'concluded', 'closed')),
	-- the unit that is inspected, and perhaps one person in it
	unit_id		uuid NOT NULL CONSTRAINT inspection_unit_exists
	    REFERENCES unit,
	subject_staff_id uuid CONSTRAINT inspection_subject_exists
	    REFERENCES staff,
	plan_id		uuid CONSTRAINT inspection_plan_exists REFERENCES plan,
	title		text NOT NULL,
	"text"		text,
	-- {kind, ref}: plan complaint press superior watch_list
	origin		jsonb NOT NULL,
	decision	text,
	lead_staff_id	uuid NOT NULL CONSTRAINT inspection_lead_exists
	    REFERENCES staff,
	member_ids	uuid[] NOT NULL DEFAULT '{}',
	from_on		date,
	until_on	date,
	due_on		date,
	sealed_until	date,
	announced_on	date,
	started_on	date,
	answer		text,
	answered_on	date,
	conclusion	text,
	concluded_on	date,
	closed_on	date,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS (fold(title)) STORED,
	CONSTRAINT inspection_runs_forward CHECK (from_on < until_on)
);
CREATE INDEX inspection_by_unit ON inspection (unit_id, status);
CREATE INDEX inspection_by_lead ON inspection (lead_staff_id, status);
CREATE INDEX inspection_by_creation ON inspection (created_at, id);

-- Phát hiện. A draft until the inspection is concluded.
CREATE TABLE finding (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'draft' CONSTRAINT
	    finding_status_known CHECK (status IN ('draft', 'stated')),
	inspection_id	uuid NOT NULL CONSTRAINT finding_inspection_exists
	    REFERENCES inspection,
	unit_id		uuid NOT NULL CONSTRAINT finding_unit_exists
	    REFERENCES unit,
	subject_staff_id uuid CONSTRAINT finding_subject_exists
	    REFERENCES staff,
	-- biểu hiện: a code of a criteria set
	manifestation	text,
	title		text NOT NULL,
	"text"		text,
	cause		text,
	evidence	text,
	answer		text,
	answered_on	date,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz
);
CREATE INDEX finding_by_inspection ON finding (inspection_id, created_at, id);
CREATE INDEX finding_by_unit ON finding (unit_id, status);
CREATE INDEX finding_by_creation ON finding (created_at, id);

-- Biện pháp xử lý, from rectifying up to referring signs of crime; and the
-- other branch, commending.
CREATE TABLE measure (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'open' CONSTRAINT
	    measure_status_known CHECK (status IN ('open', 'done', 'verified',
	    'referred')),
	finding_id	uuid CONSTRAINT measure_finding_exists
	    REFERENCES finding,
	inspection_id	uuid REFERENCES inspection,
	-- whom it concerns
	unit_id		uuid NOT NULL CONSTRAINT measure_unit_exists
	    REFERENCES unit,
	subject_staff_id uuid CONSTRAINT measure_subject_exists
	    REFERENCES staff,
	-- who carries it out; null: whoever leads the unit
	lead_staff_id	uuid CONSTRAINT measure_lead_exists REFERENCES staff,
	kind		text NOT NULL,
	title		text NOT NULL,
	"text"		text,
	decision	text,
	due_on		date NOT NULL,
	result		text,
	done_on		date,
	done_by		uuid,
	verified_on	date,
	verified_by	uuid,
	referred_to	text,
	referred_on	date,
	document	text,
	return_reason	text,
	returns		int NOT NULL DEFAULT 0,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz
);
CREATE INDEX measure_by_finding ON measure (finding_id);
CREATE INDEX measure_by_inspection ON measure (inspection_id, status);
CREATE INDEX measure_by_unit ON measure (unit_id, status);
CREATE INDEX measure_by_lead ON measure (lead_staff_id, status);
CREATE INDEX measure_by_subject ON measure (subject_staff_id);
CREATE INDEX measure_unexecuted ON measure (due_on, id)
    WHERE status IN ('open', 'done');
CREATE INDEX measure_by_creation ON measure (created_at, id);

GRANT SELECT, INSERT, UPDATE ON inspection, finding, measure TO camket_api;
GRANT SELECT ON inspection, finding, measure TO camket_worker;

COMMIT;
