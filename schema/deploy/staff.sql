-- staff: people, the posts they hold, what they may do and how they sign in.
BEGIN;
SET LOCAL search_path = camket, public;

-- Cán bộ, công chức, viên chức, người lao động.
CREATE TABLE staff (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	status		text NOT NULL DEFAULT 'active' CONSTRAINT
	    staff_status_known CHECK (status IN ('active', 'suspended', 'left')),
	code		text NOT NULL CONSTRAINT staff_code_unique UNIQUE,
	username	text NOT NULL CONSTRAINT staff_username_unique UNIQUE,
	full_name	text NOT NULL,
	honorific	text,
	email		text,
	phone		text,
	subject_type	text NOT NULL,
	party_member	boolean NOT NULL DEFAULT false,
	rank_order	int NOT NULL DEFAULT 100,
	-- rises when every token of the person must end
	token_epoch	int NOT NULL DEFAULT 0,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	deleted_at	timestamptz,
	fold		text GENERATED ALWAYS AS (fold(full_name)) STORED,
	-- given name first, as Vietnamese lists of people sort
	name_sort	text GENERATED ALWAYS AS
	    (regexp_replace(full_name, '^(.*)\s(\S+)$', '\2 \1')) STORED
);
CREATE INDEX staff_by_name ON staff (name_sort COLLATE "vi-x-icu", id);
CREATE INDEX staff_by_rank ON staff
    (rank_order, name_sort COLLATE "vi-x-icu", id);
CREATE INDEX staff_search ON staff USING gin (fold public.gin_trgm_ops);

-- Vị trí công tác: one main post a day and person.
CREATE TABLE assignment (
	id		uuid PRIMARY KEY,
	staff_id	uuid NOT NULL CONSTRAINT assignment_staff_exists
	    REFERENCES staff,
	unit_id		uuid NOT NULL CONSTRAINT assignment_unit_exists
	    REFERENCES unit,
	position	text NOT NULL,
	duty_group	text,
	main		boolean NOT NULL DEFAULT true,
	from_on		date NOT NULL,
	until_on	date NOT NULL DEFAULT 'infinity',
	CONSTRAINT assignment_runs_forward CHECK (from_on < until_on),
	CONSTRAINT assignment_one_main_a_day EXCLUDE USING gist
	    (staff_id WITH =, daterange(from_on, until_on) WITH &&) WHERE (main)
);
CREATE INDEX assignment_by_staff ON assignment (staff_id, from_on);
CREATE INDEX assignment_by_unit ON assignment (unit_id);

-- A role held at a unit, covering its subtree, on these days. perms mirrors
-- table role and is set by the trigger below, never by a client.
CREATE TABLE staff_grant (
	id		uuid PRIMARY KEY,
	staff_id	uuid NOT NULL CONSTRAINT grant_staff_exists
	    REFERENCES staff,
	unit_id		uuid NOT NULL CONSTRAINT grant_unit_exists
	    REFERENCES unit,
	role		text NOT NULL,
	function	text NOT NULL DEFAULT '',
	from_on		date NOT NULL,
	until_on	date NOT NULL DEFAULT 'infinity',
	perms		bigint NOT NULL,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	CONSTRAINT grant_role_known FOREIGN KEY (role, function)
	    REFERENCES role (role, function),
	CONSTRAINT grant_runs_forward CHECK (from_on < until_on),
	CONSTRAINT grant_not_twice EXCLUDE USING gist (staff_id WITH =,
	    unit_id WITH =, role WITH =, function WITH =,
	    daterange(from_on, until_on) WITH &&)
);
CREATE INDEX grant_by_staff ON staff_grant (staff_id);
CREATE INDEX grant_by_unit ON staff_grant (unit_id);

CREATE FUNCTION grant_perms() RETURNS trigger
LANGUAGE plpgsql SET search_path = camket, pg_temp AS $$
BEGIN
	SELECT r.perms INTO NEW.perms FROM role r
	WHERE r.role = NEW.role AND r.function = NEW.function;
	NEW.perms := coalesce(NEW.perms, 0);
	RETURN NEW;
END
$$;
CREATE TRIGGER grant_perms BEFORE INSERT OR UPDATE ON staff_grant
    FOR EACH ROW EXECUTE FUNCTION grant_perms();

-- Secrets stand apart from people, so that no list of people can show one.
CREATE TABLE credential (
	staff_id	uuid NOT NULL REFERENCES staff,
	kind		text NOT NULL CONSTRAINT credential_kind_known
	    CHECK (kind IN ('password', 'totp', 'recovery')),
	secret		text NOT NULL,
	set_at		timestamptz NOT NULL,
	PRIMARY KEY (staff_id, kind)
);

-- One device of one person. A refresh token names the session and a
-- generation and is derived by a key: nothing that signs in is stored.
CREATE TABLE session (
	id		uuid PRIMARY KEY,
	staff_id	uuid NOT NULL REFERENCES staff,
	generation	int NOT NULL DEFAULT 0,
	rotated_at	timestamptz NOT NULL,
	device		text,
	address		text,
	created_at	timestamptz NOT NULL,
	expires_at	timestamptz NOT NULL,
	revoked_at	timestamptz,
	revoked_why	text
);
CREATE INDEX session_by_staff ON session (staff_id) WHERE revoked_at IS NULL;

-- What must end before its token does. Small: rows leave when no token can
-- be alive that they concern.
--   subject  a session's id, or a staff id with the epoch that has ended
CREATE TABLE revocation (
	subject		uuid NOT NULL,
	epoch		int NOT NULL DEFAULT 0,
	at		timestamptz NOT NULL DEFAULT now(),
	until_at	timestamptz NOT NULL,
	PRIMARY KEY (subject, epoch)
);

COMMIT;
