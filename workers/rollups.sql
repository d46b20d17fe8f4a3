-- Settling figures.

-- settle_lock() : none write
-- unscoped: a lock
SELECT pg_advisory_xact_lock(hashtext('rollup'));

-- Eat the marks and recompute the own columns of the cells they name.
-- settle_marks() : one write
-- unscoped: figures are compiled for all units alike
WITH eaten AS (
	DELETE FROM mark WHERE id IN (SELECT id FROM mark ORDER BY id LIMIT 5000)
	RETURNING unit_id, day),
dirty AS MATERIALIZED (SELECT DISTINCT unit_id, day FROM eaten),
fresh AS MATERIALIZED (
	SELECT d.unit_id, d.day, s.own_on_time, s.own_late, s.own_open,
	    s.own_paused, s.own_reworks
	FROM dirty d LEFT JOIN LATERAL (SELECT * FROM cell_source s
	    WHERE s.unit_id = d.unit_id AND s.day = d.day) s ON true),
put AS (
	INSERT INTO cell AS c (unit_id, day, own_on_time, own_late, own_open,
	    own_paused, own_reworks)
	SELECT unit_id, day, coalesce(own_on_time, 0), coalesce(own_late, 0),
	    coalesce(own_open, 0), coalesce(own_paused, 0),
	    coalesce(own_reworks, 0)
	FROM fresh
	ON CONFLICT (unit_id, day) DO UPDATE SET
	    own_on_time = excluded.own_on_time, own_late = excluded.own_late,
	    own_open = excluded.own_open, own_paused = excluded.own_paused,
	    own_reworks = excluded.own_reworks
	RETURNING c.unit_id, c.day)
SELECT array_agg(unit_id)::text AS units, array_agg(day)::text AS days,
    count(*) AS cells, (SELECT count(*) FROM eaten) AS marks FROM put;

-- Totals of these cells: their own and those of the units that stood below
-- them on that day, or whose place they had taken by then. Gives the cells above, to be done next.
-- settle_climb(units uuid[], days date[]) : one write
-- unscoped: figures are compiled for all units alike
WITH due AS MATERIALIZED (
	SELECT DISTINCT x.unit_id, x.day
	FROM unnest($units, $days) AS x(unit_id, day)),
below AS MATERIALIZED (
	SELECT d.unit_id, d.day, coalesce(sum(c.on_time), 0) AS on_time,
	    coalesce(sum(c.late), 0) AS late, coalesce(sum(c.open), 0) AS open,
	    coalesce(sum(c.paused), 0) AS paused,
	    coalesce(sum(c.reworks), 0) AS reworks
	FROM due d
	LEFT JOIN LATERAL (
	    SELECT v.unit_id FROM unit_version v WHERE v.parent_id = d.unit_id
		AND v.from_on <= d.day AND d.day < v.until_on
	    UNION
	    SELECT s.from_unit_id FROM unit_succession s
	    WHERE s.to_unit_id = d.unit_id AND s.effective_on <= d.day
	      AND unit_summed_in(s.from_unit_id, d.day) = d.unit_id) v ON true
	LEFT JOIN cell c ON c.unit_id = v.unit_id AND c.day = d.day
	GROUP BY d.unit_id, d.day),
put AS (
	INSERT INTO cell AS c (unit_id, day, on_time, late, open, paused,
	    reworks)
	SELECT unit_id, day, on_time, late, open, paused, reworks FROM below
	ON CONFLICT (unit_id, day) DO UPDATE SET
	    on_time = c.own_on_time + excluded.on_time,
	    late = c.own_late + excluded.late,
	    open = c.own_open + excluded.open,
	    paused = c.own_paused + excluded.paused,
	    reworks = c.own_reworks + excluded.reworks
	RETURNING c.unit_id, c.day)
SELECT array_agg(a.above)::text AS units, array_agg(a.day)::text AS days,
    count(*) AS cells
FROM (SELECT DISTINCT unit_summed_in(p.unit_id, p.day) AS above, p.day
    FROM put p) a
WHERE a.above IS NOT NULL;

-- settle_done(ids bigint[], epochs int[]) : none write
-- unscoped: machinery; carries no data of the office
DELETE FROM job j USING unnest($ids, $epochs) AS x(id, epoch)
WHERE j.id = x.id AND j.epoch = x.epoch;
