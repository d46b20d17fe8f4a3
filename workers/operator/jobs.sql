-- jobs_summary() : many read
-- unscoped: the operator's, as the owner
SELECT kind, count(*) || ' jobs', count(*) FILTER (WHERE sent_at IS NULL)
    || ' to send', count(*) FILTER (WHERE lease_until > now()) || ' held',
    count(*) FILTER (WHERE dead_at IS NOT NULL) || ' dead'
FROM job GROUP BY kind ORDER BY kind;

-- jobs_dead() : many read
-- unscoped: the operator's, as the owner
SELECT id, kind, ref, attempts || ' attempts', dead_at, last_error
FROM job WHERE dead_at IS NOT NULL ORDER BY dead_at DESC LIMIT 200;
