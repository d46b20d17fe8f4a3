-- transfer: a person moves to another unit on a day. The work stays where it
-- is and changes hands; what he promised for the year goes with him.
BEGIN;
SET LOCAL search_path = camket, public;

-- Điều động, luân chuyển, chuyển công tác.
CREATE TABLE transfer (
	staff_id	uuid NOT NULL REFERENCES staff,
	on_day		date NOT NULL,
	unit_id		uuid NOT NULL CONSTRAINT transfer_unit_exists
	    REFERENCES unit,
	heir_id		uuid CONSTRAINT transfer_heir_exists REFERENCES staff,
	document	text,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	done_at		timestamptz,
	-- posts, grants and delegations that it ended, as they were before: while
	-- the day is to come it can be taken back
	was		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (staff_id, on_day)
);
CREATE INDEX transfer_waiting ON transfer (on_day) WHERE done_at IS NULL;

-- Has who, moving to another unit on a day, no more to do with this one? He has
-- while it covers that unit or one of his further posts.
CREATE FUNCTION unit_left(u uuid, who uuid, goes_to uuid, day date)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN NOT EXISTS (SELECT FROM unit_cover k WHERE k.anc_id = u
    AND k.from_on <= day AND day < k.until_on
    AND (k.unit_id = goes_to OR k.unit_id IN (SELECT a.unit_id
	FROM assignment a WHERE a.staff_id = who AND NOT a.main
	  AND a.from_on <= day AND day < a.until_on)));

-- The open tasks of a person go to his heir: those he does, has given out or
-- works along in. Without an heir those he does go back to their unit, and what
-- he has given out is nobody's, which asks those who lead its office. goes_to: he
-- only moves there, and keeps what has still to do with him and has no heir.
-- What the heir must do on his own account is not done twice.
CREATE FUNCTION task_hand_over(who uuid, heir uuid, goes_to uuid, day date,
    said text, author uuid, at timestamptz) RETURNS void
LANGUAGE sql SET search_path = camket, pg_temp
BEGIN ATOMIC
	WITH open AS MATERIALIZED (
		SELECT x.id, bool_or(x.leads) AS leads FROM (
		    SELECT t.id, true AS leads FROM task t
		    WHERE t.lead_staff_id = who AND NOT EXISTS (SELECT FROM task o
			WHERE o.kind = 'occurrence' AND t.kind = 'occurrence'
			  AND o.parent_id = t.parent_id AND o.period = t.period
			  AND o.unit_id = t.unit_id
			  AND o.lead_staff_id IS NOT DISTINCT FROM heir)
		    UNION ALL
		    SELECT t.id, false FROM task t
		    WHERE (heir IS NOT NULL OR goes_to IS NULL)
		      AND t.assigned_by = who
		      AND t.status IN ('assigned', 'received', 'in_progress',
			'done', 'declined', 'paused')
		    UNION ALL
		    SELECT t.id, false FROM task t
		    WHERE (heir IS NOT NULL OR goes_to IS NULL)
		      AND t.given_by = who AND t.given_by <> t.assigned_by
		      AND t.status IN ('assigned', 'received', 'in_progress',
			'done', 'declined', 'paused')
		    UNION ALL
		    SELECT t.id, false FROM task t
		    WHERE heir IS NOT NULL AND t.co_staff_ids @> ARRAY[who]) x
		GROUP BY x.id),
	was AS MATERIALIZED (
		SELECT t.*, o.leads FROM task t JOIN open o ON o.id = t.id
		WHERE t.deleted_at IS NULL
		  AND t.status NOT IN ('accepted', 'cancelled', 'recalled')
		  AND (goes_to IS NULL
		    OR unit_left(t.unit_id, who, goes_to, day))
		FOR NO KEY UPDATE OF t),
	moved AS (
		UPDATE task t SET version = t.version + 1, updated_at = at,
		    lead_staff_id = CASE WHEN w.leads THEN heir
			ELSE t.lead_staff_id END,
		    given_by = CASE WHEN t.given_by = who
			THEN coalesce(heir, stays.id) ELSE t.given_by END,
		    assigned_by = CASE WHEN t.assigned_by = who
			THEN coalesce(heir, stays.id) ELSE t.assigned_by END,
		    co_staff_ids = CASE WHEN heir IS NOT NULL
			AND who = ANY (t.co_staff_ids) THEN array_replace(
			    array_remove(t.co_staff_ids, heir), who, heir)
			ELSE t.co_staff_ids END
		FROM was w CROSS JOIN (SELECT CASE WHEN goes_to IS NOT NULL
		    THEN who END AS id) stays WHERE t.id = w.id
		RETURNING t.id, t.unit_id, t.version, w.leads, t.status,
		    jsonb_build_object('lead_staff_id', w.lead_staff_id,
			'assigned_by', w.assigned_by, 'co_staff_ids',
			w.co_staff_ids) AS before,
		    jsonb_build_object('lead_staff_id', t.lead_staff_id,
			'assigned_by', t.assigned_by, 'co_staff_ids',
			t.co_staff_ids) AS after),
	line AS (
		INSERT INTO handover (id, task_id, kind, from_unit_id,
		    from_staff_id, to_unit_id, to_staff_id, reason, author_id,
		    "at")
		SELECT uuid_v7(), m.id, 'transfer', m.unit_id, who, m.unit_id,
		    heir, said, author, at FROM moved m WHERE m.leads),
	told AS (
		INSERT INTO event (at, kind, ref, unit_id, version, verb,
		    actor_id, before, patch)
		SELECT task_hand_over.at, 'task', m.id, m.unit_id, m.version,
		    'handover', author, m.before, m.after FROM moved m
		RETURNING ref, seq)
	INSERT INTO job (kind, ref)
	SELECT 'notice', t.seq::text FROM told t JOIN moved m ON m.id = t.ref
	WHERE m.leads AND m.status IN ('assigned', 'received', 'in_progress');
END;

-- What else a person does goes to his heir: measures he carries out, inspections
-- he leads, complaints he looks into, and if he leaves what he was asked to
-- explain. Without an heir a measure or explanation goes back to its unit, an
-- inspection to who planned it, and a complaint waits for somebody.
-- Nobody takes over what is about him, or about the unit he leads.
CREATE FUNCTION register_hand_over(who uuid, heir uuid, goes_to uuid, day date,
    author uuid, at timestamptz) RETURNS void
LANGUAGE sql SET search_path = camket, pg_temp
BEGIN ATOMIC
	WITH open AS MATERIALIZED (
		SELECT x.kind, x.id, x.doer_id, x.fallback_id, x.subject_id,
		    x.unit_id FROM (
		    SELECT 'measure' AS kind, m.id, m.lead_staff_id AS doer_id,
			NULL::uuid AS fallback_id, NULL::uuid AS subject_id,
			m.unit_id, m.unit_id AS home_id
		    FROM measure m WHERE m.deleted_at IS NULL
			AND m.status = 'open'
		    UNION ALL
		    SELECT 'inspection', i.id, i.lead_staff_id,
			nullif(i.author_id, who), i.subject_staff_id,
			i.unit_id, z.office_id
		    FROM inspection i JOIN unit z ON z.id = i.unit_id
		    WHERE i.deleted_at IS NULL AND i.status <> 'closed'
		    UNION ALL
		    SELECT 'complaint', k.id, k.lead_staff_id, NULL,
			k.subject_staff_id, k.unit_id, z.office_id
		    FROM complaint k JOIN unit z ON z.id = k.unit_id
		    WHERE k.deleted_at IS NULL AND k.status = 'accepted'
		    UNION ALL
		    SELECT 'explanation', e.id, e.lead_staff_id, NULL, NULL,
			e.unit_id, e.unit_id
		    FROM explanation e WHERE goes_to IS NULL
			AND e.deleted_at IS NULL AND e.status = 'asked') x
		WHERE x.doer_id = who AND (goes_to IS NULL
		    OR unit_left(x.home_id, who, goes_to, day))),
	given AS MATERIALIZED (
		SELECT o.kind, o.id, CASE WHEN heir IS NULL
			OR heir = o.subject_id
			OR o.kind IN ('inspection', 'complaint')
			    AND EXISTS (SELECT FROM reach h
			    JOIN perm p ON p.name = 'IS_LEADER'
			    WHERE h.staff_id = heir AND h.unit_id = o.unit_id
			      AND h.perms & p.bits <> 0
			      AND h.from_on <= day AND day < h.until_on)
		    THEN o.fallback_id ELSE heir END AS to_id
		FROM open o),
	moved AS (
		UPDATE measure m SET lead_staff_id = g.to_id,
		    version = m.version + 1, updated_at = at
		FROM given g WHERE g.kind = 'measure' AND g.id = m.id
		RETURNING g.kind, m.id, m.unit_id, m.version, g.to_id),
	led AS (
		UPDATE inspection i SET lead_staff_id = g.to_id,
		    version = i.version + 1, updated_at = at
		FROM given g WHERE g.kind = 'inspection' AND g.id = i.id
		  AND g.to_id IS NOT NULL
		RETURNING g.kind, i.id, i.unit_id, i.version, g.to_id),
	seen AS (
		UPDATE complaint k SET lead_staff_id = g.to_id,
		    version = k.version + 1, updated_at = at
		FROM given g WHERE g.kind = 'complaint' AND g.id = k.id
		RETURNING g.kind, k.id, k.unit_id, k.version, g.to_id),
	explained AS (
		UPDATE explanation e SET lead_staff_id = g.to_id,
		    version = e.version + 1, updated_at = at
		FROM given g WHERE g.kind = 'explanation' AND g.id = e.id
		RETURNING g.kind, e.id, e.unit_id, e.version, g.to_id),
	told AS (
		INSERT INTO event (at, kind, ref, unit_id, version, verb,
		    actor_id, before, patch)
		SELECT register_hand_over.at, x.kind, x.id, x.unit_id,
		    x.version, 'handover', author, jsonb_build_object(
			'lead_staff_id', who), jsonb_build_object(
			'lead_staff_id', x.to_id)
		FROM (TABLE moved UNION ALL TABLE led UNION ALL TABLE seen
		    UNION ALL TABLE explained) x
		RETURNING seq)
	INSERT INTO job (kind, ref)
	SELECT 'notice', t.seq::text FROM told t;
END;

-- Grants as they were, for no longer than who holds them and their unit stay.
CREATE FUNCTION grant_stays(was jsonb) RETURNS SETOF staff_grant
LANGUAGE sql STABLE SET search_path = camket, pg_temp
BEGIN ATOMIC
	SELECT (jsonb_populate_record(g, jsonb_build_object('until_on', least(
	    g.until_on, (SELECT d.on_day FROM departure d
		WHERE d.staff_id = g.staff_id AND d.done_at IS NULL),
	    (SELECT max(v.until_on) FROM unit_version v
		WHERE v.unit_id = g.unit_id))))).*
	FROM jsonb_populate_recordset(NULL::staff_grant, was) g;
END;

-- Take back the moves of a person from a day on that wait, the last one first:
-- what each ended goes on, but for what has been changed since, and for no longer
-- than he and the unit stay. Says how many.
CREATE FUNCTION transfer_undo(who uuid, since date) RETURNS int
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	m transfer;
	n int := 0;
BEGIN
	FOR m IN SELECT * FROM transfer WHERE staff_id = who
	    AND done_at IS NULL AND on_day >= since
	    ORDER BY on_day DESC FOR UPDATE LOOP
		DELETE FROM assignment
		WHERE staff_id = who AND main AND from_on >= m.on_day;
		DELETE FROM staff_grant WHERE id = (m.was ->> 'made')::uuid;

		UPDATE assignment a SET until_on = w.until_on
		FROM jsonb_populate_recordset(NULL::assignment,
		    m.was -> 'posts') w
		WHERE a.id = w.id AND a.until_on = m.on_day;
		INSERT INTO assignment
		SELECT w.* FROM jsonb_populate_recordset(NULL::assignment,
		    m.was -> 'posts') w WHERE w.from_on >= m.on_day;

		UPDATE staff_grant g SET until_on = w.until_on
		FROM grant_stays(m.was -> 'grants') w
		WHERE g.id = w.id AND (g.until_on = m.on_day
		    OR g.unit_id = m.unit_id AND g.until_on > w.until_on);
		INSERT INTO staff_grant
		SELECT w.* FROM grant_stays(m.was -> 'grants') w
		WHERE w.from_on >= m.on_day AND w.from_on < w.until_on;

		UPDATE delegation d SET until_on = w.until_on,
		    version = d.version + 1
		FROM jsonb_populate_recordset(NULL::delegation,
		    m.was -> 'delegations') w
		WHERE d.id = w.id AND d.until_on = m.on_day;
		INSERT INTO delegation
		SELECT w.* FROM jsonb_populate_recordset(NULL::delegation,
		    m.was -> 'delegations') w WHERE w.from_on >= m.on_day;

		DELETE FROM transfer
		WHERE staff_id = who AND on_day = m.on_day;
		n := n + 1;
	END LOOP;
	RETURN n;
END
$$;

-- Move a person to another unit and post from a day on; what was decided for
-- that day or later no longer holds. What he held at the units he leaves ends,
-- and so does standing in, for him and by him. Gives his new version.
CREATE FUNCTION staff_transfer(who uuid, day date, goes_to uuid, post text,
    duties text, heir uuid, said text, author uuid, at timestamptz)
RETURNS int
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	leaves uuid[];
	ends date := coalesce((SELECT on_day FROM departure
	    WHERE staff_id = who AND done_at IS NULL), 'infinity');
	made uuid;
	before jsonb;
	v int;
BEGIN
	PERFORM transfer_undo(who, day);
	leaves := ARRAY(SELECT unit_id FROM assignment
	    WHERE staff_id = who AND main AND until_on >= day);
	before := jsonb_build_object(
	    'posts', ARRAY(SELECT to_jsonb(a) FROM assignment a
		WHERE a.staff_id = who AND a.main AND a.until_on > day),
	    'grants', ARRAY(SELECT to_jsonb(g) FROM staff_grant g
		WHERE g.staff_id = who AND g.until_on >= day
		  AND (g.unit_id = ANY (leaves)
		    OR g.role = 'staff' AND g.unit_id = goes_to
		    OR unit_left(g.unit_id, who, goes_to, day))),
	    'delegations', ARRAY(SELECT to_jsonb(d) FROM delegation d
		WHERE who IN (d.staff_id, d.to_id) AND d.until_on > day));
	DELETE FROM assignment
	WHERE staff_id = who AND main AND from_on >= day;
	UPDATE assignment SET until_on = day
	WHERE staff_id = who AND main AND until_on > day;
	INSERT INTO assignment (id, staff_id, unit_id, position, duty_group,
	    from_on)
	VALUES (uuid_v7(), who, goes_to, post, duties, day);

	DELETE FROM staff_grant g
	WHERE g.staff_id = who AND g.from_on >= day
	  AND (g.unit_id = ANY (leaves) OR g.role = 'staff'
		AND g.unit_id = goes_to
	    OR unit_left(g.unit_id, who, goes_to, day));
	UPDATE staff_grant g SET until_on = day
	WHERE g.staff_id = who AND g.from_on < day AND g.until_on > day
	  AND (g.unit_id = ANY (leaves)
	    OR unit_left(g.unit_id, who, goes_to, day));
	UPDATE staff_grant g SET until_on = ends
	WHERE g.staff_id = who AND g.unit_id = goes_to AND g.role = 'staff'
	  AND g.function = '' AND g.from_on < day AND g.until_on >= day;
	IF NOT FOUND THEN
		made := uuid_v7();
		INSERT INTO staff_grant (id, staff_id, unit_id, role, from_on,
		    until_on, perms, author_id, created_at)
		VALUES (made, who, goes_to, 'staff', day, ends, 0, author, at);
	END IF;

	DELETE FROM delegation
	WHERE who IN (staff_id, to_id) AND from_on >= day;
	UPDATE delegation SET until_on = day, version = version + 1
	WHERE who IN (staff_id, to_id) AND from_on < day AND until_on > day;

	INSERT INTO transfer (staff_id, on_day, unit_id, heir_id, document,
	    author_id, created_at, was)
	VALUES (who, day, goes_to, heir, said, author, at,
	    before || jsonb_build_object('made', made))
	ON CONFLICT (staff_id, on_day) DO UPDATE SET
	    unit_id = EXCLUDED.unit_id, heir_id = EXCLUDED.heir_id,
	    document = EXCLUDED.document, author_id = EXCLUDED.author_id,
	    created_at = EXCLUDED.created_at, done_at = NULL,
	    was = EXCLUDED.was;
	UPDATE staff SET version = version + 1, updated_at = at
	WHERE id = who RETURNING version INTO v;
	RETURN v;
END
$$;

-- Those whose day has come: open tasks change hands; the one registered task of
-- the year is written anew for the new post; the new unit reviews and rates
-- what has not run out by then (NĐ 335/2025/NĐ-CP, Điều 21). Says how many.
CREATE FUNCTION transfer_due(today date, at timestamptz) RETURNS int
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	m transfer;
	asks uuid;
	n int := 0;
BEGIN
	FOR m IN SELECT * FROM transfer WHERE done_at IS NULL
	    AND on_day <= today ORDER BY on_day FOR UPDATE SKIP LOCKED LOOP
		PERFORM task_hand_over(m.staff_id, m.heir_id, m.unit_id,
		    m.on_day, m.document, m.author_id, at);
		PERFORM register_hand_over(m.staff_id, m.heir_id, m.unit_id,
		    m.on_day, m.author_id, at);
		asks := asks_unit(m.staff_id, m.unit_id, m.on_day);
		WITH was AS MATERIALIZED (
			SELECT * FROM commitment c
			WHERE c.subject_staff_id = m.staff_id
			  AND c.year >= extract(year FROM m.on_day)
			  AND c.deleted_at IS NULL
			  AND c.status IN ('draft', 'submitted', 'approved')
			  AND c.unit_id <> m.unit_id FOR NO KEY UPDATE),
		anew AS (
			UPDATE commitment c SET status = 'draft',
			    unit_id = m.unit_id, asks_unit_id = asks,
			    approved_on = NULL, approved_by = NULL,
			    revisions = c.revisions || CASE
				WHEN w.approved_on IS NULL THEN '[]'
				ELSE jsonb_build_object('text', w."text",
				    'registered_task', w.registered_task,
				    'approved_on', w.approved_on, 'amended_on',
				    today, 'reason', coalesce(m.document,
					'Chuyển công tác')) END,
			    version = c.version + 1, updated_at = at
			FROM was w WHERE c.id = w.id
			RETURNING c.id, c.unit_id, c.version,
			    row_kept(to_jsonb(w), to_jsonb(c), '{}') AS before)
		INSERT INTO event (at, kind, ref, unit_id, version, verb,
		    actor_id, before, patch)
		SELECT transfer_due.at, 'commitment', a.id, a.unit_id,
		    a.version, 'amend', m.author_id, a.before,
		    jsonb_build_object('status', 'draft', 'unit_id', a.unit_id)
		FROM anew a;
		WITH moved AS (
			UPDATE review r SET unit_id = m.unit_id,
			    asks_unit_id = asks, version = r.version + 1,
			    updated_at = at
			WHERE r.subject_staff_id = m.staff_id
			  AND r.status = 'draft' AND r.period_until > m.on_day
			  AND r.deleted_at IS NULL AND r.unit_id <> m.unit_id
			RETURNING 'review' AS kind, r.id, r.version, (
			    SELECT row_kept(to_jsonb(o), to_jsonb(r), '{}')
			    FROM review o WHERE o.id = r.id) AS before),
		rated AS (
			UPDATE evaluation e SET unit_id = m.unit_id,
			    asks_unit_id = asks, office_id = (SELECT u.office_id
				FROM unit u WHERE u.id = m.unit_id),
			    version = e.version + 1, updated_at = at
			WHERE e.staff_id = m.staff_id AND e.status = 'draft'
			  AND e.period_until > m.on_day
			  AND e.deleted_at IS NULL AND e.unit_id <> m.unit_id
			RETURNING 'evaluation', e.id, e.version, (
			    SELECT row_kept(to_jsonb(o), to_jsonb(e), '{}')
			    FROM evaluation o WHERE o.id = e.id))
		INSERT INTO event (at, kind, ref, unit_id, version, verb,
		    actor_id, before, patch)
		SELECT transfer_due.at, x.kind, x.id, m.unit_id, x.version,
		    'transfer', m.author_id, x.before,
		    jsonb_build_object('unit_id', m.unit_id)
		FROM (TABLE moved UNION ALL TABLE rated) x;
		UPDATE transfer SET done_at = now()
		WHERE staff_id = m.staff_id AND on_day = m.on_day;
		n := n + 1;
	END LOOP;
	RETURN n;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON transfer TO camket_api;
GRANT DELETE ON assignment TO camket_api;
GRANT SELECT, UPDATE ON transfer TO camket_worker;
GRANT UPDATE (status, unit_id, asks_unit_id, approved_on, approved_by,
    revisions, version, updated_at) ON commitment TO camket_worker;
GRANT UPDATE (unit_id, asks_unit_id, version, updated_at) ON review
    TO camket_worker;
GRANT UPDATE (unit_id, asks_unit_id, office_id, version, updated_at)
    ON evaluation TO camket_worker;
GRANT UPDATE (lead_staff_id, version, updated_at)
    ON measure, inspection, complaint, explanation TO camket_worker;
GRANT SELECT ON perm TO camket_worker;

COMMIT;
