-- A write and its consequences are one statement: row, event, job, mark,
-- idempotent answer - or none of them.
\ir start.psql
\i :statements
SELECT no_plan();

-- What a caller sends; the row's id and version are added as needed.
CREATE FUNCTION tap.ask(who text, more jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql AS $$ SELECT jsonb_build_object('caller', n(who)) || more $$;
CREATE FUNCTION tap.on_task(who text, verb text, v int, body jsonb DEFAULT '{}',
    more jsonb DEFAULT '{}') RETURNS int LANGUAGE sql AS $$
	SELECT outcome('task_verb', ask(who, jsonb_build_object('id', n('task'),
	    'verb', verb, 'version', v, 'body', body) || more)) $$;
-- How many of each there are.
CREATE FUNCTION tap.traces() RETURNS text LANGUAGE sql AS $$
	SELECT format('task v%s, events %s, notices %s, rollups %s, marks %s, '
	    'answers %s', (SELECT version FROM task WHERE id = n('task')),
	    (SELECT count(*) FROM event), count(*) FILTER (WHERE kind = 'notice'),
	    count(*) FILTER (WHERE kind = 'rollup'),
	    (SELECT count(*) FROM mark), (SELECT count(*) FROM idempotency))
	FROM job $$;

-- --- a task's life ---

SELECT is(outcome('task_create', ask('head', jsonb_build_object('tell', false,
    'body', jsonb_build_object('id', n('task'), 'title', 'Báo cáo tháng',
	'code', 'II.7', 'unit_code', 'A1', 'due_on', '2026-03-02')))), 201,
    'a head makes a task');
SELECT is(traces(), 'task v1, events 1, notices 0, rollups 0, marks 0, '
    'answers 0', 'it left an event; a draft is in no figure');
SELECT is(row(kind, ref, unit_id, version, verb, actor_id, at, request, before)
	::text, row('task', n('task'), n('A1'), 1, 'create', n('head'),
	timestamptz '2026-02-10T03:00:00Z', 'req', NULL)::text,
    'the event says who did what, when and to what')
FROM event ORDER BY seq DESC LIMIT 1;
SELECT is(on_task('head', 'assign', 1, jsonb_build_object('lead_staff_id',
    n('doer'))), 200, 'he assigns it');
SELECT is(traces(), 'task v2, events 2, notices 1, rollups 1, marks 1, '
    'answers 0', 'somebody is to be told, a figure changes');
SELECT is(row(unit_id, day)::text, row(n('A1'), date '2026-03-02')::text,
    'the mark names the unit and the due day') FROM mark;
SELECT is(ref, (SELECT max(seq)::text FROM event),
    'the job names the event') FROM job WHERE kind = 'notice';
SELECT is(row(status, lead_staff_id, assigned_by, assigned_on)::text,
    row('assigned', n('doer'), n('head'), date '2026-02-10')::text,
    'it is the doer''s now') FROM task WHERE id = n('task');

-- --- refusals leave nothing ---

SELECT is(on_task('doer', 'accept', 2), 409, 'what is assigned is not accepted');
SELECT is(on_task('other', 'receive', 2), NULL,
    'who does not see it, gets no answer at all');
SELECT is(on_task('stranger', 'receive', 2), NULL, 'nor does a stranger');
SELECT is(on_task('head', 'receive', 2), 403, 'the head does not receive it');
SELECT is(on_task('doer', 'receive', 1), 412, 'an old version is not current');
SELECT is(r ->> 'body' IS NOT NULL, true, 'and 412 shows what is')
FROM run('task_verb', ask('doer', jsonb_build_object('id', n('task'), 'verb',
    'receive', 'version', 1, 'body', '{}'::jsonb))) r;
SELECT is(traces(), 'task v2, events 2, notices 1, rollups 1, marks 1, '
    'answers 0', 'five refusals left no trace');
SELECT throws_ok($$SELECT on_task('head', 'assign', 2,
    '{"lead_staff_code":"nobody"}')$$, 'CK422', NULL, 'an unknown person');
SELECT is(traces(), 'task v2, events 2, notices 1, rollups 1, marks 1, '
    'answers 0', 'nor did an error');

-- --- to its end ---

SELECT is(on_task('doer', 'receive', 2), 200, 'received');
SELECT is(on_task('doer', 'complete', 3, '{"completed_on":"2026-03-01",'
    '"result":"Xong"}'), 200, 'completed');
SELECT is(on_task('doer', 'accept', 4), 403, 'not accepted by the doer');
SELECT is(on_task('head', 'return', 4, '{"reason":"Thiếu phụ lục"}'), 200,
    'returned');
SELECT is(row(status, reworks, completed_on, return_reason)::text,
    row('in_progress', 1, NULL::date, 'Thiếu phụ lục')::text,
    'a returned one counts as not done') FROM task WHERE id = n('task');
SELECT is(on_task('doer', 'complete', 5, '{"completed_on":"2026-03-03"}'), 200,
    'completed again');
SELECT is(on_task('head', 'accept', 6), 200, 'accepted');
SELECT is(row(status, completed_on, accepted_on, version)::text,
    row('accepted', date '2026-03-03', date '2026-02-10', 7)::text,
    'what counts is the day it was done') FROM task WHERE id = n('task');
SELECT results_eq($$SELECT kind, verb, version FROM event ORDER BY seq$$,
    $$VALUES ('task', 'create', 1), ('task', 'assign', 2),
    ('task', 'receive', 3), ('task', 'complete', 4), ('task', 'return', 5),
    ('task_event', 'create', 1), ('task', 'complete', 6),
    ('task', 'accept', 7)$$,
    'one event a step, versions without a gap; a return is a rework');
SELECT is(count(*), 1::bigint, 'all in one transaction bear one number')
FROM (SELECT DISTINCT xid FROM event) x;

-- --- patches ---

SELECT is(outcome('task_create', ask('head', jsonb_build_object('body',
    jsonb_build_object('id', n('two'), 'title', 'Việc hai', 'unit_code', 'A1',
	'due_on', '2026-03-10', 'weight', '1.5', 'text', 'Nội dung')))), 201,
    'another task');
DELETE FROM mark;
SELECT is(outcome('task_patch', ask('head', jsonb_build_object('id', n('two'),
    'version', 1, 'body', '{"due_on":"2026-04-01","text":null}'::jsonb))), 200,
    'is given another day');
SELECT is(row(version, due_on, "text", weight, title)::text, row(2,
    date '2026-04-01', NULL::text, 1.5::numeric(9,4), 'Việc hai')::text,
    'what a patch leaves out stays, what is null goes')
FROM task WHERE id = n('two');
SELECT set_eq('SELECT unit_id, day FROM mark', $$VALUES
    (n('A1'), date '2026-03-10'), (n('A1'), date '2026-04-01')$$,
    'both days are marked, before and after');
SELECT ok(before @> '{"due_on":"2026-03-10","text":"Nội dung"}'
    AND patch @> '{"due_on":"2026-04-01","text":null}', 'the event keeps what was and what was asked')
FROM event WHERE ref = n('two') AND verb = 'update';
DELETE FROM mark;
SELECT is(outcome('task_remove', ask('head', jsonb_build_object('id', n('two'),
    'version', 2))), 204, 'deleted');
SELECT is(count(*), 1::bigint, 'a deletion is marked') FROM mark;
SELECT is(count(*), 0::bigint, 'what is deleted is not read')
FROM run('task_get', ask('head', jsonb_build_object('id', n('two'))));
SELECT is(outcome('task_patch', ask('head', jsonb_build_object('id', n('two'),
    'version', 3, 'body', '{}'::jsonb))), NULL, 'nor patched');
SELECT is(outcome('task_restore', ask('head', jsonb_build_object('id', n('two'),
    'version', 3))), 200, 'but can be had back');
SELECT is(count(*), 1::bigint, 'and read again')
FROM run('task_get', ask('head', jsonb_build_object('id', n('two'))));

-- --- the first answer again ---

CREATE FUNCTION tap.keyed(v int, k text, h text) RETURNS int
LANGUAGE sql AS $$ SELECT outcome('task_patch', ask('head',
    jsonb_build_object('id', n('two'), 'version', v, 'key', k, 'hash', h,
	'body', '{"title":"Tên mới"}'::jsonb))) $$;
SELECT is(keyed(4, 'k-1', '\x01'), 200, 'a write with a key');
SELECT is(row(caller_id, key, hash, status, version, row_status)::text,
    row(n('head'), 'k-1', '\x01'::bytea, 200, 5, 'draft')::text,
    'its answer is kept beside it') FROM idempotency;
SELECT is(i.body, r ->> 'body', 'byte for byte as it is read')
FROM idempotency i, run('task_get', ask('head', jsonb_build_object('id',
    n('two')))) r;
SELECT throws_ok($$SELECT keyed(5, 'k-1', '\x01')$$, '23505', NULL,
    'a twin fails as a whole');
SELECT is(version, 5, 'and changes nothing') FROM task WHERE id = n('two');
SELECT is(keyed(4, 'k-2', '\x01'), 412, 'a refusal under a key');
SELECT is(count(*), 1::bigint, 'is not kept') FROM idempotency;
SELECT is(keyed(5, 'k-2', '\x01'), 200, 'so that the key can be used again');
SELECT is(outcome('task_create', ask('chair', jsonb_build_object('key', 'k-1',
    'hash', '\x02', 'body', jsonb_build_object('id', n('three'), 'title', 'x',
    'unit_code', 'A')))), 201, 'another caller''s key is another key');
SELECT is((SELECT r ->> '?column?' FROM run('idempotency_get', ask(who,
    jsonb_build_object('key', k, 'hash', h))) r), w,
    format('asked for %s of %s: %s', k, who, coalesce(w, 'nothing')))
FROM (VALUES ('head', 'k-1', '\x01', 'true'), ('head', 'k-1', '\x02', 'false'),
    ('head', 'k-9', '\x01', NULL), ('doer', 'k-1', '\x01', NULL))
    x(who, k, h, w);

-- --- plans: the stored text follows the row, names follow their own ---

SELECT is(outcome('plan_create', ask('office', jsonb_build_object('body',
    jsonb_build_object('id', n('plan'), 'title', 'Kế hoạch }"{', 'unit_id',
	n('A'), 'sections', '[{"a":{"b":"}"}}]'::jsonb)))), 201, 'a plan');
CREATE FUNCTION tap.plan_read() RETURNS jsonb LANGUAGE sql AS $$
	SELECT (r ->> 'body')::jsonb FROM run('plan_get', ask('office',
	    jsonb_build_object('id', n('plan')))) r $$;
CREATE FUNCTION tap.plan_row() RETURNS jsonb LANGUAGE sql AS $$
	SELECT to_jsonb(p) - '{unit_id,submitted_by,deleted_at,doc,fold}'::text[]
	FROM plan p WHERE id = n('plan') $$;
SELECT ok(plan_read() @> plan_row(), 'is read as it stands');
SELECT is(plan_read() -> 'issuer_unit' ->> 'name', 'Đơn vị A',
    'with its unit''s name');
SELECT is(outcome('plan_patch', ask('office', jsonb_build_object('id', n('plan'),
    'version', 1, 'body', '{"title":"Tên khác","signer":{"title":"Chủ tịch"}}'::jsonb))),
    200, 'patched');
SELECT ok(plan_read() @> plan_row(), 'the text follows');
SELECT is(plan_read() ->> 'title', 'Tên khác', 'with the new title');
UPDATE plan SET status = 'submitted' WHERE id = n('plan');
SELECT is(plan_read() ->> 'status', 'submitted', 'whoever changes the row');
UPDATE unit SET name = 'Phường Thanh Khê' WHERE id = n('A');
SELECT is(plan_read() -> 'issuer_unit', jsonb_build_object('id', n('A'),
    'code', 'A', 'name', 'Phường Thanh Khê'),
    'a unit''s new name shows at once');
SELECT is(card::jsonb, jsonb_build_object('id', id, 'code', code, 'name', name),
    'a card is its unit: ' || code) FROM unit;

-- Activation gives the drafts out, in one statement.
SELECT is(outcome('plan_verb', ask('office', jsonb_build_object('id', n('plan'),
    'verb', 'issue', 'version', 2, 'body', '{}'::jsonb))), 403,
    'not issued by its author');
SELECT is(outcome('plan_verb', ask('chair', jsonb_build_object('id', n('plan'),
    'verb', 'issue', 'version', 2, 'body',
    '{"number":"12","issued_on":"2026-02-01"}'::jsonb))), 200, 'issued');
INSERT INTO task (id, kind, plan_id, code, title, unit_id, due_on, author_id,
    cadence, created_at, updated_at)
SELECT n('item ' || k), k, n('plan'), k, k, n('A1'),
    CASE k WHEN 'one_off' THEN date '2026-02-20' END, n('chair'),
    CASE k WHEN 'recurring' THEN ARRAY['month'] ELSE '{}' END, now(), now()
FROM unnest('{one_off,continuous,recurring}'::text[]) k;
DELETE FROM mark;
SELECT is(outcome('plan_activate', ask('chair', jsonb_build_object('id',
    n('plan'), 'verb', 'activate', 'version', 3, 'body',
    '{"count_from":"2026-02-15"}'::jsonb))), 200, 'activated');
SELECT results_eq($$SELECT kind, status, version, count_from, assigned_by
    FROM task WHERE plan_id = n('plan') ORDER BY kind$$, $$VALUES
    ('continuous', 'assigned', 2, date '2026-02-15', n('chair')),
    ('one_off', 'assigned', 2, '2026-02-15', n('chair')),
    ('recurring', 'in_progress', 2, '2026-02-15', n('chair'))$$,
    'its items are given out');
SELECT is(count(*), 3::bigint, 'an event for each')
FROM event e JOIN task t ON t.id = e.ref WHERE t.plan_id = n('plan');
SELECT is(count(*), 1::bigint, 'a mark where there is a day') FROM mark;
SELECT is(outcome('plan_end', ask('chair', jsonb_build_object('id', n('plan'),
    'verb', 'close', 'version', 4, 'body', '{}'::jsonb))), 200, 'closed');
SELECT is(count(*), 3::bigint, 'its open work ends with it')
FROM task WHERE plan_id = n('plan') AND status = 'cancelled';

-- Numbers are once a year, kind and unit.
INSERT INTO plan (id, unit_id, kind, number, title, status, issued_on,
    author_id, created_at, updated_at)
VALUES (n('p2'), n('A'), 'plan', '13', 'x', 'issued', '2026-03-01', n('chair'),
    now(), now());
SELECT throws_ok($$UPDATE plan SET number = '13' WHERE id = n('plan')$$,
    '23505', NULL, 'a number is given once a year');
UPDATE plan SET issued_on = '2025-03-01' WHERE id = n('p2');
SELECT lives_ok($$UPDATE plan SET number = '13' WHERE id = n('plan')$$,
    'the next year it is free');

SELECT * FROM finish();
ROLLBACK;
