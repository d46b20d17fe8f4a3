-- indicator: what is measured, and the values by unit and period. A ratio is
-- kept as its two numbers, never as a quotient.
BEGIN;
SET LOCAL search_path = camket, public;

-- Chỉ tiêu, chỉ số.
CREATE TABLE indicator (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'active' CONSTRAINT
	    indicator_status_known CHECK (status IN ('active', 'ended')),
	unit_id		uuid NOT NULL CONSTRAINT indicator_unit_exists
	    REFERENCES unit,
	code		text NOT NULL,
	title		text NOT NULL,
	"text"		text,
	unit_of_measure	text,
	source		text,
	aggregation	text NOT NULL CONSTRAINT indicator_aggregation_known
	    CHECK (aggregation IN ('sum', 'avg', 'ratio', 'latest')),
	direction	text NOT NULL CONSTRAINT indicator_direction_known
	    CHECK (direction IN ('higher', 'lower')),
	target		numeric(18,6),
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS
	    (fold(code || ' ' || title)) STORED
);
CREATE UNIQUE INDEX indicator_code_once ON indicator (unit_id, code)
    WHERE deleted_at IS NULL;
CREATE INDEX indicator_by_title ON indicator (title COLLATE "vi-x-icu", id);

CREATE TABLE indicator_value (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'recorded',
	indicator_id	uuid NOT NULL CONSTRAINT indicator_value_of_indicator
	    REFERENCES indicator,
	unit_id		uuid NOT NULL CONSTRAINT indicator_value_unit_exists
	    REFERENCES unit,
	period		text NOT NULL,
	scheme		text NOT NULL DEFAULT 'calendar',
	period_from	date NOT NULL,
	period_until	date NOT NULL,
	value		numeric(18,6),
	numerator	numeric(18,6),
	denominator	numeric(18,6),
	note		text,
	author_id	uuid NOT NULL,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	CONSTRAINT indicator_value_one_or_two CHECK ((value IS NOT NULL)
	    <> (numerator IS NOT NULL AND denominator IS NOT NULL)
	    AND (numerator IS NULL) = (denominator IS NULL)),
	CONSTRAINT indicator_value_denominator_not_negative
	    CHECK (denominator >= 0)
);
CREATE UNIQUE INDEX indicator_value_one_per_period ON indicator_value
    (indicator_id, unit_id, period, scheme) WHERE deleted_at IS NULL;
CREATE INDEX indicator_value_by_period ON indicator_value
    (indicator_id, period_from, id);

GRANT SELECT, INSERT, UPDATE ON indicator, indicator_value TO camket_api;
GRANT SELECT ON indicator, indicator_value TO camket_worker, camket_report;

COMMIT;
