-- Settings: what holds for a unit, by whom it is settled. Read by whoever may
-- know the unit, settled by who sets catalogues there.

-- @setting_unit()
SELECT t.id, t.version, t.card, @perms(t.id) AS perms FROM unit t
WHERE t.deleted_at IS NULL AND @kin(t.id)
  AND CASE WHEN $unit IS NULL THEN t.id = @own_unit()
    ELSE t.code = $unit OR t.id::text = $unit END;

-- @setting_json(x, rows)
json_build_object('unit', @x.card, 'items', (SELECT json_agg(json_build_object(
    'name', s.name, 'value', s.value, 'unit', @unit_ref(s.unit_id),
    'inherited_from', CASE WHEN s.unit_id <> @x.id
	THEN @unit_ref(s.unit_id) END, 'locked', s.locked) ORDER BY s.name)
    FROM jsonb_to_recordset(@rows) s(name text, value jsonb, unit_id uuid,
	locked bool)))::text;

-- setting_get(caller uuid, today date, unit text) : one read
SELECT @setting_json(c, (SELECT jsonb_agg(to_jsonb(h)) FROM setting_of(c.id) h))
FROM (@setting_unit()) c;

-- setting_patch(caller uuid, today date, now timestamptz, unit text,
--     body jsonb, request text, trace text, key text, hash bytea) : one write
WITH cur AS MATERIALIZED (@setting_unit()),
act AS MATERIALIZED (
	SELECT setting_put(c.id, $body, $caller, $today, $now) AS rows
	FROM cur c WHERE c.perms & PERM_CONFIG <> 0),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, 'unit', c.id, c.id, c.version, 'configure', $caller,
	    $request, $trace, $body FROM cur c CROSS JOIN act),
out AS MATERIALIZED (
	SELECT CASE WHEN a.rows IS NULL THEN 403 ELSE 200 END AS outcome,
	    0 AS version, '' AS status, c.perms, @setting_json(c, a.rows)
		AS body
	FROM cur c LEFT JOIN act a ON true),
@kept()
SELECT outcome, version, status, perms, body FROM out;
