-- The road of jobs, as its consumers see it.

-- Take jobs: count the attempt, raise the epoch, lease. One that has been
-- taken too often is quarantined instead (last column true).
-- job_take(ids bigint[], lease_s int, attempts int) : many write
-- unscoped: machinery; carries no data of the office
UPDATE job j SET attempts = j.attempts + 1, epoch = j.epoch + 1,
    lease_until = now() + make_interval(secs => $lease_s),
    dead_at = CASE WHEN j.attempts >= $attempts THEN now() END,
    last_error = CASE WHEN j.attempts >= $attempts
	THEN coalesce(j.last_error, 'its worker died each time')
	ELSE j.last_error END
WHERE j.id = ANY ($ids) AND j.dead_at IS NULL AND j.run_at <= now()
  AND (j.lease_until IS NULL OR j.lease_until < now())
RETURNING j.id, j.kind, j.ref, j.epoch, j.attempts, coalesce(j.trace, ''),
    j.dead_at IS NOT NULL;

-- job_retry(id bigint, epoch int, pause_s int, error text) : none write
-- unscoped: machinery; carries no data of the office
UPDATE job SET lease_until = NULL, sent_at = NULL,
    run_at = now() + make_interval(secs => $pause_s), last_error = $error
WHERE id = $id AND epoch = $epoch AND dead_at IS NULL;

-- job_bury(id bigint, epoch int, error text) : none write
-- unscoped: machinery; carries no data of the office
UPDATE job SET lease_until = NULL, dead_at = now(), last_error = $error
WHERE id = $id AND epoch = $epoch AND dead_at IS NULL;

-- job_resend_all() : none write
-- unscoped: machinery; carries no data of the office
UPDATE job SET sent_at = NULL
WHERE sent_at IS NOT NULL AND dead_at IS NULL
  AND (lease_until IS NULL OR lease_until < now());
