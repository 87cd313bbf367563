import type { ClientOrderId, InstrumentId, StrategyId } from '../../core/ids.ts';
import type { Order } from '../../core/order.ts';
import { isTerminal } from '../../core/order-status.ts';
import type { EpochMs } from '../../core/time.ts';
import { MINUTE_MS } from '../../core/time.ts';

/** The engine's own view of its orders and of the fills it has seen. */
export class OrderBook {
  readonly #orders = new Map<ClientOrderId, Order>();
  readonly #working = new Map<string, Map<ClientOrderId, Order>>();
  readonly #fillIds = new Set<string>();
  #recentTimes: EpochMs[] = [];
  #plannedToday = 0;

  add(order: Order): void {
    this.put(order);
    this.#recentTimes.push(order.createdTime);
    this.#plannedToday += 1;
  }

  put(order: Order): void {
    this.#orders.set(order.clientOrderId, order);
    const key = `${order.strategyId}|${order.instrumentId}`;
    let working = this.#working.get(key);
    if (isTerminal(order.status)) {
      working?.delete(order.clientOrderId);
      return;
    }
    if (!working) {
      working = new Map();
      this.#working.set(key, working);
    }
    working.set(order.clientOrderId, order);
  }

  get(id: ClientOrderId): Order | undefined {
    return this.#orders.get(id);
  }

  /** Orders of one strategy in one instrument that may still change, oldest first. */
  working(strategyId: StrategyId, instrumentId: InstrumentId): readonly Order[] {
    const working = this.#working.get(`${strategyId}|${instrumentId}`);
    return working ? [...working.values()] : [];
  }

  *allWorking(): Iterable<Order> {
    for (const orders of this.#working.values()) yield* orders.values();
  }

  /** True the first time a fill id is seen. */
  isNewFill(fillId: string): boolean {
    if (this.#fillIds.has(fillId)) return false;
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
  }
}
