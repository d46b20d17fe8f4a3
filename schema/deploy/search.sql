-- search: how near a text is to what is looked for.
BEGIN;
SET LOCAL search_path = camket, public;

-- From 0 to 4: the same, begins with it, begins a word with it, or shares its
-- trigrams. t is folded.
CREATE FUNCTION search_rank(q text, t text) RETURNS real
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (CASE WHEN btrim(t) = camket.fold(q) THEN 3
    WHEN starts_with(btrim(t), camket.fold(q)) THEN 2
    WHEN position(' ' || camket.fold(q) IN t) > 0 THEN 1 ELSE 0 END
    + public.word_similarity(camket.fold(q), t))::real;

GRANT EXECUTE ON FUNCTION search_rank(text, text) TO camket_api;

CREATE INDEX inspection_search ON inspection
    USING gin (fold public.gin_trgm_ops);
CREATE INDEX proposal_search ON proposal
    USING gin (fold public.gin_trgm_ops);
CREATE INDEX complaint_search ON complaint
    USING gin (fold public.gin_trgm_ops);
CREATE INDEX indicator_search ON indicator
    USING gin (fold public.gin_trgm_ops);

COMMIT;
