-- Every due moment that has come and has no row yet. Of an item's moments only
-- the latest is told; those passed over (the clock ran on, nobody was there)
-- are written as missed. A moment before the item was given out, or due before
-- its plan counts, never is one.
-- @due_rows(source)
item AS MATERIALIZED (
	SELECT DISTINCT w.kind, w.id, w.due_on, w.since_on, z.calendar_id
	FROM @source JOIN unit z ON z.id = w.unit_id
	WHERE w.role = 'do' AND w.due_on IS NOT NULL
	  AND w.due_on >= coalesce(w.count_from, w.due_on)
	  AND w.from_on <= $today AND $today < w.until_on),
moment AS MATERIALIZED (
	SELECT i.*, r.code AS rule, r.offset_days, CASE WHEN r.offset_days = 0
	    THEN i.due_on ELSE (
		SELECT d.day FROM workday d WHERE d.calendar_id = i.calendar_id
		  AND d.works AND d.ordinal = r.offset_days + (
		    SELECT o.ordinal FROM workday o
		    WHERE o.calendar_id = i.calendar_id AND o.day = i.due_on))
	    END AS on_day
	FROM item i CROSS JOIN reminder_rule r),
come AS (
	SELECT m.*, row_number() OVER (PARTITION BY m.kind, m.id, m.due_on
	    ORDER BY m.offset_days DESC) AS latest
	FROM moment m
	WHERE m.on_day <= $today AND m.on_day > coalesce(m.since_on, '-infinity')),
put AS (
	INSERT INTO reminder (id, kind, ref, rule, due_on, moment_on, status,
	    created_at)
	SELECT uuid_v7(), c.kind, c.id, c.rule, c.due_on, c.on_day,
	    CASE WHEN c.latest = 1 THEN 'open' ELSE 'missed' END, $now
	FROM come c WHERE NOT EXISTS (SELECT FROM reminder k
	    WHERE k.ref = c.id AND k.rule = c.rule AND k.due_on = c.due_on)
	ON CONFLICT ON CONSTRAINT reminder_once DO NOTHING
	RETURNING id, status),
sent AS (
	INSERT INTO job (kind, ref)
	SELECT 'reminder', p.id::text FROM put p WHERE p.status = 'open'
	RETURNING id)
SELECT count(*) FROM sent;

-- Moments come with the day, and with what changes on it. All items are looked
-- at when the day is another, and when it may be others who are asked; else
-- those that have an event of a transaction not looked at yet.
-- due_whole(today date) : one read
-- unscoped: machinery; whom it concerns is asked when it is told
SELECT @duty_whole('due', ('staff', 'unit', 'calendar_entry'));

-- Of all items those due on one day, so many from today: a commit each, so that
-- readers of the feed wait for none of them.
-- due_day(today date, now timestamptz, ahead int) : one write
-- unscoped: machinery; whom it concerns is asked when it is told
WITH @due_rows((SELECT * FROM work x WHERE x.due_on = $today + $ahead
    AND coalesce(x.due_on, 'infinity') = $today + $ahead) w);

-- due_changed(today date, now timestamptz, first int, last int) : one write
-- unscoped: machinery; whom it concerns is asked when it is told
WITH event_since AS MATERIALIZED (
	SELECT DISTINCT e.kind, e.ref FROM duty d JOIN event e
	    ON e.xid >= d.horizon WHERE d.name = 'due'),
changed AS MATERIALIZED (
	SELECT ref FROM event_since
	UNION
	SELECT t.id FROM event_since s JOIN task t ON t.plan_id = s.ref
	WHERE s.kind = 'plan'),
@due_rows(changed y CROSS JOIN LATERAL (SELECT * FROM work x
    WHERE x.id = y.ref AND x.due_on BETWEEN $today + $first AND $today + $last) w);
