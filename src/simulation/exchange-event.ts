import type { Fill } from '../core/fill.ts';
import type { OrderUpdate } from '../core/order.ts';

/** What the simulated exchange tells of orders, in the order it happened. */
export type ExchangeEvent =
  | { readonly type: 'orderUpdated'; readonly update: OrderUpdate }
  | { readonly type: 'orderFilled'; readonly fill: Fill };
