-- extension: more time asked for a task (xin gia hạn), and what came of it.
BEGIN;
SET LOCAL search_path = camket, public;

CREATE TABLE extension (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'asked' CONSTRAINT
	    extension_status_known CHECK (status IN ('asked', 'granted',
	    'refused')),
	task_id		uuid NOT NULL CONSTRAINT extension_task_exists
	    REFERENCES task,
	-- where the work was when this was asked, and where it is decided: for
	-- what the unit itself is asked, above it
	unit_id		uuid NOT NULL REFERENCES unit,
	asks_unit_id	uuid NOT NULL REFERENCES unit,
	proposed_on	date NOT NULL,
	reason		text NOT NULL,
	-- the due day before; the one granted
	due_before	date NOT NULL,
	due_on		date,
	refuse_reason	text,
	decided_by	uuid REFERENCES staff,
	decided_on	date,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	CONSTRAINT extension_granted_has_day CHECK
	    ((status = 'granted') = (due_on IS NOT NULL)),
	CONSTRAINT extension_not_granted_by_who_asked CHECK
	    (decided_by <> author_id)
);
CREATE UNIQUE INDEX extension_one_open ON extension (task_id)
    WHERE status = 'asked' AND deleted_at IS NULL;
CREATE INDEX extension_by_task ON extension (task_id, created_at, id);
CREATE INDEX extension_by_unit ON extension (unit_id, status);
CREATE INDEX extension_asked ON extension (asks_unit_id)
    WHERE status = 'asked';
CREATE INDEX extension_by_author ON extension (author_id, status);
CREATE INDEX extension_by_creation ON extension (created_at, id);

GRANT SELECT, INSERT, UPDATE ON extension TO camket_api;
GRANT SELECT ON extension TO camket_worker;

COMMIT;
