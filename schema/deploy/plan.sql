-- plan: documents, plans and what plans oblige people to hand in.
BEGIN;
SET LOCAL search_path = camket, public;

-- Văn bản: what a plan implements or rests on. One a plan cites and nobody
-- has entered yet is a stub.
CREATE TABLE document (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'stub' CONSTRAINT
	    document_status_known CHECK (status IN
	    ('stub', 'in_force', 'replaced', 'expired')),
	kind		text NOT NULL,
	number		text,
	issuer		text,
	issued_on	date,
	title		text NOT NULL,
	unit_id		uuid REFERENCES unit,
	replaced_by_id	uuid REFERENCES document,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS (fold(coalesce(number, '')
	    || ' ' || title)) STORED
);
CREATE INDEX document_search ON document USING gin (fold public.gin_trgm_ops);
CREATE INDEX document_by_number ON document (number);

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
CREATE FUNCTION plan_doc() RETURNS trigger
LANGUAGE plpgsql SET search_path = camket, pg_temp
SET timezone = 'UTC' AS $$
BEGIN
	SELECT rtrim(row_to_json(j)::text, '}') INTO NEW.doc FROM (SELECT
	    NEW.id, NEW.version, NEW.status, NEW.kind, NEW.number, NEW.symbol,
	    NEW.title, NEW."text", NEW.issuer, NEW.place, NEW.issued_on,
	    NEW.legal_bases, NEW.sections, NEW.recipients, NEW.signer,
	    NEW.source, NEW.count_from, NEW.activated_on, NEW.return_reason,
	    NEW.returns, NEW.amendments, NEW.author_id, NEW.created_at,
	    NEW.updated_at,
	    (SELECT coalesce(json_agg(json_build_object('system', r.system,
		'key', r.key) ORDER BY r.system, r.key), '[]')
		FROM external_ref r WHERE r.kind = 'plan' AND r.ref = NEW.id)
		AS external_refs) j;
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
CREATE INDEX plan_search ON plan USING gin (fold public.gin_trgm_ops);

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
