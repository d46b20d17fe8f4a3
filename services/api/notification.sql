-- The inbox: each person's own.

-- @notification_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.category,
    @x.urgency, @x.title, @x.body, @x.href,
    CASE WHEN @x.ref IS NOT NULL THEN json_build_object('kind', @x.kind, 'id',
	@x.ref) END AS subject,
    CASE WHEN @x.read_at IS NULL THEN 'unread' ELSE 'read' END AS status,
    @x.created_at, @x.read_at, @x.acknowledged_at) j);

-- What it is about, as "kind status", and how the reader stands to it: the verbs
-- are made of them.
-- @about(x)
concat(@x.kind, ' ', @item_status(@x.kind, @x.ref)),
    coalesce(@item_perms(@x.kind, @x.ref), 0);

-- notification_list(caller uuid, today date, category text[], unread bool,
--     after text[], after_id uuid, limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, @about(t),
	@notification_json(t) AS body
    FROM notification t
    WHERE t.staff_id = $caller
      AND ($category IS NULL OR t.category = ANY ($category))
      AND ($unread IS NULL OR (t.read_at IS NULL) = $unread) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- notification_get(caller uuid, today date, id uuid) : one read
SELECT t.version, @about(t), @notification_json(t) FROM notification t
WHERE t.id = $id AND t.staff_id = $caller;

-- notification_read(caller uuid, today date, now timestamptz, id uuid,
--     acknowledge bool) : one write
WITH upd AS (
	UPDATE notification t SET read_at = coalesce(t.read_at, $now),
	    acknowledged_at = CASE WHEN $acknowledge
		THEN coalesce(t.acknowledged_at, $now)
		ELSE t.acknowledged_at END,
	    version = t.version + (t.read_at IS NULL
		OR $acknowledge AND t.acknowledged_at IS NULL)::int
	WHERE t.id = $id AND t.staff_id = $caller RETURNING t.*)
SELECT x.version, @about(x), @notification_json(x) FROM upd x;

-- notification_read_all(caller uuid, now timestamptz) : one write
WITH upd AS (
	UPDATE notification t SET read_at = $now, version = t.version + 1
	WHERE t.staff_id = $caller AND t.read_at IS NULL RETURNING t.id)
SELECT json_build_object('read', count(*))::text FROM upd;

-- @delivery_filter()
($status IS NULL OR t.status = ANY ($status))
AND ($channel IS NULL OR t.channel = ANY ($channel))
AND ($ref IS NULL OR t.ref = $ref);

-- The ledger of what left the house: one's own, or that of the units one
-- keeps.
-- delivery_list(caller uuid, today date, status text[], channel text[],
--     ref uuid, unit text, subtree bool, after text[], after_id uuid,
--     limit int) : many slow
-- sort created_at: t.created_at :: timestamptz
-- id t.id
WITH kept AS MATERIALIZED (
	SELECT k.staff_id, @in_unit(@home(k.staff_id)) AND (k.staff_id = $caller
	    OR @holds(@home(k.staff_id), (PERM_DRAFT | PERM_STAFF))) AS shown
	FROM (SELECT $caller AS staff_id UNION SELECT a.staff_id
	    FROM reach r JOIN assignment a ON a.unit_id = r.unit_id AND a.main
		AND a.from_on <= $today
	    WHERE r.staff_id = $caller AND r.from_on <= $today
	      AND $today < r.until_on
	      AND r.perms & (PERM_DRAFT | PERM_STAFF) <> 0 LIMIT 101) k),
-- so few that their deliveries are sorted, instead of going past the others'
few AS MATERIALIZED (SELECT count(*) <= 100 AS so FROM kept)
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, 1, t.status, 0::bigint,
	(SELECT row_to_json(j)::text FROM (SELECT t.id, t.status, t.channel,
	    t.occasion, @staff_ref(t.staff_id) AS recipient, t.subject,
	    json_build_object('kind', t.kind, 'id', t.ref) AS about,
	    t.response, t.created_at, t.sent_at) j) AS body
    FROM ((SELECT t.* FROM delivery t
	WHERE (SELECT NOT so FROM few) AND @delivery_filter()
	  AND @in_unit(@home(t.staff_id)) AND (t.staff_id = $caller
	    OR @holds(@home(t.staff_id), (PERM_DRAFT | PERM_STAFF)))
	  AND /*AFTER*/ /*ORDER*/ LIMIT $limit)
	UNION ALL
	(SELECT t.* FROM kept CROSS JOIN LATERAL (SELECT t.* FROM delivery t
	    WHERE t.staff_id = kept.staff_id AND @delivery_filter()
	      AND /*AFTER*/ /*ORDER*/ LIMIT $limit) t
	WHERE (SELECT so FROM few) AND kept.shown)) t
    /*ORDER*/ LIMIT $limit) l ON true;
