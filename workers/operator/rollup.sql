-- Every cell against the tasks themselves and the tree of its day.
-- rollup_verify() : many slow
-- unscoped: the operator's, as the owner
WITH RECURSIVE source AS MATERIALIZED (SELECT * FROM cell_source),
up AS (
	SELECT s.unit_id AS leaf, s.unit_id AS anc, s.day FROM source s
	UNION ALL
	SELECT u.leaf, a.above, u.day FROM up u
	CROSS JOIN LATERAL (SELECT unit_summed_in(u.anc, u.day) AS above) a
	WHERE a.above IS NOT NULL),
sought AS (
	SELECT u.anc AS unit_id, u.day, sum(s.own_on_time) AS on_time,
	    sum(s.own_late) AS late, sum(s.own_open) AS open,
	    sum(s.own_paused) AS paused, sum(s.own_reworks) AS reworks
	FROM up u JOIN source s ON s.unit_id = u.leaf AND s.day = u.day
	GROUP BY u.anc, u.day),
both_sides AS (
	SELECT coalesce(w.unit_id, c.unit_id) AS unit_id,
	    coalesce(w.day, c.day) AS day,
	    concat_ws('/', coalesce(c.on_time, 0), coalesce(c.late, 0),
		coalesce(c.open, 0), coalesce(c.paused, 0),
		coalesce(c.reworks, 0)) AS have,
	    concat_ws('/', coalesce(w.on_time, 0), coalesce(w.late, 0),
		coalesce(w.open, 0), coalesce(w.paused, 0),
		coalesce(w.reworks, 0)) AS want
	FROM sought w FULL JOIN cell c
	    ON c.unit_id = w.unit_id AND c.day = w.day),
sums AS (
	SELECT count(*) AS cells, count(*) FILTER (WHERE have <> want) AS wrong,
	    (SELECT count(*) FROM mark) AS marks FROM both_sides)
SELECT s.cells, s.wrong, s.marks, y.code, b.day, b.have, b.want
FROM sums s LEFT JOIN (SELECT * FROM both_sides WHERE have <> want LIMIT 20) b
    ON true LEFT JOIN unit y ON y.id = b.unit_id;
