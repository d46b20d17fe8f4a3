-- The feed of changes. What an event says of a row is for who may read that
-- row: each line passes sight before anybody gets it (http/sight.h).

-- Rights that an event changes: of the person it is about (r), or of people
-- whom it does not name (a).
-- @event_rights(e)
(CASE WHEN @e.kind = 'staff' AND @e.verb IN ('delegate', 'undelegate', 'leave',
	'transfer', 'stay')
	OR @e.kind = 'unit' AND @e.verb NOT IN ('create', 'update')
	THEN 'a'
    WHEN @e.kind = 'staff' AND @e.verb NOT IN ('create', 'update')
	THEN 'r' ELSE '' END);

-- Below the horizon no transaction is still to commit: what is read here is
-- whole up to its last row. Who a person's rights are given by is not the
-- directory's to tell.
-- change_after(after_xid text, after_seq bigint, kinds text[], limit int) : many read
-- unscoped: a reader is shown the lines of rows he may read, after a look
SELECT h.horizon::text, coalesce((SELECT (extract(epoch FROM
	clock_timestamp() - min(o.recorded_at)) * 1000)::bigint
    FROM event o WHERE o.xid >= h.horizon), 0) AS lag_ms,
    x.xid::text, x.seq, x.kind, x.ref, x.version,
    CASE WHEN x.kind = 'staff' AND x.verb NOT IN ('create', 'delete',
	'restore') THEN 'update' ELSE x.verb END AS verb,
    to_json(x.at) #>> '{}' AS at, x.actor_id,
    -- whoever reads a unit's records has seen its tasks; of sealed things
    -- he has not
    CASE WHEN w.seen AND x.kind = 'task'
	AND x.before ->> 'unit_id' <> x.unit_id::text
	THEN x.before ->> 'unit_id' END,
    CASE WHEN w.seen THEN concat_ws(' ', x.before ->> 'lead_staff_id',
	x.before ->> 'co_staff_ids') END, @event_rights(x)
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon) h
LEFT JOIN LATERAL (
    SELECT e.* FROM event e
    WHERE (e.xid, e.seq) > (($after_xid)::xid8, $after_seq)
      AND e.xid < h.horizon
      AND ($kinds IS NULL OR e.kind = ANY ($kinds)
	OR @event_rights(e) <> '')
    ORDER BY e.xid, e.seq LIMIT $limit) x ON true
CROSS JOIN LATERAL (SELECT x.before ->> 'status' <> 'draft' AS seen) w;

-- Had the caller seen what a unit keeps, before it went elsewhere?
-- sight_left(caller uuid, today date, moved uuid) : one read
SELECT 1 WHERE @holds($moved, PERM_READ);
