import { InvariantError } from '../../core/errors.ts';
import type { ClientOrderId, InstrumentId, StrategyId } from '../../core/ids.ts';
import type { Order } from '../../core/order.ts';
import { isTerminal } from '../../core/order-status.ts';
import type { EpochMs } from '../../core/time.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { RecentIds } from '../signals/recent-ids.ts';

const NONE: readonly Order[] = [];

/** The engine's own view of its orders and of the fills it has seen. */
export class OrderBook {
  #orders = new Map<ClientOrderId, Order>();
  #olderOrders = new Map<ClientOrderId, Order>();
  readonly #working = new Map<StrategyId, Map<InstrumentId, Order[]>>();
  readonly #entries: Order[] = [];
  /** Of the fills that have been booked. */
  readonly fillIds = new RecentIds<string>();
  #recentTimes: EpochMs[] = [];
  #plannedToday = 0;

  add(order: Order): void {
    this.#orders.set(order.clientOrderId, order);
    this.#workingOf(order).push(order);
    if (order.role === 'ENTRY') this.#entries.push(order);
    this.#recentTimes.push(order.createdTime);
    this.#plannedToday += 1;
  }

  /** Takes in what an order has become. */
  put(order: Order): void {
    this.#orders.set(order.clientOrderId, order);
    replace(this.#workingOf(order), order);
    if (order.role === 'ENTRY') replace(this.#entries, order);
  }

  /** Working orders, and those that ended today or the trading day before. */
  get(id: ClientOrderId): Order | undefined {
    return this.#orders.get(id) ?? this.#olderOrders.get(id);
  }

  /** It must be one of ours. */
  expect(id: ClientOrderId): Order {
    const order = this.get(id);
    if (!order) throw new InvariantError(`Expected an order of ours, found the client order id "${id}"`);
    return order;
  }

  /** Orders of one strategy in one instrument that may still change, oldest first. */
  working(strategyId: StrategyId, instrumentId: InstrumentId): readonly Order[] {
    return this.#working.get(strategyId)?.get(instrumentId) ?? NONE;
  }

  /** One in the instrument, of whatever strategy, of which nobody knows whether it is at the broker. */
  doubtfulIn(id: InstrumentId): ClientOrderId | null {
    for (const byInstrument of this.#working.values()) {
      for (const order of byInstrument.get(id) ?? NONE) if (order.status === 'UNKNOWN') return order.clientOrderId;
    }
    return null;
  }

  /** Entries of all strategies that may still change. */
  get workingEntries(): readonly Order[] {
    return this.#entries;
  }

  /** Some order may still change. */
  get hasWorking(): boolean {
    for (const byInstrument of this.#working.values()) {
      for (const working of byInstrument.values()) if (working.length > 0) return true;
    }
    return false;
  }

  /** Some order that may be sent by then may still change. */
  hasWorkingBy(time: EpochMs): boolean {
    for (const byInstrument of this.#working.values()) {
      for (const working of byInstrument.values()) if (working.some(({ notBefore }) => notBefore <= time)) return true;
    }
    return false;
  }

  plannedSinceMinute(now: EpochMs): number {
    const first = this.#recentTimes.findIndex((time) => time > now - MINUTE_MS);
    if (first !== 0) this.#recentTimes = first === -1 ? [] : this.#recentTimes.slice(first);
    return this.#recentTimes.length;
  }

  get plannedToday(): number {
    return this.#plannedToday;
  }

  startDay(): void {
    this.fillIds.startDay();
    // A day without orders, such as a holiday on which only the clock was told, does not count.
    if (this.#plannedToday === 0) return;
    this.#plannedToday = 0;
    this.#olderOrders = this.#orders;
    this.#orders = new Map();
    for (const byInstrument of this.#working.values()) {
      for (const working of byInstrument.values())
        for (const order of working) this.#orders.set(order.clientOrderId, order);
    }
  }

  #workingOf({ strategyId, instrumentId }: Order): Order[] {
    let byInstrument = this.#working.get(strategyId);
    if (!byInstrument) {
      byInstrument = new Map();
      this.#working.set(strategyId, byInstrument);
    }
    let working = byInstrument.get(instrumentId);
    if (!working) {
      working = [];
      byInstrument.set(instrumentId, working);
    }
    return working;
  }
}

/** Puts the order in the place of its earlier self; what has ended leaves. */
function replace(working: Order[], order: Order): void {
  let at = 0;
  while (at < working.length && working[at]?.clientOrderId !== order.clientOrderId) at += 1;
  if (!isTerminal(order.status)) working[at] = order;
  else if (at < working.length) working.splice(at, 1);
}
