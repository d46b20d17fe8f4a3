-- figure: task statistics by unit and due day. Sums only. Nothing here
-- depends on which day it is: what is open is split into "in term" and
-- "overdue" when it is read, by comparing the cell's day with today. So no
-- cell changes at midnight, and every period of every scheme is a sum of days.
BEGIN;
SET LOCAL search_path = camket, public;

CREATE TABLE cell (
	unit_id		uuid NOT NULL REFERENCES unit,
	day		date NOT NULL,
	-- the unit's own items
	own_on_time	int NOT NULL DEFAULT 0,
	own_late	int NOT NULL DEFAULT 0,
	own_open	int NOT NULL DEFAULT 0,
	own_paused	int NOT NULL DEFAULT 0,
	own_reworks	int NOT NULL DEFAULT 0,
	-- the same with all units below on that day
	on_time		int NOT NULL DEFAULT 0,
	late		int NOT NULL DEFAULT 0,
	open		int NOT NULL DEFAULT 0,
	paused		int NOT NULL DEFAULT 0,
	reworks		int NOT NULL DEFAULT 0,
	PRIMARY KEY (unit_id, day)
) WITH (fillfactor = 70);

-- What a cell's own columns must be, from the tasks themselves: the one
-- definition that settling and verification share. Drafts, cancelled and
-- recalled work and what was due before the plan counted is in no figure;
-- recurring and continuous tasks count by their occurrences.
CREATE VIEW cell_source AS
SELECT unit_id, due_on AS day,
    count(*) FILTER (WHERE status IN ('done', 'accepted')
	AND completed_on <= due_on)::int AS own_on_time,
    count(*) FILTER (WHERE status IN ('done', 'accepted')
	AND completed_on > due_on)::int AS own_late,
    count(*) FILTER (WHERE status IN ('assigned', 'received', 'in_progress',
	'declined'))::int AS own_open,
    count(*) FILTER (WHERE status = 'paused')::int AS own_paused,
    coalesce(sum(reworks) FILTER (WHERE status NOT IN
	('draft', 'cancelled', 'recalled')), 0)::int AS own_reworks
FROM task
WHERE due_on IS NOT NULL AND kind IN ('one_off', 'occurrence')
  AND due_on >= coalesce(count_from, due_on) AND deleted_at IS NULL
GROUP BY unit_id, due_on;

COMMIT;
