/**
 * Turns an allowed signal, a filled entry or a square-off into orders. Every order has its id before any I/O;
 * quantities above the exchange's freeze quantity become several orders of whole lots.
 */
import { InvariantError } from '../../core/errors.ts';
import type { SignalKey, StrategyId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { Rupees } from '../../core/money.ts';
import type { Order, OrderRole, OrderSide, OrderType, ProductType, TimeInForce } from '../../core/order.ts';
import type { EpochMs } from '../../core/time.ts';
import { clientOrderId } from './client-order-id.ts';

export interface OrderPlan {
  readonly strategyId: StrategyId;
  readonly signalKey: SignalKey;
  readonly instrument: Instrument;
  /** Part of the id: what this order is within its signal, e.g. `entry`, `stop-2`. */
  readonly leg: string;
  readonly role: OrderRole;
  readonly side: OrderSide;
  readonly quantity: number;
  readonly type: OrderType;
  readonly limitPrice?: Rupees;
  readonly triggerPrice?: Rupees;
  readonly product: ProductType;
  readonly timeInForce: TimeInForce;
  readonly ocoGroup?: string;
  readonly now: EpochMs;
  readonly notBefore: EpochMs;
  readonly deadline: EpochMs | null;
}

export class OrderPlanner {
  #sequence = 0;

  /** The next number, for what comes between the orders. */
  takeNumber(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** Continues numbering after what an earlier run has numbered. */
  resumeAfter(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
  }

  plan(plan: OrderPlan): readonly Order[] {
    if (!Number.isSafeInteger(plan.quantity) || plan.quantity <= 0) {
      throw new InvariantError(`Expected whole units above 0 for leg "${plan.leg}", found ${plan.quantity}`);
    }
    const slice = largestSlice(plan.instrument);
    if (plan.quantity <= slice) return [this.#order(plan, plan.leg, plan.quantity)];
    const orders: Order[] = [];
    for (let left = plan.quantity; left > 0; left -= slice) {
      orders.push(this.#order(plan, `${plan.leg}/slice-${orders.length + 1}`, Math.min(left, slice)));
    }
    return orders;
  }

  #order(plan: OrderPlan, leg: string, quantity: number): Order {
    return {
      clientOrderId: clientOrderId(plan.signalKey, leg),
      sequence: this.takeNumber(),
      strategyId: plan.strategyId,
      signalKey: plan.signalKey,
      instrumentId: plan.instrument.id,
      role: plan.role,
      side: plan.side,
      quantity,
      type: plan.type,
      limitPrice: plan.limitPrice ?? null,
      triggerPrice: plan.triggerPrice ?? null,
      product: plan.product,
      timeInForce: plan.timeInForce,
      ocoGroup: plan.ocoGroup ?? null,
      createdTime: plan.now,
      notBefore: plan.notBefore,
      deadline: plan.deadline,
      status: 'INITIALIZED',
      brokerOrderId: null,
      filledQuantity: 0,
      averagePrice: null,
      statusReason: null,
      updatedTime: plan.now,
    };
  }
}

/** Whole lots at or below the freeze quantity, which itself need not be a whole number of lots. */
export function largestSlice(instrument: Pick<Instrument, 'freezeQuantity' | 'lotSize'>): number {
  if (instrument.freezeQuantity === null) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(instrument.freezeQuantity / instrument.lotSize)) * instrument.lotSize;
}
