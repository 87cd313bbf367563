/**
 * At what price an order is done when the price moves from `from` to `to` (equal for a single print).
 *
 * Market: the price plus slippage. Limit: when the price trades through it (or touches it, by choice), at the limit, or
 * better when the move starts beyond it. Stop: on trigger, at the trigger, or worse when the move starts beyond it (a gap
 * through the stop); a stop-limit that was jumped rests as a limit.
 */
import type { Instrument } from '../core/instrument.ts';
import { type Rupees, snapToTick } from '../core/money.ts';
import type { Order, OrderSide } from '../core/order.ts';

export interface FillRules {
  /** Basis points a market or triggered stop order fills worse than the price. */
  readonly slippageBps: number;
  /** Time from our send to the exchange's book. */
  readonly latencyMs: number;
  /** Largest share of a candle's (or tick's) volume that our orders may take; null for no cap. */
  readonly participationPercent: number | null;
  readonly limitFill: 'through' | 'touch';
  /** Limit and stop prices farther from the day's first price are rejected; null for no limit. */
  readonly circuitPercent: number | null;
}

export const DEFAULT_FILL_RULES: FillRules = {
  slippageBps: 0,
  latencyMs: 0,
  participationPercent: null,
  limitFill: 'through',
  circuitPercent: null,
};

export function withSlippage(price: Rupees, side: OrderSide, instrument: Instrument, bps: number): Rupees {
  if (bps === 0) return price;
  const worse = price * (1 + ((side === 'BUY' ? 1 : -1) * bps) / 10_000);
  return Math.max(snapToTick(worse, instrument.tickSize, side === 'BUY' ? 'up' : 'down'), instrument.tickSize);
}

/** The limit order's price on this move, or undefined when it is not done. */
export function limitPriceOn(
  side: OrderSide,
  limit: Rupees,
  from: Rupees,
  to: Rupees,
  rule: FillRules['limitFill'],
): Rupees | undefined {
  const sign = side === 'BUY' ? 1 : -1;
  if ((limit - from) * sign > 0) return from;
  const depth = (limit - to) * sign;
  return depth > 0 || (rule === 'touch' && depth === 0) ? limit : undefined;
}

/** The price at which the stop triggers on this move, or undefined. */
export function triggerPriceOn(side: OrderSide, trigger: Rupees, from: Rupees, to: Rupees): Rupees | undefined {
  const sign = side === 'BUY' ? 1 : -1;
  if ((from - trigger) * sign >= 0) return from;
  return (to - trigger) * sign >= 0 ? trigger : undefined;
}

/** Why an exchange would not take the order at all; undefined when it would. */
export function rejectionOf(
  order: Order,
  instrument: Instrument,
  reference: Rupees | undefined,
  rules: FillRules,
): string | undefined {
  if (instrument.kind === 'INDEX') return `"${instrument.id}" is an index and can not be traded`;
  if (order.quantity % instrument.lotSize !== 0) {
    return `Quantity ${order.quantity} is not a multiple of the lot of ${instrument.lotSize}`;
  }
  if (instrument.freezeQuantity !== null && order.quantity > instrument.freezeQuantity) {
    return `Quantity ${order.quantity} is above the freeze quantity of ${instrument.freezeQuantity}`;
  }
  const price = order.limitPrice ?? order.triggerPrice;
  if (rules.circuitPercent === null || reference === undefined || price === null) return undefined;
  const reach = (reference * rules.circuitPercent) / 100;
  if (Math.abs(price - reference) <= reach) return undefined;
  return `Price ${price} is outside the circuit limits of ${rules.circuitPercent}% around ${reference}`;
}
