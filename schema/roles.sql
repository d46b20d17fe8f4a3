-- Roles and the database of a Camket cluster, made by a superuser (psql) before
-- the first migration; again it changes nothing. No role is superuser, none may
-- create databases or roles, and the programs' roles own nothing.
--   camket_owner   owns every object; runs migrations
--   camket_api     what the REST service may do
--   camket_worker  what the worker processes may do
--   camket_report  reading for reporting tools and auditors
DO $$
DECLARE
	r text;
BEGIN
	FOREACH r IN ARRAY ARRAY['camket_owner', 'camket_api',
	    'camket_worker', 'camket_report'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
			EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER '
			    'NOCREATEDB NOCREATEROLE NOBYPASSRLS', r);
		END IF;
		EXECUTE format('ALTER ROLE %I SET search_path = camket, public',
		    r);
		EXECUTE format('ALTER ROLE %I SET jit = off', r);
	END LOOP;
END
$$;

-- Where only the owner's account is given, programs step down from it.
GRANT camket_api, camket_worker, camket_report TO camket_owner;

SELECT 'CREATE DATABASE camket OWNER camket_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'camket') \gexec
REVOKE CONNECT, TEMP ON DATABASE camket FROM PUBLIC;
GRANT CONNECT ON DATABASE camket TO camket_api, camket_worker, camket_report;
