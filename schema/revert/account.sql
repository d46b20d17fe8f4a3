-- account: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP VIEW trail, held;
DROP TABLE seal, audit, exchange, identity, issuer, ticket, service_key,
    departure, delegation, link;
DELETE FROM fact WHERE name = 'sealed';
DROP INDEX event_by_age;
DROP FUNCTION reach_of_delegation;

COMMIT;
