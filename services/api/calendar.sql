-- The calendar: what units say of days. Whoever may know a unit may read what it
-- says; it is said by who sets catalogues there.

-- @calendar_seen(x)
(@x.unit_id IS NULL OR @kin(@x.unit_id));

-- unit: for whom it is read; redated: which deadlines a change has moved.
-- @calendar_json(x, unit, redated)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, @x.version, @x.status,
    @unit_ref(@x.unit_id) AS unit, @x.kind, @x.from_on AS "from",
    @x.until_on - 1 AS "to", @x.worked_on, @x.name, @x.decision, @x.locked,
    CASE WHEN @x.unit_id <> @unit THEN @unit_ref(@x.unit_id) END
	AS inherited_from, @redated AS redated,
    @external_refs('calendar_entry', @x.id) AS external_refs,
    @x.created_at, @x.updated_at) j);

-- As its own unit reads it; as it stands once written.
-- @calendar_own(x)
(@calendar_json(@x, @x.unit_id, NULL::jsonb));
-- @calendar_new(x)
(@calendar_json(@x, @x.unit_id, (SELECT redated FROM settled)));

-- @calendar_rel(x)
(@perms(@x.unit_id));

-- calendar_get(caller uuid, today date, id uuid) : one read
@record_get(calendar_entry, @calendar_own(t),
    @calendar_rel(t), @calendar_seen(t));

-- With a unit: what holds for it, said by itself or above.
-- calendar_list(caller uuid, today date, kind text[], from_from date,
--     from_to date, ids uuid[], unit text, deleted text, after text[],
--     after_id uuid, limit int) : many slow
-- sort from: t.from_on :: date
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, t.version, t.status, @perms(t.unit_id),
	@calendar_json(t, f.id, NULL::jsonb) AS body
    FROM calendar_entry t
    LEFT JOIN unit f ON f.code = $unit OR f.id::text = $unit
    WHERE ($unit IS NULL OR f.id IS NOT NULL AND (t.unit_id IS NULL
	OR EXISTS (SELECT FROM unit_cover k WHERE k.unit_id = f.id
	    AND k.anc_id = t.unit_id AND NOT k.past
	    AND k.from_on <= $today AND $today < k.until_on)))
      AND ($kind IS NULL OR t.kind = ANY ($kind))
      AND ($from_from IS NULL OR t.from_on >= $from_from)
      AND ($from_to IS NULL OR t.from_on <= $from_to)
      AND ($ids IS NULL OR t.id = ANY ($ids))
      AND ($deleted IS NULL AND t.deleted_at IS NULL
	OR $deleted = 'only' AND t.deleted_at IS NOT NULL)
      AND @calendar_seen(t) AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- @calendar_input(body)
(@body || CASE WHEN @body ? 'from' THEN jsonb_build_object('from_on',
	@body -> 'from') ELSE '{}' END
    || CASE WHEN coalesce(@body ->> 'to', @body ->> 'from') IS NOT NULL
	THEN jsonb_build_object('until_on', coalesce(@body ->> 'to',
	    @body ->> 'from')::date + 1) ELSE '{}' END);

-- What is locked above is not said otherwise. Expects next (r: the row to be).
-- @calendar_wrong()
wrong AS (
	SELECT 422 AS outcome, '/from locked' AS line
	FROM next n JOIN calendar_entry o ON o.locked AND o.deleted_at IS NULL
	    AND o.id <> (n.r).id AND (o.unit_id IS NULL
		OR o.unit_id <> (n.r).unit_id AND EXISTS (
		    SELECT FROM unit_cover k WHERE k.unit_id = (n.r).unit_id
		      AND k.anc_id = o.unit_id AND NOT k.past
		      AND k.from_on <= $today AND $today < k.until_on))
	    AND (o.from_on < (n.r).until_on AND (n.r).from_on < o.until_on
		OR o.worked_on >= (n.r).from_on
		    AND o.worked_on < (n.r).until_on
		OR (n.r).worked_on >= o.from_on
		    AND (n.r).worked_on < o.until_on)
	LIMIT 1);

-- What a written row brings about.
-- @calendar_done()
settled AS MATERIALIZED (
	SELECT calendar_changed((u.r).unit_id, $today, $now) AS redated
	FROM upd u);

-- calendar_create(caller uuid, today date, now timestamptz, body jsonb,
--     request text, trace text, tell bool, key text, hash bytea) : one write
WITH inp AS MATERIALIZED (SELECT @resolved($body) AS b),
cur AS (SELECT NULL::calendar_entry AS r WHERE false),
next AS MATERIALIZED (
	SELECT jsonb_populate_record(NULL::calendar_entry,
	    @calendar_input(i.b)) AS r FROM inp i),
@calendar_wrong(),
fate AS MATERIALIZED (
	SELECT CASE WHEN NOT @holds((n.r).unit_id, PERM_CONFIG) THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome FROM next n),
upd AS (
	INSERT INTO calendar_entry AS t (id, unit_id, kind, from_on, until_on,
	    worked_on, name, decision, locked, author_id, created_at,
	    updated_at)
	SELECT (n.r).id, (n.r).unit_id, (n.r).kind, (n.r).from_on,
	    (n.r).until_on, (n.r).worked_on, (n.r).name, (n.r).decision,
	    coalesce((n.r).locked, false), $caller, $now, $now
	FROM next n JOIN fate f ON f.outcome = 201 RETURNING t AS r),
@calendar_done(),
@record_made('calendar_entry', $body, @calendar_new(x),
    @calendar_rel(x));

-- calendar_patch(caller uuid, today date, now timestamptz, id uuid,
--     version int, body jsonb, from text[], to text[], need bigint[],
--     also bigint[], never bigint[], request text, trace text, tell bool,
--     key text, hash bytea) : one write
WITH @record_cur(calendar_entry, NULL, @calendar_rel(t), @calendar_seen(t)),
next AS MATERIALIZED (
	SELECT jsonb_populate_record(c.r, @calendar_input(CASE WHEN
	    $body ? 'from' AND NOT $body ? 'to' THEN $body ||
		jsonb_build_object('to', greatest((c.r).until_on - 1,
		    ($body ->> 'from')::date))
	    ELSE $body END)) AS r FROM cur c),
@calendar_wrong(),
@fate(),
upd AS (
	UPDATE calendar_entry t SET (from_on, until_on, worked_on, name,
	    decision, locked, version, updated_at) =
	(SELECT (n.r).from_on, (n.r).until_on, (n.r).worked_on, (n.r).name,
	    (n.r).decision, (n.r).locked, t.version + 1, $now)
	FROM next n JOIN fate f ON f.outcome = 200
	WHERE t.id = (n.r).id RETURNING t AS r),
@calendar_done(),
@record_turned('calendar_entry', 'update', $body, @calendar_new(x),
    @calendar_rel(x));

-- @calendar_lifted(verb, day, answer)
upd AS (
	UPDATE calendar_entry t SET deleted_at = @day, version = t.version + 1,
	    updated_at = $now
	FROM cur c JOIN step s ON s.outcome = 200
	WHERE t.id = (c.r).id RETURNING t AS r),
@calendar_done(),
out AS MATERIALIZED (
	SELECT CASE s.outcome WHEN 200 THEN @answer ELSE s.outcome END
	    AS outcome, x.version, x.status, c.perms,
	    CASE WHEN s.outcome = 412 OR s.outcome = @answer
		THEN @calendar_new(x) END AS body
	FROM step s CROSS JOIN cur c LEFT JOIN upd u ON true
	LEFT JOIN settled ON true
	CROSS JOIN LATERAL (SELECT (coalesce(u.r, c.r)).*) x),
@written('calendar_entry', @verb, NULL::jsonb, unit_id)
SELECT outcome, version, status, perms, body FROM out;

-- calendar_remove(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @record_cur(calendar_entry, NULL, @calendar_rel(t), @calendar_seen(t)),
@calendar_lifted('delete', $now, 204);

-- calendar_restore(caller uuid, today date, now timestamptz, id uuid,
--     version int, from text[], to text[], need bigint[], also bigint[],
--     never bigint[], request text, trace text, tell bool, key text,
--     hash bytea) : one write
WITH @record_cur(calendar_entry, NOT NULL, @calendar_rel(t),
    @calendar_seen(t)),
@calendar_lifted('restore', NULL, 200);

-- The n-th working day after a day in the calendar of a unit, one's own unless
-- said, and what was said of the days between.
-- So many working days after a day, or days of any kind: then a last day that is
-- not worked moves to the next that is.
-- calendar_deadline(caller uuid, today date, unit text, from_day date,
--     working int, whole int) : one read
SELECT row_to_json(j)::text FROM (
    SELECT z.card AS unit, $from_day AS "from", $working AS working_days,
	$whole AS calendar_days, d.due AS due_on, (SELECT coalesce(json_agg(json_build_object('day',
	    x.day, 'kind', x.kind, 'name', x.name) ORDER BY x.day), '[]')
	FROM calendar_day x WHERE x.calendar_id = z.calendar_id
	  AND x.day > $from_day AND x.day <= d.due) AS days
    FROM unit z
    CROSS JOIN LATERAL (SELECT workday_after(z.calendar_id,
	$from_day + coalesce($whole, 0), coalesce($working, 0)) AS due) d
    WHERE z.deleted_at IS NULL AND @kin(z.id)
      AND CASE WHEN $unit IS NULL THEN z.id = @own_unit()
	ELSE z.code = $unit OR z.id::text = $unit END) j;
