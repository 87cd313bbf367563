import type { Instrument } from '../core/instrument.ts';
import type { Rupees } from '../core/money.ts';
import type { Order } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import { type FillRules, limitPriceOn, triggerPriceOn, withSlippage } from './fill-model.ts';

/** An order at the exchange. */
export interface RestingOrder {
  /** As it was handed in, or as it was changed since. */
  order: Order;
  readonly effectiveTime: EpochMs;
  /** The close of its session; Infinity for what may wait for another one. */
  readonly endTime: EpochMs;
  /** Units not filled and not taken away by the other side of an OCO pair. */
  remaining: number;
  filled: number;
  fills: number;
  isTriggered: boolean;
  /** No price has met it, or its limit, yet: what it does at the next one it takes from others. */
  isFresh: boolean;
}

/** True when the order can not be done while the price stays between `low` and `high`. */
export function isUntouched({ order, isTriggered }: RestingOrder, high: Rupees, low: Rupees): boolean {
  const { side, limitPrice, triggerPrice } = order;
  if (triggerPrice !== null && !isTriggered) return side === 'BUY' ? high < triggerPrice : low > triggerPrice;
  return limitPrice !== null && (side === 'BUY' ? low > limitPrice : high < limitPrice);
}

/** At what price the order is done while the price moves; undefined when it is not. A stop that the move triggers stays so. */
export function priceOnMove(
  resting: RestingOrder,
  from: Rupees,
  to: Rupees,
  fillsMarket: boolean,
  instrument: Instrument,
  { slippageBps, limitFill }: FillRules,
): Rupees | undefined {
  const { type, side, limitPrice, triggerPrice } = resting.order;
  if (type === 'MARKET') return fillsMarket ? withSlippage(to, side, instrument, slippageBps) : undefined;
  if (type === 'LIMIT') {
    const price = limitPriceOn(side, limitPrice ?? 0, from, to, limitFill);
    const isTaker = resting.isFresh && resting.order.reprices !== null && price === from;
    return price !== undefined && isTaker
      ? atMost(withSlippage(price, side, instrument, slippageBps), resting.order)
      : price;
  }
  let start = from;
  if (!resting.isTriggered) {
    const triggered = triggerPriceOn(side, triggerPrice ?? 0, from, to);
    if (triggered === undefined) return undefined;
    resting.isTriggered = true;
    start = triggered;
  }
  if (type === 'STOP_MARKET') return withSlippage(start, side, instrument, slippageBps);
  // A triggered stop-limit takes the trigger price when its limit allows it, else it rests as a limit.
  const isWithinLimit = side === 'BUY' ? start <= (limitPrice ?? 0) : start >= (limitPrice ?? 0);
  return isWithinLimit
    ? atMost(withSlippage(start, side, instrument, slippageBps), resting.order)
    : limitPriceOn(side, limitPrice ?? 0, start, to, limitFill);
}

/** No worse than the limit. */
function atMost(price: Rupees, { side, limitPrice }: Order): Rupees {
  if (limitPrice === null) return price;
  return side === 'BUY' ? Math.min(price, limitPrice) : Math.max(price, limitPrice);
}

/** The stop of the same pair, when both lie inside the rest of the candle and the price has not gapped to the target. */
export function stopToTakeFirst(
  target: RestingOrder,
  all: readonly RestingOrder[],
  from: Rupees,
  high: Rupees,
  low: Rupees,
  { limitFill }: FillRules,
): RestingOrder | undefined {
  const { ocoGroup, side, type, limitPrice } = target.order;
  if (ocoGroup === null || type !== 'LIMIT' || high === low || limitPrice === null) return undefined;
  const isReached = side === 'SELL' ? high >= limitPrice : low <= limitPrice;
  // Where a limit needs a trade through it, a price that begins on it has not been done.
  const isOnIt = from === limitPrice && limitFill === 'touch';
  const isGapped = isOnIt || (side === 'SELL' ? from > limitPrice : from < limitPrice);
  if (!isReached || isGapped) return undefined;
  return all.find(
    ({ order, remaining }) =>
      remaining > 0 &&
      order.ocoGroup === ocoGroup &&
      order.triggerPrice !== null &&
      triggerPriceOn(order.side, order.triggerPrice, from, order.side === 'SELL' ? low : high) !== undefined,
  );
}

/** A market order, or one whose limit follows the price: it is to be done now. */
export function isAtOnce({ type, reprices }: Order): boolean {
  return type === 'MARKET' || (type === 'LIMIT' && reprices !== null);
}

/** What leaves an intraday position is done by the broker in the end. */
export function isForced({ role, product }: Order): boolean {
  return role === 'SQUARE_OFF' || (role === 'EXIT' && product === 'INTRADAY');
}
