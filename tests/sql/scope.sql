-- Every statement, sent by somebody without a grant: nothing is shown, nothing
-- is changed. And sent by those who hold one: something is.
\ir start.psql
\i :statements
SELECT no_plan();

-- --- one record of each kind, all of them marked with a word ---

UPDATE unit SET name = 'Bí mật ' || code;
UPDATE staff SET full_name = 'Bí mật ' || code, email = code || '@bimat'
WHERE code <> 'stranger';
SELECT make_grant('other', 'T', 'auditor');
UPDATE staff_grant SET function = 'personnel' WHERE staff_id = n('office');
INSERT INTO document (id, kind, title, created_at, updated_at)
VALUES (n('document'), 'directive', 'Bí mật', now(), now());
INSERT INTO plan (id, unit_id, title, number, status, issued_on, author_id,
    created_at, updated_at)
SELECT n('plan ' || s), n('A'), 'Bí mật', s, s, '2026-01-02', n('office'),
    now(), now() FROM unnest('{draft,submitted,issued,in_force}'::text[]) s;
INSERT INTO obligation (id, plan_id, code, what, subject_kind)
SELECT n(id::text), id, 'O1', 'Bí mật', 'person' FROM plan;
INSERT INTO task (id, kind, status, plan_id, code, title, unit_id, office_id,
    due_on, completed_on, lead_staff_id, assigned_by, author_id, created_at,
    updated_at)
SELECT n('task ' || s), 'one_off', s, n('plan in_force'), s, 'Bí mật', n('A1'),
    n('A'), '2026-02-20', CASE s WHEN 'done' THEN date '2026-02-09' END,
    n('doer'), n('head'), n('head'), now(), now()
FROM unnest('{draft,assigned,in_progress,done,paused}'::text[]) s;
INSERT INTO criteria_set (id, code, title, items, created_at, updated_at)
VALUES (n('set'), 'BH', 'Bí mật', '{"BH01":{"answer":"text"}}', now(), now());
INSERT INTO review (id, status, unit_id, asks_unit_id, subject_staff_id,
    criteria_set_id, period, period_from, period_until, summary, author_id,
    created_at, updated_at)
SELECT n('review ' || s), s, n('A1'), n('A1'), n('doer'), n('set'),
    '2026-0' || i, '2026-01-01', '2026-02-01', 'Bí mật', n('doer'), now(), now()
FROM unnest('{draft,submitted,discussed}'::text[]) WITH ORDINALITY x(s, i);
INSERT INTO evaluation (id, status, unit_id, asks_unit_id, office_id, staff_id,
    criteria_set_id, period, period_from, period_until, self_note, author_id,
    created_at, updated_at)
SELECT n('evaluation ' || s), s, n('A1'), n('A1'), n('A'), n('doer'), n('set'),
    '2026-0' || i, '2026-01-01', '2026-02-01', 'Bí mật', n('doer'), now(), now()
FROM unnest('{draft,self_assessed,reviewed,met}'::text[])
    WITH ORDINALITY x(s, i);
INSERT INTO commitment (id, status, unit_id, asks_unit_id, subject_staff_id,
    year, "text", author_id, created_at, updated_at)
SELECT n('commitment ' || s), s, n('A1'), n('A1'), n('doer'), 2025 + i,
    'Bí mật', n('doer'), now(), now()
FROM unnest('{draft,submitted,approved,reported}'::text[])
    WITH ORDINALITY x(s, i);
INSERT INTO inspection (id, status, unit_id, title, origin, lead_staff_id,
    announced_on, author_id, created_at, updated_at)
SELECT n('inspection ' || s), s, n('A1'), 'Bí mật', '{"kind":"plan"}',
    n('chair'), '2026-02-01', n('chair'), now(), now()
FROM unnest('{planned,running}'::text[]) s;
INSERT INTO finding (id, status, inspection_id, unit_id, title, author_id,
    created_at, updated_at)
SELECT n('finding ' || s), s, n('inspection running'), n('A1'), 'Bí mật',
    n('chair'), now(), now() FROM unnest('{draft,stated}'::text[]) s;
INSERT INTO measure (id, status, finding_id, inspection_id, unit_id, kind,
    title, due_on, author_id, created_at, updated_at)
SELECT n('measure ' || s), s, n('finding stated'), n('inspection running'),
    n('A1'), 'rectify', 'Bí mật', '2026-03-01', n('chair'), now(), now()
FROM unnest('{open,done}'::text[]) s;
INSERT INTO proposal (id, status, unit_id, title, eligible, received_on, terms,
    author_id, created_at, updated_at)
SELECT n('proposal ' || s), s, n('A'), 'Bí mật', true, '2026-02-02',
    '{"meeting":7,"report":5,"assessment":7,"conclusion":3}', n('doer'), now(),
    now() FROM unnest('{submitted,voted,running}'::text[]) s;
INSERT INTO complaint (id, status, unit_id, channel, received_on, title,
    anonymous, lead_staff_id, author_id, created_at, updated_at)
SELECT n('complaint ' || s), s, n('A1'), 'post', '2026-02-02', 'Bí mật', false,
    n('office'), n('office'), now(), now()
FROM unnest('{received,accepted}'::text[]) s;
INSERT INTO complainant (complaint_id, full_name)
SELECT id, 'Bí mật' FROM complaint;
INSERT INTO indicator (id, unit_id, code, title, aggregation, direction,
    author_id, created_at, updated_at)
VALUES (n('indicator'), n('A'), 'CT', 'Bí mật', 'sum', 'higher', n('office'),
    now(), now());
INSERT INTO indicator_value (id, indicator_id, unit_id, period, period_from,
    period_until, value, note, author_id, created_at, updated_at)
VALUES (n('value'), n('indicator'), n('A'), '2026-01', '2026-01-01',
    '2026-02-01', 1, 'Bí mật', n('office'), now(), now());
INSERT INTO staff_event (id, staff_id, unit_id, kind, title, from_on,
    author_id, created_at, updated_at)
VALUES (n('staff event'), n('doer'), n('A1'), 'award', 'Bí mật', '2026-01-05',
    n('chair'), now(), now());
INSERT INTO notification (id, staff_id, category, title, body, created_at)
VALUES (n('notification'), n('doer'), 'assigned', 'Bí mật', 'Bí mật', now());
INSERT INTO delivery (id, staff_id, occasion, channel, template, kind, ref,
    subject, body, created_at) VALUES (n('delivery'), n('doer'), 'x', 'mail',
    'task_soon', 'task', n('task assigned'), 'Bí mật', 'Bí mật', now());
INSERT INTO delegation (id, staff_id, to_id, powers, perms, capacity, document,
    from_on, created_at) VALUES (n('delegation'), n('chair'), n('head'),
    '{issue}', 8, 'KT', 'Bí mật', '2026-02-01', now());
INSERT INTO service_key (id, staff_id, name, unit_id, scopes, hash, hint,
    created_at, updated_at, expires_at) VALUES (n('key'), n('other'), 'Bí mật',
    n('A'), '{read}', '\x01', 'Bí mật', now(), now(), 'infinity');
INSERT INTO session (id, staff_id, rotated_at, device, created_at, expires_at)
SELECT n('session ' || code), id, now(),
    CASE code WHEN 'stranger' THEN 'x' ELSE 'Bí mật' END, now(), 'infinity'
FROM staff;
INSERT INTO credential (staff_id, kind, secret, set_at)
SELECT id, 'password', CASE code WHEN 'stranger' THEN 'x' ELSE 'Bí mật' END,
    now() FROM staff;
INSERT INTO audit (action, actor_id, staff_id, unit_id, detail)
VALUES ('read', n('head'), n('doer'), n('A1'), '"Bí mật"');
INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id, patch)
VALUES (now(), 'task', n('task assigned'), n('A1'), 1, 'create', n('head'),
    '{"title":"Bí mật"}');
INSERT INTO seal (n, source, seq, hash) VALUES (1, 'audit', 1, '\x01');
INSERT INTO cell (unit_id, day, own_open, open)
SELECT id, '2026-02-20', 7, 7 FROM unit;
INSERT INTO idempotency (caller_id, key, hash, status, body)
VALUES (n('head'), 'key', '\x01', 200, 'Bí mật');

-- And some that are deleted.
INSERT INTO plan (id, unit_id, title, author_id, created_at, updated_at,
    deleted_at) VALUES (n('gone'), n('A'), 'Bí mật', n('office'), now(), now(),
    now());
INSERT INTO task (id, kind, title, unit_id, author_id, created_at, updated_at,
    deleted_at) VALUES (n('gone'), 'one_off', 'Bí mật', n('A1'), n('head'),
    now(), now(), now());
INSERT INTO review SELECT (jsonb_populate_record(r, jsonb_build_object('id',
    n('gone'), 'period', '2025', 'deleted_at', now()))).* FROM review r
WHERE id = n('review draft');
INSERT INTO evaluation SELECT (jsonb_populate_record(r, jsonb_build_object('id',
    n('gone'), 'period', '2025', 'deleted_at', now()))).* FROM evaluation r
WHERE id = n('evaluation draft');
SELECT make_staff('gone', 'A1');
UPDATE staff SET deleted_at = now() WHERE id = n('gone');

-- --- what a caller may try ---

-- Every id there is, for a parameter named id.
CREATE TEMP TABLE candidate AS
SELECT id FROM unit UNION SELECT id FROM staff UNION SELECT id FROM plan
UNION SELECT id FROM task UNION SELECT id FROM review
UNION SELECT id FROM evaluation UNION SELECT id FROM notification
UNION SELECT id FROM service_key UNION SELECT id FROM criteria_set
UNION SELECT id FROM commitment UNION SELECT id FROM inspection
UNION SELECT id FROM finding UNION SELECT id FROM measure
UNION SELECT id FROM proposal UNION SELECT id FROM complaint
UNION SELECT id FROM indicator UNION SELECT id FROM indicator_value
UNION SELECT id FROM staff_event;
-- One body that names what it should not, with all that any table requires.
CREATE FUNCTION tap.try_body(statement text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('kind', CASE split_part(statement, '_', 1)
	    WHEN 'unit' THEN 'department' WHEN 'plan' THEN 'plan'
	    ELSE 'one_off' END, 'parent_id', n('task assigned'),'id', n('new'), 'code', 'NEW', 'username', 'new',
	    'full_name', 'x', 'title', 'x', 'name', 'x', 'subject_type',
	    'civil_servant', 'role', 'staff', 'position', 'x', 'unit_id', n('A1'),
	    'parent_unit_id', n('A'), 'subject_staff_id', n('doer'), 'staff_id',
	    n('doer'), 'lead_staff_id', n('doer'), 'criteria_set_id', n('set'),
	    'plan_id', n('plan in_force'), 'period', '2026-05', 'period_from',
	    '2026-05-01', 'period_until', '2026-06-01', 'from', '2026-02-01', 'on',
	    '2026-03-01', 'due_on', '2026-03-01', 'to_staff_id', n('far'),
	    'hand_over_to_staff_id', n('other'), 'capacity', 'KT', 'powers',
	    '["issue"]'::jsonb, 'reason', 'x', 'asks_unit_id', n('A1'),
	    'issuer_unit_code', 'A', 'assignments', jsonb_build_array(jsonb_build_object('unit_id',
		n('A1'), 'position', 'x')),
	    'scopes', '["read"]'::jsonb, 'days', 30) $$;
CREATE FUNCTION tap.try_args(statement text, caller uuid, caller_session uuid)
RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('caller', caller, 'session', caller_session,
	    'limit', 200, 'count', 100, 'version', 1, 'dry_run', false, 'hash',
	    '\x02', 'key', 'key', 'depth', 9, 'unit', 'A', 'subtree', true,
	    'from_day', '2026-01-01', 'until_day', '2027-01-01', 'delegation_id',
	    n('delegation'), 'grant_id', (SELECT min(id::text) FROM staff_grant
	    WHERE staff_id = n('chair')), 'target', n('session chair'), 'for_id',
	    n('chair'), 'link_id', n('link'), 'code_hash', '\x03', 'hint', 'x',
	    'ttl_s', 600, 'by_mail', false, 'text', 'x',
	    'secret', 'x', 'step', 1, 'codes', '{}', 'epoch', 0, 'path', '/',
	    'second', true, 'step_up_s', 600, 'acknowledge', true, 'body',
	    try_body(statement)) || CASE statement
	    WHEN 'idempotency_put' THEN '{"status":200}'
	    WHEN 'invitation_make' THEN '{"subject":"x"}'
	    ELSE '{}' END::jsonb $$;

-- What all tables hold, but for the rows that name somebody.
CREATE FUNCTION tap.fingerprint(but uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	t text;
	h text;
	all_of text := '';
BEGIN
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'camket'
	    AND tablename NOT IN ('workday', 'calendar_day', 'perm', 'role')
	    ORDER BY 1 LOOP
		EXECUTE format('SELECT md5(string_agg(x::text, '''' ORDER BY '
		    'x::text)) FROM camket.%I x WHERE x::text NOT LIKE %L', t,
		    coalesce('%' || but || '%', '')) INTO h;
		all_of := all_of || t || '=' || coalesce(h, '') || ' ';
	END LOOP;
	RETURN all_of;
END
$$;
-- seen: what was shown of others; changed: tables with rows of others;
-- effect: all answers and all rows, for comparison.
CREATE TEMP TABLE probe (name text, who text, seen text, changed text,
    effect text, errors text[], runs int);
-- Send one statement with every id and every verb; what it did is undone.
CREATE FUNCTION tap.probe(s statement, who text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	args jsonb := try_args(s.name, n(who), n('session ' || who));
	r jsonb;
	c record;
	p probe := row(s.name, who, NULL, NULL, '', '{}', 0);
	was text;
	was_all text;
BEGIN
	BEGIN
		was := fingerprint(n(who));
		was_all := fingerprint(NULL);
		FOR c IN SELECT i.id, v.verb FROM (SELECT id FROM candidate
			WHERE 'id' = ANY (s.params)
			UNION ALL SELECT NULL WHERE 'id' <> ALL (s.params)) i,
		    (SELECT DISTINCT verb FROM step WHERE resource =
			split_part(s.name, '_', 1) AND 'verb' = ANY (s.params)
			UNION ALL SELECT NULL WHERE 'verb' <> ALL (s.params)) v
		LOOP
			p.runs := p.runs + 1;
			BEGIN
				FOR r IN SELECT run(s.name, args ||
				    jsonb_strip_nulls(jsonb_build_object('id',
				    c.id, 'verb', c.verb))) LOOP
					p.effect := md5(p.effect || r);
					IF r::text ~ 'Bí mật|bimat|"open.{1,5}7' THEN
						p.seen := r::text;
					END IF;
				END LOOP;
			EXCEPTION WHEN others THEN
				IF SQLSTATE <> ALL (p.errors) THEN
					p.errors := p.errors || SQLSTATE::text;
				END IF;
			END;
		END LOOP;
		IF fingerprint(n(who)) <> was THEN
			SELECT string_agg(split_part(x, '=', 1), ' ')
			INTO p.changed FROM unnest(string_to_array(
			    fingerprint(n(who)), ' ')) x
			WHERE x <> ALL (string_to_array(was, ' '));
		END IF;
		p.effect := p.effect || (fingerprint(NULL) <> was_all);
		RAISE EXCEPTION USING ERRCODE = 'CK000';
	EXCEPTION WHEN SQLSTATE 'CK000' THEN
		NULL;
	END;
	INSERT INTO probe SELECT p.*;
END
$$;

SELECT probe(s, 'stranger') FROM statement s WHERE scoped;

SELECT is(seen, NULL, name || ' shows a stranger nothing')
FROM probe WHERE who = 'stranger' ORDER BY name;
SELECT is(changed, NULL, name || ' changes nothing for a stranger')
FROM probe p WHERE who = 'stranger' AND EXISTS (SELECT FROM statement s
    WHERE s.name = p.name AND 'now' = ANY (s.params)) ORDER BY name;
-- an unknown reference, a missing value: refusals that the API tells as such
SELECT ok(errors <@ '{CK422,23502}', name || ' refuses without an error')
FROM probe WHERE who = 'stranger' AND errors <> '{}';
SELECT cmp_ok(sum(runs), '>', 3000::bigint, 'over thousands of tries')
FROM probe WHERE who = 'stranger';

-- What does nothing for anybody does nothing for a stranger either: each
-- statement answers or does something else for one of those who hold a grant,
-- or concerns the caller alone.
SELECT probe(s, code) FROM statement s, unnest('{chair,office,head,doer,admin,'
    'other}'::text[]) code WHERE scoped;
SELECT ok(bool_or(p.effect <> s.effect) OR s.effect LIKE '%true',
    name || ' does something for somebody')
FROM probe p JOIN probe s USING (name)
WHERE p.who <> 'stranger' AND s.who = 'stranger'
  AND name !~ '^(mfa_|stepup_|session_)' -- the caller's own, by his session
GROUP BY name, s.effect ORDER BY name;

SELECT * FROM finish();
ROLLBACK;
