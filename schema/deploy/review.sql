-- review: what people say of themselves, and what others say of them.
BEGIN;
SET LOCAL search_path = camket, public;

-- Bộ tiêu chí, of any size. items: {code: {text, help, answer, max,
-- required, evidence, ord}}.
CREATE TABLE criteria_set (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'active',
	code		text NOT NULL,
	edition		int NOT NULL DEFAULT 1,
	title		text NOT NULL,
	unit_id		uuid REFERENCES unit,
	items		jsonb NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	CONSTRAINT criteria_set_edition_once UNIQUE (code, edition)
);

-- Do these answers fit the set? Every code that is unknown and every value of
-- the wrong kind is told at once, one a line: pointer, blank, fault.
CREATE FUNCTION answers_fit(set_id uuid, answers jsonb, member text)
RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = camket, pg_temp AS $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(format('/%s/%s%s', member, f.code, f.fault), E'\n')
	INTO bad
	FROM (SELECT a.key AS code, CASE
		WHEN i.item IS NULL THEN ' unknown'
		WHEN jsonb_typeof(v.value) <> k.type
		    THEN format('/%s wrong_type', v.key)
		WHEN k.type = 'number' AND NOT (v.value #>> '{}')::numeric
			BETWEEN 0 AND coalesce((i.item ->> 'max')::numeric, 5)
		    OR k.kind = 'points' AND (v.value #>> '{}'
			!~ '^\d{1,6}(\.\d{1,4})?$' OR (v.value #>> '{}')::numeric
			> coalesce((i.item ->> 'max')::numeric, 1000000))
		    THEN format('/%s out_of_range', v.key) END AS fault
	    FROM jsonb_each(nullif(answers, 'null')) a
	    CROSS JOIN LATERAL (SELECT (SELECT c.items -> a.key
		FROM criteria_set c WHERE c.id = set_id) AS item) i
	    CROSS JOIN LATERAL (SELECT i.item ->> 'answer' AS kind,
		CASE i.item ->> 'answer' WHEN 'yes_no' THEN 'boolean'
		WHEN 'scale' THEN 'number' ELSE 'string' END AS type) k
	    LEFT JOIN LATERAL (SELECT x.key, x.value
		FROM jsonb_each(nullif(a.value, 'null')) x
		WHERE x.key IN ('value', 'self', 'reviewer')
		  AND jsonb_typeof(x.value) <> 'null') v ON true) f
	WHERE f.fault IS NOT NULL;
	IF bad IS NOT NULL THEN
		RAISE EXCEPTION 'answers do not fit the set' USING
		    ERRCODE = 'CK422', DETAIL = bad;
	END IF;
	RETURN true;
END
$$;

-- Is everything answered that the set requires? What is not is told at once.
CREATE FUNCTION answers_whole(set_id uuid, answers jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = camket, pg_temp AS $$
DECLARE
	missing text;
BEGIN
	SELECT string_agg(format('/answers/%s required', i.key), E'\n'
	    ORDER BY (i.value ->> 'ord')::int, i.key) INTO missing
	FROM criteria_set c CROSS JOIN LATERAL jsonb_each(c.items) i
	WHERE c.id = set_id AND (i.value ->> 'required')::boolean
	  AND answers -> i.key ->> 'value' IS NULL;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'answers are missing' USING
		    ERRCODE = 'CK422', DETAIL = missing;
	END IF;
	RETURN true;
END
$$;

-- Tự soi, tự sửa: one subject, one set, one period.
CREATE TABLE review (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'draft' CONSTRAINT
	    review_status_known CHECK (status IN
	    ('draft', 'submitted', 'discussed', 'concluded')),
	unit_id		uuid NOT NULL REFERENCES unit,
	-- whose leader concludes: the unit, or its parent for a leader
	asks_unit_id	uuid NOT NULL REFERENCES unit,
	subject_staff_id uuid CONSTRAINT review_subject_exists
	    REFERENCES staff,
	criteria_set_id	uuid NOT NULL CONSTRAINT review_criteria_set_exists
	    REFERENCES criteria_set,
	plan_id		uuid CONSTRAINT review_plan_exists REFERENCES plan,
	period		text NOT NULL,
	scheme		text NOT NULL DEFAULT 'calendar',
	period_from	date NOT NULL,
	period_until	date NOT NULL,
	due_on		date,
	-- {code: {value, cause, remedy, remedy_due_on, remedy_done}}
	answers		jsonb NOT NULL DEFAULT '{}',
	summary		text,
	"comment"	text,
	conclusion	text,
	return_reason	text,
	returns		int NOT NULL DEFAULT 0,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz
);
CREATE UNIQUE INDEX review_one_per_period ON review (criteria_set_id, period,
    scheme, coalesce(subject_staff_id, unit_id)) WHERE deleted_at IS NULL;
CREATE INDEX review_by_subject ON review (subject_staff_id, status);
CREATE INDEX review_by_unit ON review (unit_id, status);
CREATE INDEX review_by_asked ON review (asks_unit_id, status);
CREATE INDEX review_by_owner ON review (coalesce(subject_staff_id, unit_id),
    period_from) WHERE deleted_at IS NULL;
CREATE INDEX review_by_period ON review (period, id);
CREATE INDEX review_by_creation ON review (created_at, id);

-- Khắc phục: what a concluded review has promised to put right, one line each.
CREATE TABLE remediation (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'open' CONSTRAINT
	    remediation_status_known CHECK (status IN
	    ('open', 'done', 'verified')),
	review_id	uuid NOT NULL REFERENCES review,
	code		text NOT NULL,
	-- as of the review: whose it is, and whose leader verifies
	unit_id		uuid NOT NULL REFERENCES unit,
	asks_unit_id	uuid NOT NULL REFERENCES unit,
	subject_staff_id uuid REFERENCES staff,
	cause		text,
	remedy		text NOT NULL,
	due_on		date,
	result		text,
	done_on		date,
	verified_on	date,
	verified_by	uuid REFERENCES staff,
	return_reason	text,
	returns		int NOT NULL DEFAULT 0,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	CONSTRAINT remediation_once UNIQUE (review_id, code),
	CONSTRAINT remediation_not_verified_by_its_subject
	    CHECK (verified_by <> subject_staff_id)
);
CREATE INDEX remediation_by_subject ON remediation (subject_staff_id, status);
CREATE INDEX remediation_by_unit ON remediation (unit_id, status);
CREATE INDEX remediation_by_asked ON remediation (asks_unit_id, status);
CREATE INDEX remediation_by_creation ON remediation (created_at, id);

-- Đánh giá, xếp loại: person x period; answers and scores as entered. What a
-- rule set computes from them gets its own columns when rule sets come.
CREATE TABLE evaluation (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'draft' CONSTRAINT
	    evaluation_status_known CHECK (status IN ('draft',
	    'self_assessed', 'reviewed', 'met', 'decided', 'notified',
	    'acknowledged', 'appealed', 'locked')),
	unit_id		uuid NOT NULL REFERENCES unit,
	asks_unit_id	uuid NOT NULL REFERENCES unit,
	office_id	uuid,
	staff_id	uuid NOT NULL CONSTRAINT evaluation_staff_exists
	    REFERENCES staff,
	criteria_set_id	uuid NOT NULL CONSTRAINT
	    evaluation_criteria_set_exists REFERENCES criteria_set,
	rule_set_id	uuid,
	period		text NOT NULL,
	scheme		text NOT NULL DEFAULT 'calendar',
	period_from	date NOT NULL,
	period_until	date NOT NULL,
	due_on		date,
	-- {code: {value, note}} and {code: {self, reviewer}}, decimals as text
	answers		jsonb NOT NULL DEFAULT '{}',
	scores		jsonb NOT NULL DEFAULT '{}',
	self_note	text,
	review_note	text,
	proposed_level	text,
	decided_level	text,
	decision	text,
	decided_by	uuid,
	decided_on	date,
	meeting_id	uuid,
	return_reason	text,
	returns		int NOT NULL DEFAULT 0,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	CONSTRAINT evaluation_not_decided_by_its_subject
	    CHECK (decided_by <> staff_id)
);
CREATE UNIQUE INDEX evaluation_one_per_period ON evaluation
    (staff_id, period, scheme, criteria_set_id) WHERE deleted_at IS NULL;
CREATE INDEX evaluation_by_staff ON evaluation (staff_id, status);
CREATE INDEX evaluation_by_unit ON evaluation (unit_id, status);
CREATE INDEX evaluation_by_asked ON evaluation (asks_unit_id, status);
CREATE INDEX evaluation_by_office ON evaluation (office_id, status);
CREATE INDEX evaluation_by_period ON evaluation (period, id);
CREATE INDEX evaluation_by_creation ON evaluation (created_at, id);

COMMIT;
