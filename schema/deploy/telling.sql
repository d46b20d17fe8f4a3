-- telling: due moments, what left the house, and each person's inbox.
BEGIN;
SET LOCAL search_path = camket, public;

-- When people are reminded of what is due, as data. offset_days counts
-- working days from the due day: -3 before, 0 on it, 2 after.
CREATE TABLE reminder_rule (
	code		text PRIMARY KEY,
	offset_days	int NOT NULL,
	CONSTRAINT reminder_rule_offset_once UNIQUE (offset_days)
);
INSERT INTO reminder_rule VALUES
    ('before_3', -3),
    ('on_day', 0),
    ('after_2', 2),
    ('after_5', 5),
    ('after_10', 10);

-- A due moment is a row: written once by whichever scheduler sees it first.
-- due_on belongs to the key, so that a re-dated item is reminded anew.
CREATE TABLE reminder (
	id		uuid PRIMARY KEY,
	kind		text NOT NULL,
	ref		uuid NOT NULL,
	rule		text NOT NULL,
	due_on		date NOT NULL,
	moment_on	date NOT NULL,
	status		text NOT NULL DEFAULT 'open' CONSTRAINT
	    reminder_status_known CHECK (status IN
	    ('open', 'told', 'moot', 'missed')),
	created_at	timestamptz NOT NULL,
	CONSTRAINT reminder_once UNIQUE (ref, rule, due_on)
);

-- The ledger: everything that leaves the house has a row first.
CREATE TABLE delivery (
	id		uuid PRIMARY KEY,
	staff_id	uuid NOT NULL REFERENCES staff,
	occasion	text NOT NULL,
	channel		text NOT NULL,
	status		text NOT NULL DEFAULT 'pending' CONSTRAINT
	    delivery_status_known CHECK (status IN
	    ('pending', 'sent', 'failed', 'moot')),
	template	text NOT NULL,
	kind		text NOT NULL,
	ref		uuid NOT NULL,
	address		text,
	subject		text NOT NULL,
	body		text NOT NULL,
	trace		text,
	response	text,
	created_at	timestamptz NOT NULL,
	sent_at		timestamptz,
	CONSTRAINT delivery_once UNIQUE (staff_id, occasion, channel)
);
CREATE INDEX delivery_by_age ON delivery (created_at, id);
CREATE INDEX delivery_by_ref ON delivery (ref);

-- Hộp thông báo.
CREATE TABLE notification (
	id		uuid PRIMARY KEY,
	version		int NOT NULL DEFAULT 1,
	staff_id	uuid NOT NULL REFERENCES staff,
	category	text NOT NULL,
	urgency		text NOT NULL DEFAULT 'normal',
	title		text NOT NULL,
	body		text NOT NULL,
	href		text,
	kind		text,
	ref		uuid,
	created_at	timestamptz NOT NULL,
	read_at		timestamptz,
	acknowledged_at	timestamptz
);
CREATE INDEX notification_by_staff ON notification (staff_id, created_at, id);
CREATE INDEX notification_unread ON notification (staff_id)
    WHERE read_at IS NULL;

COMMIT;
