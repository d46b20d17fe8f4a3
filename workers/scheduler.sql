-- Duties: who may do one now.

-- duty_take(name text, lease_s int) : one write
-- unscoped: machinery; carries no data of the office
INSERT INTO duty AS d (name, epoch, lease_until)
VALUES ($name, 1, now() + make_interval(secs => $lease_s))
ON CONFLICT (name) DO UPDATE SET epoch = d.epoch + 1,
    lease_until = now() + make_interval(secs => $lease_s)
WHERE d.next_at <= now() AND (d.lease_until IS NULL OR d.lease_until < now())
RETURNING epoch;

-- duty_done(name text, epoch int, cadence_ms int, error text) : none write
-- unscoped: machinery; carries no data of the office
UPDATE duty SET lease_until = NULL, ran_at = now(), last_error = $error,
    next_at = now() + make_interval(secs => $cadence_ms / 1000.0)
WHERE name = $name AND epoch = $epoch;
