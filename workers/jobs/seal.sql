-- Sealing the trail. Lines are taken in commit order, below the oldest
-- transaction that still runs, from where the last seal stopped.

-- seal_open(limit int) : many write
-- unscoped: machinery; the trail of everybody
WITH at AS MATERIALIZED (
	SELECT f.value, split_part(f.value, ' ', 1)::xid8 AS xid,
	    split_part(f.value, ' ', 2) AS source,
	    split_part(f.value, ' ', 3)::bigint AS seq,
	    pg_snapshot_xmin(pg_current_snapshot()) AS horizon
	FROM fact f WHERE f.name = 'sealed'),
next AS MATERIALIZED (
	SELECT k.* FROM at CROSS JOIN LATERAL (
	    (SELECT 'audit' AS source, a.seq, a.xid FROM audit a
	    WHERE a.xid >= at.xid AND a.xid < at.horizon
	      AND (a.xid, 'audit', a.seq) > (at.xid, at.source, at.seq)
	    ORDER BY a.xid, a.seq LIMIT $limit)
	    UNION ALL
	    (SELECT 'event', e.seq, e.xid FROM event e
	    WHERE e.xid >= at.xid AND e.xid < at.horizon
	      AND (e.xid, 'event', e.seq) > (at.xid, at.source, at.seq)
	    ORDER BY e.xid, e.seq LIMIT $limit)) k
	ORDER BY k.xid, k.source, k.seq LIMIT $limit)
SELECT at.value, coalesce(h.n, 0), coalesce(encode(h.hash, 'hex'),
    repeat('00', 32)), x.source, x.seq, x.xid, t.line
FROM at CROSS JOIN next x
JOIN trail t ON t.source = x.source AND t.seq = x.seq
LEFT JOIN LATERAL (SELECT n, hash FROM seal ORDER BY n DESC LIMIT 1) h ON true
ORDER BY x.xid, x.source, x.seq;

-- seal_put(before text, upto text, n bigint, sources text[], seqs bigint[],
--     hashes text[]) : one write
-- unscoped: machinery; the trail of everybody
WITH f AS (
	UPDATE fact SET value = $upto WHERE name = 'sealed' AND value = $before
	RETURNING name),
s AS (
	INSERT INTO seal (n, source, seq, hash)
	SELECT $n + x.i, x.source, x.seq, decode(x.hash, 'hex')
	FROM f CROSS JOIN unnest($sources, $seqs, $hashes)
	    WITH ORDINALITY AS x(source, seq, hash, i) RETURNING n)
SELECT count(*) FROM s;
