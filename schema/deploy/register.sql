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
    AS due_on, c.plan_id, NULL::uuid[] AS co_unit_ids
FROM commitment c WHERE c.deleted_at IS NULL
UNION ALL
-- put right by the subject or the unit's leader; verified by who concluded
SELECT 'remediation', n.id, n.version, n.status, n.unit_id,
    CASE n.status WHEN 'open' THEN n.unit_id ELSE n.asks_unit_id END,
    n.unit_id, n.subject_staff_id, NULL, n.author_id, n.subject_staff_id,
    n.subject_staff_id, n.code, 'Khắc phục: ' || left(n.remedy, 200), n.due_on,
    NULL, NULL
FROM remediation n WHERE n.deleted_at IS NULL
UNION ALL
-- the day is that of the conclusion: nothing is late about closing it
SELECT 'inspection', i.id, i.version, i.status, i.unit_id, i.unit_id,
    i.unit_id, i.lead_staff_id, NULL, i.author_id, i.subject_staff_id,
    i.subject_staff_id, NULL, i.title, CASE WHEN i.status IN ('planned',
	'announced', 'running') THEN i.due_on END, i.plan_id, NULL
FROM inspection i WHERE i.deleted_at IS NULL
UNION ALL
-- who has made it verifies it; what he has done himself, or leaves behind, is
-- verified above
SELECT 'measure', m.id, m.version, m.status, m.unit_id,
    CASE m.status WHEN 'done' THEN coalesce(z.parent_id, m.unit_id)
	ELSE m.unit_id END, m.unit_id, m.lead_staff_id, NULL, m.author_id,
    m.subject_staff_id, CASE WHEN m.status <> 'done' THEN NULL
	WHEN y.status = 'left' THEN y.id ELSE m.done_by END,
    NULL, m.title, m.due_on, NULL, NULL
FROM measure m JOIN unit z ON z.id = m.unit_id
JOIN staff y ON y.id = m.author_id WHERE m.deleted_at IS NULL
UNION ALL
-- the Party committee is asked in the authority; a clock that has ended asks
-- nobody
SELECT 'proposal', p.id, p.version, CASE WHEN p.concluded_on IS NULL
    THEN p.status ELSE 'concluded' END, p.unit_id, p.unit_id, p.unit_id, NULL,
    NULL, p.author_id, NULL, p.author_id, NULL, p.title,
    workday_after(z.calendar_id, CASE p.status
	WHEN 'running' THEN p.completed_on WHEN 'reported' THEN p.reported_on
	WHEN 'assessed' THEN p.assessed_on WHEN 'approved' THEN NULL
	WHEN 'ordered' THEN NULL WHEN 'refused' THEN NULL
	ELSE p.received_on END, (p.terms ->> CASE p.status
	WHEN 'running' THEN 'report' WHEN 'reported' THEN 'assessment'
	WHEN 'assessed' THEN 'conclusion' ELSE 'meeting' END)::int),
    p.plan_id, CASE WHEN p.status = 'reported'
	THEN CASE WHEN p.second_opinion_asked_on IS NOT NULL
	    AND p.second_opinion IS NULL THEN ARRAY[p.unit_id] END
	WHEN p.opinion IS NULL THEN ARRAY[p.unit_id] END
FROM proposal p JOIN unit z ON z.id = p.unit_id WHERE p.deleted_at IS NULL
UNION ALL
-- the subject is not named: what is asked of others is not about him in their
-- lists, nor ever asked of him; nor is the authority's head asked of what is
-- about the authority
SELECT 'complaint', k.id, k.version, k.status, k.unit_id,
    CASE WHEN k.unit_id <> z.office_id THEN z.office_id END, z.office_id,
    k.lead_staff_id, NULL, k.author_id, NULL, k.subject_staff_id, NULL,
    k.title, k.due_on, NULL, NULL
FROM complaint k JOIN unit z ON z.id = k.unit_id WHERE k.deleted_at IS NULL
UNION ALL
-- who gave the task out decides; nobody need, once it is no longer open
SELECT 'extension', x.id, x.version, CASE WHEN t.status IN ('assigned',
	'received', 'in_progress') THEN x.status ELSE 'moot' END, x.unit_id,
    x.asks_unit_id, x.asks_unit_id, t.lead_staff_id, t.given_by,
    x.author_id, x.author_id, x.author_id, t.code, 'Gia hạn đến '
    || to_char(coalesce(x.due_on, x.proposed_on), 'DD/MM/YYYY') || ': '
    || t.title, t.due_on, t.plan_id, NULL
FROM extension x JOIN task t ON t.id = x.task_id WHERE x.deleted_at IS NULL
UNION ALL
-- who asked judges the answer, or who leads above, once he has left
SELECT 'explanation', x.id, x.version, x.status, x.unit_id,
    CASE x.status WHEN 'answered' THEN coalesce(z.parent_id, x.unit_id)
	ELSE x.unit_id END, x.unit_id, x.lead_staff_id, NULL, x.author_id,
    x.lead_staff_id, CASE y.status WHEN 'left' THEN y.id END,
    t.code, 'Giải trình: ' || t.title, x.due_on, t.plan_id, NULL
FROM explanation x JOIN task t ON t.id = x.task_id
JOIN unit z ON z.id = x.unit_id JOIN staff y ON y.id = x.author_id
WHERE x.deleted_at IS NULL
UNION ALL
-- the authority asked by name
SELECT 'task_event', x.id, x.version, x.status, x.unit_id, x.asks_unit_id,
    x.unit_id, x.authority_id, NULL, coalesce(x.asked_by, x.author_id),
    x.lead_staff_id, x.asked_by, t.code, 'Nguyên nhân khách quan: ' || t.title,
    NULL, t.plan_id, NULL
FROM task_event x JOIN task t ON t.id = x.task_id WHERE x.deleted_at IS NULL
UNION ALL
-- what a plan asks of somebody for a period, until he begins it; from then on
-- what he has begun stands for itself
SELECT 'obligation_occurrence', x.id, 1, 'open', x.unit_id, x.asks_unit_id,
    NULL, x.staff_id, NULL, NULL, x.staff_id, NULL, o.code,
    left(o.what, 200) || ' (' || x.period || ')', x.due_on, o.plan_id, NULL
FROM obligation_occurrence x JOIN obligation o ON o.id = x.obligation_id
WHERE NOT EXISTS (SELECT FROM obligation_answers(o, x.period, x.from_on,
    x.until_on, coalesce(x.staff_id, x.unit_id)));

GRANT SELECT ON register TO camket_api, camket_worker;

COMMIT;
