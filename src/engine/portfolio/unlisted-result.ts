import type { BookedFill } from '../../core/fill.ts';
import type { Paise } from '../../core/money.ts';
import type { Order } from '../../core/order.ts';
import { OpenPosition } from './open-position.ts';

/**
 * What was made or lost, after charges, in instruments that are not listed any more: contracts that have expired, for
 * example. What is still open of them counts as worth what it has cost.
 */
export function unlistedResult(fills: readonly BookedFill[], orders: ReadonlyMap<string, Order>): Paise {
  const positions = new Map<string, OpenPosition>();
  let resultPaise = 0;
  for (const fill of fills) {
    const order = orders.get(fill.clientOrderId);
    if (order === undefined) continue;
    const { strategyId, instrumentId, product, signalKey } = order;
    const key = `${strategyId}|${instrumentId}|${product}`;
    const position = positions.get(key) ?? new OpenPosition(strategyId, instrumentId, product);
    positions.set(key, position);
    resultPaise += position.apply(fill, signalKey, 'signal', fill.chargesPaise).trade?.netPaise ?? 0;
  }
  for (const { realisedPaise, chargesPaise } of positions.values()) resultPaise += realisedPaise - chargesPaise;
  return resultPaise;
}
