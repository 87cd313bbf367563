/** The latest row of each position that is not flat, as a table to select from. */
export const OPEN_POSITIONS = `(
  select * from (
    select distinct on (strategy_id, instrument_id, product) * from positions
    order by strategy_id, instrument_id, product, day desc) latest
  where quantity <> 0)`;
