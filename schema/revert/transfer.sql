-- transfer: undo.
BEGIN;
SET LOCAL search_path = camket, public;

REVOKE SELECT ON perm FROM camket_worker;
REVOKE UPDATE (lead_staff_id, version, updated_at)
    ON measure, inspection, complaint, explanation FROM camket_worker;
REVOKE UPDATE (unit_id, asks_unit_id, version, updated_at) ON evaluation
    FROM camket_worker;
REVOKE UPDATE (unit_id, asks_unit_id, version, updated_at) ON review
    FROM camket_worker;
REVOKE UPDATE (status, unit_id, asks_unit_id, approved_on, approved_by,
    revisions, version, updated_at) ON commitment FROM camket_worker;
REVOKE DELETE ON assignment FROM camket_api;
DROP FUNCTION transfer_due, staff_transfer, transfer_undo, grant_stays,
    register_hand_over, task_hand_over, unit_left;
DROP TABLE transfer;

COMMIT;
