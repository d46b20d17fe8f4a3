-- Every statement, sent by somebody without a grant: nothing is shown, nothing
-- is changed. And sent by those who hold one: something is.
\ir start.psql
\i :statements
SELECT no_plan();

\ir records.psql

-- --- what a caller may try ---

-- Every id there is, for a parameter named id.
CREATE TEMP TABLE candidate AS
SELECT id FROM unit UNION SELECT id FROM staff UNION SELECT id FROM plan
UNION SELECT id FROM task UNION SELECT id FROM review
UNION SELECT id FROM commitment UNION SELECT id FROM inspection
UNION SELECT id FROM finding UNION SELECT id FROM measure
UNION SELECT id FROM explanation UNION SELECT id FROM task_event
UNION SELECT id FROM extension
UNION SELECT id FROM remediation
UNION SELECT id FROM criteria_set UNION SELECT id FROM proposal
UNION SELECT id FROM complaint UNION SELECT id FROM indicator
UNION SELECT id FROM indicator_value UNION SELECT id FROM calendar_entry
UNION SELECT id FROM staff_event UNION SELECT id FROM obligation
UNION SELECT id FROM obligation_occurrence
UNION SELECT id FROM evaluation UNION SELECT id FROM notification
UNION SELECT id FROM service_key UNION SELECT id FROM post
UNION SELECT id FROM member_group UNION SELECT id FROM document;
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
	    'task_id', n('task in_progress'), 'question', 'x', 'cause', 'x',
	    'authority_staff_id', n('head'), 'proposed_on', '2026-03-02',
	    'key', 'NEW', 'rule', '{"of": "person"}'::jsonb, 'issuer_unit_code', 'A', 'assignments', jsonb_build_array(jsonb_build_object('unit_id',
		n('A1'), 'position', 'x')),
	    'scopes', '["read"]'::jsonb, 'days', 30, 'patch',
	    '{"text":"x"}'::jsonb, 'document', '{}'::jsonb) $$;
CREATE FUNCTION tap.try_args(statement text, caller uuid, caller_session uuid)
RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('caller', caller, 'session', caller_session,
	    'limit', 200, 'count', 100, 'version', 1, 'dry_run', false, 'hash',
	    '\x02', 'key', 'probe', 'moved', n('A1'), 'indicator', n('indicator'), 'depth', 9, 'unit', 'A', 'subtree', true,
	    'from_day', '2026-01-01', 'until_day', '2027-01-01', 'delegation_id',
	    n('delegation'), 'identity_id', n('identity'), 'part_id',
	    CASE split_part(statement, '_', 1) WHEN 'grant' THEN
	    (SELECT min(id::text) FROM staff_grant WHERE staff_id = n('chair'))
	    ELSE n('chair post')::text END, 'target', n('session chair'), 'for_id',
	    n('chair'), 'link_id', n('link'), 'code_hash', '\x03', 'hint', 'x',
	    'ttl_s', 600, 'by_mail', false, 'text', 'x',
	    'secret', 'x', 'step', 1, 'codes', '{}', 'epoch', 0, 'path', '/',
	    'second', true, 'short', false, 'step_up_s', 600, 'acknowledge', true, 'body',
	    try_body(statement)) || CASE statement
	    WHEN 'idempotency_put' THEN '{"status":200}'
	    WHEN 'idempotency_get' THEN '{"key":"key"}'
	    WHEN 'invitation_make' THEN '{"subject":"x"}'
	    WHEN 'indicator_total' THEN '{"period":"2026-01"}'
	    WHEN 'calendar_create' THEN jsonb_build_object('body',
		try_body(statement) || '{"kind": "holiday"}')::text
	    WHEN 'setting_patch' THEN '{"body": {"salutation": "x"}}'
	    WHEN 'calendar_deadline' THEN '{"days":3}'
	    WHEN 'unit_succession' THEN jsonb_build_object('body',
		try_body(statement) || '{"kind": "rename", "effective_on":
		"2026-02-01", "parent_unit_id": null}')::text
	    WHEN 'comment_mentions' THEN jsonb_build_object('body',
		jsonb_build_object('mentions', jsonb_build_array(
		jsonb_build_object('staff_id', n('other')))))::text
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
-- An error is no refusal, but for a reference that the caller does not know.
SELECT is(errors, '{}', name || ' refuses without an error')
FROM probe WHERE who = 'stranger' AND errors NOT IN ('{}', '{CK422}');
SELECT cmp_ok(sum(runs), '>', 3000::bigint, 'over thousands of tries')
FROM probe WHERE who = 'stranger';

-- What does nothing for anybody does nothing for a stranger either: each
-- statement answers or does something else for one of those who hold a grant.
-- Not those that concern the caller's own session and second factor.
DO $$
DECLARE
	s statement;
	who text;
BEGIN
	FOR s IN SELECT * FROM statement WHERE scoped
	    AND name !~ '^(mfa_|stepup_|session_)' LOOP
		FOREACH who IN ARRAY '{head,chair,doer,admin,office,other}'::text[]
		LOOP
			PERFORM probe(s, who);
			EXIT WHEN (SELECT count(DISTINCT effect) FROM probe p
			    WHERE p.name = s.name) > 1;
		END LOOP;
	END LOOP;
END $$;
SELECT ok(count(DISTINCT effect) > 1 OR max(effect) LIKE '%true',
    name || ' does something for somebody (is there a record of its kind?)')
FROM probe WHERE name IN (SELECT name FROM probe WHERE who <> 'stranger')
GROUP BY name ORDER BY name;

SELECT * FROM finish();
ROLLBACK;
