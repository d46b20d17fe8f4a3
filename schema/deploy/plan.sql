-- plan: documents, plans and what plans oblige people to hand in.
BEGIN;
SET LOCAL search_path = camket, public;

-- Văn bản: what a plan implements or rests on, as a unit keeps it for all below
-- or the installation for everybody. One that somebody cites and nobody has
-- entered yet is a stub. It holds from a day until a day: whether it does is
-- asked as of a day, never written.
CREATE TABLE document (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'stub' CONSTRAINT
	    document_status_known CHECK (status IN ('stub', 'entered')),
	unit_id		uuid CONSTRAINT document_unit_exists REFERENCES unit,
	kind		text NOT NULL,
	number		text,
	issuer		text,
	issued_on	date,
	title		text NOT NULL,
	effective_from	date,
	-- the first day on which it no longer holds
	ended_on	date,
	replaced_by_id	uuid CONSTRAINT document_replacement_exists
	    REFERENCES document,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS (fold(coalesce(number, '')
	    || ' ' || title)) STORED,
	CONSTRAINT document_ends_after_it_begins CHECK
	    (ended_on >= coalesce(effective_from, issued_on)),
	CONSTRAINT document_replaced_on_a_day CHECK
	    (replaced_by_id IS NULL OR ended_on IS NOT NULL)
);
CREATE INDEX document_search ON document USING gin (fold public.gin_trgm_ops);
CREATE INDEX document_by_issue ON document (issued_on, id);
CREATE INDEX document_by_replacement ON document (replaced_by_id);

-- What one document is called, however it is written: 34-CT/TU, 34 - ct/tu; by
-- its title where it has no number.
CREATE FUNCTION document_key(kind text, number text, title text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = camket, pg_temp
RETURN kind || ' ' || regexp_replace(fold(coalesce(number, title)), '\s', '',
    'g');
CREATE INDEX document_by_key ON document
    USING hash (document_key(kind, number, title));

-- Are these one document? Numbers begin anew each year and in each office, so
-- the issuer must be the same, and the days not contradict each other; where
-- one of them does not say who issued it, the days must be the same.
CREATE FUNCTION document_same(a document, b document) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = camket, pg_temp
RETURN document_key(a.kind, a.number, a.title)
	= document_key(b.kind, b.number, b.title)
    AND (a.number IS NULL) = (b.number IS NULL)
    AND CASE WHEN (a.issuer IS NULL) = (b.issuer IS NULL)
	THEN coalesce(fold(a.issuer) = fold(b.issuer), true)
	    AND coalesce(a.issued_on = b.issued_on, true)
	ELSE coalesce(a.issued_on = b.issued_on, false) END;

-- A basis of a plan as the document that it names.
CREATE FUNCTION document_cited(basis jsonb) RETURNS document
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN jsonb_populate_record(NULL::document, json_pick(basis, '{"kind": 0,
    "number": 0, "issuer": 0, "issued_on": 0, "title": 0}'));

-- The document of that name that holds for a unit: its own, those above, and
-- those of the units it has succeeded; what is entered before what is a stub,
-- the nearest first.
CREATE FUNCTION document_of(u uuid, d document) RETURNS uuid
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT o.id FROM document o
    LEFT JOIN unit_chain(u) h ON h.unit_id IS NOT DISTINCT FROM o.unit_id
    WHERE document_key(o.kind, o.number, o.title)
	= document_key(d.kind, d.number, d.title) AND document_same(o, d)
      AND o.deleted_at IS NULL
      AND (h.depth IS NOT NULL OR EXISTS (SELECT FROM unit_cover k
	WHERE k.unit_id = o.unit_id AND k.anc_id = u AND k.past))
    ORDER BY o.status = 'stub', h.depth, o.created_at, o.id LIMIT 1);

-- There is one of each: of a unit, and of what is entered, below it too. Who
-- writes documents holds the lock until his commit, and takes it before he
-- locks a row.
CREATE FUNCTION document_lock() RETURNS void
LANGUAGE sql SET search_path = camket, pg_temp
RETURN pg_advisory_xact_lock(hashtext('document'));

CREATE FUNCTION document_check() RETURNS trigger
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	later document;
BEGIN
	PERFORM document_lock();
	IF NEW.deleted_at IS NOT NULL THEN
		IF EXISTS (SELECT FROM plan_link l JOIN plan p ON p.id = l.plan_id
		    WHERE l.document_id = NEW.id AND p.deleted_at IS NULL)
		    OR EXISTS (SELECT FROM document o
		    WHERE o.replaced_by_id = NEW.id AND o.deleted_at IS NULL) THEN
			RAISE EXCEPTION 'cited' USING ERRCODE = '23503',
			    CONSTRAINT = 'document_not_cited';
		END IF;
		RETURN NEW;
	END IF;
	IF EXISTS (SELECT FROM document o
	    LEFT JOIN unit_chain(NEW.unit_id) h
		ON h.unit_id IS NOT DISTINCT FROM o.unit_id
	    WHERE document_key(o.kind, o.number, o.title)
		= document_key(NEW.kind, NEW.number, NEW.title)
	      AND document_same(o, NEW) AND o.id <> NEW.id
	      AND o.deleted_at IS NULL
	      AND (o.unit_id IS NOT DISTINCT FROM NEW.unit_id
		OR h.depth > 0 AND NEW.status = 'entered'
		AND o.status = 'entered')) THEN
		RAISE EXCEPTION 'a twin' USING ERRCODE = '23505',
		    CONSTRAINT = 'document_once';
	END IF;
	IF NEW.replaced_by_id IS NULL THEN
		RETURN NEW;
	END IF;
	SELECT * INTO later FROM document o WHERE o.id = NEW.replaced_by_id;
	NEW.ended_on := coalesce(NEW.ended_on, later.effective_from,
	    later.issued_on);
	IF EXISTS (WITH RECURSIVE line AS (
	    SELECT NEW.replaced_by_id AS id UNION
	    SELECT o.replaced_by_id FROM line JOIN document o USING (id))
	    SELECT FROM line WHERE id = NEW.id) THEN
		RAISE EXCEPTION 'replaced by itself' USING ERRCODE = '23514',
		    CONSTRAINT = 'document_replaced_by_another';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER document_check BEFORE INSERT OR UPDATE ON document
    FOR EACH ROW EXECUTE FUNCTION document_check();

-- Kế hoạch. Bases, sections, recipients and signer are kept whole, as json
-- text: history is never rewritten, and a read copies bytes.
CREATE TABLE plan (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'draft' CONSTRAINT
	    plan_status_known CHECK (status IN ('draft', 'submitted',
	    'issued', 'in_force', 'closed', 'superseded', 'cancelled')),
	-- the issuing unit: where the record stands for scope
	unit_id		uuid NOT NULL CONSTRAINT plan_unit_exists
	    REFERENCES unit,
	kind		text NOT NULL DEFAULT 'plan',
	number		text,
	symbol		text,
	title		text NOT NULL,
	"text"		text,
	issuer		text,
	place		text,
	issued_on	date,
	legal_bases	json,
	relations	json,
	sections	json,
	recipients	json,
	signer		json,
	source		json,
	count_from	date,
	activated_on	date,
	submitted_by	uuid,
	return_reason	text,
	returns		int NOT NULL DEFAULT 0,
	amendments	int NOT NULL DEFAULT 0,
	superseded_by_id uuid CONSTRAINT plan_successor_exists REFERENCES plan,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	-- the row's own members as JSON text without the closing brace: plans are
	-- read far more often than written, and a read then copies bytes
	doc		text,
	fold		text GENERATED ALWAYS AS
	    (fold(coalesce(number, '') || ' ' || title)) STORED,
	CONSTRAINT plan_signer_has_title CHECK (signer IS NULL
	    OR signer ->> 'title' IS NOT NULL),
	CONSTRAINT plan_issued_has_date CHECK (issued_on IS NOT NULL
	    OR status IN ('draft', 'submitted', 'cancelled'))
);
CREATE FUNCTION plan_doc(p plan) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = camket, pg_temp
SET timezone = 'UTC' AS $$
BEGIN
	RETURN (SELECT rtrim(row_to_json(j)::text, '}') FROM (SELECT
	    p.id, p.version, p.status, p.kind, p.number, p.symbol, p.title,
	    p."text", p.issuer, p.place, p.issued_on, p.legal_bases,
	    p.relations, p.sections, p.recipients, p.signer, p.source,
	    p.count_from, p.activated_on, p.return_reason, p.returns,
	    p.amendments, p.superseded_by_id, p.author_id, p.created_at,
	    p.updated_at,
	    (SELECT coalesce(json_agg(json_build_object('system', r.system,
		'key', r.key) ORDER BY r.system, r.key), '[]')
		FROM external_ref r WHERE r.kind = 'plan' AND r.ref = p.id)
		AS external_refs) j);
END
$$;
CREATE FUNCTION plan_doc() RETURNS trigger
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
BEGIN
	NEW.doc := plan_doc(NEW);
	RETURN NEW;
END
$$;
CREATE TRIGGER plan_doc BEFORE INSERT OR UPDATE ON plan
    FOR EACH ROW EXECUTE FUNCTION plan_doc();

-- Of what is written as a number: 07/KH-UBND and 7 are one.
CREATE FUNCTION number_key(number text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    ltrim(split_part(lower(btrim(number)), '/', 1), '0');

CREATE UNIQUE INDEX plan_number_once ON plan
    (unit_id, kind, extract(year FROM issued_on), number_key(number))
    WHERE number IS NOT NULL AND issued_on IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX plan_by_title ON plan (title COLLATE "vi-x-icu", id);
CREATE INDEX plan_by_issue ON plan (issued_on, id);
CREATE INDEX plan_by_creation ON plan (created_at, id);
CREATE INDEX plan_by_unit ON plan (unit_id, status);
CREATE INDEX plan_by_author ON plan (author_id);
CREATE INDEX plan_search ON plan USING gin (fold public.gin_trgm_ops);

-- What a plan says of other plans and of documents, one row each, so that it can
-- be found from there: its bases, its relations, and what has superseded it if
-- that one does not say so itself.
CREATE TABLE plan_link (
	id		uuid PRIMARY KEY DEFAULT uuid_v7(),
	plan_id		uuid NOT NULL REFERENCES plan,
	source		text NOT NULL CONSTRAINT plan_link_source_known
	    CHECK (source IN ('legal_bases', 'relations', 'superseded_by')),
	nth		int NOT NULL,
	relation	text NOT NULL CONSTRAINT plan_link_relation_known
	    CHECK (relation IN ('implements', 'based_on', 'supersedes',
	    'superseded_by')),
	to_plan_id	uuid CONSTRAINT plan_link_plan_exists REFERENCES plan,
	document_id	uuid CONSTRAINT plan_link_document_exists
	    REFERENCES document,
	-- a basis, as the plan names it
	cited		jsonb,
	CONSTRAINT plan_link_once UNIQUE (plan_id, source, nth)
);
CREATE INDEX plan_link_by_plan ON plan_link (to_plan_id);
CREATE INDEX plan_link_by_document ON plan_link (document_id);

CREATE FUNCTION plan_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = camket, pg_temp AS $$
BEGIN
	DELETE FROM plan_link l WHERE l.plan_id = NEW.id;
	INSERT INTO plan_link (plan_id, source, nth, relation, to_plan_id,
	    document_id, cited)
	SELECT NEW.id, s.source, e.n, e.x ->> 'relation',
	    (e.x ->> 'plan_id')::uuid, (e.x ->> 'document_id')::uuid,
	    CASE s.source WHEN 'legal_bases' THEN e.x::jsonb END
	FROM (VALUES ('legal_bases', NEW.legal_bases), ('relations',
	    NEW.relations)) s(source, list)
	CROSS JOIN LATERAL json_array_elements(s.list) WITH ORDINALITY e(x, n);
	INSERT INTO plan_link (plan_id, source, nth, relation, to_plan_id)
	SELECT NEW.id, 'superseded_by', 1, 'superseded_by', NEW.superseded_by_id
	WHERE NEW.superseded_by_id IS NOT NULL AND NOT EXISTS (
	    SELECT FROM plan_link l WHERE l.plan_id = NEW.superseded_by_id
	      AND l.relation = 'supersedes' AND l.to_plan_id = NEW.id);
	RETURN NULL;
END
$$;
CREATE TRIGGER plan_link AFTER INSERT
    OR UPDATE OF legal_bases, relations, superseded_by_id ON plan
    FOR EACH ROW EXECUTE FUNCTION plan_link();

-- Enter a document: as a new one, or as the stub of its unit that others have
-- cited. A stub that somebody is just changing is left to him.
CREATE FUNCTION document_enter(d document, author uuid, at timestamptz)
RETURNS document LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	r document;
BEGIN
	PERFORM document_lock();
	UPDATE document t SET (kind, number, issuer, issued_on, title,
	    effective_from, ended_on, replaced_by_id, status, version,
	    updated_at) = (d.kind, d.number, coalesce(d.issuer, t.issuer),
	    coalesce(d.issued_on, t.issued_on), d.title, d.effective_from,
	    d.ended_on, d.replaced_by_id, 'entered', t.version + 1, at)
	WHERE t.id = (SELECT o.id FROM document o
	    WHERE document_key(o.kind, o.number, o.title)
		= document_key(d.kind, d.number, d.title)
	      AND document_same(o, d) AND o.status = 'stub'
	      AND o.unit_id IS NOT DISTINCT FROM d.unit_id
	      AND o.deleted_at IS NULL
	    ORDER BY o.created_at, o.id LIMIT 1
	    FOR NO KEY UPDATE SKIP LOCKED)
	RETURNING t.* INTO r;
	IF NOT FOUND THEN
		INSERT INTO document AS t (id, status, unit_id, kind, number,
		    issuer, issued_on, title, effective_from, ended_on,
		    replaced_by_id, author_id, created_at, updated_at)
		VALUES (d.id, 'entered', d.unit_id, d.kind, d.number, d.issuer,
		    d.issued_on, d.title, d.effective_from, d.ended_on,
		    d.replaced_by_id, author, at, at)
		RETURNING t.* INTO r;
	END IF;
	UPDATE external_ref x SET ref = r.id
	WHERE x.kind = 'document' AND x.ref = d.id AND d.id <> r.id;
	RETURN r;
END
$$;

-- The documents that these bases name, by place, as the unit knows them: what
-- nobody has entered becomes a stub of the unit, once.
CREATE FUNCTION document_cite(bases jsonb, u uuid, author uuid,
    at timestamptz, request text, trace text)
RETURNS TABLE (n bigint, id uuid)
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
DECLARE
	b record;
	d document;
BEGIN
	PERFORM document_lock();
	FOR b IN SELECT e.x, e.n FROM jsonb_array_elements(bases)
	    WITH ORDINALITY e(x, n)
	LOOP
		d := document_cited(b.x);
		n := b.n;
		id := document_of(u, d);
		IF id IS NULL THEN
			id := uuid_v7();
			INSERT INTO document (id, unit_id, kind, number, issuer,
			    issued_on, title, author_id, created_at, updated_at)
			VALUES (document_cite.id, u, d.kind, d.number, d.issuer,
			    d.issued_on, d.title, author, at, at);
			INSERT INTO event (at, kind, ref, unit_id, version, verb,
			    actor_id, request, trace)
			VALUES (document_cite.at, 'document', document_cite.id,
			    u, 1, 'create', author, document_cite.request,
			    document_cite.trace);
		END IF;
		RETURN NEXT;
	END LOOP;
END
$$;

-- Sửa đổi, bổ sung: how the content of an issued plan has changed, why and by
-- which document. What was issued can be read back from them.
CREATE TABLE plan_amendment (
	id		uuid PRIMARY KEY,
	plan_id		uuid NOT NULL REFERENCES plan,
	nth		int NOT NULL,
	plan_version	int NOT NULL,
	reason		text NOT NULL,
	document	json NOT NULL,
	changes		json NOT NULL,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	CONSTRAINT plan_amendment_nth_once UNIQUE (plan_id, nth)
);

-- Who of its recipients has read a plan, and as amended how often: the first
-- reading of each edition.
CREATE TABLE plan_receipt (
	plan_id		uuid NOT NULL REFERENCES plan,
	staff_id	uuid NOT NULL REFERENCES staff,
	amendments	int NOT NULL,
	read_at		timestamptz NOT NULL,
	PRIMARY KEY (plan_id, staff_id, amendments)
);

-- Where two values differ, and how: by JSON pointer (RFC 6901), as deep as
-- they are of one shape. What is not there is null.
CREATE FUNCTION json_changes(before jsonb, after jsonb, at text)
RETURNS TABLE (pointer text, old jsonb, new jsonb)
LANGUAGE plpgsql IMMUTABLE SET search_path = camket, pg_temp AS $$
DECLARE
	shape text := jsonb_typeof(before);
BEGIN
	IF shape = 'object' AND jsonb_typeof(after) = 'object' THEN
		RETURN QUERY SELECT d.* FROM (
		    SELECT jsonb_object_keys(before || after) AS k) m
		CROSS JOIN LATERAL json_changes(before -> m.k, after -> m.k,
		    at || '/' || replace(replace(m.k, '~', '~0'), '/', '~1')) d
		ORDER BY m.k, d.pointer;
	ELSIF shape = 'array' AND jsonb_typeof(after) = 'array' THEN
		RETURN QUERY SELECT d.* FROM generate_series(0, greatest(
		    jsonb_array_length(before), jsonb_array_length(after)) - 1) i
		CROSS JOIN LATERAL json_changes(before -> i, after -> i,
		    at || '/' || i) d;
	ELSIF coalesce(before, 'null') <> coalesce(after, 'null') THEN
		RETURN QUERY SELECT at, before, after;
	END IF;
END
$$;

-- Sổ đăng ký văn bản: the last number given, by office, kind of document and
-- year (Nghị định 30/2020/NĐ-CP, Điều 15). Whoever issues holds the row until
-- his commit, so that no number is left out or given twice.
CREATE TABLE number_register (
	unit_id		uuid NOT NULL REFERENCES unit,
	kind		text NOT NULL,
	year		int NOT NULL,
	last		int NOT NULL,
	PRIMARY KEY (unit_id, kind, year)
);

-- Điều kế hoạch đòi hỏi theo kỳ: who owes what, how often, to whom.
CREATE TABLE obligation (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'recorded',
	plan_id		uuid NOT NULL CONSTRAINT obligation_plan_exists
	    REFERENCES plan,
	unit_id		uuid NOT NULL REFERENCES unit,
	task_id		uuid,
	code		text NOT NULL,
	what		text NOT NULL,
	audience	text,
	subject_kind	text NOT NULL,
	cadence		text[] NOT NULL DEFAULT '{}',
	due_rule	json,
	criteria_set_code text,
	report_to	json,
	source		json,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz
);
CREATE UNIQUE INDEX obligation_code_once ON obligation (plan_id, code)
    WHERE deleted_at IS NULL;

COMMIT;
