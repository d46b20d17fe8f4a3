-- Working days: Tết 2026, swaps, and the clocks of the law.
\ir start.psql
SELECT plan(41);

-- The days off of Tết 2026 for civil servants, 14/2 to 22/2.
INSERT INTO calendar (id, code) VALUES (n('tet'), 'tet');
INSERT INTO calendar_day (calendar_id, day, kind, decision)
SELECT n('tet'), d::date, 'holiday', 'Tết 2026'
FROM generate_series(date '2026-02-14', date '2026-02-22', '1 day') d;
SELECT workday_derive(n('tet'));
CREATE FUNCTION tap.after(day date, days int) RETURNS text
LANGUAGE sql AS $$ SELECT workday_after(n('tet'), day, days)::text $$;
CREATE FUNCTION tap.days_from(a date, b date) RETURNS int
LANGUAGE sql AS $$
	SELECT y.ordinal - x.ordinal FROM workday x, workday y
	WHERE x.calendar_id = n('tet') AND y.calendar_id = n('tet')
	  AND x.day = a AND y.day = b $$;

-- A proposal received on Tuesday 10/2: seven working days.
SELECT is(after('2026-02-10', i), d, i || ' working days after 10/2')
FROM (VALUES (1, '2026-02-11'), (2, '2026-02-12'), (3, '2026-02-13'),
    (4, '2026-02-23'), (5, '2026-02-24'), (6, '2026-02-25'),
    (7, '2026-02-26')) x(i, d);
SELECT is(workday_after(c.id, '2026-02-10', 7)::text, '2026-02-19',
    'weekends alone would give 19/2') FROM calendar c WHERE code = 'default';
SELECT is(after('2026-02-12', 5), '2026-02-26',
    'work completed on 12/2 is reported within five days');
SELECT is(after('2026-02-26', 7), '2026-03-09',
    'the report is evaluated within seven');
SELECT is(after('2026-03-09', 3), '2026-03-12', 'the last step within three');
-- A limit in calendar days that ends on a day off moves on.
SELECT is(after('2026-02-14', 0), '2026-02-23',
    'a last day in Tết moves to the next working day');
SELECT is(after('2026-02-13', 0), '2026-02-13', 'a last day at work stays');
-- The month's window closes on 14/2 all the same; it is sent later.
SELECT is(after('2026-02-14', 1), '2026-02-23', 'one working day after 14/2');
SELECT is(after('2026-02-14', 2), '2026-02-24', 'two working days after 14/2');
-- Year end.
SELECT is(after('2026-12-14', 1), '2026-12-15', 'one working day after 14/12');
SELECT is(after('2026-12-14', 2), '2026-12-16', 'two working days after 14/12');
-- An appeal: published on Friday 10/7.
SELECT is(after('2026-07-10', 5), '2026-07-17', 'five working days to appeal');
SELECT is(after('2026-07-15', 10), '2026-07-29', 'ten to answer');

SELECT is(days_from('2026-02-10', '2026-02-26'), 7, 'days between are days after');
SELECT is(days_from('2026-02-26', '2026-02-10'), -7, 'and back');
SELECT is(days_from('2026-02-14', '2026-02-22'), 0, 'no day of Tết is worked');
SELECT is(days_from('2026-02-13', '2026-02-14'), 0, 'a day off adds nothing');

-- A swap: Saturday 28/2 is declared worked.
INSERT INTO calendar_day (calendar_id, day, kind, decision)
VALUES (n('tet'), '2026-02-28', 'working', 'hoán đổi');
SELECT workday_derive(n('tet'));
SELECT is(after('2026-02-26', 7), '2026-03-06',
    'a Saturday declared worked brings the deadline forward');
SELECT is(after('2026-02-27', 1), '2026-02-28', 'and is a working day itself');
SELECT is(after('2026-02-28', 0), '2026-02-28', 'on which a deadline may lie');
-- A holiday on a rest day is made up for.
INSERT INTO calendar_day (calendar_id, day, kind)
VALUES (n('tet'), '2026-04-27', 'compensation');
SELECT workday_derive(n('tet'));
SELECT is(after('2026-04-24', 1), '2026-04-28', 'a compensation is a day off');
-- Offices that work on Saturdays.
INSERT INTO calendar (id, code, week_mask) VALUES (n('six'), 'six', 63);
SELECT workday_derive(n('six'));
SELECT is(workday_after(n('six'), '2026-03-06', 1)::text, '2026-03-07',
    'the week of a calendar is its own');
SELECT is(workday_after(n('six'), '2026-03-07', 1)::text, '2026-03-09',
    'and Sunday is not in it');

SELECT is(after('2046-01-01', 1), NULL, 'what is not derived has no answer');
SELECT is(workday_after(n('nowhere'), '2026-01-01', 1), NULL,
    'nor has an unknown calendar');
SELECT throws_ok($$INSERT INTO calendar_day VALUES
    (n('tet'), '2026-06-01', 'maybe')$$, '23514', NULL,
    'a day is a holiday, a compensation or worked');

-- Whatever the day and the number.
SELECT ok(bool_and(w.works), 'n working days after is a working day')
FROM generate_series(date '2026-01-01', date '2026-12-31', '1 day') d,
    generate_series(0, 30, 7) i,
    LATERAL (SELECT workday_after(n('tet'), d::date, i::int) AS day) a,
    workday w WHERE w.calendar_id = n('tet') AND w.day = a.day;
SELECT ok(bool_and(workday_after(n('tet'), d::date, i)
	< workday_after(n('tet'), d::date, i + 1)), 'one more day is later')
FROM generate_series(date '2026-01-01', date '2026-12-31', '1 day') d,
    generate_series(1, 9) i;
SELECT ok(bool_and(days_from(d::date, workday_after(n('tet'), d::date, i)) = i),
    'after and between agree')
FROM generate_series(date '2026-01-01', date '2026-12-31', '1 day') d,
    generate_series(1, 9) i;
SELECT is(sum(works::int)::int, 0, 'every weekend is off but the one declared')
FROM workday WHERE calendar_id = n('tet') AND extract(isodow FROM day) > 5
  AND day <> '2026-02-28';
SELECT is(count(*), (date '2045-12-31' - date '2015-01-01')::bigint + 1,
    'every day stands there once') FROM workday WHERE calendar_id = n('tet');
SELECT is(max(ordinal)::bigint, sum(works::int), 'the ordinal counts them')
FROM workday WHERE calendar_id = n('tet');

-- Who may look, and who may change.
SET LOCAL ROLE camket_api;
SELECT is(workday_after(n('tet'), '2026-02-10', 7)::text, '2026-02-26',
    'the service may ask');
SELECT throws_ok('DELETE FROM workday', '42501', NULL, 'but not rewrite');
SET LOCAL ROLE camket_worker;
SELECT is(workday_after(n('tet'), '2026-02-10', 7)::text, '2026-02-26',
    'so may the workers');
RESET ROLE;
SET LOCAL search_path = camket, public, tap, pg_temp;

SELECT * FROM finish();
ROLLBACK;
