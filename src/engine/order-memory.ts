import type { ClientOrderId, SignalKey } from '../core/ids.ts';
import type { Signal } from '../core/signal.ts';
import { AskedOrders } from './asked-orders.ts';
import { WantedUnits } from './wanted-units.ts';

/** What has to be known of signals and orders beside the book: why they were planned and what is still wanted. */
export class OrderMemory {
  readonly wanted = new WantedUnits();
  readonly asked = new AskedOrders();
  /** Allowed signals of the day, for a fill may come late, and older ones whose orders or position still live. */
  signals = new Map<SignalKey, Signal>();
  /** Orders that a cancel was asked for. */
  cancelled = new Set<ClientOrderId>();

  /**
   * New collections every day: in one that is filled and emptied for ever the runtime keeps each outgrown table, and what
   * it held, alive until a full collection.
   */
  startDay(held: ReadonlySet<SignalKey | null>): void {
    this.signals = new Map([...this.signals].filter(([key, { status }]) => status === 'ACTIVE' || held.has(key)));
    this.asked.startDay((key) => this.signals.has(key));
    this.cancelled = new Set(this.cancelled);
    this.wanted.startDay((key) => this.signals.has(key));
  }
}
