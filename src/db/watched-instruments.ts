import type { Span, WatchedInstrument } from '../ports/account-views.ts';
import type { Sql } from './sql.ts';

/**
 * What the latest start has listed (each start saves its list with one time), by name and contracts by expiry and strike;
 * in one statement, however many there are.
 */
export async function watchedInstruments(
  { sql }: { readonly sql: Sql },
  { from, to }: Span,
): Promise<readonly WatchedInstrument[]> {
  return sql<WatchedInstrument[]>`
    select id as "instrumentId", last_price as "lastPrice", time, bid, ask, opening.price as "firstPrice"
    from instruments left join quotes on instrument_id = id
      left join lateral (
        select open as price from candles
        where candles.instrument_id = id and timeframe = '1m' and open_time >= ${from} and open_time < ${to}
        order by open_time limit 1) as opening on true
    where instruments.updated_time = (select max(updated_time) from instruments)
    order by instruments.symbol collate "C", expiry nulls first, strike nulls first, option_type, id collate "C"`;
}
