-- account: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP VIEW trail, held;
DROP TABLE seal, audit, exchange, identity, issuer, ticket, service_key,
    departure, delegation, link;
DROP FUNCTION reach_of_delegation;

COMMIT;
