-- Figures of the units the caller may read, for a span of days: a unit and
-- those below it, to a depth. Open work is split by the day as it is read.
-- rollup_get(caller uuid, today date, unit text, depth int,
--     from_day date, until_day date, before_from date, before_until date) : many slow
WITH RECURSIVE root AS (
	SELECT t.id FROM unit t
	WHERE (t.code = $unit OR t.id::text = $unit) AND t.deleted_at IS NULL
	  AND @holds(t.id, PERM_FIGURE)),
tree AS (
	SELECT r.id, 0 AS level FROM root r
	UNION
	SELECT v.unit_id, t.level + 1 FROM tree t
	JOIN unit_version v ON v.parent_id = t.id
	    AND v.from_on < $until_day AND v.until_on > $from_day
	WHERE t.level < $depth)
SELECT row_to_json(j)::text FROM (
    SELECT @unit_ref(t.id) AS unit, t.level, f.*, b.* FROM tree t
    JOIN unit n ON n.id = t.id
    CROSS JOIN LATERAL (
	SELECT (s.on_time + s.late + s.in_term + s.overdue)::int AS total,
	    s.on_time::int AS done_on_time, s.late::int AS done_late,
	    (s.on_time + s.late)::int AS completed,
	    s.in_term::int AS open_in_term, s.overdue::int,
	    s.paused::int, s.reworks::int,
	    (s.on_time + s.late + s.overdue)::int AS due,
	    round((s.on_time + s.late)::numeric
		/ nullif(s.on_time + s.late + s.overdue, 0), 6)::text AS rate,
	    round(s.overdue::numeric
		/ nullif(s.on_time + s.late + s.overdue, 0), 6)::text
		AS overdue_rate
	FROM (SELECT coalesce(sum(c.on_time), 0) AS on_time,
		coalesce(sum(c.late), 0) AS late,
		coalesce(sum(c.open) FILTER (WHERE c.day < $today), 0)
		    AS overdue,
		coalesce(sum(c.open) FILTER (WHERE c.day >= $today), 0)
		    + coalesce(sum(c.paused), 0) AS in_term,
		coalesce(sum(c.paused), 0) AS paused,
		coalesce(sum(c.reworks), 0) AS reworks
	    FROM cell c WHERE c.unit_id = t.id AND c.day >= $from_day
	      AND c.day < $until_day) s) f
    CROSS JOIN LATERAL (
	SELECT CASE WHEN $before_from IS NOT NULL THEN json_build_object(
	    'completed', coalesce(sum(c.on_time + c.late), 0),
	    'overdue', coalesce(sum(c.open), 0), 'rate',
	    round(sum(c.on_time + c.late)::numeric
		/ nullif(sum(c.on_time + c.late + c.open), 0), 6)::text) END
	    AS previous
	FROM cell c WHERE c.unit_id = t.id AND c.day >= $before_from
	  AND c.day < $before_until) b
    ORDER BY t.level, n.rank_order, n.name COLLATE "vi-x-icu") j;

-- How far behind the figures are: the oldest change not yet counted.
-- rollup_lag() : one slow
-- unscoped: one number about the machinery
SELECT coalesce((extract(epoch FROM clock_timestamp() - min(at)) * 1000)::bigint,
    0) FROM mark;
