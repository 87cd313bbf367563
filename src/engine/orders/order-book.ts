import type { ClientOrderId, InstrumentId, StrategyId } from '../../core/ids.ts';
import type { Order } from '../../core/order.ts';
import { isTerminal } from '../../core/order-status.ts';
import type { EpochMs } from '../../core/time.ts';
import { MINUTE_MS } from '../../core/time.ts';

const NONE: readonly Order[] = [];

/** The engine's own view of its orders and of the fills it has seen. */
export class OrderBook {
  readonly #orders = new Map<ClientOrderId, Order>();
  readonly #working = new Map<StrategyId, Map<InstrumentId, Order[]>>();
  #fillIds = new Set<string>();
  #olderFillIds = new Set<string>();
  #recentTimes: EpochMs[] = [];
  #plannedToday = 0;

  add(order: Order): void {
    this.#orders.set(order.clientOrderId, order);
    this.#workingOf(order).push(order);
    this.#recentTimes.push(order.createdTime);
    this.#plannedToday += 1;
  }

  /** Takes in what an order has become. */
  put(order: Order): void {
    this.#orders.set(order.clientOrderId, order);
    const working = this.#workingOf(order);
    const at = working.findIndex((each) => each.clientOrderId === order.clientOrderId);
    if (!isTerminal(order.status)) working[at === -1 ? working.length : at] = order;
    else if (at !== -1) working.splice(at, 1);
  }

  get(id: ClientOrderId): Order | undefined {
    return this.#orders.get(id);
  }

  /** Every order there was, in the order they were planned. */
  get all(): Iterable<Order> {
    return this.#orders.values();
  }

  /** Orders of one strategy in one instrument that may still change, oldest first. */
  working(strategyId: StrategyId, instrumentId: InstrumentId): readonly Order[] {
    return this.#working.get(strategyId)?.get(instrumentId) ?? NONE;
  }

  *allWorking(): Iterable<Order> {
    for (const byInstrument of this.#working.values()) for (const orders of byInstrument.values()) yield* orders;
  }

  /** True the first time a fill id is seen, today or the trading day before; older ones the ledger knows. */
  isNewFill(fillId: string): boolean {
    if (this.#fillIds.has(fillId) || this.#olderFillIds.has(fillId)) return false;
    this.#fillIds.add(fillId);
    return true;
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
    this.#plannedToday = 0;
    this.#olderFillIds = this.#fillIds;
    this.#fillIds = new Set();
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
