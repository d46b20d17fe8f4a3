-- Those whose day has come: signed out for good, their open tasks handed on.
-- departure_due(today date, now timestamptz) : one write
-- unscoped: machinery; carries out what an administrator has set
WITH due AS MATERIALIZED (
	SELECT d.staff_id, d.heir_id, d.author_id FROM departure d
	WHERE d.done_at IS NULL AND d.on_day <= $today
	FOR UPDATE SKIP LOCKED),
s AS (
	UPDATE staff t SET status = 'left', token_epoch = t.token_epoch + 1,
	    version = t.version + 1, updated_at = $now
	FROM due WHERE t.id = due.staff_id
	RETURNING t.id, t.token_epoch, t.version, due.author_id),
ended AS (
	UPDATE session e SET revoked_at = now(), revoked_why = 'left'
	FROM due WHERE e.staff_id = due.staff_id AND e.revoked_at IS NULL),
rev AS (
	INSERT INTO revocation (subject, epoch, until_at)
	SELECT s.id, s.token_epoch - 1, now() + interval '1 hour' FROM s
	ON CONFLICT DO NOTHING),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id)
	SELECT $now, 'staff', s.id, NULL, s.version, 'left', s.author_id
	FROM s),
done AS (
	UPDATE departure d SET done_at = now() FROM due
	WHERE d.staff_id = due.staff_id)
SELECT count(*), count(task_hand_over(due.staff_id, due.heir_id, NULL, $today,
    NULL, due.author_id, $now)), count(register_hand_over(due.staff_id,
    due.heir_id, NULL, $today, due.author_id, $now)) FROM due;

-- Those who move today: what they did is done by others from now on.
-- transfer_due(today date, now timestamptz) : one write
-- unscoped: machinery; carries out what an administrator has set
SELECT transfer_due($today, $now);
