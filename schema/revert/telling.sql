-- telling: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE notification, delivery, reminder, reminder_rule;

COMMIT;
