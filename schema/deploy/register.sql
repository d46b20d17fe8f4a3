-- register: what the registers (commitments, inspections, …) ask of whom, as
-- the view work and the letters read it.
BEGIN;
SET LOCAL search_path = camket, public;

CREATE VIEW register AS
-- a unit's commitment is its leader's work, and its parent's to approve
SELECT 'commitment' AS kind, c.id, c.version, c.status, c.unit_id,
    CASE WHEN c.status IN ('draft', 'approved') THEN c.unit_id
	ELSE c.asks_unit_id END AS asks_unit_id,
    c.unit_id AS office_id, c.subject_staff_id AS doer_id,
    NULL::uuid AS assigner_id, c.author_id, c.subject_staff_id AS subject_id,
    c.subject_staff_id AS barred_id, c.year::text AS code,
    'Bản cam kết' AS title, CASE c.status WHEN 'approved' THEN c.due_on END
    AS due_on, c.plan_id
FROM commitment c WHERE c.deleted_at IS NULL;

GRANT SELECT ON register TO camket_api, camket_worker;

COMMIT;
