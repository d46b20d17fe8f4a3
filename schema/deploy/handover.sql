-- handover: the log of work passed on (chuyển việc). Written once.
BEGIN;
SET LOCAL search_path = camket, public;

CREATE TABLE handover (
	id		uuid PRIMARY KEY,
	task_id		uuid NOT NULL CONSTRAINT handover_task_exists
	    REFERENCES task,
	kind		text NOT NULL CONSTRAINT handover_kind_known CHECK
	    (kind IN ('assign', 'decline', 'recall', 'transfer')),
	-- no unit: it was back with the person who gave it out
	from_unit_id	uuid REFERENCES unit,
	from_staff_id	uuid REFERENCES staff,
	to_unit_id	uuid REFERENCES unit,
	to_staff_id	uuid REFERENCES staff,
	reason		text,
	author_id	uuid,
	"at"		timestamptz NOT NULL
);
CREATE INDEX handover_by_task ON handover (task_id, "at");
CREATE INDEX handover_by_unit ON handover (from_unit_id, "at");
CREATE INDEX handover_by_staff ON handover (from_staff_id, "at");
CREATE INDEX handover_in_time ON handover ("at", id);

GRANT SELECT, INSERT ON handover TO camket_api;
GRANT INSERT ON handover TO camket_worker;

COMMIT;
