import type { Fill } from '../core/fill.ts';
import type { BrokerOrderId, InstrumentId } from '../core/ids.ts';
import type { Rupees } from '../core/money.ts';
import type { Order, OrderSide, OrderType, OrderUpdate, ProductType } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import type { Outcome } from './outcome.ts';

/** One order as the broker's book shows it. */
export interface BookedOrder {
  readonly update: OrderUpdate;
  /** Those that a trade of the broker proves. */
  readonly fills: readonly Fill[];
  /**
   * Units that the broker says are filled, never less than `fills` add up to. More than that: its books lag behind each
   * other, the rest of the fills is still to come, and an end of the order must not be taken for its last word.
   */
  readonly filledQuantity: number;
}

/** An order in the broker's book that carries no id of ours: made by hand, by another program or by the broker itself. */
export interface ForeignOrder {
  readonly brokerOrderId: BrokerOrderId;
  /** Null: not an instrument that this worker lists. */
  readonly instrumentId: InstrumentId | null;
  /** The broker's name for the instrument. */
  readonly name: string;
  /** Null: the broker's word for it is none of ours. */
  readonly product: ProductType | null;
  readonly side: OrderSide | null;
  readonly quantity: number;
  readonly filledQuantity: number;
  readonly isWorking: boolean;
  /** How it stands and what it has traded, where that can be told: a trigger of ours places orders without our id. */
  readonly story?: ForeignStory;
}

export interface ForeignStory {
  /** Null: it names no price. */
  readonly limitPrice: Rupees | null;
  readonly status: OrderUpdate['status'];
  readonly reason: string | null;
  readonly time: EpochMs;
  /** Under the broker's numbers of them. */
  readonly trades: readonly (Pick<Fill, 'quantity' | 'price' | 'time'> & { readonly tradeId: string })[];
}

/** The day's orders as the broker's book shows them. */
export interface BrokerBook {
  readonly orders: readonly BookedOrder[];
  /** Left out where nobody else can trade. */
  readonly foreignOrders?: readonly ForeignOrder[];
  /** Rows that may be ours and could not be read. If there are any, what is not among `orders` is not proven absent. */
  readonly unreadRows: number;
}

/** What the account holds of one instrument under one product, whoever has traded it. */
export interface BrokerPosition {
  /** Null: not an instrument that this worker lists. */
  readonly instrumentId: InstrumentId | null;
  /** The broker's name for the instrument. */
  readonly name: string;
  /** Null: the broker's word for it is none of ours. */
  readonly product: ProductType | null;
  /** Net units, signed: negative is short. */
  readonly quantity: number;
  /** Mean price of the net units as the broker reckons it; 0 when flat. */
  readonly averagePrice: Rupees;
}

/** Deliveries of earlier days are holdings and not among them. */
export interface BrokerPositions {
  readonly positions: readonly BrokerPosition[];
  /** Rows that could not be read. If there are any, what is not among `positions` is not proven flat. */
  readonly unreadRows: number;
}

/** Shares that the account has from deliveries of earlier days, whoever has bought them. */
export interface BrokerHolding {
  /** Null: not an instrument that this worker lists. */
  readonly instrumentId: InstrumentId | null;
  /** The broker's name for the instrument. */
  readonly name: string;
  /** What is still to arrive included. */
  readonly quantity: number;
}

export interface BrokerHoldings {
  readonly holdings: readonly BrokerHolding[];
  /** Rows that could not be read. If there are any, what is not among `holdings` is not proven missing. */
  readonly unreadRows: number;
}

/** What an order shall become; what is left out stays. A stop order stays one, and no other order becomes one. */
export interface OrderChange {
  readonly type?: OrderType;
  /** The new total, what is filled included. */
  readonly quantity?: number;
  readonly limitPrice?: Rupees;
  readonly triggerPrice?: Rupees;
}

/** Where orders go. Updates and fills come back as events, never from these calls. */
export interface Broker {
  readonly name: string;
  place(order: Order): Promise<Outcome<{ readonly brokerOrderId: BrokerOrderId }>>;
  /**
   * `done` says that the change was taken, not that it was made: a fill or the exchange may come before it, and the book
   * tells. The id is the order's from then on; brokers may give it a new one.
   */
  modify(order: Order, change: OrderChange): Promise<Outcome<{ readonly brokerOrderId: BrokerOrderId }>>;
  /** `done` says that the request was taken; the order's end comes as an event. */
  cancel(order: Order): Promise<Outcome<null>>;
  /** The day's order book. */
  orders(): Promise<Outcome<BrokerBook>>;
  /** The account's net positions. */
  positions(): Promise<Outcome<BrokerPositions>>;
  holdings(): Promise<Outcome<BrokerHoldings>>;
}
