/**
 * Orders from their plan to their end: plans entries and exits, follows updates and fills, books what was done and says
 * what became of the signal. What must happen in the world leaves through `emit`.
 */
import type { BookedFill, Fill } from '../core/fill.ts';
import type { SignalKey } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import { type Order, type OrderUpdate, signedQuantity } from '../core/order.ts';
import { isTerminal } from '../core/order-status.ts';
import type { Signal, SignalStatus } from '../core/signal.ts';
import type { EpochMs } from '../core/time.ts';
import type { Effect } from '../ports/engine-event.ts';
import { AT_THE_BROKER, type ExitHolding, ExitPlanner, isLeg } from './exit-planner.ts';
import { EXIT_REASON } from './exit-reason.ts';
import { ExitWatch } from './exit-watch.ts';
import type { MarketEntry, MarketView } from './market-view.ts';
import { OrderKeeper } from './order-keeper.ts';
import { OrderMemory } from './order-memory.ts';
import { OrderRecall } from './order-recall.ts';
import type { ExecutionPolicy } from './orders/execution-policy.ts';
import type { OrderBook } from './orders/order-book.ts';
import { applyFill, transition } from './orders/order-machine.ts';
import { OrderPlanner } from './orders/order-planner.ts';
import type { LastPrices } from './portfolio/last-prices.ts';
import type { OpenPosition } from './portfolio/open-position.ts';
import type { Portfolio } from './portfolio/portfolio.ts';
import { WorkingOrders } from './working-orders.ts';

export interface DeskOptions {
  readonly market: MarketView;
  readonly book: OrderBook;
  readonly portfolio: Portfolio;
  readonly prices: LastPrices;
  readonly emit: (effect: Effect) => void;
  readonly tiesPairs: boolean;
  readonly holding?: ExitHolding | undefined;
  readonly policy?: ExecutionPolicy | null | undefined;
  readonly legPatienceMs?: number | undefined;
}

export interface DeskBooking {
  readonly fill: BookedFill;
  readonly order: Order;
  readonly position: OpenPosition;
}

/** Of a position or of an order. */
type Held = Pick<Order, 'product' | 'instrumentId' | 'strategyId'>;

const LEAVES = 'The strategy leaves';
export class OrderDesk {
  readonly #market: MarketView;
  readonly #book: OrderBook;
  readonly #planner: OrderPlanner;
  readonly #exits: ExitPlanner;
  readonly #portfolio: Portfolio;
  readonly #emit: (effect: Effect) => void;
  readonly #memory = new OrderMemory();
  readonly #watch: ExitWatch;
  /** Looks after what works. */
  readonly keeper: OrderKeeper;
  /** Takes up what an earlier run has left. */
  readonly recall: OrderRecall;

  constructor({
    market,
    book,
    portfolio,
    prices,
    emit,
    tiesPairs,
    holding = AT_THE_BROKER,
    policy = null,
    legPatienceMs,
  }: DeskOptions) {
    this.#market = market;
    this.#book = book;
    this.#planner = new OrderPlanner(policy, (id) => prices.of(id));
    this.#exits = new ExitPlanner(this.#planner, book, tiesPairs, holding);
    this.#portfolio = portfolio;
    this.#emit = emit;
    this.#watch = new ExitWatch(market);
    const parts = { market, portfolio, exits: this.#exits, memory: this.#memory, watch: this.#watch };
    const orders = new WorkingOrders({
      ...{ book, exits: this.#exits, memory: this.#memory, policy, emit },
      plan: (planned) => this.#plan(planned),
      cancel: (order, reason, time) => this.#cancel(order, reason, time),
      update: (update) => this.onUpdate(update),
    });
    this.keeper = new OrderKeeper({ ...parts, orders, legPatienceMs });
    this.recall = new OrderRecall({ ...parts, book, planner: this.#planner, keeper: this.keeper });
  }

  enter(signal: Signal, entry: MarketEntry, notBefore: EpochMs): void {
    const { strategyId, side, quantity, product } = signal;
    const { instrument } = entry;
    const { signals, wanted } = this.#memory;
    signals.set(signal.key, signal);
    const position = this.#portfolio.position(strategyId, instrument.id, product);
    const isAgainst = side === 'BUY' ? position.quantity < 0 : position.quantity > 0;
    // What is held the other way is closed first, whether or not the strategy has said so.
    if (isAgainst) this.#close(position, entry, 'EXIT', signal.key, signal.createdTime, notBefore, LEAVES);
    wanted.ask(position, signal.key);
    const orders = this.#planner.plan({
      strategyId,
      signalKey: signal.key,
      instrument,
      leg: 'entry',
      role: 'ENTRY',
      side,
      quantity,
      type: 'MARKET',
      product,
      timeInForce: 'DAY',
      fallbackPrice: signal.entryPrice,
      now: signal.createdTime,
      notBefore,
      deadline: signal.expiresTime,
    });
    this.#plan(orders, signal);
  }

  leave(signal: Signal, entry: MarketEntry, notBefore: EpochMs): void {
    this.#memory.signals.set(signal.key, signal);
    const position = this.#portfolio.position(signal.strategyId, signal.instrumentId, signal.product);
    const isPlanned = this.#close(position, entry, 'EXIT', signal.key, signal.createdTime, notBefore, LEAVES, signal);
    if (!isPlanned) this.#end(signal, 'COMPLETED');
  }

  /** The day's intraday business in one instrument ends. */
  squareOffIntraday({ instrument }: MarketEntry, now: EpochMs): void {
    const isDue = (each: Held): boolean => each.product === 'INTRADAY' && each.instrumentId === instrument.id;
    this.squareOff(isDue, 'Square-off time', now);
  }

  /** Positions are closed, entries withdrawn. */
  squareOff(isDue: (each: Held) => boolean, reason: string, now: EpochMs): void {
    const { wanted } = this.#memory;
    for (const position of new Set([...this.#portfolio.open, ...wanted.positions()])) {
      const key = position.signalKey ?? wanted.signalOf(position);
      if (key === undefined || !isDue(position)) continue;
      const entry = this.#market.get(position.instrumentId);
      const session = this.#market.nextSession(entry, now);
      this.#close(position, entry, 'SQUARE_OFF', key, now, Math.max(now, session?.open ?? now), reason);
    }
    for (const order of this.#book.workingEntries) if (isDue(order)) this.#withdrawEntry(order, reason, now);
  }

  /** Entries that fill all the same are kept and protected. */
  cancelEntries(isMeant: (order: Order) => boolean, reason: string, now: EpochMs): void {
    for (const order of this.#book.workingEntries) if (isMeant(order)) this.#cancel(order, reason, now);
  }

  find(id: Order['clientOrderId']): Order | undefined {
    return this.#book.get(id);
  }

  /** Some order may still change. */
  get hasWorking(): boolean {
    return this.#book.hasWorking;
  }

  /** Some order that was to be sent by then may still change. */
  hasWorkingBy(time: EpochMs): boolean {
    return this.#book.hasWorkingBy(time);
  }

  onUpdate(update: OrderUpdate): void {
    const order = this.#book.expect(update.clientOrderId);
    const changed = transition(order, update).order;
    if (changed === order) return;
    this.#book.put(changed);
    // The cancel was refused: it may be asked for again.
    if (update.status === 'ACCEPTED') this.#memory.cancelled.delete(changed.clientOrderId);
    this.#emit({ type: 'orderChanged', order: changed, update });
    if (isTerminal(changed.status)) this.#onOrderEnded(changed, update.time);
  }

  /** Undefined when the fill was seen before. */
  onFill(fill: Fill): DeskBooking | undefined {
    if (this.#book.fillIds.has(fill.fillId)) return undefined;
    const before = this.#book.expect(fill.clientOrderId);
    const { instrument } = this.#market.get(fill.instrumentId);
    const order = applyFill(before, fill);
    this.#book.fillIds.add(fill.fillId);
    this.#book.put(order);
    const booking = this.#portfolio.book(fill, before, instrument, EXIT_REASON[order.role]);
    const { position, trade, chargesPaise } = booking;
    const booked: BookedFill = { ...fill, chargesPaise, sequence: this.#planner.takeNumber() };
    this.#emit({ type: 'fillBooked', fill: booked, order, position: position.position() });
    if (trade) this.#emit({ type: 'tradeClosed', trade });
    if (order.role === 'ENTRY') this.#onEntryFilled(order, fill, position, instrument);
    if (isLeg(order)) this.#onLegFilled(order, fill, position, trade !== null);
    this.keeper.onFilled(position, fill.time);
    const tooMuch = this.#exits.unitsAfterExits(position, this.#memory.cancelled) - this.#memory.wanted.of(position);
    if (tooMuch !== 0) this.#plan(this.#exits.undo(order, fill, tooMuch, instrument));
    if (isTerminal(order.status)) this.#onOrderEnded(order, fill.time);
    return { fill: booked, order, position };
  }

  startDay(now: EpochMs): void {
    this.#memory.startDay(new Set([...this.#portfolio.open].map(({ signalKey }) => signalKey)));
    this.keeper.startDay(now);
  }

  #onEntryFilled(order: Order, fill: Fill, position: OpenPosition, instrument: Instrument): void {
    const signal = this.#memory.signals.get(order.signalKey);
    const units = this.#memory.wanted.add(position, order.signalKey, signedQuantity(fill));
    if (units === undefined || !signal) return;
    this.#watch.follow(position, signal, units);
    this.#plan(this.#exits.protect(order, fill, signal, instrument));
  }

  #onLegFilled(leg: Order, fill: Fill, position: OpenPosition, isClosed: boolean): void {
    const { wanted } = this.#memory;
    const left = wanted.add(position, leg.signalKey, signedQuantity(fill));
    if (left === 0) {
      wanted.drop(position, leg.signalKey);
      this.#watch.leave(position, leg.signalKey);
    }
    if (left !== 0 && !isClosed) return;
    for (const order of this.#exits.needless(position, leg)) this.#cancel(order, 'The position is closed', fill.time);
  }

  #close(
    position: OpenPosition,
    { instrument }: MarketEntry,
    role: 'EXIT' | 'SQUARE_OFF',
    key: SignalKey,
    now: EpochMs,
    notBefore: EpochMs,
    reason: string,
    signal?: Signal,
  ): boolean {
    this.#memory.wanted.leave(position);
    this.#watch.leave(position);
    const units = this.#exits.unitsAfterExits(position, this.#memory.cancelled);
    const { orders, cancels } = this.#exits.leave(position, instrument, role, key, now, notBefore, units);
    for (const order of cancels) this.#cancel(order, reason, now);
    this.#plan(orders, signal);
    return orders.length > 0;
  }

  #plan(orders: readonly Order[], signal?: Signal): void {
    for (const order of orders) {
      this.#book.add(order);
      this.#emit({ type: 'orderPlanned', order });
      this.keeper.onPlanned(order);
    }
    if (signal) for (const order of orders) this.#memory.asked.add(signal.key, order.clientOrderId);
  }

  /** What fills of it all the same is not wanted. */
  #withdrawEntry(order: Order, reason: string, time: EpochMs): void {
    const position = this.#portfolio.position(order.strategyId, order.instrumentId, order.product);
    this.#memory.wanted.drop(position, order.signalKey);
    this.#watch.leave(position, order.signalKey);
    this.#cancel(order, reason, time);
  }

  #cancel(order: Order, reason: string, time: EpochMs): void {
    const { cancelled } = this.#memory;
    if (cancelled.has(order.clientOrderId)) return;
    // Nobody else has it yet.
    if (order.isHeld) {
      this.onUpdate({ clientOrderId: order.clientOrderId, status: 'CANCELED', brokerOrderId: null, reason, time });
      return;
    }
    cancelled.add(order.clientOrderId);
    this.#emit({ type: 'cancelRequested', order, reason, time });
  }

  #onOrderEnded(order: Order, time: EpochMs): void {
    const { cancelled, signals, asked } = this.#memory;
    cancelled.delete(order.clientOrderId);
    const position = this.#portfolio.position(order.strategyId, order.instrumentId, order.product);
    this.keeper.onEnded(order, position, time);
    const signal = signals.get(order.signalKey);
    const status = signal && asked.end(order);
    if (signal && status) this.#end(signal, status);
  }

  #end(signal: Signal, status: SignalStatus): void {
    const ended = { ...signal, status };
    this.#emit({ type: 'signalChanged', signal: ended });
    this.#memory.signals.set(signal.key, ended);
  }
}
