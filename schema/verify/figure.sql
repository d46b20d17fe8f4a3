-- figure: is it there?
BEGIN;
SET LOCAL search_path = camket, public;

SELECT own_on_time, own_late, own_open FROM cell_source WHERE false;

ROLLBACK;
