-- What every worker asks.

-- worker_clock() : one read
-- unscoped: business time, the same for everybody
SELECT shift_ms FROM clock WHERE one;
