-- What is to be sent: new, or due again after a pause.
-- relay_unsent() : many write
-- unscoped: machinery; carries no data of the office
SELECT id, kind FROM job
WHERE sent_at IS NULL AND dead_at IS NULL AND run_at <= now()
ORDER BY run_at, id LIMIT 500 FOR UPDATE SKIP LOCKED;

-- What was sent and neither answered nor is being worked on: the message was
-- lost, or its worker was.
-- relay_unanswered(resend_s int) : many write
-- unscoped: machinery; carries no data of the office
SELECT id, kind FROM job
WHERE sent_at < now() - make_interval(secs => $resend_s) AND dead_at IS NULL
  AND (lease_until IS NULL OR lease_until < now())
ORDER BY sent_at LIMIT 500 FOR UPDATE SKIP LOCKED;

-- relay_sent(ids bigint[]) : none write
-- unscoped: machinery; carries no data of the office
UPDATE job SET sent_at = now() WHERE id = ANY ($ids);
