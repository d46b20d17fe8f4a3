-- Mirrors of the programs' tables.

-- role_sync(roles text[], functions text[], perms bigint[]) : none write
-- unscoped: the operator's, as the owner
WITH new AS (SELECT * FROM unnest($roles, $functions, $perms)
	AS x(role, function, perms))
INSERT INTO role (role, function, perms)
SELECT role, function, perms FROM new
ON CONFLICT (role, function) DO UPDATE SET perms = excluded.perms;

-- perm_sync(names text[], bits bigint[]) : none write
-- unscoped: the operator's, as the owner
INSERT INTO perm (name, bits)
SELECT name, bits FROM unnest($names, $bits) AS x(name, bits)
ON CONFLICT (name) DO UPDATE SET bits = excluded.bits;

-- What grants hold follows their roles.
-- grant_sync() : none write
-- unscoped: the operator's, as the owner
UPDATE staff_grant g SET perms = r.perms FROM role r
WHERE r.role = g.role AND r.function = g.function AND r.perms <> g.perms;

-- state_sync(resources text[], statuses text[], asks text[], at text[],
--     need bigint[], roles text[]) : none write
-- unscoped: the operator's, as the owner
WITH new AS (SELECT * FROM unnest($resources, $statuses, $asks, $at, $need,
	$roles) AS x(resource, status, asks, at, need, role)),
old AS (
	DELETE FROM state s WHERE NOT EXISTS (SELECT FROM new n
	    WHERE n.resource = s.resource AND n.status = s.status
	      AND n.asks = s.asks AND n.at = s.at))
INSERT INTO state (resource, status, asks, at, need, role)
SELECT resource, status, asks, at, need, role FROM new
ON CONFLICT (resource, status, asks, at) DO UPDATE SET
    need = excluded.need, role = excluded.role;
