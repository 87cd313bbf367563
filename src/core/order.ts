import type { BrokerOrderId, ClientOrderId, InstrumentId, SignalKey, StrategyId } from './ids.ts';
import type { Rupees } from './money.ts';
import type { OrderStatus } from './order-status.ts';
import type { EpochMs } from './time.ts';

export const ORDER_SIDES = ['BUY', 'SELL'] as const;
export type OrderSide = (typeof ORDER_SIDES)[number];
export const ORDER_TYPES = ['MARKET', 'LIMIT', 'STOP_MARKET', 'STOP_LIMIT'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];
export const PRODUCT_TYPES = ['DELIVERY', 'INTRADAY', 'CARRY_FORWARD'] as const;
/** Kite's CNC, MIS, NRML. */
export type ProductType = (typeof PRODUCT_TYPES)[number];
/** `GTT`: rests beyond the day as a good-till-triggered rule (the protective legs of a position held overnight). */
export const TIMES_IN_FORCE = ['DAY', 'IOC', 'GTT'] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];
export const ORDER_ROLES = ['ENTRY', 'EXIT', 'STOP_LOSS', 'TARGET', 'SQUARE_OFF'] as const;
/** What the order is for. */
export type OrderRole = (typeof ORDER_ROLES)[number];

/** What we want, before it has a broker. Quantities are units and never signed. */
export interface OrderIntent {
  readonly clientOrderId: ClientOrderId;
  /** Its place among the engine's orders and fills, from 1; the exchange breaks ties of time by it. */
  readonly sequence: number;
  readonly strategyId: StrategyId;
  /** The entry signal for legs and square-offs, else the signal that asked. */
  readonly signalKey: SignalKey;
  readonly instrumentId: InstrumentId;
  readonly role: OrderRole;
  readonly side: OrderSide;
  readonly quantity: number;
  readonly type: OrderType;
  readonly limitPrice: Rupees | null;
  readonly triggerPrice: Rupees | null;
  readonly product: ProductType;
  readonly timeInForce: TimeInForce;
  /** Orders of one group exclude each other: the fill of one cancels the rest. */
  readonly ocoGroup: string | null;
  readonly createdTime: EpochMs;
  /** The broker must not see it earlier: the open of the next session for an order planned while the market is closed. */
  readonly notBefore: EpochMs;
  /** An entry not at the broker by then is `EXPIRED`; exits have none. */
  readonly deadline: EpochMs | null;
  /** Not to be sent yet: what protects the position is on its way out, and may close it first. */
  readonly isHeld: boolean;
  /** How often its terms were changed after it was planned. */
  readonly amendments: number;
  /** How often its limit has followed the price; null for one that rests at a price of its own. */
  readonly reprices: number | null;
  /** When its limit was last drawn around the price; null as `reprices` is. */
  readonly pricedTime: EpochMs | null;
}

/** What can be changed of an order after it was planned. */
export type OrderTerms = Pick<
  OrderIntent,
  'quantity' | 'limitPrice' | 'triggerPrice' | 'isHeld' | 'amendments' | 'reprices' | 'pricedTime'
>;

export interface Order extends OrderIntent {
  readonly status: OrderStatus;
  readonly brokerOrderId: BrokerOrderId | null;
  readonly filledQuantity: number;
  /** Mean fill price; null before the first fill. */
  readonly averagePrice: Rupees | null;
  /** The broker's words for a rejection, or why it expired or was cancelled. */
  readonly statusReason: string | null;
  readonly updatedTime: EpochMs;
}

/**
 * What a broker, the simulated exchange or the executor reports of an order. Fills travel separately, as `Fill`.
 * `INITIALIZED` is the executor's word for a `SUBMITTING` order whose call was definitely not carried out.
 */
export interface OrderUpdate {
  readonly clientOrderId: ClientOrderId;
  readonly status: Exclude<OrderStatus, 'PARTIALLY_FILLED' | 'FILLED'>;
  readonly brokerOrderId: BrokerOrderId | null;
  readonly reason: string | null;
  readonly time: EpochMs;
}

export function oppositeOf(side: OrderSide): OrderSide {
  return side === 'BUY' ? 'SELL' : 'BUY';
}

/** Units bought; sold ones are negative. */
export function signedQuantity({ side, quantity }: { readonly side: OrderSide; readonly quantity: number }): number {
  return side === 'BUY' ? quantity : -quantity;
}
