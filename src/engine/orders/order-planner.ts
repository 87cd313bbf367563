/**
 * Turns an allowed signal, a filled entry or a square-off into orders. Every order has its id before any I/O;
 * quantities above the exchange's freeze quantity become several orders of whole lots.
 */
import { InvariantError } from '../../core/errors.ts';
import type { InstrumentId, SignalKey, StrategyId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { Rupees } from '../../core/money.ts';
import type { Order, OrderRole, OrderSide, OrderType, ProductType, TimeInForce } from '../../core/order.ts';
import type { EpochMs } from '../../core/time.ts';
import { clientOrderId } from './client-order-id.ts';
import { type ExecutionPolicy, protectedLimit } from './execution-policy.ts';

export interface OrderPlan {
  readonly strategyId: StrategyId;
  readonly signalKey: SignalKey;
  readonly instrument: Instrument;
  /** Part of the id: what this order is within its signal, e.g. `entry`, `stop-2`. */
  readonly leg: string;
  readonly role: OrderRole;
  readonly side: OrderSide;
  readonly quantity: number;
  /** `MARKET` and `STOP_MARKET` are wishes: with a policy they become limit orders inside its band. */
  readonly type: OrderType;
  readonly limitPrice?: Rupees | null;
  readonly triggerPrice?: Rupees | null;
  /** What the band is drawn around as long as the instrument has no price. */
  readonly fallbackPrice?: Rupees;
  readonly product: ProductType;
  readonly timeInForce: TimeInForce;
  readonly ocoGroup?: string;
  readonly now: EpochMs;
  readonly notBefore: EpochMs;
  readonly deadline: EpochMs | null;
  readonly isHeld?: boolean;
}

type Pricing = Pick<Order, 'type' | 'limitPrice' | 'triggerPrice' | 'reprices' | 'pricedTime'>;

export class OrderPlanner {
  readonly #policy: ExecutionPolicy | null;
  readonly #priceOf: (id: InstrumentId) => Rupees | undefined;
  #sequence = 0;

  /** Without a policy a wish to trade now is a market order. */
  constructor(
    policy: ExecutionPolicy | null = null,
    priceOf: (id: InstrumentId) => Rupees | undefined = () => undefined,
  ) {
    this.#policy = policy;
    this.#priceOf = priceOf;
  }

  /** The number that the next order or fill gets: part of the name of a leg that may be planned again. */
  get nextNumber(): number {
    return this.#sequence + 1;
  }

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
    const pricing = this.#pricing(plan);
    if (plan.quantity <= slice) return [this.#order(plan, pricing, plan.leg, plan.quantity)];
    const orders: Order[] = [];
    for (let left = plan.quantity; left > 0; left -= slice) {
      orders.push(this.#order(plan, pricing, `${plan.leg}/slice-${orders.length + 1}`, Math.min(left, slice)));
    }
    return orders;
  }

  #pricing(plan: OrderPlan): Pricing {
    const { type, limitPrice = null, triggerPrice = null, instrument, side, now, notBefore } = plan;
    if (this.#policy === null || type === 'LIMIT' || type === 'STOP_LIMIT')
      return resting(type, limitPrice, triggerPrice);
    const around = type === 'MARKET' ? (this.#priceOf(instrument.id) ?? plan.fallbackPrice) : triggerPrice;
    // Without a price nothing can be drawn around it.
    if (around === undefined || around === null || !(around > 0)) return resting(type, limitPrice, triggerPrice);
    return {
      type: type === 'MARKET' ? 'LIMIT' : 'STOP_LIMIT',
      limitPrice: protectedLimit(this.#policy, instrument, side, around, 0),
      triggerPrice,
      reprices: 0,
      pricedTime: Math.max(now, notBefore),
    };
  }

  #order(plan: OrderPlan, pricing: Pricing, leg: string, quantity: number): Order {
    return {
      clientOrderId: clientOrderId(plan.signalKey, leg),
      sequence: this.takeNumber(),
      strategyId: plan.strategyId,
      signalKey: plan.signalKey,
      instrumentId: plan.instrument.id,
      role: plan.role,
      side: plan.side,
      quantity,
      type: pricing.type,
      limitPrice: pricing.limitPrice,
      triggerPrice: pricing.triggerPrice,
      product: plan.product,
      timeInForce: plan.timeInForce,
      ocoGroup: plan.ocoGroup ?? null,
      createdTime: plan.now,
      notBefore: plan.notBefore,
      deadline: plan.deadline,
      isHeld: plan.isHeld ?? false,
      amendments: 0,
      reprices: pricing.reprices,
      pricedTime: pricing.pricedTime,
      status: 'INITIALIZED',
      brokerOrderId: null,
      filledQuantity: 0,
      averagePrice: null,
      statusReason: null,
      updatedTime: plan.now,
    };
  }
}

function resting(type: OrderType, limitPrice: Rupees | null, triggerPrice: Rupees | null): Pricing {
  return { type, limitPrice, triggerPrice, reprices: null, pricedTime: null };
}

/** Whole lots at or below the freeze quantity, which itself need not be a whole number of lots. */
export function largestSlice(instrument: Pick<Instrument, 'freezeQuantity' | 'lotSize'>): number {
  if (instrument.freezeQuantity === null) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(instrument.freezeQuantity / instrument.lotSize)) * instrument.lotSize;
}
