-- A late holder changes nothing: every statement that ends or puts off what
-- was taken is fenced by the epoch it was taken with.
\ir start.psql
\i :statements
SELECT no_plan();
\ir records.psql

INSERT INTO reminder (id, kind, ref, rule, due_on, moment_on, created_at)
VALUES (n('reminder'), 'task', n('task assigned'), 'on_day', '2026-02-20',
    '2026-02-20', now());
INSERT INTO job (id, kind, ref, epoch, attempts, lease_until)
OVERRIDING SYSTEM VALUE VALUES (7, 'reminder', n('reminder'), 2, 2,
    now() + interval '1 minute');
INSERT INTO duty (name, epoch, lease_until) VALUES ('due', 2,
    now() + interval '1 minute') ON CONFLICT (name) DO UPDATE
SET epoch = 2, lease_until = excluded.lease_until;

-- All that such a statement may touch.
CREATE FUNCTION tap.road() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(x, E'\n' ORDER BY x)) FROM (
	    SELECT 'job ' || job::text FROM job
	    UNION ALL SELECT 'duty ' || duty::text FROM duty
	    UNION ALL SELECT 'reminder ' || reminder::text FROM reminder
	    UNION ALL SELECT 'delivery ' || delivery::text FROM delivery
	    UNION ALL SELECT 'notification ' || notification::text
		FROM notification) r(x) $$;
-- Does a statement change anything, sent by the holder of an epoch? What it
-- did is undone.
CREATE FUNCTION tap.changes(statement text, epoch int, r uuid) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	was text := road();
	did boolean;
BEGIN
	PERFORM run(statement, jsonb_build_object('id', 7, 'ids', '{7}',
	    'name', 'due', 'epoch', epoch, 'epochs', format('{%s}', epoch),
	    'ref', r, 'status', 'moot', 'said', 'x', 'error', 'x',
	    'pause_s', 60, 'cadence_ms', 1000, 'occasion', 'reminder:' || r,
	    'template', 'task_soon', 'category', 'reminder', 'kind', 'task',
	    'staff', format('{%s}', n('head')), 'names', '{x}', 'addresses',
	    '{x}', 'subject', 'x', 'body', 'x', 'url', ''));
	did := road() <> was;
	RAISE EXCEPTION USING ERRCODE = 'CK000';
EXCEPTION WHEN SQLSTATE 'CK000' THEN
	RETURN did;
END
$$;
CREATE FUNCTION tap.tried(statement text, epoch int) RETURNS boolean
LANGUAGE sql AS $$ SELECT changes(statement, epoch,
	CASE statement WHEN 'delivery_end' THEN n('delivery')
	WHEN 'reminder_end' THEN n('reminder') ELSE n('task assigned') END) $$;

CREATE TEMP TABLE fenced AS SELECT name FROM statement
WHERE params && '{epoch,epochs}' AND 'caller' <> ALL (params) ORDER BY 1;
SELECT set_has('SELECT name FROM fenced', $$ VALUES ('delivery_end'),
    ('duty_done'), ('job_bury'), ('job_end'), ('job_retry'),
    ('notice_fan_out'), ('reminder_end'), ('settle_done') $$,
    'these are fenced, at least');
SELECT ok(NOT tried(name, 1), name || ' of a late holder changes nothing')
FROM fenced;
SELECT ok(tried(name, 2), name || ' of the holder does') FROM fenced;

SELECT * FROM finish();
ROLLBACK;
