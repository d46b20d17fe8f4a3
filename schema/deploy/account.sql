-- account: ways in (links, keys, tickets, other issuers), standing in for
-- somebody, and the trail of who came and what was refused.
BEGIN;
SET LOCAL search_path = camket, public;

-- A one-time link or printed code that lets its bearer set a password. The
-- secret is derived from the id by a key; its hash is how it is found.
CREATE TABLE link (
	id		uuid PRIMARY KEY,
	staff_id	uuid NOT NULL REFERENCES staff,
	kind		text NOT NULL CONSTRAINT link_kind_known
	    CHECK (kind IN ('reset', 'invitation')),
	hash		bytea NOT NULL CONSTRAINT link_hash_once UNIQUE,
	author_id	uuid,
	created_at	timestamptz NOT NULL DEFAULT now(),
	expires_at	timestamptz NOT NULL,
	used_at		timestamptz
);
CREATE INDEX link_by_staff ON link (staff_id, created_at);

-- Ủy quyền, ký thay, thừa lệnh, quyền trưởng: what one person may do in the
-- place of another, over what the other holds, by a document.
CREATE TABLE delegation (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	staff_id	uuid NOT NULL REFERENCES staff,
	to_id		uuid NOT NULL CONSTRAINT delegation_to_exists
	    REFERENCES staff,
	powers		text[] NOT NULL,
	perms		bigint NOT NULL,
	capacity	text NOT NULL CONSTRAINT delegation_capacity_known
	    CHECK (capacity IN ('KT', 'TL', 'TUQ', 'Q')),
	document	text,
	from_on		date NOT NULL,
	until_on	date NOT NULL DEFAULT 'infinity',
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	CONSTRAINT delegation_runs_forward CHECK (from_on < until_on),
	CONSTRAINT delegation_not_to_oneself CHECK (staff_id <> to_id)
);
CREATE INDEX delegation_by_staff ON delegation (staff_id);
CREATE INDEX delegation_by_to ON delegation (to_id);

-- What people hold, in their own right and in another's place. Only own
-- grants are handed on: what is delegated cannot be delegated again.
CREATE VIEW held AS
SELECT g.staff_id, g.unit_id, g.perms, g.from_on, g.until_on,
    NULL::uuid AS for_id
FROM staff_grant g
UNION ALL
SELECT d.to_id, g.unit_id, g.perms & d.perms,
    greatest(g.from_on, d.from_on), least(g.until_on, d.until_on), d.staff_id
FROM delegation d JOIN staff_grant g ON g.staff_id = d.staff_id
WHERE greatest(g.from_on, d.from_on) < least(g.until_on, d.until_on)
  AND g.perms & d.perms <> 0;

CREATE FUNCTION reach_of_delegation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = camket, pg_temp AS $$
BEGIN
	PERFORM reach_lock();
	PERFORM reach_derive(ARRAY[CASE TG_OP WHEN 'DELETE' THEN OLD.to_id
	    ELSE NEW.to_id END]);
	RETURN NULL;
END
$$;
CREATE TRIGGER reach_delegation AFTER INSERT OR UPDATE OR DELETE ON delegation
    FOR EACH ROW EXECUTE FUNCTION reach_of_delegation();

-- Nghỉ hưu, chuyển công tác: rights end on the day, open work goes on.
CREATE TABLE departure (
	staff_id	uuid PRIMARY KEY REFERENCES staff,
	on_day		date NOT NULL,
	heir_id		uuid CONSTRAINT departure_heir_exists REFERENCES staff,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	done_at		timestamptz
);

-- Keys of machines. The account is a row of staff whose subject type is
-- service; what it may reach comes from its grants, as for everybody.
CREATE TABLE service_key (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	staff_id	uuid NOT NULL REFERENCES staff,
	name		text NOT NULL,
	unit_id		uuid NOT NULL CONSTRAINT service_key_unit_exists
	    REFERENCES unit,
	scopes		text[] NOT NULL,
	hash		bytea NOT NULL CONSTRAINT service_key_hash_once UNIQUE,
	hint		text NOT NULL,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	updated_at	timestamptz NOT NULL,
	expires_at	timestamptz NOT NULL,
	used_at		timestamptz,
	revoked_at	timestamptz
);
CREATE INDEX service_key_by_unit ON service_key (unit_id);

-- One path, one use: for what cannot send a header.
CREATE TABLE ticket (
	hash		bytea PRIMARY KEY,
	staff_id	uuid NOT NULL REFERENCES staff,
	session_id	uuid NOT NULL,
	epoch		int NOT NULL,
	path		text NOT NULL,
	expires_at	timestamptz NOT NULL
);

-- Identity providers, as configured and as last read by the worker.
CREATE TABLE issuer (
	url		text PRIMARY KEY,
	document	jsonb,
	keys		jsonb,
	read_at		timestamptz,
	wanted_at	timestamptz,
	error		text
);
-- Who somebody is to an identity provider.
CREATE TABLE identity (
	id		uuid PRIMARY KEY,
	staff_id	uuid NOT NULL REFERENCES staff,
	issuer		text NOT NULL,
	subject		text NOT NULL,
	author_id	uuid,
	created_at	timestamptz NOT NULL,
	CONSTRAINT identity_once UNIQUE (issuer, subject)
);
CREATE INDEX identity_by_staff ON identity (staff_id);
-- A code or token on its way to its issuer and back: the API asks, the worker
-- that talks to issuers answers, and the row goes.
CREATE TABLE exchange (
	id		uuid CONSTRAINT exchange_once PRIMARY KEY,
	issuer		text NOT NULL,
	asked		jsonb NOT NULL,
	answer		jsonb,
	created_at	timestamptz NOT NULL DEFAULT now()
);

-- Who came, who was refused, who read what is personal. Changes of records
-- are in event; both are sealed in one chain.
CREATE TABLE audit (
	seq		bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	xid		xid8 NOT NULL DEFAULT pg_current_xact_id(),
	at		timestamptz NOT NULL DEFAULT clock_timestamp(),
	action		text NOT NULL,
	actor_id	uuid,
	staff_id	uuid,
	unit_id		uuid,
	session_id	uuid,
	kind		text,
	ref		uuid,
	address		text,
	device		text,
	request		text,
	detail		jsonb
);
CREATE INDEX audit_in_commit_order ON audit (xid, seq);
CREATE INDEX audit_by_age ON audit (at, seq);

-- The chain: one line for each line of audit and event, in commit order.
-- hash = SHA-256 of the hash before and the line's canonical text.
CREATE TABLE seal (
	n		bigint PRIMARY KEY,
	source		text NOT NULL,
	seq		bigint NOT NULL,
	hash		bytea NOT NULL,
	sealed_at	timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT seal_once UNIQUE (source, seq)
);

INSERT INTO fact VALUES ('sealed', '0 - 0');
CREATE INDEX event_by_age ON event (recorded_at, seq);

-- The lines that are sealed, each with its canonical text: every column but
-- the transaction's number (a restored database has others), as JSON whose
-- members and instants have one form only.
CREATE VIEW trail AS
SELECT 'event' AS source, e.seq, e.xid, json_build_array('event', e.seq,
    extract(epoch FROM e.at)::text, extract(epoch FROM e.recorded_at)::text,
    e.kind, e.ref, e.unit_id, e.version, e.verb, e.actor_id, e.request,
    e.trace, e.before, e.patch)::text AS line
FROM event e
UNION ALL
SELECT 'audit', a.seq, a.xid, json_build_array('audit', a.seq,
    extract(epoch FROM a.at)::text, a.action, a.actor_id, a.staff_id,
    a.unit_id, a.session_id, a.kind, a.ref, a.address, a.device, a.request,
    a.detail)::text
FROM audit a;

COMMIT;
