import type { PositionRisk } from '../ports/account-views.ts';
import { OPEN_POSITIONS } from './open-positions.ts';
import type { Sql } from './sql.ts';

/** Every open position with what its working stops close; a stop that has become a limit order counts at its limit. */
export async function positionRisks({ sql }: { readonly sql: Sql }): Promise<readonly PositionRisk[]> {
  return sql.unsafe<PositionRisk[]>(`
    select open.strategy_id as "strategyId", open.instrument_id as "instrumentId", open.product, open.quantity,
      open.average_price as "averagePrice", quotes.last_price as "lastPrice",
      least(coalesce(stops.units, 0), abs(open.quantity)) as "stopUnits", stops.price as "stopPrice"
    from ${OPEN_POSITIONS} as open left join quotes using (instrument_id)
      left join lateral (
        select sum(units) as units, round(sum(units * price) / sum(units), 4) as price
        from (
          select quantity - filled_quantity as units, coalesce(trigger_price, limit_price) as price from orders
          where orders.strategy_id = open.strategy_id and orders.instrument_id = open.instrument_id
            and orders.product = open.product and role = 'STOP_LOSS'
            and status not in ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED')) as legs
        where price is not null) as stops on true
    order by open.instrument_id, open.strategy_id, open.product`);
}
