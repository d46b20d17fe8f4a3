-- complaint: what people complain of, and apart from it who they are.
BEGIN;
SET LOCAL search_path = camket, public;

-- Phản ánh, kiến nghị, khiếu nại, tố cáo.
CREATE TABLE complaint (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'received' CONSTRAINT
	    complaint_status_known CHECK (status IN ('received', 'accepted',
	    'refused', 'resolved')),
	-- whom it is about
	unit_id		uuid NOT NULL CONSTRAINT complaint_unit_exists
	    REFERENCES unit,
	subject_staff_id uuid CONSTRAINT complaint_subject_exists
	    REFERENCES staff,
	channel		text NOT NULL,
	received_on	date NOT NULL,
	title		text NOT NULL,
	"text"		text,
	anonymous	boolean NOT NULL,
	-- who looks into it
	lead_staff_id	uuid CONSTRAINT complaint_lead_exists REFERENCES staff,
	due_on		date,
	accepted_on	date,
	refuse_reason	text,
	answer		text,
	founded		boolean,
	resolved_on	date,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS (fold(title)) STORED,
	CONSTRAINT complaint_not_led_by_its_subject
	    CHECK (lead_staff_id <> subject_staff_id)
);
CREATE INDEX complaint_by_unit ON complaint (unit_id, status);
CREATE INDEX complaint_by_lead ON complaint (lead_staff_id, status);
CREATE INDEX complaint_by_creation ON complaint (created_at, id);

-- Người phản ánh. In no event, no search, no list: read by itself, each reading
-- in the trail.
CREATE TABLE complainant (
	complaint_id	uuid PRIMARY KEY REFERENCES complaint,
	full_name	text NOT NULL,
	phone		text,
	email		text,
	address		text
);

GRANT SELECT, INSERT, UPDATE ON complaint TO camket_api;
GRANT SELECT ON complaint TO camket_worker;
GRANT SELECT, INSERT ON complainant TO camket_api;

COMMIT;
