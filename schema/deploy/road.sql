-- road: what a write leaves behind in its own commit.
BEGIN;
SET LOCAL search_path = camket, public;

-- Audit and feed in one: a line for each change, read in commit order by
-- (xid, seq) below the snapshot's horizon, never by seq alone.
CREATE TABLE event (
	seq		bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	xid		xid8 NOT NULL DEFAULT pg_current_xact_id(),
	at		timestamptz NOT NULL,
	recorded_at	timestamptz NOT NULL DEFAULT clock_timestamp(),
	kind		text NOT NULL,
	ref		uuid NOT NULL,
	unit_id		uuid,
	version		int NOT NULL,
	verb		text NOT NULL,
	actor_id	uuid,
	request		text,
	trace		text,
	before		jsonb,
	patch		jsonb
);
CREATE INDEX event_in_commit_order ON event (xid, seq);
CREATE INDEX event_by_ref ON event (ref, seq);

-- A row as it stood at an instant: what was written later, taken back by what
-- its events have kept of it.
CREATE FUNCTION row_was(r anyelement, ref uuid, until timestamptz)
RETURNS anyelement
LANGUAGE sql STABLE SET search_path = camket, pg_temp AS $$
	SELECT jsonb_populate_record(r, coalesce((
	    SELECT jsonb_object_agg(k.key, k.value ORDER BY v.seq DESC)
	    FROM event v CROSS JOIN LATERAL jsonb_each(v.before) k
	    WHERE v.ref = row_was.ref AND v.at >= until), '{}'))
$$;

-- Outbox and queue state in one. attempts and epoch rise when a worker takes
-- the job, before its work; an effect deletes the row it was taken with.
CREATE TABLE job (
	id		bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind		text NOT NULL,
	ref		text NOT NULL,
	run_at		timestamptz NOT NULL DEFAULT now(),
	sent_at		timestamptz,
	attempts	int NOT NULL DEFAULT 0,
	epoch		int NOT NULL DEFAULT 0,
	lease_until	timestamptz,
	dead_at		timestamptz,
	last_error	text,
	trace		text,
	created_at	timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 70);
CREATE INDEX job_unsent ON job (run_at) WHERE sent_at IS NULL
    AND dead_at IS NULL;
CREATE INDEX job_sent ON job (sent_at) WHERE sent_at IS NOT NULL
    AND dead_at IS NULL;
CREATE INDEX job_dead ON job (dead_at) WHERE dead_at IS NOT NULL;

-- "This cell's source has changed": appended by writes, eaten by the settler.
CREATE TABLE mark (
	id		bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit_id		uuid NOT NULL,
	day		date NOT NULL,
	at		timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0.01);

-- The first answer to a keyed request, as bytes. Kept 14 days.
CREATE TABLE idempotency (
	caller_id	uuid NOT NULL,
	key		text NOT NULL,
	hash		bytea NOT NULL,
	status		smallint NOT NULL,
	version		int,
	row_status	text,
	perms		bigint,
	body		text,
	created_at	timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT idempotency_once PRIMARY KEY (caller_id, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Periodic duties of the schedulers: any number may run, one holds a duty. Its
-- lease ends with the database session that took it, at the latest at its time.
CREATE TABLE duty (
	name		text PRIMARY KEY,
	epoch		int NOT NULL DEFAULT 0,
	lease_until	timestamptz,
	session_pid	int,
	session_start	timestamptz,
	ran_at		timestamptz,
	next_at		timestamptz NOT NULL DEFAULT '-infinity',
	last_error	text,
	-- how far it has looked: the business day, and below which transaction
	day		date,
	horizon		xid8
);

COMMIT;
