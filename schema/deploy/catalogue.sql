-- catalogue: what units settle for all below: posts, and groups of units or
-- people. Without a unit an entry is the installation's own. Of one code the
-- nearest holds, but for what is locked above.
BEGIN;
SET LOCAL search_path = camket, public;

-- Chức danh, vị trí việc làm.
CREATE TABLE post (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'active',
	unit_id		uuid CONSTRAINT post_unit_exists REFERENCES unit,
	code		text NOT NULL,
	name		text NOT NULL,
	"text"		text,
	duty_group	text,
	subject_type	text,
	leads		boolean NOT NULL DEFAULT false,
	rank_order	int NOT NULL DEFAULT 100,
	locked		boolean NOT NULL DEFAULT false,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS
	    (fold(code || ' ' || name)) STORED
);
CREATE UNIQUE INDEX post_code_once ON post (code, coalesce(unit_id,
    '00000000-0000-0000-0000-000000000000')) WHERE deleted_at IS NULL;

-- The entry of a code that holds for a unit.
CREATE FUNCTION post_of(code text, u uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = camket, pg_temp
RETURN (SELECT t.id FROM post t JOIN unit_chain(u) h
    ON h.unit_id IS NOT DISTINCT FROM t.unit_id
    WHERE t.code = post_of.code AND t.deleted_at IS NULL
    ORDER BY t.locked DESC, CASE WHEN t.locked THEN -h.depth ELSE h.depth END
    LIMIT 1);

GRANT SELECT, INSERT, UPDATE ON post TO camket_api;

COMMIT;
