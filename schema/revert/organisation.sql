-- organisation: undo.
BEGIN;
SET LOCAL search_path = camket, public;

DROP TABLE workday, calendar_day, unit_cover, unit_succession, unit_version, unit, calendar CASCADE;
DROP FUNCTION unit_card, unit_cover_derive, unit_heir, unit_summed_in, unit_chain, workday_derive, workday_after;

COMMIT;
