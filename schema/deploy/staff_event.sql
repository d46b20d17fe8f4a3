-- staff_event: what happens to people that counts: leave, discipline,
-- commendation, awards, training.
BEGIN;
SET LOCAL search_path = camket, public;

CREATE TABLE staff_event (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'recorded',
	staff_id	uuid NOT NULL CONSTRAINT staff_event_staff_exists
	    REFERENCES staff,
	-- where the person belonged when it was recorded
	unit_id		uuid NOT NULL REFERENCES unit,
	kind		text NOT NULL,
	-- its form: khiển trách, thai sản, bằng khen, …
	form		text,
	title		text NOT NULL,
	"text"		text,
	from_on		date NOT NULL,
	until_on	date,
	duty_related	boolean,
	-- one violation, whatever decisions it brings, counts in one year
	case_code	text,
	year_counted	int,
	decision	text,
	decided_on	date,
	authority	text,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	CONSTRAINT staff_event_runs_forward CHECK (from_on < until_on),
	CONSTRAINT staff_event_case_counts_once EXCLUDE USING gist
	    (staff_id WITH =, case_code WITH =, year_counted WITH <>)
	    WHERE (deleted_at IS NULL)
);
CREATE INDEX staff_event_by_staff ON staff_event (staff_id, from_on, id);
CREATE INDEX staff_event_by_unit ON staff_event (unit_id, kind);
CREATE INDEX staff_event_by_day ON staff_event (from_on, id);

GRANT SELECT, INSERT, UPDATE ON staff_event TO camket_api;
GRANT SELECT ON staff_event TO camket_worker;

COMMIT;
