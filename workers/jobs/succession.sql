-- Units become what was decided for this day.
-- succession_due(today date, now timestamptz) : one write
-- unscoped: machinery; carries out what an administrator has set
SELECT unit_turn_daily($today, $now);
