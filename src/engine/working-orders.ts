import type { Alert } from '../core/alert.ts';
import type { Rupees } from '../core/money.ts';
import type { Order, OrderTerms, OrderUpdate } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import type { Effect } from '../ports/engine-event.ts';
import { type ExitPlanner, isLeg } from './exit-planner.ts';
import type { MarketEntry } from './market-view.ts';
import type { OrderMemory } from './order-memory.ts';
import { type ExecutionPolicy, protectedLimit } from './orders/execution-policy.ts';
import type { OrderBook } from './orders/order-book.ts';
import type { OpenPosition } from './portfolio/open-position.ts';

export interface WorkingOrdersOptions {
  readonly book: OrderBook;
  readonly exits: ExitPlanner;
  readonly memory: OrderMemory;
  readonly policy: ExecutionPolicy | null;
  readonly emit: (effect: Effect) => void;
  readonly plan: (orders: readonly Order[]) => void;
  readonly cancel: (order: Order, reason: string, time: EpochMs) => void;
  readonly update: (update: OrderUpdate) => void;
}

/** The orders of a position that may still change, and what can be done to them. */
export class WorkingOrders {
  readonly policy: ExecutionPolicy | null;
  readonly plan: WorkingOrdersOptions['plan'];
  readonly cancel: WorkingOrdersOptions['cancel'];
  readonly update: WorkingOrdersOptions['update'];
  readonly #book: OrderBook;
  readonly #exits: ExitPlanner;
  readonly #memory: OrderMemory;
  readonly #emit: (effect: Effect) => void;

  constructor({ book, exits, memory, policy, emit, plan, cancel, update }: WorkingOrdersOptions) {
    this.policy = policy;
    this.plan = plan;
    this.cancel = cancel;
    this.update = update;
    this.#book = book;
    this.#exits = exits;
    this.#memory = memory;
    this.#emit = emit;
  }

  find(id: Order['clientOrderId']): Order | undefined {
    return this.#book.get(id);
  }

  of(position: OpenPosition): readonly Order[] {
    return this.#book.working(position.strategyId, position.instrumentId);
  }

  legsOf(position: OpenPosition): readonly Order[] {
    return this.of(position).filter(isLeg);
  }

  heldOf(position: OpenPosition): readonly Order[] {
    return this.of(position).filter(({ isHeld }) => isHeld);
  }

  /** A cancel was asked for. */
  isWithdrawn({ clientOrderId }: Order): boolean {
    return this.#memory.cancelled.has(clientOrderId);
  }

  /** Units of the position that nobody wants and no order is closing, signed. */
  leftOver(position: OpenPosition): number {
    return this.#exits.unitsAfterExits(position, this.#memory.cancelled) - this.#memory.wanted.of(position);
  }

  amend(order: Order, terms: Partial<OrderTerms>, job: 'place' | 'modify' | null, time: EpochMs): Order {
    const amended = { ...order, ...terms, amendments: order.amendments + 1 };
    this.#book.put(amended);
    this.#emit({ type: 'orderAmended', order: amended, job, time });
    return amended;
  }

  /** As the policy draws it; as it is where there is no policy or no price. */
  limitAround(
    { side, limitPrice }: Order,
    { instrument }: MarketEntry,
    price: Rupees,
    reprices: number,
  ): Rupees | null {
    return this.policy === null || !(price > 0)
      ? limitPrice
      : protectedLimit(this.policy, instrument, side, price, reprices);
  }

  tell({ clientOrderId, instrumentId, side, quantity, role }: Order, what: string, time: EpochMs): void {
    this.alarm(clientOrderId, `${instrumentId}: the ${side} order of ${quantity} units (${role}) ${what}`, time);
  }

  alarm(key: string, text: string, time: EpochMs): void {
    const alert: Alert = { key: `order/${key}/${time}`, kind: 'order', level: 'critical', text, time };
    this.#emit({ type: 'alertRaised', alert });
  }
}
