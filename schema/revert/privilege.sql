-- privilege: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DO $$
DECLARE
	kept record;
BEGIN
	FOR kept IN SELECT tablename, policyname FROM pg_policies
	    WHERE schemaname = 'camket'
	LOOP
		EXECUTE format('DROP POLICY %I ON %I', kept.policyname,
		    kept.tablename);
		EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY',
		    kept.tablename);
	END LOOP;
END
$$;
DROP FUNCTION report_sees;

REVOKE ALL ON ALL TABLES IN SCHEMA camket FROM camket_api, camket_worker, camket_report;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA camket FROM camket_api, camket_worker;
REVOKE ALL ON SCHEMA camket, public FROM camket_api, camket_worker, camket_report;

COMMIT;
