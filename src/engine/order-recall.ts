/** Takes up orders, fills and signals of an earlier run, in the order in which the engine had heard of them. */
import type { BookedFill } from '../core/fill.ts';
import { type Order, signedQuantity } from '../core/order.ts';
import { isTerminal } from '../core/order-status.ts';
import type { Signal } from '../core/signal.ts';
import { dayOf, type EpochMs } from '../core/time.ts';
import { isLeg, isSquareOff } from './exit-planner.ts';
import { EXIT_REASON } from './exit-reason.ts';
import type { ExitWatch } from './exit-watch.ts';
import type { MarketView } from './market-view.ts';
import type { OrderKeeper } from './order-keeper.ts';
import type { OrderMemory } from './order-memory.ts';
import type { OrderBook } from './orders/order-book.ts';
import { applyFill } from './orders/order-machine.ts';
import type { OrderPlanner } from './orders/order-planner.ts';
import type { OpenPosition } from './portfolio/open-position.ts';
import type { Portfolio } from './portfolio/portfolio.ts';

interface RecallParts {
  readonly market: MarketView;
  readonly book: OrderBook;
  readonly planner: OrderPlanner;
  readonly portfolio: Portfolio;
  readonly memory: OrderMemory;
  readonly watch: ExitWatch;
  readonly keeper: OrderKeeper;
}

export class OrderRecall {
  readonly #parts: RecallParts;
  readonly #ended: Order[] = [];

  constructor(parts: RecallParts) {
    this.#parts = parts;
  }

  /** What an earlier run has decided; its orders follow. */
  signal(signal: Signal): void {
    const { strategyId, instrumentId, product, key } = signal;
    if (signal.kind === 'EXIT') this.#leave(this.#parts.portfolio.position(strategyId, instrumentId, product));
    this.#parts.memory.signals.set(key, signal);
  }

  /** As it was planned: what became of it follows. */
  order(order: Order): void {
    const { strategyId, instrumentId, product, signalKey, role, clientOrderId } = order;
    const { wanted, asked, signals } = this.#parts.memory;
    const position = this.#parts.portfolio.position(strategyId, instrumentId, product);
    if (role === 'EXIT' || (role === 'SQUARE_OFF' && isSquareOff(order))) this.#leave(position);
    const signal = signals.get(signalKey);
    if (role === 'ENTRY' && !asked.has(signalKey)) wanted.ask(position, signalKey);
    if (signal !== undefined && role === (signal.kind === 'ENTRY' ? 'ENTRY' : 'EXIT')) {
      asked.add(signalKey, clientOrderId);
    }
    const planned = { status: 'INITIALIZED', filledQuantity: 0, averagePrice: null } as const;
    this.#parts.book.add({ ...order, ...planned });
    this.#parts.planner.resumeAfter(order.sequence);
  }

  fill(fill: BookedFill): OpenPosition {
    const { book, planner, portfolio, market, memory, watch } = this.#parts;
    const before = book.expect(fill.clientOrderId);
    const { instrument } = market.get(fill.instrumentId);
    planner.resumeAfter(fill.sequence);
    book.fillIds.add(fill.fillId);
    book.put(applyFill(before, fill));
    const { position } = portfolio.book(fill, before, instrument, EXIT_REASON[before.role]);
    if (!isLeg(before) && before.role !== 'ENTRY') return position;
    const left = memory.wanted.add(position, before.signalKey, signedQuantity(fill));
    const signal = memory.signals.get(before.signalKey);
    if (left !== undefined && signal) watch.follow(position, signal, left);
    if (isLeg(before) && left === 0) memory.wanted.drop(position, before.signalKey);
    return position;
  }

  /** How the order stood when the earlier run ended. */
  end(order: Order, isWithdrawn: boolean): void {
    const { book, memory, watch } = this.#parts;
    if (isTerminal(order.status)) memory.asked.end(order);
    else if (isWithdrawn) memory.cancelled.add(order.clientOrderId);
    if (book.get(order.clientOrderId) !== undefined) book.put(order);
    if (order.role === 'STOP_LOSS') watch.adopt(order);
    if (isTerminal(order.status)) this.#ended.push(order);
  }

  /** All is said: what works is looked after again. */
  finish(now: EpochMs, since: EpochMs): void {
    const { keeper, portfolio } = this.#parts;
    keeper.resume(now, since);
    for (const order of this.#ended.splice(0)) {
      if (dayOf(order.updatedTime) < dayOf(now)) continue;
      keeper.onEnded(order, portfolio.position(order.strategyId, order.instrumentId, order.product), order.updatedTime);
    }
  }

  #leave(position: OpenPosition): void {
    this.#parts.memory.wanted.leave(position);
    this.#parts.watch.leave(position);
  }
}
