import type { Fill } from '../core/fill.ts';
import type { BrokerOrderId } from '../core/ids.ts';
import type { Order, OrderUpdate } from '../core/order.ts';
import type { Outcome } from './outcome.ts';

/** One order as the broker's book shows it. */
export interface BookedOrder {
  readonly update: OrderUpdate;
  readonly fills: readonly Fill[];
}

/** Where orders go. Updates and fills come back as events, never from these calls. */
export interface Broker {
  readonly name: string;
  place(order: Order): Promise<Outcome<{ readonly brokerOrderId: BrokerOrderId }>>;
  cancel(order: Order): Promise<Outcome<null>>;
  /** The day's order book. */
  orders(): Promise<Outcome<readonly BookedOrder[]>>;
}
