import { InvariantError } from '../core/errors.ts';
import type { SettledOrder } from '../db/postgres-commands.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';
import type { Clock } from '../ports/clock.ts';
import type { EffectPipeline } from './effect-pipeline.ts';

/** Ends an order of unknown fate as a person says it has ended; returns what that came to. Done twice it changes nothing. */
export async function settleOrder(
  { orderId, filled }: SettledOrder,
  engine: TradingEngine,
  pipeline: EffectPipeline,
  clock: Clock,
): Promise<string> {
  const order = engine.parts.book.get(orderId);
  if (order === undefined) return `there is no order "${orderId}" of today or yesterday`;
  if (order.status !== 'UNKNOWN') return `order ${orderId} is not in doubt: it is ${order.status}`;
  const { quantity, filledQuantity, instrumentId, side, brokerOrderId } = order;
  if (filled !== null && filledQuantity + filled.quantity > quantity) {
    return `order ${orderId} is of ${quantity} units, of which ${filledQuantity} are filled: ${filled.quantity} more can not be`;
  }
  const time = clock.now();
  try {
    if (filled !== null) {
      const fill = { fillId: `${orderId}-by-hand`, clientOrderId: orderId, instrumentId, side, time, ...filled };
      pipeline.tell({ type: 'orderFilled', fill });
    }
    if ((filled?.quantity ?? 0) + filledQuantity < quantity) {
      const reason =
        filled === null ? 'Settled by hand: it never reached the broker' : 'Settled by hand: the rest of it';
      pipeline.tell({
        type: 'orderUpdated',
        update: { clientOrderId: orderId, status: 'CANCELED', brokerOrderId, reason, time },
      });
    }
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    return error.message;
  }
  await pipeline.settle(time);
  const end = filled === null ? 'was never sent' : `has filled ${filled.quantity} at ${filled.price}`;
  return `order ${orderId} ${end}; its instrument is free for entries again`;
}
