-- doctor(connections int) : many read
-- unscoped: the operator's, as the owner
SELECT current_setting('server_version_num')::int >= 150000, 'server version',
    current_setting('server_version')
UNION ALL SELECT current_setting('fsync') = 'on', 'fsync',
    current_setting('fsync')
UNION ALL SELECT current_setting('full_page_writes') = 'on',
    'full_page_writes', current_setting('full_page_writes')
UNION ALL SELECT current_setting('synchronous_commit') <> 'off',
    'synchronous_commit', current_setting('synchronous_commit')
UNION ALL SELECT current_setting('data_checksums') = 'on', 'data checksums',
    current_setting('data_checksums')
UNION ALL SELECT pg_encoding_to_char(encoding) = 'UTF8', 'encoding',
    pg_encoding_to_char(encoding) FROM pg_database
    WHERE datname = current_database()
UNION ALL SELECT fold('Đường Ỷ Lan') = 'duong y lan', 'accent folding',
    fold('Đường Ỷ Lan')
UNION ALL SELECT coalesce(collversion = pg_collation_actual_version(oid),
	true), 'collation vi-x-icu', coalesce(collversion, '-')
    FROM pg_collation WHERE collname = 'vi-x-icu'
UNION ALL SELECT $connections
	<= current_setting('max_connections')::int - 10, 'connections',
    $connections || ' of ' || current_setting('max_connections')
UNION ALL SELECT count(*) > 0, 'roles', count(*)::text FROM role
UNION ALL SELECT count(*) > 0, 'states', count(*)::text FROM state
UNION ALL SELECT count(*) FILTER (WHERE g.perms <> r.perms) = 0,
    'grants follow their roles', count(*)::text
    FROM staff_grant g JOIN role r ON r.role = g.role
    AND r.function = g.function
UNION ALL SELECT count(*) = 0, 'dead jobs', count(*)::text FROM job
    WHERE dead_at IS NOT NULL
UNION ALL SELECT coalesce(now() - min(run_at) < interval '1 minute', true),
    'oldest unsent job', coalesce((now() - min(run_at))::text, 'none')
    FROM job WHERE sent_at IS NULL AND dead_at IS NULL AND run_at <= now()
UNION ALL SELECT coalesce(now() - min(at) < interval '1 minute', true),
    'oldest unsettled change', coalesce((now() - min(at))::text, 'none')
    FROM mark;
