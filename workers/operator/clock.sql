-- clock_get() : one read
-- unscoped: the operator's, as the owner
SELECT shift_ms FROM clock WHERE one;

-- clock_put(shift_ms bigint) : one write
-- unscoped: the operator's, as the owner
UPDATE clock SET shift_ms = $shift_ms, set_at = now() WHERE one
RETURNING shift_ms;
