-- Tickets: a path, once, for what cannot send a header.

-- ticket_make(caller uuid, code_hash bytea, session uuid, epoch int,
--     path text) : none write
INSERT INTO ticket (hash, staff_id, session_id, epoch, path, expires_at)
VALUES ($code_hash, $caller, $session, $epoch, $path,
    now() + interval '60 seconds');

-- ticket_use(code_hash bytea, path text) : one write
-- unscoped: whoever holds the ticket may use it
DELETE FROM ticket k USING staff t
WHERE k.hash = $code_hash AND k.path = $path AND k.expires_at > now()
  AND t.id = k.staff_id AND t.status = 'active' AND t.deleted_at IS NULL
RETURNING k.staff_id, k.session_id, k.epoch;
