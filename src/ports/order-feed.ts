import type { Fill } from '../core/fill.ts';
import type { OrderUpdate } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';

export interface OrderFeedListener {
  onUpdate(update: OrderUpdate): void;
  /** Each broker fill id once. */
  onFill(fill: Fill): void;
  /** The stream's link went or came back; polling covers what it missed. */
  onLink(isUp: boolean, time: EpochMs, reason: string | null): void;
}

/** What becomes of the account's orders, from the broker's stream and, as the safety net, from its books. */
export interface OrderFeed {
  /** Looks into the books now, within the budget; resolves when what they showed has been told. */
  poll(): Promise<void>;
  close(): Promise<void>;
}
