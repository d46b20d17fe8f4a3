-- calendar: what a unit says of days, for itself and all units below it.
BEGIN;
SET LOCAL search_path = camket, public;

-- Ngày nghỉ lễ, nghỉ bù, làm bù, hoán đổi.
CREATE TABLE calendar_entry (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'recorded',
	-- null: of the whole installation
	unit_id		uuid CONSTRAINT calendar_entry_unit_exists
	    REFERENCES unit,
	kind		text NOT NULL CONSTRAINT calendar_entry_kind_known
	    CHECK (kind IN ('holiday', 'compensation', 'working', 'swap')),
	from_on		date NOT NULL,
	until_on	date NOT NULL,
	-- of a swap: the day worked instead
	worked_on	date,
	name		text NOT NULL,
	decision	text,
	-- nobody below says otherwise of these days
	locked		boolean NOT NULL DEFAULT false,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	CONSTRAINT calendar_entry_runs_forward CHECK (from_on < until_on),
	CONSTRAINT calendar_entry_within_a_year CHECK (until_on < from_on + 366),
	CONSTRAINT calendar_entry_in_range CHECK (from_on >= '2015-01-01'
	    AND until_on <= '2046-01-01'
	    AND worked_on BETWEEN '2015-01-01' AND '2045-12-31'),
	CONSTRAINT calendar_entry_swap_has_day
	    CHECK ((kind = 'swap') = (worked_on IS NOT NULL)),
	CONSTRAINT calendar_entry_no_overlap EXCLUDE USING gist
	    (unit_id WITH =, daterange(from_on, until_on) WITH &&)
	    WHERE (deleted_at IS NULL)
);
CREATE INDEX calendar_entry_by_day ON calendar_entry (from_on, id);

-- Each day of which something is said, and by whom.
CREATE VIEW calendar_said AS
SELECT e.unit_id, e.locked, g::date AS day, CASE e.kind WHEN 'swap'
    THEN 'compensation' ELSE e.kind END AS kind, e.name, e.decision
FROM calendar_entry e CROSS JOIN generate_series(e.from_on::timestamp,
    e.until_on::timestamp - interval '1 day', interval '1 day') g
WHERE e.deleted_at IS NULL
UNION ALL
SELECT e.unit_id, e.locked, e.worked_on, 'working', e.name, e.decision
FROM calendar_entry e WHERE e.kind = 'swap' AND e.deleted_at IS NULL;

-- The days of a calendar from what its unit and those above it say: who stands
-- nearer has the word, but for what is locked above. Its week is the unit's
-- setting.
CREATE FUNCTION calendar_derive(c uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = camket, pg_temp AS $$
BEGIN
	UPDATE calendar k SET week_mask = (SELECT bit_or(1 << d::int - 1)
	    FROM setting_of(k.unit_id) s
	    CROSS JOIN jsonb_array_elements_text(s.value) d
	    WHERE s.name = 'working_week')
	WHERE k.id = c;
	DELETE FROM calendar_day WHERE calendar_id = c;
	INSERT INTO calendar_day (calendar_id, day, kind, name, decision)
	SELECT DISTINCT ON (s.day) c, s.day, s.kind, s.name, s.decision
	FROM calendar k CROSS JOIN LATERAL unit_chain(k.unit_id) h
	JOIN calendar_said s ON s.unit_id IS NOT DISTINCT FROM h.unit_id
	WHERE k.id = c
	ORDER BY s.day, s.locked DESC, CASE WHEN s.locked THEN -h.depth
	    ELSE h.depth END, s.kind DESC;
	PERFORM workday_derive(c);
END
$$;

-- Open deadlines counted in working days by these calendars that are still to
-- come, counted again. Whoever must do it is told the old and the new day.
-- Says which have changed: [{kind, id, was, due_on}].
CREATE FUNCTION calendar_redate(calendars uuid[], today date, at timestamptz)
RETURNS jsonb
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	changed jsonb;
BEGIN
	WITH due AS (
		SELECT t.id, t.due_on AS was, workday_after(z.calendar_id,
		    (t.due_rule ->> 'from')::date,
		    (t.due_rule ->> 'working_days')::int) AS due_on
		FROM task t JOIN unit z ON z.id = t.unit_id
		WHERE z.calendar_id = ANY (calendars) AND t.due_on >= today
		  AND t.due_rule ->> 'working_days' IS NOT NULL
		  AND t.deleted_at IS NULL AND t.status IN ('draft', 'assigned',
		    'received', 'in_progress', 'declined', 'paused')),
	done AS (
		UPDATE task t SET due_on = d.due_on, version = t.version + 1,
		    updated_at = at
		FROM due d WHERE d.id = t.id AND d.due_on <> d.was
		RETURNING t.id, t.unit_id, t.version, t.status, t.kind,
		    t.lead_staff_id, t.due_on, d.was),
	told AS (
		INSERT INTO event (at, kind, ref, unit_id, version, verb, before,
		    patch)
		SELECT calendar_redate.at, 'task', d.id, d.unit_id, d.version,
		    'redate', jsonb_build_object('due_on', d.was, 'status',
			d.status, 'unit_id', d.unit_id, 'lead_staff_id',
			d.lead_staff_id),
		    jsonb_build_object('due_on', d.due_on, 'reason',
			to_char(d.was, 'DD/MM/YYYY')) FROM done d
		RETURNING seq, ref),
	jobs AS (
		INSERT INTO job (kind, ref)
		SELECT 'notice', told.seq::text FROM told JOIN done d
		    ON d.id = told.ref AND d.status <> 'draft'
		UNION ALL
		SELECT 'rollup', min(d.unit_id::text) FROM done d
		HAVING count(*) > 0),
	marked AS (
		INSERT INTO mark (unit_id, day)
		SELECT d.unit_id, x.day FROM done d
		CROSS JOIN LATERAL (VALUES (d.was), (d.due_on)) x(day)
		WHERE d.kind IN ('one_off', 'occurrence'))
	SELECT coalesce(jsonb_agg(jsonb_build_object('kind', 'task', 'id', d.id,
	    'was', d.was, 'due_on', d.due_on) ORDER BY d.due_on, d.id), '[]')
	INTO changed FROM done d;
	RETURN changed;
END
$$;

-- The days on which the clocks that run in these units and below them end,
-- {id: day}: they are counted anew each time, and stored nowhere.
CREATE FUNCTION clock_days(tops uuid[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = camket, pg_temp
BEGIN ATOMIC
	WITH RECURSIVE down AS (
		SELECT unnest(tops) AS id
		UNION
		SELECT y.id FROM down d JOIN unit y ON y.parent_id = d.id)
	SELECT coalesce(jsonb_object_agg(g.id, g.due_on), '{}')
	FROM down d JOIN register g ON g.unit_id = d.id
	WHERE g.kind = 'proposal' AND g.status <> 'concluded'
	  AND g.due_on IS NOT NULL;
END;

-- Of these clocks, those that now end on another day, like calendar_redate().
CREATE FUNCTION clock_redate(was jsonb, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	changed jsonb;
BEGIN
	WITH other AS (
		SELECT g.id, w.value::date AS was, g.due_on
		FROM jsonb_each_text(was) w JOIN register g
		    ON g.kind = 'proposal' AND g.id = w.key::uuid
		WHERE g.due_on <> w.value::date),
	done AS (
		UPDATE proposal p SET version = p.version + 1, updated_at = at
		FROM other o WHERE p.id = o.id
		RETURNING p.id, p.unit_id, p.version, p.status, o.was, o.due_on),
	told AS (
		INSERT INTO event (at, kind, ref, unit_id, version, verb, before,
		    patch)
		SELECT clock_redate.at, 'proposal', d.id, d.unit_id, d.version,
		    'redate', jsonb_build_object('due_on', d.was, 'status',
			d.status, 'unit_id', d.unit_id),
		    jsonb_build_object('due_on', d.due_on, 'reason',
			to_char(d.was, 'DD/MM/YYYY')) FROM done d
		RETURNING seq),
	jobs AS (
		INSERT INTO job (kind, ref)
		SELECT 'notice', told.seq::text FROM told)
	SELECT coalesce(jsonb_agg(jsonb_build_object('kind', 'proposal', 'id',
	    d.id, 'was', d.was, 'due_on', d.due_on) ORDER BY d.due_on, d.id),
	    '[]')
	INTO changed FROM done d;
	RETURN changed;
END
$$;

-- What a unit says of days has changed: its calendar, and those of units below
-- it, anew; units without one of their own go by the next above. Says which
-- deadlines have changed.
CREATE FUNCTION calendar_changed(u uuid, today date, at timestamptz)
RETURNS jsonb
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	touched uuid[];
	clocks jsonb;
	c uuid;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('calendar'));
	clocks := clock_days(ARRAY[u]);
	INSERT INTO calendar (id, code, unit_id) VALUES (uuid_v7(), u::text, u)
	ON CONFLICT DO NOTHING;
	WITH RECURSIVE down AS (
		SELECT k.id AS calendar_id, k.unit_id AS id FROM calendar k
		WHERE k.unit_id = u
		UNION ALL
		SELECT d.calendar_id, y.id FROM down d
		JOIN unit y ON y.parent_id = d.id
		WHERE NOT EXISTS (SELECT FROM calendar k WHERE k.unit_id = y.id))
	UPDATE unit y SET calendar_id = d.calendar_id FROM down d
	WHERE y.id = d.id AND y.calendar_id IS DISTINCT FROM d.calendar_id;
	WITH RECURSIVE down AS (
		SELECT u AS id
		UNION ALL
		SELECT y.id FROM down d JOIN unit y ON y.parent_id = d.id)
	SELECT array_agg(k.id) INTO touched
	FROM down d JOIN calendar k ON k.unit_id = d.id;
	FOREACH c IN ARRAY touched LOOP
		PERFORM calendar_derive(c);
	END LOOP;
	RETURN calendar_redate(touched, today, at) || clock_redate(clocks, at);
END
$$;

GRANT SELECT, INSERT, UPDATE ON calendar_entry TO camket_api;
GRANT SELECT ON calendar_entry, calendar_said TO camket_worker;
GRANT SELECT ON calendar_said TO camket_api;
GRANT INSERT ON calendar TO camket_api;
GRANT UPDATE (version, updated_at) ON proposal TO camket_worker;

COMMIT;
