-- privilege: undo.
BEGIN;
SET LOCAL search_path = camket, public;

REVOKE ALL ON ALL TABLES IN SCHEMA camket FROM camket_api, camket_worker, camket_report;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA camket FROM camket_api, camket_worker;
REVOKE ALL ON SCHEMA camket, public FROM camket_api, camket_worker, camket_report;

COMMIT;
