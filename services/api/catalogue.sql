-- Catalogues share the shape of their statements: an entry is owned by a unit
-- and valid below it, or by the installation and valid everywhere. It is read
-- by whoever belongs below, and set by who sets catalogues at its owner; what
-- belongs to all is changed by whoever administers whatever anybody
-- administers.

-- @catalogue_rel(x)
(CASE WHEN @x.unit_id IS NULL THEN @shared_perms() ELSE @perms(@x.unit_id)
    END);

-- @shared_perms()
(SELECT CASE WHEN all_own.perms & PERM_CONFIG <> 0 AND NOT EXISTS (
	    SELECT FROM staff_grant WHERE staff_grant.perms & PERM_CONFIG <> 0
	      AND staff_grant.from_on <= $today
	      AND $today < staff_grant.until_on
	      AND @perms(staff_grant.unit_id) & PERM_CONFIG = 0)
	THEN PERM_CONFIG ELSE 0 END
    | CASE WHEN all_own.perms <> 0 THEN PERM_PUBLISHED ELSE 0 END
    FROM (SELECT coalesce(bit_or(reach.perms), 0) AS perms FROM reach
	WHERE reach.staff_id = $caller AND reach.from_on <= $today
	  AND $today < reach.until_on) all_own);

-- What has been deleted is its keepers' to see.
-- @catalogue_seen(x, perms)
(@perms <> 0 AND (@x.deleted_at IS NULL OR @perms & PERM_CONFIG <> 0));

-- From where the unit whose catalogue is read has the entry.
-- @inherited_from(x, unit)
(CASE WHEN @x.unit_id <> @unit THEN @unit_ref(@x.unit_id) END);

-- With a unit: the entry that holds for it.
-- @catalogue_holds(x, unit, holds)
($unit IS NULL OR @unit IS NOT NULL AND @kin(@unit) AND @holds = @x.id);

-- @catalogue_filter(x, perms, unit, holds)
@catalogue_holds(@x, @unit, @holds) AND ($ids IS NULL OR @x.id = ANY ($ids))
AND ($deleted IS NULL AND @x.deleted_at IS NULL
    OR $deleted = 'only' AND @x.deleted_at IS NOT NULL)
AND @catalogue_seen(@x, @perms);

-- The entry to be made, and what the caller may where it belongs.
-- @catalogue_made(table)
inp AS MATERIALIZED (SELECT @resolved($body) AS b),
cur AS (SELECT NULL::@table AS r WHERE false),
may AS MATERIALIZED (
	SELECT m.r, (SELECT @catalogue_rel(k) FROM (SELECT (m.r).*) k) AS up
	FROM (SELECT jsonb_populate_record(NULL::@table, i.b) AS r
	    FROM inp i) m);

-- What is locked above is not said otherwise. Expects may (r: the row to be,
-- up: what the caller may there).
-- @catalogue_locked(table, code, line)
SELECT 422 AS outcome, @line AS line FROM may m
WHERE (m.r).unit_id IS NOT NULL AND EXISTS (SELECT FROM @table o
    JOIN unit_chain((m.r).unit_id) h
	ON h.unit_id IS NOT DISTINCT FROM o.unit_id AND h.depth > 0
    WHERE o.@code = (m.r).@code AND o.locked AND o.status = 'active'
      AND o.deleted_at IS NULL);

-- @catalogue_fate()
fate AS MATERIALIZED (
	SELECT CASE WHEN m.up & PERM_CONFIG = 0 THEN 403
	    ELSE coalesce((SELECT min(w.outcome) FROM wrong w), 201) END
	    AS outcome FROM may m);
