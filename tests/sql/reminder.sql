-- Days to go are counted on the day a reminder is for, or on a later one when
-- it is told late; never before its day, where a clock runs behind.
\ir start.psql
\i :statements
SELECT no_plan();
\ir records.psql

INSERT INTO reminder (id, kind, ref, rule, due_on, moment_on, created_at)
VALUES (n('reminder'), 'task', n('task assigned'), 'on_day', '2026-02-20',
    '2026-02-20', now());

SELECT is((SELECT r ->> 'days' FROM run('reminder_about', jsonb_build_object(
    'today', today, 'ref', n('reminder'))) r), days, why)
FROM (VALUES ('2026-02-20', '0', 'on its day'),
    ('2026-02-19', '0', 'a clock that is behind'),
    ('2026-02-24', '-2', 'two working days late')) x(today, days, why);

SELECT * FROM finish();
ROLLBACK;
