-- Figures of the units the caller may read, for a span of days. Open work is
-- split by the day as it is read.

-- @figures(unit, from_day, until_day)
(SELECT jsonb_build_object('total', on_time + late + in_term + overdue,
    'done_on_time', on_time, 'done_late', late, 'completed', on_time + late,
    'open_in_term', in_term, 'overdue', overdue, 'paused', paused,
    'reworks', reworks, 'due', on_time + late + overdue,
    'rate', round((on_time + late)::numeric
	/ nullif(on_time + late + overdue, 0), 6)::text,
    'overdue_rate', round(overdue::numeric
	/ nullif(on_time + late + overdue, 0), 6)::text) - $drop
    FROM (SELECT coalesce(sum(cell.on_time), 0) AS on_time,
	coalesce(sum(cell.late), 0) AS late,
	coalesce(sum(cell.open) FILTER (WHERE cell.day < $today), 0)
	    AS overdue,
	coalesce(sum(cell.open) FILTER (WHERE cell.day >= $today), 0)
	    + coalesce(sum(cell.paused), 0) AS in_term,
	coalesce(sum(cell.paused), 0) AS paused,
	coalesce(sum(cell.reworks), 0) AS reworks
	FROM cell WHERE cell.unit_id = @unit AND cell.day >= @from_day
	  AND cell.day < @until_day) s);

-- The list behind a figure.
-- @behind(timeliness)
format('/v1/tasks?unit=%s&due_from=%s&due_to=%s&historic=false&status=%s&%s',
    n.code, $from_day, $until_day - 1,
    'assigned,received,in_progress,declined,paused,done,accepted',
    'timeliness=' || @timeliness);

-- A unit and those that stood below it in that time, to a depth: the tree and
-- the names of then, the rights of today. One row without text where the unit
-- may be known, but not its figures. $drop are the measures nobody asked for.
-- rollup_get(caller uuid, today date, unit text, depth int, drop text[],
--     from_day date, until_day date, before_from date, before_until date,
--     periods text[], froms date[], untils date[]) : many slow
WITH RECURSIVE asked AS MATERIALIZED (
	SELECT t.id, @holds(t.id, PERM_FIGURE) AS may FROM unit t
	WHERE (t.code = $unit OR t.id::text = $unit) AND t.deleted_at IS NULL
	  AND @kin(t.id)),
tree AS (
	SELECT a.id, 0 AS level FROM asked a WHERE a.may
	UNION
	SELECT v.unit_id, t.level + 1 FROM tree t
	JOIN unit_version v ON v.parent_id = t.id
	    AND v.from_on < $until_day AND v.until_on > $from_day
	WHERE t.level < $depth)
SELECT r.line FROM (
SELECT t.level, n.rank_order, y.name, (jsonb_build_object('unit',
	n.card::jsonb || jsonb_build_object('name', y.name), 'level', t.level)
    || @figures(n.id, $from_day, $until_day)
    || CASE WHEN $before_from IS NULL THEN '{}' ELSE jsonb_build_object(
	'previous', @figures(n.id, $before_from, $before_until)) END
    || CASE WHEN $periods IS NULL THEN '{}' ELSE jsonb_build_object('series',
	(SELECT jsonb_agg(jsonb_build_object('period', p.period, 'from',
	    p.since, 'to', p.until - 1) || @figures(n.id, p.since, p.until)
	    ORDER BY p.since)
	FROM unnest($periods, $froms, $untils) AS p(period, since, until))) END
    || jsonb_build_object('links', jsonb_build_object(
	'done_on_time', @behind('done_on_time'),
	'done_late', @behind('done_late'),
	'open_in_term', @behind('open_in_term'),
	'overdue', @behind('overdue'), 'total',
	@behind('done_on_time,done_late,open_in_term,overdue')) - $drop))::text
    AS line
FROM (SELECT id, min(level) AS level FROM tree GROUP BY id) t
JOIN unit n ON n.id = t.id
CROSS JOIN LATERAL (SELECT coalesce((SELECT v.name FROM unit_version v
    WHERE v.unit_id = n.id AND v.from_on < least($until_day, $today + 1)
    ORDER BY v.from_on DESC LIMIT 1), n.name) AS name) y
WHERE @holds(n.id, PERM_FIGURE)
UNION ALL
SELECT 0, 0, '', NULL FROM asked a WHERE NOT a.may) r
ORDER BY r.level, r.rank_order, r.name COLLATE "vi-x-icu";

-- How far behind the figures are: the oldest change not yet counted.
-- rollup_lag() : one slow
-- unscoped: one number about the machinery
SELECT coalesce((extract(epoch FROM clock_timestamp() - min(at)) * 1000)::bigint,
    0) FROM mark;
