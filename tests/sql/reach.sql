-- Who reaches what: the tree's cover, grants over time, and what moves.
\ir start.psql
SELECT no_plan();

-- What a person may do with a unit's records on a day, asked of the table
-- that is derived, and worked out anew from tree and grants.
CREATE FUNCTION tap.may(who text, what text, day date DEFAULT '2026-02-10')
RETURNS bigint LANGUAGE sql AS $$
	SELECT coalesce((SELECT perms FROM reach WHERE staff_id = n(who)
	    AND unit_id = n(what) AND from_on <= day AND day < until_on), 0) $$;
CREATE FUNCTION tap.perm_bit(name text) RETURNS bigint
LANGUAGE sql AS $$ SELECT bits FROM perm p WHERE p.name = perm_bit.name $$;
CREATE FUNCTION tap.ancestors(u uuid, day date)
RETURNS TABLE (anc uuid, heir boolean) LANGUAGE sql AS $$
	WITH RECURSIVE up(unit, heir) AS (
		SELECT u, true
		UNION
		SELECT e.anc, up.heir AND e.heir
		FROM up JOIN (
		    SELECT unit_id AS unit, parent_id AS anc, false AS heir
		    FROM unit_version WHERE parent_id IS NOT NULL
		      AND from_on <= day AND day < until_on
		    UNION ALL
		    SELECT from_unit_id, to_unit_id, true FROM unit_succession
		    WHERE to_unit_id <> from_unit_id AND effective_on <= day) e
		    ON e.unit = up.unit)
	SELECT unit, bool_or(heir) FROM up GROUP BY unit $$;
CREATE FUNCTION tap.worked_out(day date)
RETURNS TABLE (staff_id uuid, unit_id uuid, perms bigint) LANGUAGE sql AS $$
	SELECT x.staff_id, x.unit_id, bit_or(x.perms) FROM (
	    SELECT g.staff_id, u.id AS unit_id, g.perms | CASE WHEN a.heir
		AND g.perms & perm_bit('LEAD') <> 0 THEN perm_bit('IS_LEADER') ELSE 0
		END AS perms
	    FROM unit u CROSS JOIN ancestors(u.id, day) a
	    JOIN held g ON g.unit_id = a.anc
	    WHERE g.from_on <= day AND day < g.until_on
	    UNION ALL
	    SELECT g.staff_id, u.id, perm_bit('PUBLISHED')
	    FROM held g CROSS JOIN ancestors(g.unit_id, day) a
	    CROSS JOIN unit u JOIN ancestors(u.id, day) h
		ON h.heir AND h.anc = a.anc
	    WHERE g.from_on <= day AND day < g.until_on
	      AND g.perms & perm_bit('BELONG') <> 0) x
	WHERE x.perms <> 0 GROUP BY x.staff_id, x.unit_id $$;
CREATE FUNCTION tap.agrees(what text) RETURNS text LANGUAGE sql AS $$
	SELECT is(count(*), 0::bigint, what || ': derived is worked out')
	FROM (VALUES (date '1999-12-31'), ('2000-01-01'), ('2025-06-30'),
	    ('2025-12-31'), ('2026-01-01'), ('2026-02-10'), ('2026-07-01'),
	    ('2030-01-01')) d(day)
	CROSS JOIN LATERAL (
	    (SELECT * FROM worked_out(d.day) EXCEPT
	     SELECT r.staff_id, r.unit_id, r.perms FROM reach r
	     WHERE r.from_on <= d.day AND d.day < r.until_on)
	    UNION ALL
	    (SELECT r.staff_id, r.unit_id, r.perms FROM reach r
	     WHERE r.from_on <= d.day AND d.day < r.until_on AND r.perms <> 0
	     EXCEPT SELECT * FROM worked_out(d.day))) x $$;

SELECT agrees('as it stands');

-- A grant covers its subtree and nothing beside or above it.
SELECT is(may('chair', u) & perm_bit('READ'), perm_bit('READ'), 'the chair reads ' || u)
FROM unnest(ARRAY['A', 'A1', 'A2']) u;
SELECT is(may('chair', u) & perm_bit('READ'), 0::bigint, 'but not ' || u)
FROM unnest(ARRAY['T', 'B', 'B1']) u;
SELECT is(may('head', 'A1') & perm_bit('IS_LEADER'), perm_bit('IS_LEADER'),
    'a head leads his own unit');
SELECT is(may('chair', 'A1') & perm_bit('IS_LEADER'), 0::bigint,
    'the chair leads the ward, not its departments');
SELECT is(may('doer', 'A1') & perm_bit('READ'), 0::bigint,
    'staff read no records of the unit');
SELECT is(may('doer', u) & perm_bit('PUBLISHED'), perm_bit('PUBLISHED'),
    'but what is published above, in ' || u)
FROM unnest(ARRAY['A1', 'A', 'T']) u;
SELECT is(may('doer', u), 0::bigint, 'and nothing of ' || u)
FROM unnest(ARRAY['A2', 'B', 'B1']) u;
SELECT is(may('stranger', u.code), 0::bigint,
    'without a grant nobody reaches ' || u.code) FROM unit u;
SELECT is(count(*), 0::bigint, 'or has a row at all') FROM reach
WHERE staff_id = n('stranger');

-- From a day, to a day.
SELECT make_grant('stranger', 'B1', 'head', '', '2026-01-01', '2026-07-01');
SELECT is(may('stranger', 'B1', d::date) & perm_bit('READ') <> 0, w,
    'a grant for half a year: ' || d)
FROM (VALUES ('2025-12-31', false), ('2026-01-01', true), ('2026-06-30', true),
    ('2026-07-01', false)) x(d, w);
SELECT agrees('a grant with an end');
-- Two at once add up, each for its days.
SELECT make_grant('stranger', 'B', 'inspector', '', '2026-03-01', '2026-05-01');
SELECT is(may('stranger', 'B1', d::date) & (perm_bit('LEAD') | perm_bit('INSPECT')),
    (SELECT bit_or(perm_bit(p)) FROM unnest(w) p), 'two grants at once: ' || d)
FROM (VALUES ('2026-02-28', ARRAY['LEAD']), ('2026-03-01', '{LEAD,INSPECT}'),
    ('2026-04-30', '{LEAD,INSPECT}'), ('2026-05-01', '{LEAD}')) x(d, w);
SELECT agrees('two grants at once');
SELECT is(max(c), 1::bigint, 'at most one row holds on a day') FROM (
    SELECT count(*) AS c FROM reach r JOIN reach s USING (staff_id, unit_id)
    WHERE r.from_on < s.until_on AND s.from_on < r.until_on
    GROUP BY staff_id, unit_id, r.from_on) x;
-- Ended before its time, moved, taken back.
UPDATE staff_grant SET until_on = '2026-02-01'
WHERE staff_id = n('stranger') AND role = 'head';
SELECT is(may('stranger', 'B1') & perm_bit('LEAD'), 0::bigint,
    'a grant that is ended is over');
UPDATE staff_grant SET staff_id = n('other')
WHERE staff_id = n('stranger') AND role = 'inspector';
SELECT is(may('other', 'B1', '2026-03-01') & perm_bit('INSPECT'), perm_bit('INSPECT'),
    'one that is handed on serves the other');
SELECT is(may('stranger', 'B1', '2026-03-01'), 0::bigint,
    'and him no more who had it');
DELETE FROM staff_grant WHERE staff_id IN (n('other'), n('stranger'))
  AND role <> 'staff';
SELECT is(may('other', 'B', '2026-03-01'), 0::bigint, 'revoked is gone');
SELECT agrees('after changes');

-- Permissions are the role's, whatever a writer says.
INSERT INTO staff_grant (id, staff_id, unit_id, role, from_on, perms,
    created_at) VALUES (n('sly'), n('stranger'), n('A'), 'staff', '2026-01-01',
    -1, now());
SELECT is(perms, (SELECT perms FROM role WHERE role = 'staff' AND
    function = ''), 'a grant cannot bring its own permissions')
FROM staff_grant WHERE id = n('sly');
SELECT throws_ok($$SELECT make_grant('stranger', 'A', 'king')$$, '23503', NULL,
    'there is no such role');
SELECT throws_ok($$SELECT make_grant('stranger', 'A', 'staff', '',
    '2026-06-01')$$, '23P01', NULL, 'nor is it granted twice for a day');
SELECT throws_ok($$SELECT make_grant('stranger', 'B', 'staff', '',
    '2026-06-01', '2026-06-01')$$, '23514', NULL, 'nor for no day');
DELETE FROM staff_grant WHERE id = n('sly');

-- A delegate holds what the other holds, no more and no longer.
INSERT INTO delegation (id, staff_id, to_id, powers, perms, capacity, from_on,
    until_on, created_at) VALUES (n('kt'), n('chair'), n('head'), '{}',
    perm_bit('ISSUE') | perm_bit('STAFF'), 'KT', '2026-02-01', '2026-03-01', now());
SELECT is(may('head', 'A', d::date) & (perm_bit('ISSUE') | perm_bit('STAFF')
	| perm_bit('DECIDE')), w, 'delegated on ' || d)
FROM (VALUES ('2026-01-31', 0), ('2026-02-10', perm_bit('ISSUE')),
    ('2026-03-01', 0)) x(d, w);
SELECT agrees('a delegation');
DELETE FROM staff_grant WHERE staff_id = n('chair');
SELECT is(may('head', 'A') & perm_bit('ISSUE'), 0::bigint,
    'what the other has lost, his delegate has lost');
SELECT make_grant('chair', 'A', 'chair');
DELETE FROM delegation WHERE id = n('kt');
SELECT is(may('head', 'A') & perm_bit('ISSUE'), 0::bigint,
    'a delegation taken back is over');
SELECT agrees('without the delegation');

-- A department moves to the other ward in July.
UPDATE unit_version SET until_on = '2026-07-01' WHERE unit_id = n('A1');
INSERT INTO unit_version (unit_id, from_on, name, parent_id)
VALUES (n('A1'), '2026-07-01', 'Đơn vị A1', n('B'));
SELECT unit_cover_derive();
SELECT is(may('chair', 'A1', d::date) & perm_bit('READ') <> 0, w,
    'the old ward''s chair reads it: ' || d)
FROM (VALUES ('2026-06-30', true), ('2026-07-01', false)) x(d, w);
SELECT make_grant('far', 'B', 'chair');
SELECT is(may('far', 'A1', d::date) & perm_bit('READ') <> 0, w,
    'the new ward''s chair reads it: ' || d)
FROM (VALUES ('2026-06-30', false), ('2026-07-01', true)) x(d, w);
SELECT is(may('head', 'A1', '2026-07-01') & perm_bit('LEAD'), perm_bit('LEAD'),
    'its head goes along');
SELECT is(may('doer', 'B', '2026-07-01') & perm_bit('PUBLISHED'), perm_bit('PUBLISHED'),
    'its people belong to the new ward');
SELECT is(may('doer', 'A', '2026-07-01') & perm_bit('PUBLISHED'), 0::bigint,
    'and to the old one no more');
SELECT agrees('a department that moved');

-- Ward B is merged into A: what it had, A has; its people's rights end with it.
UPDATE unit_version SET until_on = '2026-10-01'
WHERE unit_id = n('B') AND until_on = 'infinity';
INSERT INTO unit_succession (id, kind, effective_on, from_unit_id, to_unit_id)
VALUES (n('merge'), 'merge', '2026-10-01', n('B'), n('A'));
SELECT unit_cover_derive();
SELECT is(may('chair', 'B', d::date) & perm_bit('READ') <> 0, w,
    'the successor reads its predecessor''s records: ' || d)
FROM (VALUES ('2026-09-30', false), ('2026-10-01', true)) x(d, w);
SELECT is(may('chair', 'B', '2026-10-01') & perm_bit('IS_LEADER'),
    perm_bit('IS_LEADER'), 'and leads what was led there');
SELECT is(unit_heir(n('B'), d::date), n(w), 'the heir of B on ' || d)
FROM (VALUES ('2026-09-30', 'B'), ('2026-10-01', 'A')) x(d, w);
SELECT is(unit_heir(n('A'), '1999-12-31'), NULL,
    'before its first day a unit has no heir');
SELECT agrees('a ward that was merged');

-- No ring, and none that never ends.
SELECT throws_ok($$UPDATE unit SET parent_id = id WHERE id = n('A')$$, '23514',
    NULL, 'no unit stands above itself');
INSERT INTO unit_succession (id, kind, effective_on, from_unit_id, to_unit_id)
VALUES (n('back'), 'merge', '2026-11-01', n('A'), n('B'));
SELECT lives_ok('SELECT unit_cover_derive()', 'a ring of successions ends');
DELETE FROM unit_succession WHERE id = n('back');
SELECT unit_cover_derive();
SELECT throws_ok($$INSERT INTO unit_version (unit_id, from_on, name)
    VALUES (n('A'), '2026-05-01', 'x')$$, '23P01', NULL,
    'one version of a unit a day');

-- Whatever is granted, moved and taken back: what is derived is true.
SELECT setseed(0.2026);
DO $$
DECLARE
	i int;
	people text[] := '{chair,office,head,doer,other,far,admin,stranger}';
	units text[] := '{T,A,B,A1,A2,B1}';
	roles text[] := '{staff,head,office,chair,inspector,superior,admin}';
	d date;
BEGIN
	FOR i IN 1..200 LOOP
		d := date '2025-01-01' + (random() * 600)::int;
		BEGIN
			CASE (random() * 3)::int
			WHEN 0 THEN
				DELETE FROM staff_grant WHERE id = (SELECT id
				    FROM staff_grant ORDER BY random() LIMIT 1);
			WHEN 1 THEN
				UPDATE staff_grant SET until_on = d
				WHERE id = (SELECT id FROM staff_grant
				    ORDER BY random() LIMIT 1);
			ELSE
				PERFORM make_grant(people[1 + (random() * 7)::int],
				    units[1 + (random() * 5)::int],
				    roles[1 + (random() * 6)::int], '', d,
				    d + (random() * 300)::int + 1);
			END CASE;
		EXCEPTION WHEN exclusion_violation OR check_violation
		    OR unique_violation THEN
			NULL;
		END;
	END LOOP;
END $$;
SELECT cmp_ok(count(*), '>', 20::bigint, 'grants came and went')
FROM staff_grant;
SELECT agrees('after two hundred changes');

-- A unit made by the service is covered from its first day.
\i :statements
SELECT make_grant('chair', 'T', 'admin', '', '2010-01-01', '2040-01-01');
SELECT is(outcome('unit_create', jsonb_build_object('caller', n('chair'),
    'body', jsonb_build_object('id', n('A3'), 'code', 'A3', 'name', 'Phòng mới',
	'kind', 'department', 'parent_unit_id', n('A'),
	'valid_from', '2026-02-01'))), 201, 'a new department');
SELECT is(may('chair', 'A3', d::date) & perm_bit('UNIT') <> 0, w,
    'an administrator above reaches it: ' || d)
FROM (VALUES ('2026-01-31', false), ('2026-02-01', true)) x(d, w);
SELECT agrees('a new department');
CREATE TEMP TABLE was AS SELECT * FROM unit_cover;
SELECT unit_cover_derive();
SELECT set_eq('TABLE unit_cover', 'TABLE was',
    'and its cover is what a derivation gives');

-- Only the database derives.
SET LOCAL ROLE camket_api;
SELECT throws_ok('INSERT INTO camket.reach VALUES (tap.n(''stranger''),
    tap.n(''A''), ''2026-01-01'', ''2027-01-01'', -1)', '42501', NULL,
    'the service cannot write what people reach');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
