-- What people say of an item, and what has become of it. Both are for who may
-- read the item, which is asked first (http/talk.c).

-- @comment_json(x)
(SELECT row_to_json(j)::text FROM (SELECT @x.id, 1 AS version,
    @staff_ref(@x.author_id) AS author, @x."text",
    coalesce((SELECT json_agg(@staff_ref(m.i) ORDER BY m.n)
	FROM unnest(@x.mention_ids) WITH ORDINALITY m(i, n)), '[]')
	AS mentions, @x.created_at) j);

-- comment_list(caller uuid, today date, id uuid, item_kind text, after text[],
--     after_id uuid, limit int) : many slow
-- unscoped: the item is read first, as the caller
-- sort created_at: t.created_at :: timestamptz
-- id t.id
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT t.id, /*KEY*/ AS key, 1, '', 0::bigint, @comment_json(t) AS body
    FROM comment t
    WHERE t.ref = $id AND t.kind = $item_kind AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;

-- Who is meant: the people named, by id; the caller may name those he may see.
-- comment_mentions(caller uuid, today date, body jsonb) : many read
SELECT DISTINCT x.b ->> 'staff_id'
FROM jsonb_array_elements(coalesce($body -> 'mentions', '[]')) e(b)
CROSS JOIN LATERAL (SELECT refs(e.b, $caller, $today) AS b) x;

-- Said, and told to who is meant: in his inbox, and by mail.
-- comment_create(caller uuid, today date, now timestamptz, id uuid,
--     item_kind text, comment_id uuid, version int, body jsonb,
--     mentions uuid[], title text, about text, href text, request text,
--     trace text, key text, hash bytea) : one write
-- unscoped: the item is read first, as the caller
WITH upd AS (
	INSERT INTO comment AS t (id, kind, ref, "text", mention_ids, author_id,
	    created_at)
	VALUES ($comment_id, $item_kind, $id, $body ->> 'text', $mentions,
	    $caller, $now) RETURNING t.*),
ev AS (
	INSERT INTO event (at, kind, ref, unit_id, version, verb, actor_id,
	    request, trace, patch)
	SELECT $now, $item_kind, $id, (SELECT e.unit_id FROM event e
		WHERE e.ref = $id AND e.kind = $item_kind
		ORDER BY e.seq DESC LIMIT 1),
	    $version, 'comment', $caller, $request, $trace,
	    jsonb_build_object('comment_id', u.id) FROM upd u),
words AS (
	SELECT '[Trao đổi] ' || $title AS subject, y.full_name
	    || ' nhắc đến bạn khi trao đổi về ' || $about || ': ' || $title
	    || E'\n' || u."text" AS body
	FROM upd u JOIN staff y ON y.id = u.author_id),
d AS (
	INSERT INTO delivery (id, staff_id, occasion, channel, status, template,
	    kind, ref, address, subject, body, trace, created_at, sent_at)
	SELECT uuid_v7(), r.id, 'comment:' || $comment_id, c.channel,
	    CASE c.channel WHEN 'inapp' THEN 'sent' ELSE 'pending' END,
	    'comment', $item_kind, $id,
	    CASE c.channel WHEN 'mail' THEN r.email END, w.subject,
	    concat_ws(' ', staff_salutation(r.id, $today), r.honorific,
		r.full_name) || E',\n\n' || w.body, $trace, $now,
	    CASE c.channel WHEN 'inapp' THEN $now END
	FROM words w JOIN staff r ON r.id = ANY ($mentions)
	    AND r.id <> $caller AND r.status = 'active'
	CROSS JOIN (VALUES ('inapp'), ('mail')) c(channel)
	WHERE c.channel = 'inapp' OR r.email IS NOT NULL
	RETURNING id, staff_id, channel),
n AS (
	INSERT INTO notification (id, staff_id, category, title, body, href,
	    kind, ref, created_at)
	SELECT uuid_v7(), d.staff_id, 'mention', w.subject, w.body, $href,
	    $item_kind, $id, $now
	FROM d CROSS JOIN words w WHERE d.channel = 'inapp'),
j AS (
	INSERT INTO job (kind, ref, trace)
	SELECT 'delivery', d.id::text, $trace FROM d WHERE d.channel = 'mail'),
out AS MATERIALIZED (
	SELECT 201 AS outcome, 1 AS version, '' AS status, 0::bigint AS perms,
	    @comment_json(u) AS body FROM upd u),
@kept()
SELECT outcome, version, status, perms, body FROM out;

-- Who did what, when, in plain words: those of the verbs and members come as
-- lists in the reader's language. A member's values are shown only where the
-- reader sees that member now ($view), and only single ones; of a person's
-- record, to himself and to who administers him.
-- activity_list(caller uuid, today date, id uuid, item_kind text, view jsonb,
--     verb_codes text[], verb_words text[], member_names text[],
--     member_words text[], after text[], after_id uuid, limit int) : many slow
-- unscoped: the item is read first, as the caller
-- sort at: e.seq :: bigint
-- id e.ref
SELECT h.horizon, l.* FROM
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h
LEFT JOIN LATERAL (
    SELECT e.ref, /*KEY*/ AS key, e.version, '', 0::bigint,
	(SELECT row_to_json(j)::text FROM (SELECT e.at, e.verb, e.version,
	    @staff_ref(e.actor_id) AS actor,
	    concat_ws(' ', coalesce((SELECT y.full_name FROM staff y
		WHERE y.id = e.actor_id), 'Camket'), coalesce((SELECT v.word
		FROM unnest($verb_codes, $verb_words) v(code, word)
		WHERE v.code = e.verb), e.verb)) AS summary,
	    e.patch ->> 'reason' AS reason,
	    CASE WHEN e.kind = 'task' AND e.verb = 'progress'
		THEN @said(e.patch) END AS progress,
	    (SELECT c."text" FROM comment c
		WHERE c.id::text = e.patch ->> 'comment_id' AND c.ref = e.ref)
		AS "comment",
	    (SELECT coalesce(json_agg(json_build_object('member', m.name,
		    'label', m.word, 'from', CASE WHEN s.single
			THEN e.before -> m.name END,
		    'to', CASE WHEN s.single THEN e.patch -> m.name END)
		    ORDER BY m.n), '[]')
		FROM unnest($member_names, $member_words)
		    WITH ORDINALITY m(name, word, n)
		CROSS JOIN LATERAL (SELECT jsonb_typeof(e.patch -> m.name)
			NOT IN ('object', 'array')
		    AND length((e.patch -> m.name)::text) <= 500 AS single) s
		WHERE m.name <> 'id' AND e.patch ? m.name
		  AND $view ->> m.name IS NOT NULL
		  AND e.before -> m.name IS DISTINCT FROM e.patch -> m.name)
		AS changed) j) AS body
    FROM event e
    WHERE e.ref = $id AND e.kind = $item_kind
      AND (e.kind <> 'staff' OR e.ref = $caller
	OR @holds(@home(e.ref), PERM_STAFF))
      AND /*AFTER*/
    /*ORDER*/ LIMIT $limit) l ON true;
