-- Who is told what. Rows: kind ref title unit due days actor reason verb, and
-- of each reader staff, name with salutation, address.

-- Working days from one day to another, in the calendar of a unit.
-- @working_days(unit, today, day)
(SELECT d.ordinal - n.ordinal FROM unit z
    JOIN workday d ON d.calendar_id = z.calendar_id AND d.day = @day
    JOIN workday n ON n.calendar_id = z.calendar_id AND n.day = @today
    WHERE z.id = @unit);

-- Its name as of that day: a letter of 2024 names the office of 2024.
-- @unit_name(unit, today)
(SELECT z.name FROM unit_version z WHERE z.unit_id = @unit
    AND z.from_on <= @today AND @today < z.until_on);

-- The row of a view is the one item that the row of a CTE speaks of. Said with
-- values known before: from a join the planner reads the view whole.
-- @of_item(row, one)
@row.kind = (SELECT @one.kind FROM @one)
    AND @row.id = (SELECT @one.ref FROM @one);

-- A reminder's readers are those whose work it is now, for the due day it was
-- made for: done, re-dated or reassigned items have none. The day is not before
-- the reminder's own, even where a clock runs behind the scheduler's.
-- reminder_about(today date, ref uuid) : many read
-- unscoped: the worker reads for those who are to be told
WITH r AS (
	SELECT m.*, greatest($today, m.moment_on) AS today FROM reminder m
	WHERE m.id = $ref AND m.status = 'open')
SELECT r.kind, r.ref, concat_ws(' ', w.code, w.title),
    coalesce(@unit_name(w.unit_id, r.today), ''),
    to_char(r.due_on, 'DD/MM/YYYY'),
    CASE WHEN r.due_on = r.today THEN 0
	WHEN r.due_on > r.today
	THEN greatest(@working_days(w.unit_id, r.today, r.due_on), 1)
	ELSE least(@working_days(w.unit_id, r.today, r.due_on), -1)
	END AS days,
    '', '', '', w.staff_id, concat_ws(' ', s.honorific, s.full_name), s.email
FROM r
JOIN work w ON @of_item(w, r) AND w.role = 'do' AND w.due_on = r.due_on
    AND w.from_on <= r.today AND r.today < w.until_on
JOIN staff s ON s.id = w.staff_id AND s.status = 'active'
    AND s.deleted_at IS NULL
GROUP BY r.kind, r.ref, r.due_on, r.today, w.code, w.title, w.unit_id,
    w.staff_id, s.id;

-- reminder_end(id bigint, epoch int, ref uuid, status text) : none write
-- unscoped: machinery; ends a job with its effect
WITH a AS (DELETE FROM job WHERE id = $id AND epoch = $epoch RETURNING id)
UPDATE reminder r SET status = $status FROM a WHERE r.id = $ref;

-- notice_event(seq bigint) : one read
-- unscoped: the worker reads for those who are to be told
SELECT e.kind, e.ref, '', '', '', 0, '', '', e.verb, NULL, NULL, NULL
FROM event e WHERE e.seq = $seq;

-- job_end(id bigint, epoch int) : none write
-- unscoped: machinery; nothing was to be told
DELETE FROM job WHERE id = $id AND epoch = $epoch;

-- notice_about(today date, seq bigint, audience text) : many read
-- unscoped: the worker reads for those who are to be told
WITH e AS (SELECT * FROM event WHERE seq = $seq),
item AS (
	SELECT concat_ws(' ', t.code, t.title, '(' || t.period || ')') AS title,
	    t.unit_id, t.due_on,
	    t.author_id, t.lead_staff_id AS doer_id,
	    t.assigned_by AS assigner_id, NULL::uuid AS subject_id
	FROM e JOIN task t ON e.kind = 'task' AND t.id = e.ref
	UNION ALL
	SELECT concat_ws(' ', p.number, p.title), p.unit_id, NULL, p.author_id,
	    NULL, NULL, NULL
	FROM e JOIN plan p ON e.kind = 'plan' AND p.id = e.ref
	UNION ALL
	SELECT concat_ws(' ', r.period, y.full_name), r.unit_id, r.due_on,
	    r.author_id, NULL, NULL, r.subject_staff_id
	FROM e JOIN review r ON e.kind = 'review' AND r.id = e.ref
	LEFT JOIN staff y ON y.id = r.subject_staff_id
	UNION ALL
	SELECT concat_ws(' ', v.period, y.full_name), v.unit_id, v.due_on,
	    v.author_id, NULL, NULL, v.staff_id
	FROM e JOIN evaluation v ON e.kind = 'evaluation' AND v.id = e.ref
	JOIN staff y ON y.id = v.staff_id
	UNION ALL
	SELECT concat_ws(': ', concat_ws(' ', g.code, g.title), y.full_name),
	    g.unit_id, g.due_on, g.author_id, g.doer_id, g.assigner_id,
	    g.subject_id
	FROM register g
	LEFT JOIN staff y ON y.id = g.subject_id
	WHERE @of_item(g, e)),
reader AS (
	SELECT DISTINCT x.staff_id FROM (
	    SELECT w.staff_id FROM work w
	    WHERE $audience = 'asked' AND @of_item(w, e)
	      AND w.from_on <= $today AND $today < w.until_on
	    UNION ALL
	    SELECT CASE $audience WHEN 'author' THEN i.author_id
		WHEN 'doer' THEN i.doer_id WHEN 'assigner' THEN i.assigner_id
		WHEN 'subject' THEN i.subject_id
		WHEN 'led' THEN i.subject_id END FROM item i
	    UNION ALL
	    -- a unit's work: its leaders
	    SELECT g.staff_id FROM item i
	    JOIN unit_cover k ON k.unit_id = i.unit_id AND k.heir
		AND k.from_on <= $today AND $today < k.until_on
	    JOIN staff_grant g ON g.unit_id = k.anc_id
		AND g.perms & PERM_LEAD <> 0 AND g.from_on <= $today
		AND $today < g.until_on
	    WHERE $audience = 'led' OR $audience = 'doer' AND i.doer_id IS NULL
	    ) x
	CROSS JOIN e WHERE x.staff_id IS NOT NULL
	  AND x.staff_id IS DISTINCT FROM e.actor_id)
SELECT e.kind, e.ref, i.title, coalesce(@unit_name(i.unit_id, $today), ''),
    coalesce(to_char(i.due_on, 'DD/MM/YYYY'), ''),
    coalesce(@working_days(i.unit_id, $today, i.due_on), 0),
    coalesce((SELECT s.full_name FROM staff s WHERE s.id = e.actor_id), ''),
    coalesce(e.patch ->> 'reason', ''), e.verb, s.id,
    concat_ws(' ', s.honorific, s.full_name), s.email
FROM e CROSS JOIN item i LEFT JOIN reader r ON true
LEFT JOIN staff s ON s.id = r.staff_id AND s.status = 'active'
    AND s.deleted_at IS NULL;

-- End a job by what it has to tell: a ledger row per reader and channel, the
-- inbox at once, a delivery job for each letter. A late holder of the job
-- changes nothing.
-- notice_fan_out(now timestamptz, id bigint, epoch int, occasion text,
--     template text, category text, kind text, ref uuid, staff uuid[],
--     names text[], addresses text[], subject text, body text, trace text,
--     url text) : none write
-- unscoped: the worker writes for those who are told
WITH a AS (DELETE FROM job WHERE id = $id AND epoch = $epoch RETURNING id),
reader AS (
	SELECT x.* FROM a CROSS JOIN unnest($staff, $names, $addresses)
	    AS x(staff_id, name, address)),
d AS (
	INSERT INTO delivery (id, staff_id, occasion, channel, status,
	    template, kind, ref, address, subject, body, trace, created_at,
	    sent_at)
	SELECT uuid_v7(), r.staff_id, $occasion, c.channel,
	    CASE c.channel WHEN 'inapp' THEN 'sent' ELSE 'pending' END,
	    $template, $kind, $ref,
	    CASE c.channel WHEN 'mail' THEN r.address END, $subject,
	    staff_salutation(r.staff_id, $now::date) || ' ' || r.name || E',\n\n' || $body || E'\n\n'
		|| CASE WHEN $url <> '' THEN $url || '/v1/'
		|| replace($kind, '_', '-') || 's/' || $ref || E'\n' ELSE '' END,
	    $trace, $now, CASE c.channel WHEN 'inapp' THEN $now END
	FROM reader r CROSS JOIN (VALUES ('inapp'), ('mail')) c(channel)
	WHERE c.channel = 'inapp' OR r.address IS NOT NULL
	ON CONFLICT ON CONSTRAINT delivery_once DO NOTHING
	RETURNING id, staff_id, channel),
n AS (
	INSERT INTO notification (id, staff_id, category, title, body, href,
	    kind, ref, created_at)
	SELECT uuid_v7(), d.staff_id, $category, $subject, $body,
	    '/v1/' || replace($kind, '_', '-') || 's/' || $ref, $kind, $ref, $now
	FROM d WHERE d.channel = 'inapp'),
j AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'delivery', d.id::text, $trace FROM d WHERE d.channel = 'mail')
UPDATE reminder m SET status = 'told' FROM a
WHERE $occasion = 'reminder:' || m.id AND m.ref = $ref;

-- A letter as it stands; moot when it reminds of what is nobody's work or not
-- the reader's any more.
-- delivery_letter(today date, ref uuid) : one read
-- unscoped: the worker reads for those who are to be told
SELECT d.id, coalesce(d.address, ''),
    (SELECT s.full_name FROM staff s WHERE s.id = d.staff_id), d.subject,
    d.body, coalesce(d.trace, ''),
    to_char(d.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    d.template IN ('task_soon', 'task_today', 'task_overdue')
    AND NOT EXISTS (SELECT FROM work w WHERE w.kind = d.kind AND w.id = d.ref
	AND w.staff_id = d.staff_id AND w.role = 'do' AND w.from_on <= $today
	AND $today < w.until_on), CASE WHEN d.kind = 'link' THEN d.ref END
FROM delivery d WHERE d.id = $ref AND d.status = 'pending';

-- delivery_end(id bigint, epoch int, now timestamptz, ref uuid, status text,
--     said text) : none write
-- unscoped: machinery; ends a job with its effect
WITH a AS (DELETE FROM job WHERE id = $id AND epoch = $epoch RETURNING id)
UPDATE delivery d SET status = $status, response = nullif($said, ''),
    sent_at = CASE $status WHEN 'sent' THEN $now END
FROM a WHERE d.id = $ref AND d.status = 'pending';
