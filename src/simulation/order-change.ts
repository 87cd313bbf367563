/**
 * What a change makes of an order at the simulated exchange. The same check is made when the change is asked for and when
 * it takes effect: what was filled in between may have made it impossible, and then the order stays as it was.
 */
import type { ClientOrderId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Rupees } from '../core/money.ts';
import type { Order, OrderType } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import type { OrderChange } from '../ports/broker.ts';
import { type FillRules, rejectionOf } from './fill-model.ts';
import type { RestingOrder } from './resting-order.ts';

/** A change on its way to the exchange; null: a cancel. */
export interface ExchangeRequest {
  readonly id: ClientOrderId;
  readonly effectiveTime: EpochMs;
  readonly change: OrderChange | null;
}

/** Why the order can not be changed so; undefined when it can. */
export function changeFaultOf(
  resting: RestingOrder,
  change: OrderChange,
  instrument: Instrument,
  reference: Rupees | undefined,
  rules: FillRules,
): string | undefined {
  const { order, filled } = resting;
  const changed = changedOrder(order, change);
  if (isStop(changed.type) !== isStop(order.type)) {
    return `Expected the order to stay ${isStop(order.type) ? 'a stop order' : 'no stop order'}, found "${changed.type}"`;
  }
  if (hasLimit(changed.type) && changed.limitPrice === null) return 'Expected a limit price, found none';
  if (changed.quantity - takenFrom(resting) <= filled) {
    return `Expected a quantity above the ${filled + takenFrom(resting)} units that are done, found ${changed.quantity}`;
  }
  return rejectionOf(changed, instrument, reference, rules);
}

export function changeResting(
  resting: RestingOrder,
  change: OrderChange,
  instrument: Instrument,
  reference: Rupees | undefined,
  rules: FillRules,
): void {
  if (changeFaultOf(resting, change, instrument, reference, rules) !== undefined) return;
  const taken = takenFrom(resting);
  const { limitPrice } = resting.order;
  resting.order = changedOrder(resting.order, change);
  if (resting.order.limitPrice !== limitPrice) resting.isFresh = true;
  resting.remaining = resting.order.quantity - resting.filled - taken;
}

function changedOrder(order: Order, change: OrderChange): Order {
  const changed = { ...order, ...change };
  // A price that the new type has no use for would be taken for a limit.
  return hasLimit(changed.type) ? changed : { ...changed, limitPrice: null };
}

/** Units that fills of the other side of an OCO pair have taken away. */
function takenFrom({ order, filled, remaining }: RestingOrder): number {
  return order.quantity - filled - remaining;
}

function isStop(type: OrderType): boolean {
  return type === 'STOP_LIMIT' || type === 'STOP_MARKET';
}

function hasLimit(type: OrderType): boolean {
  return type === 'LIMIT' || type === 'STOP_LIMIT';
}
