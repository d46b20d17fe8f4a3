-- What the roles of the programs may, and above all may not.
\ir start.psql
SELECT no_plan();

SELECT is(row(rolsuper, rolcreatedb, rolcreaterole, rolbypassrls,
	rolreplication)::text, '(f,f,f,f,f)', rolname || ' has no power of its own')
FROM pg_roles WHERE rolname LIKE 'camket\_%';
SELECT is(count(*), 4::bigint, 'there are four roles') FROM pg_roles
WHERE rolname LIKE 'camket\_%';
SELECT is(count(*), 0::bigint, 'none is a member of another')
FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
WHERE r.rolname IN ('camket_api', 'camket_worker', 'camket_report');
SELECT is(string_agg(DISTINCT pg_get_userbyid(relowner), ' '), 'camket_owner',
    'the owner owns every table, view and sequence')
FROM pg_class WHERE relnamespace = 'camket'::regnamespace;
SELECT is(string_agg(DISTINCT pg_get_userbyid(proowner), ' '), 'camket_owner',
    'and every function')
FROM pg_proc WHERE pronamespace = 'camket'::regnamespace;
SELECT is(count(*), 0::bigint, 'nothing is granted to everybody')
FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
WHERE c.relnamespace = 'camket'::regnamespace AND a.grantee = 0;
SELECT is(count(*), 0::bigint, 'nor may everybody run a function')
FROM pg_proc p WHERE p.pronamespace = 'camket'::regnamespace
  AND p.proname NOT LIKE 'pg\_%' AND EXISTS (SELECT FROM aclexplode(
    coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0);
SELECT is(has_schema_privilege(r, s, 'CREATE'), false,
    format('%s makes nothing in %s', r, s))
FROM unnest('{camket_api,camket_worker,camket_report}'::text[]) r,
    unnest('{camket,public}'::text[]) s;
SELECT ok(proconfig::text LIKE '%search_path=camket, pg_temp%',
    proname || ' runs with a search path of its own')
FROM pg_proc WHERE pronamespace = 'camket'::regnamespace AND prosecdef;

-- History is written once.
SELECT is(has_table_privilege(r, 'camket.' || t, p), false,
    format('%s may not %s %s', r, p, t))
FROM unnest('{camket_api,camket_worker,camket_report}'::text[]) r,
    unnest('{event,audit,seal,handover}'::text[]) t,
    unnest('{UPDATE,DELETE,TRUNCATE}'::text[]) p;
-- Secrets are for who checks them.
SELECT is(has_table_privilege(r, 'camket.' || t, 'SELECT'), false,
    format('%s may not read %s', r, t))
FROM (VALUES ('camket_worker', 'credential'), ('camket_report', 'credential'),
    ('camket_report', 'session'), ('camket_report', 'staff'),
    ('camket_report', 'evaluation'), ('camket_report', 'review'),
    ('camket_report', 'link'), ('camket_report', 'service_key')) x(r, t);
-- What is derived or mirrored is nobody's to write.
SELECT is(has_table_privilege(r, 'camket.' || t, p), false,
    format('%s may not %s %s', r, p, t))
FROM unnest('{camket_api,camket_worker,camket_report}'::text[]) r,
    unnest('{reach,role,perm,state,workday,clock,plan_link}'::text[]) t,
    unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) p;
SELECT is(bool_or(has_table_privilege('camket_report', c.oid,
	'INSERT, UPDATE, DELETE, TRUNCATE')), false, 'reporting writes nothing')
FROM pg_class c WHERE relnamespace = 'camket'::regnamespace AND relkind = 'r';
SELECT is(bool_or(has_table_privilege(r, c.oid, 'TRUNCATE, REFERENCES, '
	'TRIGGER')), false, r || ' truncates nothing')
FROM unnest('{camket_api,camket_worker,camket_report}'::text[]) r, pg_class c
WHERE relnamespace = 'camket'::regnamespace AND relkind = 'r' GROUP BY r;

-- A reporting tool's statements are its own: the rows know who may read them.
\ir records.psql
INSERT INTO plan (id, unit_id, title, number, status, issued_on, author_id,
    created_at, updated_at)
VALUES (n('plan of B'), n('B'), 'x', '9', 'issued', '2026-01-02', n('far'),
    now(), now()), (n('plan removed'), n('A'), 'x', '8', 'issued',
    '2026-01-02', n('office'), now(), now());
UPDATE plan SET deleted_at = now() WHERE id = n('plan removed');
SELECT make_staff('tool', NULL), make_grant('tool', 'A', 'superior');
CREATE ROLE tool IN ROLE camket_report;
CREATE ROLE unknown_tool IN ROLE camket_report;
GRANT SELECT ON ALL TABLES IN SCHEMA tap TO PUBLIC;
SELECT is(c.relrowsecurity, true, c.relname || ' has row-level security')
FROM pg_class c WHERE c.relnamespace = 'camket'::regnamespace
  AND has_table_privilege('camket_report', c.oid, 'SELECT')
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
	AND a.attname IN ('status', 'deleted_at', 'own_late'))
  AND c.relname NOT IN ('unit');
SET LOCAL ROLE tool;
SELECT is(array_agg(DISTINCT status), '{in_force,issued,submitted}',
    'a tool reads plans that have left their author') FROM plan;
SELECT is(count(*), 0::bigint, 'none of an office its account does not read')
FROM plan WHERE unit_id = n('B');
SELECT is(count(*), 0::bigint, 'none that is removed')
FROM plan WHERE id = n('plan removed');
SELECT is(bool_and(plan_id <> n('plan draft')), true,
    'and what is asked by those plans alone') FROM obligation;
SELECT ok(count(*) > 0 AND bool_and(status <> 'draft'),
    'and tasks below, but drafts') FROM task;
SET LOCAL ROLE unknown_tool;
SELECT is((SELECT count(*) FROM plan) + (SELECT count(*) FROM task)
    + (SELECT count(*) FROM obligation) + (SELECT count(*) FROM document)
    + (SELECT count(*) FROM indicator) + (SELECT count(*) FROM cell),
    0::bigint, 'a login that is nobody''s account reads nothing');
SET LOCAL ROLE camket_worker;
SELECT ok(count(*) FILTER (WHERE status = 'draft') > 0,
    'the programs read all') FROM plan;
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
