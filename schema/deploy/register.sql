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
    c.subject_staff_id AS barred_id, NULL::text AS code,
    'Bản cam kết năm ' || c.year AS title, CASE c.status WHEN 'approved' THEN c.due_on END
    AS due_on, c.plan_id
FROM commitment c WHERE c.deleted_at IS NULL
UNION ALL
SELECT 'inspection', i.id, i.version, i.status, i.unit_id, i.unit_id,
    i.unit_id, i.lead_staff_id, NULL, i.author_id, i.subject_staff_id,
    i.subject_staff_id, NULL, i.title, i.due_on, i.plan_id
FROM inspection i WHERE i.deleted_at IS NULL
UNION ALL
SELECT 'measure', m.id, m.version, m.status, m.unit_id, m.unit_id, m.unit_id,
    m.lead_staff_id, NULL, m.author_id, m.subject_staff_id,
    m.subject_staff_id, NULL, m.title, m.due_on, NULL
FROM measure m WHERE m.deleted_at IS NULL;

GRANT SELECT ON register TO camket_api, camket_worker;

COMMIT;
