-- Names that other systems have for our items. A name tells an id, and nothing
-- of the item: that is read by the resource's own statement.

-- The names of an item.
-- @external_refs(item_kind, item)
(SELECT coalesce(json_agg(json_build_object('system', named.system, 'key',
	named.key) ORDER BY named.system, named.key), '[]')
    FROM external_ref named WHERE named.ref = @item
      AND named.kind = @item_kind);

-- external_ref_find(caller uuid, item_kind text, ref_system text,
--     ref_key text) : one read
-- unscoped: a name tells an id; the item is read as the caller
SELECT ref FROM external_ref
WHERE kind = $item_kind AND system = $ref_system AND key = $ref_key;

-- external_ref_claim(caller uuid, now timestamptz, item_kind text,
--     ref_system text, ref_key text, made uuid) : one write
-- unscoped: a name tells an id; the item is read as the caller
INSERT INTO external_ref (kind, system, key, ref, author_id, created_at)
VALUES ($item_kind, $ref_system, $ref_key, $made, $caller, $now)
ON CONFLICT (kind, system, key) DO UPDATE SET system = EXCLUDED.system
RETURNING ref;
