-- comment: what people say of an item, whichever it is.
BEGIN;
SET LOCAL search_path = camket, public;

-- Trao đổi. Said once, never changed: what was read must have been written.
CREATE TABLE comment (
	id		uuid PRIMARY KEY,
	kind		text NOT NULL,
	ref		uuid NOT NULL,
	"text"		text NOT NULL,
	mention_ids	uuid[] NOT NULL DEFAULT '{}',
	author_id	uuid NOT NULL REFERENCES staff,
	created_at	timestamptz NOT NULL
);
CREATE INDEX comment_by_ref ON comment (ref, created_at, id);

GRANT SELECT, INSERT ON comment TO camket_api;
GRANT INSERT ON notification TO camket_api;

COMMIT;
