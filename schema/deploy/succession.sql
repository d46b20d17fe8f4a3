-- succession: a unit is renamed, moved, merged, split or abolished on a day.
-- What was before that day stays as it was.
BEGIN;
SET LOCAL search_path = camket, public;

-- Make units what their versions of this day say: name, place, office and
-- calendar, whether they stand. Open work follows its unit to its new office
-- and calendar.
-- Says how many have turned.
CREATE FUNCTION unit_turn(today date, at timestamptz) RETURNS int
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	turned uuid[];
	more uuid[];
	clocks jsonb;
	n int;
BEGIN
	WITH due AS (
		SELECT u.id, coalesce(v.name, u.name) AS name,
		    CASE WHEN v.unit_id IS NULL THEN u.parent_id
			ELSE v.parent_id END AS parent_id,
		    CASE WHEN v.unit_id IS NULL THEN 'ended'
			ELSE 'active' END AS status
		FROM unit u LEFT JOIN unit_version v ON v.unit_id = u.id
		    AND v.from_on <= today AND today < v.until_on
		WHERE u.deleted_at IS NULL AND (v.unit_id IS NOT NULL OR EXISTS
		    (SELECT FROM unit_version w WHERE w.unit_id = u.id
			AND w.until_on <= today))),
	done AS (
		UPDATE unit u SET name = d.name, parent_id = d.parent_id,
		    status = d.status, version = u.version + 1, updated_at = at
		FROM due d WHERE d.id = u.id AND (u.name, u.parent_id, u.status)
		    IS DISTINCT FROM (d.name, d.parent_id, d.status)
		RETURNING u.*),
	told AS (
		INSERT INTO event (at, kind, ref, unit_id, version, verb, patch)
		SELECT unit_turn.at, 'unit', d.id, d.id, d.version, 'turn',
		    jsonb_build_object('name', d.name, 'parent_id', d.parent_id,
			'status', d.status) FROM done d)
	SELECT array_agg(id), count(*) INTO turned, n FROM done;
	IF n = 0 THEN
		RETURN 0;
	END IF;
	clocks := clock_days(turned);
	LOOP
		WITH led AS (
			UPDATE unit u SET calendar_id = x.calendar_id,
			    office_id = x.office_id
			FROM (SELECT y.id, coalesce((SELECT k.id FROM calendar k
				WHERE k.unit_id = y.id), p.calendar_id) AS
				calendar_id, CASE WHEN y.kind IN ('department',
				'section', 'service_centre', 'association')
				THEN coalesce(p.office_id, y.office_id)
				ELSE y.office_id END AS office_id
			    FROM unit y JOIN unit p ON p.id = y.parent_id
			    WHERE y.status = 'active' AND (y.id = ANY (turned)
				OR y.parent_id = ANY (turned))) x
			WHERE u.id = x.id AND (u.calendar_id, u.office_id)
			    IS DISTINCT FROM (x.calendar_id, x.office_id)
			RETURNING u.id)
		SELECT array_agg(id) INTO more FROM led;
		EXIT WHEN more IS NULL;
		turned := turned || more;
	END LOOP;
	UPDATE task t SET office_id = u.office_id FROM unit u
	WHERE u.id = ANY (turned) AND t.unit_id = u.id
	  AND t.office_id IS DISTINCT FROM u.office_id
	  AND t.deleted_at IS NULL
	  AND t.status NOT IN ('accepted', 'cancelled', 'recalled');
	UPDATE evaluation e SET office_id = u.office_id FROM unit u
	WHERE u.id = ANY (turned) AND e.unit_id = u.id
	  AND e.office_id IS DISTINCT FROM u.office_id
	  AND e.status IN ('draft', 'self_assessed', 'reviewed', 'met');
	PERFORM calendar_redate(ARRAY(SELECT DISTINCT calendar_id FROM unit
	    WHERE id = ANY (turned)), today, at);
	PERFORM clock_redate(clocks, at);
	RETURN n;
END
$$;

-- The same once a day, for what was decided beforehand.
INSERT INTO fact VALUES ('tree_day', '-infinity');
CREATE FUNCTION unit_turn_daily(today date, at timestamptz) RETURNS int
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
BEGIN
	UPDATE fact SET value = today::text
	WHERE name = 'tree_day' AND value <> today::text;
	RETURN CASE WHEN FOUND THEN unit_turn(today, at) ELSE 0 END;
END
$$;

-- Does the unit stand from this day on, without an end?
CREATE FUNCTION unit_stays(u uuid, day date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN EXISTS (SELECT FROM unit_version WHERE unit_id = u
    AND until_on = 'infinity') AND EXISTS (SELECT FROM unit_version
    WHERE unit_id = u AND from_on <= day);

-- A unit u is renamed (called), moved (below another), merged into or split
-- among its heirs, or abolished, on a day; heirs take over its records and open
-- work, the first of them the units below it and its figures. Grants held at
-- a unit end with it. What cannot be is refused naming the members (SQLSTATE
-- CK422); a dry run says no more. Gives the unit's new version.
CREATE FUNCTION unit_succeed(u uuid, how text, day date, called text,
    below uuid, heirs uuid[], said text, dry boolean, today date,
    at timestamptz) RETURNS int
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	ends boolean := how IN ('merge', 'split', 'abolish');
	last unit_version;
	kid unit_version;
	kids uuid[];
	touched uuid[];
	heir uuid;
	i int := 0;
	v int;
	bad text := '';
BEGIN
	IF NOT dry THEN
		PERFORM pg_advisory_xact_lock(hashtext('unit_cover'));
	END IF;
	SELECT * INTO last FROM unit_version WHERE unit_id = u
	ORDER BY from_on DESC LIMIT 1;
	IF last.until_on < 'infinity' THEN
		bad := E'/effective_on ended\n';
	ELSIF day < last.from_on OR ends AND day = last.from_on
	    AND NOT EXISTS (SELECT FROM unit_version WHERE unit_id = u
		AND from_on < day) THEN
		bad := E'/effective_on in_conflict\n';
	END IF;
	touched := ARRAY(SELECT DISTINCT unit_id FROM unit_cover
	    WHERE anc_id = u);
	kids := ARRAY(SELECT DISTINCT unit_id FROM unit_version
	    WHERE parent_id = u AND until_on > day);
	IF below = ANY (touched) THEN
		bad := bad || E'/parent_unit_id in_conflict\n';
	ELSIF below IS NOT NULL AND NOT unit_stays(below, day) THEN
		bad := bad || E'/parent_unit_id ended\n';
	END IF;
	FOREACH heir IN ARRAY heirs LOOP
		IF heir = ANY (touched) THEN
			bad := bad || format(E'/into/%s/unit_id in_conflict\n', i);
		ELSIF heir = ANY (heirs[:i]) THEN
			bad := bad || format(E'/into/%s/unit_id twice\n', i);
		ELSIF NOT unit_stays(heir, day) THEN
			bad := bad || format(E'/into/%s/unit_id ended\n', i);
		END IF;
		i := i + 1;
	END LOOP;
	IF how = 'abolish' AND heirs = '{}' AND EXISTS (SELECT FROM task t
	    WHERE t.unit_id = u AND t.deleted_at IS NULL AND t.status IN
	    ('assigned', 'received', 'in_progress', 'done', 'declined',
	    'paused')) THEN
		bad := bad || E'/into required\n';
	END IF;
	IF bad <> '' THEN
		RAISE EXCEPTION 'cannot succeed' USING
		    ERRCODE = 'CK422', DETAIL = bad;
	END IF;
	IF dry THEN
		RETURN NULL;
	END IF;

	IF ends AND day = last.from_on THEN -- moved and ended on one day
		DELETE FROM unit_version WHERE unit_id = u AND from_on = day;
	ELSIF day = last.from_on THEN
		UPDATE unit_version w SET name = coalesce(called, w.name),
		    parent_id = coalesce(below, w.parent_id)
		WHERE w.unit_id = u AND w.from_on = day;
	ELSE
		UPDATE unit_version SET until_on = day
		WHERE unit_id = u AND from_on = last.from_on;
		IF NOT ends THEN
			INSERT INTO unit_version (unit_id, from_on, name,
			    parent_id, attributes)
			VALUES (u, day, coalesce(called, last.name),
			    coalesce(below, last.parent_id), last.attributes);
		END IF;
	END IF;
	INSERT INTO unit_succession (id, kind, effective_on, from_unit_id,
	    to_unit_id, place, note)
	SELECT uuid_v7(), how, day, u, CASE WHEN ends THEN h.id ELSE u END,
	    coalesce(h.n, 1), said
	FROM (SELECT) one LEFT JOIN unnest(heirs) WITH ORDINALITY h(id, n)
	    ON true;
	IF ends THEN
		heir := coalesce(heirs[1], last.parent_id);
		UPDATE unit_version SET parent_id = heir
		WHERE parent_id = u AND from_on >= day;
		FOR kid IN SELECT * FROM unit_version WHERE parent_id = u
		    AND from_on < day AND until_on > day LOOP
			UPDATE unit_version SET until_on = day
			WHERE unit_id = kid.unit_id AND from_on = kid.from_on;
			INSERT INTO unit_version VALUES (kid.unit_id, day,
			    kid.until_on, kid.name, heir, kid.attributes);
			INSERT INTO unit_succession (id, kind, effective_on,
			    from_unit_id, to_unit_id, note)
			VALUES (uuid_v7(), 'move', day, kid.unit_id,
			    kid.unit_id, said);
		END LOOP;
		DELETE FROM staff_grant WHERE unit_id = u AND from_on >= day;
		UPDATE staff_grant SET until_on = day
		WHERE unit_id = u AND until_on > day;
	END IF;
	IF how <> 'rename' THEN
		PERFORM unit_cover_derive(touched);
		INSERT INTO mark (unit_id, day)
		SELECT x.unit_id, c.day FROM (
		    SELECT l.day FROM cell l WHERE l.unit_id = ANY (kids || u)
		      AND l.day >= unit_succeed.day
		    UNION
		    SELECT t.due_on FROM task t
		    WHERE t.unit_id = ANY (touched)
		      AND t.due_on >= unit_succeed.day) c
		CROSS JOIN unnest(kids || u || last.parent_id) x(unit_id)
		WHERE x.unit_id IS NOT NULL;
		INSERT INTO job (kind, ref) VALUES ('rollup', u::text);
	END IF;
	PERFORM unit_turn(today, at);
	UPDATE unit SET version = version + 1, updated_at = at
	WHERE id = u RETURNING version INTO v;
	RETURN v;
END
$$;

GRANT INSERT ON unit_succession TO camket_api;
GRANT DELETE ON unit_version TO camket_api;
GRANT UPDATE ON unit TO camket_worker;
GRANT UPDATE (office_id) ON evaluation TO camket_worker;

COMMIT;
