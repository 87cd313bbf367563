/**
 * Orders from their plan to their end: plans entries and exits, follows updates and fills, books what was done and says
 * what became of the signal. What must happen in the world leaves through `emit`.
 */
import { InvariantError } from '../core/errors.ts';
import type { BookedFill, Fill } from '../core/fill.ts';
import type { SignalKey } from '../core/ids.ts';
import type { Order, OrderRole, OrderUpdate } from '../core/order.ts';
import { isTerminal } from '../core/order-status.ts';
import type { Signal, SignalStatus } from '../core/signal.ts';
import type { EpochMs } from '../core/time.ts';
import type { ExitReason } from '../core/trade.ts';
import type { Effect } from '../ports/engine-event.ts';
import { ExitPlanner } from './exit-planner.ts';
import type { MarketEntry, MarketView } from './market-view.ts';
import type { OrderBook } from './orders/order-book.ts';
import { applyFill, transition } from './orders/order-machine.ts';
import type { OrderPlanner } from './orders/order-planner.ts';
import type { OpenPosition } from './portfolio/open-position.ts';
import type { Portfolio } from './portfolio/portfolio.ts';

export interface DeskBooking {
  readonly fill: BookedFill;
  readonly order: Order;
  readonly position: OpenPosition;
}

const EXIT_REASON: Readonly<Record<OrderRole, ExitReason>> = {
  ENTRY: 'signal',
  EXIT: 'signal',
  STOP_LOSS: 'stop_loss',
  TARGET: 'target',
  SQUARE_OFF: 'square_off',
};

export class OrderDesk {
  readonly #market: MarketView;
  readonly #book: OrderBook;
  readonly #planner: OrderPlanner;
  readonly #exits: ExitPlanner;
  readonly #portfolio: Portfolio;
  readonly #emit: (effect: Effect) => void;
  /** Allowed signals whose orders or position still live. */
  readonly #signals = new Map<SignalKey, Signal>();
  readonly #ordersOf = new Map<SignalKey, Order['clientOrderId'][]>();

  constructor(
    market: MarketView,
    book: OrderBook,
    planner: OrderPlanner,
    portfolio: Portfolio,
    emit: (effect: Effect) => void,
  ) {
    this.#market = market;
    this.#book = book;
    this.#planner = planner;
    this.#exits = new ExitPlanner(planner, book);
    this.#portfolio = portfolio;
    this.#emit = emit;
  }

  isNew(signal: Signal): boolean {
    return !this.#signals.has(signal.key);
  }

  enter(signal: Signal, { instrument }: MarketEntry, notBefore: EpochMs): void {
    const { strategyId, side, quantity, product } = signal;
    this.#signals.set(signal.key, signal);
    const what = { strategyId, signalKey: signal.key, instrument, side, quantity, product } as const;
    const how = { leg: 'entry', role: 'ENTRY', type: 'MARKET', timeInForce: 'DAY' } as const;
    const when = { now: signal.createdTime, notBefore, deadline: signal.expiresTime };
    this.#plan(this.#planner.plan({ ...what, ...how, ...when }), signal);
  }

  leave(signal: Signal, entry: MarketEntry, notBefore: EpochMs): void {
    this.#signals.set(signal.key, signal);
    const position = this.#portfolio.position(signal.strategyId, signal.instrumentId, signal.product);
    const isPlanned = this.#close(position, entry, 'EXIT', signal.key, signal.createdTime, notBefore, signal);
    if (!isPlanned) this.#end(signal, 'COMPLETED');
  }

  squareOff(position: OpenPosition, entry: MarketEntry, now: EpochMs): void {
    if (position.signalKey === null) return;
    const session = this.#market.nextSession(entry, now);
    this.#close(position, entry, 'SQUARE_OFF', position.signalKey, now, Math.max(now, session?.open ?? now));
  }

  /** The day's intraday business in one instrument ends: positions are closed, entries withdrawn. */
  squareOffIntraday(entry: MarketEntry, now: EpochMs): void {
    for (const order of this.#book.workingEntries) {
      const isDue = order.product === 'INTRADAY' && order.instrumentId === entry.instrument.id;
      if (isDue) this.#cancel(order, 'Square-off time', now);
    }
    for (const position of [...this.#portfolio.open]) {
      const isDue = position.product === 'INTRADAY' && position.instrumentId === entry.instrument.id;
      if (isDue) this.squareOff(position, entry, now);
    }
  }

  cancelEntries(reason: string, now: EpochMs): void {
    for (const order of this.#book.workingEntries) this.#cancel(order, reason, now);
  }

  onUpdate(update: OrderUpdate): void {
    const order = this.#orderOf(update.clientOrderId);
    const changed = transition(order, update).order;
    if (changed === order) return;
    this.#book.put(changed);
    this.#emit({ type: 'orderChanged', order: changed, update });
    if (isTerminal(changed.status)) this.#settle(changed.signalKey);
  }

  /** Undefined when the fill was seen before. */
  onFill(fill: Fill): DeskBooking | undefined {
    if (!this.#book.isNewFill(fill.fillId)) return undefined;
    const before = this.#orderOf(fill.clientOrderId);
    const { instrument } = this.#market.get(fill.instrumentId);
    const order = applyFill(before, fill);
    this.#book.put(order);
    const { fill: booked, position, trade } = this.#portfolio.book(fill, before, instrument, EXIT_REASON[order.role]);
    this.#emit({ type: 'fillBooked', fill: booked, order, position: position.position() });
    if (trade) this.#emit({ type: 'tradeClosed', trade });
    const signal = this.#signals.get(order.signalKey);
    if (order.role === 'ENTRY' && signal) this.#plan(this.#exits.protect(order, fill, signal, instrument));
    if (isTerminal(order.status)) this.#settle(order.signalKey);
    if (trade) this.#forget(trade.signalKey);
    return { fill: booked, order, position };
  }

  #close(
    position: OpenPosition,
    { instrument }: MarketEntry,
    role: 'EXIT' | 'SQUARE_OFF',
    key: SignalKey,
    now: EpochMs,
    notBefore: EpochMs,
    signal?: Signal,
  ): boolean {
    const { orders, cancels } = this.#exits.leave(position, instrument, role, key, now, notBefore);
    for (const order of cancels) this.#cancel(order, role === 'EXIT' ? 'The strategy leaves' : 'Square-off', now);
    this.#plan(orders, signal);
    return orders.length > 0;
  }

  #plan(orders: readonly Order[], signal?: Signal): void {
    for (const order of orders) {
      this.#book.add(order);
      this.#emit({ type: 'orderPlanned', order });
    }
    if (signal)
      this.#ordersOf.set(
        signal.key,
        orders.map((order) => order.clientOrderId),
      );
  }

  #cancel(order: Order, reason: string, time: EpochMs): void {
    this.#emit({ type: 'cancelRequested', order, reason, time });
  }

  /** When all orders a signal asked for have ended, so has the signal; its protective legs live on. */
  #settle(key: SignalKey): void {
    const signal = this.#signals.get(key);
    const ids = this.#ordersOf.get(key);
    if (!signal || !ids || signal.status !== 'ACTIVE') return;
    const orders = ids.map((id) => this.#orderOf(id));
    if (!orders.every((order) => isTerminal(order.status))) return;
    const isFilled = orders.some((order) => order.filledQuantity > 0);
    const isExpired = orders.some((order) => order.status === 'EXPIRED');
    this.#end(signal, isFilled ? 'COMPLETED' : isExpired ? 'EXPIRED' : 'CANCELLED');
  }

  #end(signal: Signal, status: SignalStatus): void {
    const ended = { ...signal, status };
    this.#emit({ type: 'signalChanged', signal: ended });
    if (signal.kind === 'EXIT' || status !== 'COMPLETED') this.#forget(signal.key);
    else this.#signals.set(signal.key, ended);
  }

  #forget(key: SignalKey): void {
    this.#signals.delete(key);
    this.#ordersOf.delete(key);
  }

  #orderOf(id: Order['clientOrderId']): Order {
    const order = this.#book.get(id);
    if (!order) throw new InvariantError(`Expected an order of ours, found the client order id "${id}"`);
    return order;
  }
}
