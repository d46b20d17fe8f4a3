-- proposal: innovation proposals with their clocks, votes and opinions (Decree
-- 73/2023/NĐ-CP), and the terms of law they run by.
BEGIN;
SET LOCAL search_path = camket, public;

-- Thời hạn do văn bản quy định: data from a day on, copied into what runs by it.
CREATE TABLE term (
	code		text NOT NULL,
	from_on		date NOT NULL,
	working_days	int NOT NULL CONSTRAINT term_not_negative
	    CHECK (working_days >= 0),
	source		text NOT NULL,
	PRIMARY KEY (code, from_on)
);
INSERT INTO term VALUES
    ('proposal_meeting', '2023-09-29', 7, 'Nghị định 73/2023/NĐ-CP, Điều 8.1'),
    ('proposal_report', '2023-09-29', 5, 'Nghị định 73/2023/NĐ-CP, Điều 18'),
    ('proposal_assessment', '2023-09-29', 7,
	'Nghị định 73/2023/NĐ-CP, Điều 18'),
    ('proposal_conclusion', '2023-09-29', 3,
	'Nghị định 73/2023/NĐ-CP, Điều 18');

-- Đề xuất đổi mới, sáng tạo.
CREATE TABLE proposal (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'submitted' CONSTRAINT
	    proposal_status_known CHECK (status IN ('submitted',
	    'opinion_asked', 'voted', 'approved', 'refused', 'ordered',
	    'running', 'reported', 'assessed')),
	-- the authority whose head decides
	unit_id		uuid NOT NULL CONSTRAINT proposal_unit_exists
	    REFERENCES unit,
	plan_id		uuid CONSTRAINT proposal_plan_exists REFERENCES plan,
	title		text NOT NULL,
	need		text,
	purpose		text,
	bottleneck	text,
	content		text,
	solutions	text,
	scope		text,
	doers		text,
	duration	text,
	resources	text,
	feasibility	text,
	positive_impact	text,
	negative_impact	text,
	-- is the proposer one whom the decree covers? A flag, never a bar
	eligible	boolean NOT NULL,
	received_on	date NOT NULL,
	-- working days by what they are for, as the law stood on that day
	terms		jsonb NOT NULL,
	opinion_asked_on date,
	opinion		jsonb,
	votes		jsonb NOT NULL DEFAULT '{}',
	tally		jsonb,
	decided_on	date,
	decided_by	uuid,
	order_document	text,
	ordered_on	date,
	started_on	date,
	completed_on	date,
	result		text,
	reported_on	date,
	second_opinion_asked_on date,
	second_opinion	jsonb,
	assessment	text,
	effective	boolean,
	assessed_on	date,
	conclusion_document text,
	concluded_on	date,
	author_id	uuid NOT NULL REFERENCES staff,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS (fold(title)) STORED
);
CREATE INDEX proposal_by_unit ON proposal (unit_id, status);
CREATE INDEX proposal_by_author ON proposal (author_id, status);
CREATE INDEX proposal_by_creation ON proposal (created_at, id);

GRANT SELECT ON term TO camket_api, camket_worker;
GRANT SELECT, INSERT, UPDATE ON proposal TO camket_api;
GRANT SELECT ON proposal TO camket_worker;

COMMIT;
