-- What is known of identity providers, and codes on their way to them.

-- issuer_due(urls text[]) : many write
-- unscoped: machinery; public documents
WITH made AS (
	INSERT INTO issuer (url) SELECT unnest($urls) ON CONFLICT DO NOTHING)
SELECT u.url FROM unnest($urls) AS u(url) LEFT JOIN issuer i ON i.url = u.url
WHERE i.read_at IS NULL OR i.read_at < now() - interval '5 minutes'
   OR (i.wanted_at > i.read_at AND i.read_at < now() - interval '2 seconds');

-- issuer_read(url text, document jsonb, keys jsonb, error text) : none write
-- unscoped: machinery; public documents
UPDATE issuer SET document = coalesce($document, document),
    keys = coalesce($keys, keys), error = $error, read_at = now()
WHERE url = $url;

-- exchange_open_list() : many read
-- unscoped: machinery; nobody is known yet
SELECT e.id, e.issuer, e.asked, i.document
FROM exchange e JOIN issuer i ON i.url = e.issuer
WHERE e.answer IS NULL AND e.created_at > now() - interval '20 seconds'
ORDER BY e.created_at LIMIT 20;

-- A code is spent by being asked: what was asked is kept no longer.
-- exchange_answer(id uuid, answer jsonb) : none write
-- unscoped: machinery; nobody is known yet
UPDATE exchange SET answer = $answer, asked = '{}' WHERE id = $id;
