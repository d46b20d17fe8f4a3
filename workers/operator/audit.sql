-- audit_state() : one read
-- unscoped: the operator's, as the owner
SELECT coalesce(max(n), 0) || ' ' || coalesce((SELECT encode(hash, 'hex')
    FROM seal ORDER BY n DESC LIMIT 1), '-') FROM seal;

-- audit_seal_at(n bigint) : one read
-- unscoped: the operator's, as the owner
SELECT encode(hash, 'hex') FROM seal WHERE n = $n;

-- audit_broken(first bigint, last bigint) : many slow
-- unscoped: the operator's, as the owner
@broken($first, $last);
