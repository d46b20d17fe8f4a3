-- Fragments that the statements of several resources share.

-- What the caller may do with records of a unit today: one row of reach.
-- @perms(unit)
(coalesce((SELECT reached.perms FROM reach reached
    WHERE reached.staff_id = $caller
    AND reached.unit_id = @unit AND reached.from_on <= $today
    AND $today < reached.until_on), 0));

-- What the caller may do with a unit on a day to come, as rights stand now: also
-- where the unit does not yet.
-- @perms_on(unit, day)
(coalesce((SELECT reached.perms FROM reach reached
    WHERE reached.staff_id = $caller AND reached.unit_id = @unit
    AND reached.from_on <= greatest(@day, $today)
    AND greatest(@day, $today) < reached.until_on), 0));

-- Does the caller hold one of these permissions over a unit?
-- @holds(unit, bits)
(@perms(@unit) & @bits <> 0);

-- Does somebody lead a unit?
-- @leads(staff, unit)
EXISTS (SELECT FROM reach led WHERE led.staff_id = @staff
    AND led.unit_id = @unit AND led.perms & PERM_IS_LEADER <> 0
    AND led.from_on <= $today AND $today < led.until_on);

-- Does this unit stand today: has it begun, and not ended?
-- @stands(unit)
EXISTS (SELECT FROM unit_version e WHERE e.unit_id = @unit
    AND e.from_on <= $today AND $today < e.until_on);

-- The units a filter unit=… means on a day: the subtree, or the unit alone.
-- Takes the parameters $unit (code or id) and $subtree.
-- @unit_below(unit, day)
($unit IS NULL OR @unit IN @units_below(@day));

-- @units_below(day)
(SELECT k.unit_id FROM unit_cover k JOIN unit f ON f.id = k.anc_id
    WHERE (f.code = $unit OR f.id = CASE WHEN $unit ~
	    '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN $unit::uuid END)
      AND k.from_on <= @day AND @day < k.until_on
      AND (coalesce($subtree, true) OR k.unit_id = f.id));

-- @in_unit(unit)
@unit_below(@unit, $day);

-- References as they are read.
-- @unit_ref(unit)
(SELECT unit.card FROM unit WHERE unit.id = @unit);

-- @staff_ref(staff)
(SELECT json_build_object('id', staff.id, 'code', staff.code, 'full_name',
	staff.full_name, 'position', post.position, 'unit', post.unit)
    FROM staff LEFT JOIN LATERAL (
	SELECT assignment.position, unit.card AS unit
	FROM assignment JOIN unit ON unit.id = assignment.unit_id
	WHERE assignment.staff_id = staff.id AND assignment.main
	  AND assignment.from_on <= $today
	ORDER BY assignment.from_on DESC LIMIT 1) post ON true
    WHERE staff.id = @staff);

-- A search of up to five words in any order, accents and case aside. The longest
-- finds, all sift: words that stand together are no rarer than one of them, as
-- whoever plans would think.
-- @search(fold)
($q IS NULL OR (@fold LIKE search_longest($q)
    AND (@fold LIKE search_word($q, 1) AND @fold LIKE search_word($q, 2)
    AND @fold LIKE search_word($q, 3) AND @fold LIKE search_word($q, 4)
    AND @fold LIKE search_word($q, 5))::int <> 0));

-- The same of a column of t as it stood, which is then made out once.
-- @search_then(fold)
($q IS NULL OR CASE WHEN $until IS NULL THEN @search(t.fold)
    ELSE (SELECT @search(made.fold) FROM (SELECT @fold AS fold OFFSET 0) made)
    END);

-- The row a write is about, locked first and judged as it then stands: it may
-- have changed, and the caller with it, while we waited. What the caller may not
-- see is not there: then cur has no row, and nothing is written.
-- @locked(table, gone)
locked AS MATERIALIZED (
	SELECT t AS r FROM @table t WHERE t.id = $id AND t.deleted_at IS @gone
	FOR NO KEY UPDATE);

-- May the caller take this step now? Expects the CTE cur (r: the row; perms)
-- and the state table's rows of the verb as arrays. Gives the CTE step (outcome:
-- 200 403 409 412, goes_to): 409 where the record does not allow it, whoever
-- calls.
-- @step()
step AS MATERIALIZED (
	SELECT CASE WHEN $version IS NOT NULL AND (c.r).version <> $version
		THEN 412
	    WHEN m.goes_to IS NULL
		OR m.also & ~c.perms & @record() <> 0
		OR m.never & c.perms & @record() <> 0 THEN 409
	    WHEN c.perms & m.need = 0 OR c.perms & m.also <> m.also
		OR c.perms & m.never <> 0 THEN 403
	    ELSE 200 END AS outcome, m.goes_to
	FROM cur c LEFT JOIN unnest($from, $to, $need, $also, $never)
	    AS m(status, goes_to, need, also, never)
	    ON m.status = (c.r).status);

-- @record()
(PERM_IS_FINITE | PERM_IS_PLANNED | PERM_IS_HELD | PERM_IS_ASKED
    | PERM_IS_HEARD | PERM_IS_OVER);

-- What an event always keeps of the row before: by it those are found who
-- could see the row, and no longer can.
-- @whose()
'{"status": 0, "unit_id": 0, "lead_staff_id": 0, "co_staff_ids": 0}'::jsonb;

-- What an event keeps of a row that was so, and now is so; patch: what is said
-- to have changed.
-- @kept_of(was, is, patch)
row_kept(to_jsonb(@was), to_jsonb(@is), coalesce(@patch, '{}') || @whose());

-- A row t is read as it stood at the end of the day asked about: json is made
-- of t.
-- @then(json)
(SELECT @json FROM (SELECT (stood.r).* FROM (SELECT @was(t) AS r
    OFFSET 0) stood) t);

-- @was(x)
(CASE WHEN @unchanged(@x) THEN @x ELSE row_was(@x, @x.id, $until) END);

-- Is x of the day asked about as it stands? Nothing was written since.
-- @unchanged(x)
($until IS NULL OR (@x).updated_at < $until);

-- What was made after the day asked about was not there.
-- @made(x)
($until IS NULL OR @x.created_at < $until);

-- Nobody is told of a day more than he could have been shown: what the caller
-- may see today he must see as it stood then, by his rights of today.
-- @sees(seen)
(@seen AND ($until IS NULL OR @then(@seen)));

-- What filters and sorts go by: a column of t, as it stood.
-- @stood(column)
(CASE WHEN $until IS NULL THEN t.@column ELSE (@was(t)).@column END);

-- The answer, kept for whoever asks again under the same key.
-- @kept()
idm AS (
	INSERT INTO idempotency (caller_id, key, hash, status, version,
	    row_status, perms, body)
	SELECT $caller, $key, $hash, o.outcome, o.version, o.status, o.perms,
	    o.body
	FROM out o WHERE $key IS NOT NULL AND o.outcome < 300);

-- The consequences of a write, in its own commit: the event, the job that
-- tells people, the idempotent answer. Expects the CTEs cur (r: the row
-- before), upd (r: the row after) and out (the answer).
-- @written(kind, verb, patch, unit)
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, before, patch)
	SELECT $now, @kind, (u.r).id, (u.r).@unit, (u.r).version, @verb,
	    $caller, $request, $trace,
	    (SELECT @kept_of(c.r, u.r, @patch) FROM cur c), @patch
	FROM upd u RETURNING seq),
jb AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'notice', ev.seq::text, $trace FROM ev WHERE $tell),
@kept();

-- The figures that a change of a task touches: those of its unit and due day,
-- before and after. Expects cur and upd.
-- @marked()
mk AS (
	INSERT INTO mark (unit_id, day)
	SELECT DISTINCT x.unit_id, x.due_on FROM (
	    SELECT (c.r).unit_id, (c.r).due_on, (c.r).kind
	    FROM cur c WHERE EXISTS (SELECT FROM upd)
	    UNION ALL
	    SELECT (u.r).unit_id, (u.r).due_on, (u.r).kind FROM upd u) x
	WHERE x.due_on IS NOT NULL AND x.kind IN ('one_off', 'occurrence')
	RETURNING unit_id),
rj AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'rollup', min(mk.unit_id::text), $trace FROM mk
	HAVING count(*) > 0);

-- The lines of a stretch of the chain that are not what was sealed.
-- @broken(first, last)
SELECT c.n, c.source, c.seq, CASE WHEN c.n <> coalesce(c.n_before, 0) + 1
	THEN 'gap' WHEN c.line IS NULL THEN 'removed' ELSE 'changed' END AS how
FROM (SELECT s.n, s.source, s.seq, s.hash, t.line,
	lag(s.n) OVER w AS n_before, lag(s.hash) OVER w AS before
    FROM seal s LEFT JOIN trail t ON t.source = s.source AND t.seq = s.seq
    WHERE s.n BETWEEN @first - 1 AND @last WINDOW w AS (ORDER BY s.n)) c
WHERE c.n >= @first AND (c.n <> coalesce(c.n_before, 0) + 1
    OR c.line IS NULL OR c.hash <> sha256(coalesce(c.before,
	decode(repeat('00', 32), 'hex')) || convert_to(c.line, 'UTF8')))
ORDER BY c.n LIMIT 20;
