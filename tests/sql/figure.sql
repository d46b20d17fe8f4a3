-- A figure equals its recomputation: whatever is written, whenever settled.
\ir start.psql
\i :statements
SELECT no_plan();

-- Eat the marks and climb, as the settler does.
CREATE FUNCTION tap.settle() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	r jsonb;
	level int := 0;
BEGIN
	PERFORM run('settle_lock', '{}');
	SELECT x INTO r FROM run('settle_marks', '{}') x;
	WHILE (r ->> 'cells')::int > 0 AND level < 40 LOOP
		SELECT x INTO r FROM run('settle_climb', jsonb_build_object(
		    'units', r ->> 'units', 'days', r ->> 'days')) x;
		level := level + 1;
	END LOOP;
	RETURN level;
END
$$;
-- Cells whose own columns are not what the tasks say, or that are missing.
CREATE VIEW tap.own_wrong AS
SELECT unit_id, day FROM cell c FULL JOIN cell_source s USING (unit_id, day)
WHERE row(coalesce(c.own_on_time, 0), coalesce(c.own_late, 0),
	coalesce(c.own_open, 0), coalesce(c.own_paused, 0),
	coalesce(c.own_reworks, 0))
    IS DISTINCT FROM row(coalesce(s.own_on_time, 0), coalesce(s.own_late, 0),
	coalesce(s.own_open, 0), coalesce(s.own_paused, 0),
	coalesce(s.own_reworks, 0));
-- Cells whose totals are not the sum of all that stood below on that day.
CREATE VIEW tap.total_wrong AS
SELECT u.id, d.day FROM unit u
CROSS JOIN (SELECT DISTINCT day FROM cell) d
CROSS JOIN LATERAL (
	WITH RECURSIVE sub(id) AS (
	    SELECT u.id UNION
	    SELECT v.unit_id FROM sub s JOIN unit_version v
		ON v.parent_id = s.id AND v.from_on <= d.day
		AND d.day < v.until_on)
	SELECT coalesce(sum(own_on_time), 0) AS a, coalesce(sum(own_late), 0) AS b,
	    coalesce(sum(own_open), 0) AS c, coalesce(sum(own_paused), 0) AS d,
	    coalesce(sum(own_reworks), 0) AS e
	FROM sub s JOIN cell_source k ON k.unit_id = s.id AND k.day = d.day) w
LEFT JOIN cell c ON c.unit_id = u.id AND c.day = d.day
WHERE row(coalesce(c.on_time, 0), coalesce(c.late, 0), coalesce(c.open, 0),
    coalesce(c.paused, 0), coalesce(c.reworks, 0))
    IS DISTINCT FROM row(w.a, w.b, w.c, w.d, w.e);
CREATE FUNCTION tap.true_figures(what text) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT is((SELECT count(*) FROM own_wrong), 0::bigint,
	    what || ': own figures are recomputed')
	UNION ALL
	SELECT is((SELECT count(*) FROM total_wrong), 0::bigint,
	    what || ': totals are recomputed') $$;

-- --- one case, by hand ---

DO $$
DECLARE
	x record;
BEGIN
	FOR x IN SELECT * FROM (VALUES
	    (1, 'one_off', 'accepted', 'A1', date '2026-03-02', 0, NULL::date),
	    (2, 'one_off', 'done', 'A1', '2026-03-03', 2, NULL),
	    (3, 'one_off', 'in_progress', 'A1', NULL, 1, NULL),
	    (4, 'one_off', 'paused', 'A1', NULL, 0, NULL),
	    (5, 'one_off', 'draft', 'A1', NULL, 0, NULL),
	    (6, 'one_off', 'cancelled', 'A1', NULL, 5, NULL),
	    (7, 'one_off', 'recalled', 'A1', NULL, 0, NULL),
	    (8, 'one_off', 'assigned', 'A1', NULL, 0, '2026-03-03'),
	    (9, 'one_off', 'declined', 'A2', NULL, 0, '2026-03-02'),
	    (10, 'one_off', 'received', 'B1', NULL, 0, NULL),
	    (11, 'continuous', 'in_progress', 'A1', NULL, 0, NULL),
	    (12, 'one_off', 'assigned', 'A', NULL, 0, NULL))
	    v(i, kind, status, unit, done, reworks, from_on) LOOP
		INSERT INTO task (id, kind, status, title, unit_id, due_on,
		    completed_on, reworks, count_from, assigned_by, author_id,
		    created_at, updated_at)
		VALUES (n('t' || x.i), x.kind, x.status, 't' || x.i, n(x.unit),
		    '2026-03-02', x.done, x.reworks, x.from_on, n('head'),
		    n('head'), now(), now());
		INSERT INTO mark (unit_id, day) VALUES (n(x.unit), '2026-03-02');
	END LOOP;
END $$;
SELECT ok(settle() > 0, 'marks are settled');
SELECT is(count(*), 0::bigint, 'and eaten') FROM mark;
SELECT results_eq($$SELECT u.code, c.on_time, c.late, c.open, c.paused,
    c.reworks FROM cell c JOIN unit u ON u.id = c.unit_id
    WHERE c.day = '2026-03-02' ORDER BY u.code$$, $$VALUES
    ('A', 1, 1, 3, 1, 3), ('A1', 1, 1, 1, 1, 3), ('A2', 0, 0, 1, 0, 0),
    ('B', 0, 0, 1, 0, 0), ('B1', 0, 0, 1, 0, 0), ('T', 1, 1, 4, 1, 3)$$,
    'on time, late, open, paused and reworks, from leaf to root');
SELECT true_figures('by hand');
SELECT is(settle(), 0, 'without marks nothing is done');

-- Figures of a day follow the tree of that day.
UPDATE unit_version SET until_on = '2026-04-01' WHERE unit_id = n('A2');
INSERT INTO unit_version (unit_id, from_on, name, parent_id)
VALUES (n('A2'), '2026-04-01', 'A2', n('B'));
SELECT unit_cover_derive();
UPDATE task SET due_on = d FROM (VALUES ('t9', date '2026-03-31'),
    ('t12', '2026-04-01')) x(t, d) WHERE id = n(t);
UPDATE task SET unit_id = n('A2') WHERE id = n('t12');
INSERT INTO mark (unit_id, day) VALUES (n('A2'), '2026-03-02'),
    (n('A2'), '2026-03-31'), (n('A2'), '2026-04-01'), (n('A'), '2026-03-02');
SELECT ok(settle() > 0, 'a department that moved is settled');
SELECT is((SELECT open FROM cell WHERE unit_id = n(u) AND day = d::date), w,
    format('%s on %s', u, d)) FROM (VALUES ('A', '2026-03-31', 1),
    ('B', '2026-03-31', NULL), ('A', '2026-04-01', NULL),
    ('B', '2026-04-01', 1), ('T', '2026-04-01', 1)) x(u, d, w);
SELECT true_figures('after a move');

-- --- whatever the service writes ---

SELECT make_grant('head', 'T', 'chair');
SELECT make_grant('head', code, 'head') FROM unit WHERE code <> 'A1';
SELECT make_grant('admin', 'T', 'chair'); -- who does not do it accepts it
SELECT setseed(0.2024);
CREATE TEMP TABLE answer (verb text, outcome int);
DO $$
DECLARE
	verbs text[] := '{patch,create,create,remove,restore}';
	units text[] := '{A1,A2,B1,A,B,T}';
	v text;
	t task;
	a jsonb;
	got int;
	d date;
BEGIN
	FOR i IN 1..1500 LOOP
		v := verbs[1 + floor(random() * 15)::int];
		d := date '2026-03-01' + floor(random() * 40)::int;
		SELECT * INTO t FROM task WHERE title LIKE 'r%'
		    AND (deleted_at IS NULL) = (v IS DISTINCT FROM 'restore')
		ORDER BY random() LIMIT 1;
		-- mostly a verb of the state the task is in
		IF v IS NULL THEN
			SELECT s.verb INTO v FROM step s
			WHERE s.resource = 'task' AND s."from" = t.status
			  AND s.verb NOT IN ('update', 'delete')
			  AND (s.verb NOT IN ('cancel', 'recall')
			    OR random() < 0.3)
			ORDER BY random() LIMIT 1;
			v := coalesce(v, 'accept');
		END IF;
		a := jsonb_build_object('caller', n(CASE WHEN v IN ('accept',
		    'return') THEN 'admin' ELSE 'head' END), 'id', t.id, 'version',
		    t.version + (random() < 0.05)::int);
		CASE v
		WHEN 'create' THEN
			got := outcome('task_create', a || jsonb_build_object(
			    'body', jsonb_build_object('id', n('r' || i), 'title',
				'r' || i, 'unit_id', n(units[1 +
				floor(random() * 6)::int]), 'due_on', d)));
		WHEN 'patch' THEN
			got := outcome('task_patch', a || jsonb_build_object(
			    'body', CASE WHEN random() < 0.6
			    THEN jsonb_build_object('due_on', d)
			    ELSE jsonb_build_object('urgency', 'urgent') END));
		WHEN 'remove' THEN
			got := outcome('task_remove', a);
		WHEN 'restore' THEN
			got := outcome('task_restore', a);
		ELSE
			got := outcome('task_verb', a || jsonb_build_object(
			    'verb', v, 'body', CASE v
			    WHEN 'assign' THEN jsonb_build_object('unit_id',
				n(units[1 + floor(random() * 6)::int]),
				'due_on', d)
			    WHEN 'complete' THEN jsonb_build_object(
				'completed_on', d)
			    ELSE '{"reason":"x"}'::jsonb END));
		END CASE;
		INSERT INTO answer VALUES (v, got);
		IF i % 100 = 0 THEN
			PERFORM settle();
			IF EXISTS (SELECT FROM own_wrong)
			    OR EXISTS (SELECT FROM total_wrong) THEN
				RAISE EXCEPTION 'wrong after % writes', i;
			END IF;
		END IF;
	END LOOP;
END $$;
SELECT cmp_ok(count(*), '>=', 10::bigint, verb || ' was done often')
FROM answer WHERE outcome < 300 GROUP BY verb ORDER BY verb;
SELECT cmp_ok(count(*), '>=', 10::bigint, 'some was refused')
FROM answer WHERE outcome > 300;
SELECT is(count(DISTINCT verb), 17::bigint, 'every verb was done')
FROM answer WHERE outcome < 300;
SELECT true_figures('after fifteen hundred writes');
SELECT cmp_ok(count(*), '>', 80::bigint, 'over many days and units') FROM cell
WHERE on_time + late + open > 0;

-- A mark too many does no harm, a lost cell comes back.
INSERT INTO mark (unit_id, day) SELECT unit_id, day FROM cell;
INSERT INTO mark (unit_id, day) SELECT unit_id, day FROM cell;
DELETE FROM cell WHERE day < '2026-03-15';
SELECT ok(settle() > 0, 'all is settled anew');
SELECT true_figures('settled anew');

-- Neither service nor worker counts what it may not.
SET LOCAL ROLE camket_api;
SELECT throws_ok('UPDATE camket.cell SET open = 0', '42501', NULL,
    'the service cannot write figures');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
