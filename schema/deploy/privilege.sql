-- privilege: what each role may touch, table by table. The programs' roles
-- own nothing; nobody may change or remove an event.
BEGIN;
SET LOCAL search_path = camket, public;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO camket_api, camket_worker, camket_report;
REVOKE ALL ON SCHEMA camket FROM PUBLIC;
GRANT USAGE ON SCHEMA camket TO camket_api, camket_worker, camket_report;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA camket FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA camket TO camket_api, camket_worker;

GRANT SELECT, INSERT, UPDATE ON unit, unit_version, staff, assignment,
    document, plan, number_register, obligation, task, criteria_set, review,
    remediation, evaluation, notification TO camket_api;
GRANT SELECT, INSERT, DELETE ON unit_cover TO camket_api;
GRANT SELECT ON reach, unit_succession, calendar, calendar_day, workday, role, state,
    clock, fact, work, cell, reminder, delivery, reminder_rule, mark
    TO camket_api;
GRANT SELECT, INSERT ON plan_amendment, plan_receipt TO camket_api;
GRANT SELECT ON plan_link TO camket_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_grant TO camket_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON credential TO camket_api;
GRANT SELECT, INSERT, UPDATE ON session TO camket_api;
GRANT SELECT, INSERT ON revocation TO camket_api;
GRANT SELECT, INSERT, UPDATE ON link, delegation, departure, service_key,
    issuer TO camket_api;
GRANT SELECT, INSERT, DELETE ON ticket, identity, exchange TO camket_api;
GRANT DELETE ON delegation TO camket_api;
GRANT SELECT, INSERT ON audit TO camket_api;
GRANT SELECT ON held, seal, trail, perm TO camket_api;
GRANT INSERT ON delivery TO camket_api;
GRANT SELECT, INSERT ON event TO camket_api;
GRANT INSERT ON job, mark TO camket_api;
GRANT SELECT (id, dead_at, run_at, sent_at) ON job TO camket_api;
GRANT SELECT, INSERT ON idempotency TO camket_api;

GRANT SELECT ON unit, unit_version, unit_succession, unit_cover, staff,
    reach, assignment, staff_grant, document, plan, obligation, task, criteria_set,
    review, remediation, evaluation, work, role, state, calendar, calendar_day,
    workday, clock, fact, cell_source, reminder_rule, event TO camket_worker;
GRANT INSERT ON event, task TO camket_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON job, mark, cell, reminder, delivery,
    notification, duty TO camket_worker;
GRANT UPDATE ON fact TO camket_worker;
GRANT SELECT, DELETE ON idempotency, revocation, session, link, ticket
    TO camket_worker;
GRANT SELECT, INSERT, UPDATE ON issuer TO camket_worker;
GRANT SELECT, UPDATE, DELETE ON exchange TO camket_worker;
GRANT SELECT ON audit, trail, held, delegation TO camket_worker;
GRANT SELECT, UPDATE ON departure TO camket_worker;
GRANT UPDATE ON session, task TO camket_worker;
GRANT UPDATE (status, token_epoch, version, updated_at) ON staff
    TO camket_worker;
GRANT INSERT ON revocation TO camket_worker;
GRANT INSERT ON audit TO camket_worker;
GRANT SELECT, INSERT ON seal TO camket_worker;

GRANT SELECT ON unit, unit_version, unit_succession, unit_cover, plan, task,
    obligation, document, cell, calendar_day TO camket_report;

-- The API carries its scope in every statement, and the workers serve every
-- office. A reporting tool writes its own statements, so here the rows know
-- who may read them: it comes by a login of its own, a member of
-- camket_report, and sees what the account of that name may read today - of
-- what has left its author, and is not removed.
CREATE FUNCTION report_sees(login name, unit uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = camket, pg_temp AS $$
	SELECT EXISTS (SELECT FROM staff s JOIN reach r ON r.staff_id = s.id
	    CROSS JOIN perm p CROSS JOIN (SELECT (now() + make_interval(secs =>
		k.shift_ms / 1000.0))::date AS day FROM clock k) c
	    WHERE s.username = login AND s.status = 'active'
	      AND s.deleted_at IS NULL AND r.unit_id = unit
	      AND p.name = 'READ' AND r.perms & p.bits <> 0
	      AND r.from_on <= c.day AND c.day < r.until_on)
$$;
REVOKE EXECUTE ON FUNCTION report_sees FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report_sees TO camket_report;

DO $$
DECLARE
	kept record;
BEGIN
	FOR kept IN SELECT * FROM (VALUES
	    ('plan', 'status <> ''draft'' AND deleted_at IS NULL'),
	    ('task', 'status <> ''draft'' AND deleted_at IS NULL'),
	    ('obligation', 'deleted_at IS NULL AND EXISTS (SELECT FROM plan p'
		' WHERE p.id = plan_id)'),
	    ('document', 'deleted_at IS NULL'),
	    ('indicator', 'deleted_at IS NULL'),
	    ('indicator_value', 'deleted_at IS NULL'),
	    ('cell', 'true')) x(name, which)
	LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY',
		    kept.name);
		EXECUTE format('CREATE POLICY programs ON %I TO camket_api, '
		    'camket_worker USING (true)', kept.name);
		EXECUTE format('CREATE POLICY reports ON %I FOR SELECT TO '
		    'camket_report USING (%s AND report_sees(current_user, '
		    'unit_id))', kept.name, kept.which);
	END LOOP;
END
$$;

COMMIT;
