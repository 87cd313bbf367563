/**
 * Orders from their plan to their end: plans entries and exits, follows updates and fills, books what was done and says
 * what became of the signal. What must happen in the world leaves through `emit`.
 */
import { InvariantError } from '../core/errors.ts';
import type { BookedFill, Fill } from '../core/fill.ts';
import type { ClientOrderId, SignalKey } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Order, OrderRole, OrderUpdate } from '../core/order.ts';
import { isTerminal } from '../core/order-status.ts';
import type { Signal, SignalStatus } from '../core/signal.ts';
import type { EpochMs } from '../core/time.ts';
import type { ExitReason } from '../core/trade.ts';
import type { Effect } from '../ports/engine-event.ts';
import { AskedOrders } from './asked-orders.ts';
import { ExitPlanner, isSquareOff } from './exit-planner.ts';
import type { MarketEntry, MarketView } from './market-view.ts';
import type { OrderBook } from './orders/order-book.ts';
import { applyFill, transition } from './orders/order-machine.ts';
import type { OrderPlanner } from './orders/order-planner.ts';
import type { OpenPosition } from './portfolio/open-position.ts';
import type { Portfolio } from './portfolio/portfolio.ts';
import { WantedUnits } from './wanted-units.ts';

export interface DeskBooking {
  readonly fill: BookedFill;
  readonly order: Order;
  readonly position: OpenPosition;
}

/** Of a position or of an order. */
type Held = Pick<Order, 'product' | 'instrumentId' | 'strategyId'>;

const LEAVES = 'The strategy leaves';
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
  readonly #wanted = new WantedUnits();
  /** Allowed signals of the day, for a fill may come late, and older ones whose orders or position still live. */
  #signals = new Map<SignalKey, Signal>();
  readonly #asked = new AskedOrders();
  /** Orders that a cancel was asked for. */
  #cancelled = new Set<ClientOrderId>();

  constructor(
    market: MarketView,
    book: OrderBook,
    planner: OrderPlanner,
    portfolio: Portfolio,
    emit: (effect: Effect) => void,
    tiesPairs: boolean,
  ) {
    this.#market = market;
    this.#book = book;
    this.#planner = planner;
    this.#exits = new ExitPlanner(planner, book, tiesPairs);
    this.#portfolio = portfolio;
    this.#emit = emit;
  }

  enter(signal: Signal, entry: MarketEntry, notBefore: EpochMs): void {
    const { strategyId, side, quantity, product } = signal;
    const { instrument } = entry;
    this.#signals.set(signal.key, signal);
    const position = this.#portfolio.position(strategyId, instrument.id, product);
    const isAgainst = side === 'BUY' ? position.quantity < 0 : position.quantity > 0;
    // What is held the other way is closed first, whether or not the strategy has said so.
    if (isAgainst) this.#close(position, entry, 'EXIT', signal.key, signal.createdTime, notBefore, LEAVES);
    this.#wanted.ask(position, signal.key);
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
      now: signal.createdTime,
      notBefore,
      deadline: signal.expiresTime,
    });
    this.#plan(orders, signal);
  }

  leave(signal: Signal, entry: MarketEntry, notBefore: EpochMs): void {
    this.#signals.set(signal.key, signal);
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
    for (const position of new Set([...this.#portfolio.open, ...this.#wanted.positions()])) {
      const key = position.signalKey ?? this.#wanted.signalOf(position);
      if (key === undefined || !isDue(position)) continue;
      const entry = this.#market.get(position.instrumentId);
      const session = this.#market.nextSession(entry, now);
      this.#close(position, entry, 'SQUARE_OFF', key, now, Math.max(now, session?.open ?? now), reason);
    }
    for (const order of this.#book.workingEntries) if (isDue(order)) this.#withdrawEntry(order, reason, now);
  }

  /** Entries that fill all the same are kept and protected. */
  cancelEntries(isMeant: (each: Held) => boolean, reason: string, now: EpochMs): void {
    for (const order of this.#book.workingEntries) if (isMeant(order)) this.#cancel(order, reason, now);
  }

  /** Some order may still change. */
  get hasWorking(): boolean {
    return this.#book.hasWorking;
  }

  /** Some order that may be sent by then may still change. */
  hasWorkingBy(time: EpochMs): boolean {
    return this.#book.hasWorkingBy(time);
  }

  onUpdate(update: OrderUpdate): void {
    const order = this.#orderOf(update.clientOrderId);
    const changed = transition(order, update).order;
    if (changed === order) return;
    this.#book.put(changed);
    // The cancel was refused: it may be asked for again.
    if (update.status === 'ACCEPTED') this.#cancelled.delete(changed.clientOrderId);
    this.#emit({ type: 'orderChanged', order: changed, update });
    if (isTerminal(changed.status)) this.#onOrderEnded(changed);
  }

  /** Undefined when the fill was seen before. */
  onFill(fill: Fill): DeskBooking | undefined {
    if (this.#book.fillIds.has(fill.fillId)) return undefined;
    const before = this.#orderOf(fill.clientOrderId);
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
    if (order.role === 'STOP_LOSS' || order.role === 'TARGET') this.#onLegFilled(order, fill, position, trade !== null);
    const tooMuch = this.#exits.unitsAfterExits(position, this.#cancelled) - this.#wanted.of(position);
    if (tooMuch !== 0) this.#plan(this.#exits.undo(order, fill, tooMuch, instrument));
    if (isTerminal(order.status)) this.#onOrderEnded(order);
    return { fill: booked, order, position };
  }

  /** What an earlier run has decided; its orders follow. */
  recallSignal(signal: Signal): void {
    const { strategyId, instrumentId, product, key } = signal;
    const position = this.#portfolio.position(strategyId, instrumentId, product);
    if (signal.kind === 'EXIT') this.#wanted.leave(position);
    this.#signals.set(key, signal);
  }

  /** As it was planned: what became of it follows. */
  recallOrder(order: Order): void {
    const { strategyId, instrumentId, product, signalKey, role, clientOrderId } = order;
    const position = this.#portfolio.position(strategyId, instrumentId, product);
    if (role === 'EXIT' || (role === 'SQUARE_OFF' && isSquareOff(order))) this.#wanted.leave(position);
    const signal = this.#signals.get(signalKey);
    if (role === 'ENTRY' && !this.#asked.has(signalKey)) this.#wanted.ask(position, signalKey);
    if (signal !== undefined && role === (signal.kind === 'ENTRY' ? 'ENTRY' : 'EXIT')) {
      this.#asked.add(signalKey, clientOrderId);
    }
    const planned = { status: 'INITIALIZED', filledQuantity: 0, averagePrice: null } as const;
    this.#book.add({ ...order, ...planned });
    this.#planner.resumeAfter(order.sequence);
  }

  recallFill(fill: BookedFill): OpenPosition {
    const before = this.#orderOf(fill.clientOrderId);
    const { instrument } = this.#market.get(fill.instrumentId);
    this.#planner.resumeAfter(fill.sequence);
    this.#book.fillIds.add(fill.fillId);
    this.#book.put(applyFill(before, fill));
    const { position } = this.#portfolio.book(fill, before, instrument, EXIT_REASON[before.role]);
    const isLeg = before.role === 'STOP_LOSS' || before.role === 'TARGET';
    if (!isLeg && before.role !== 'ENTRY') return position;
    const left = this.#wanted.add(position, before.signalKey, signed(fill));
    if (isLeg && left === 0) this.#wanted.drop(position, before.signalKey);
    return position;
  }

  /** How the order stood when the earlier run ended. */
  recallEnd(order: Order, isWithdrawn: boolean): void {
    const { clientOrderId, status } = order;
    if (isTerminal(status)) this.#asked.end(order);
    else if (isWithdrawn) this.#cancelled.add(clientOrderId);
    if (this.#book.get(clientOrderId) !== undefined) this.#book.put(order);
  }

  /**
   * New collections every day: in one that is filled and emptied for ever the runtime keeps each outgrown table, and what
   * it held, alive until a full collection.
   */
  startDay(): void {
    const held = new Set([...this.#portfolio.open].map(({ signalKey }) => signalKey));
    this.#signals = new Map([...this.#signals].filter(([key, { status }]) => status === 'ACTIVE' || held.has(key)));
    this.#asked.startDay((key) => this.#signals.has(key));
    this.#cancelled = new Set(this.#cancelled);
    this.#wanted.startDay((key) => this.#signals.has(key));
  }

  #onEntryFilled(order: Order, fill: Fill, position: OpenPosition, instrument: Instrument): void {
    const signal = this.#signals.get(order.signalKey);
    const isWanted = this.#wanted.add(position, order.signalKey, signed(fill)) !== undefined;
    if (isWanted && signal) this.#plan(this.#exits.protect(order, fill, signal, instrument));
  }

  #onLegFilled(leg: Order, fill: Fill, position: OpenPosition, isClosed: boolean): void {
    const left = this.#wanted.add(position, leg.signalKey, signed(fill));
    if (left === 0) this.#wanted.drop(position, leg.signalKey);
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
    this.#wanted.leave(position);
    const units = this.#exits.unitsAfterExits(position, this.#cancelled);
    const { orders, cancels } = this.#exits.leave(position, instrument, role, key, now, notBefore, units);
    for (const order of cancels) this.#cancel(order, reason, now);
    this.#plan(orders, signal);
    return orders.length > 0;
  }

  #plan(orders: readonly Order[], signal?: Signal): void {
    for (const order of orders) {
      this.#book.add(order);
      this.#emit({ type: 'orderPlanned', order });
    }
    if (signal) for (const order of orders) this.#asked.add(signal.key, order.clientOrderId);
  }

  /** What fills of it all the same is not wanted. */
  #withdrawEntry(order: Order, reason: string, time: EpochMs): void {
    this.#wanted.drop(this.#portfolio.position(order.strategyId, order.instrumentId, order.product), order.signalKey);
    this.#cancel(order, reason, time);
  }

  #cancel(order: Order, reason: string, time: EpochMs): void {
    if (this.#cancelled.has(order.clientOrderId)) return;
    this.#cancelled.add(order.clientOrderId);
    this.#emit({ type: 'cancelRequested', order, reason, time });
  }

  #onOrderEnded(order: Order): void {
    this.#cancelled.delete(order.clientOrderId);
    const signal = this.#signals.get(order.signalKey);
    const status = signal && this.#asked.end(order);
    if (signal && status) this.#end(signal, status);
  }

  #end(signal: Signal, status: SignalStatus): void {
    const ended = { ...signal, status };
    this.#emit({ type: 'signalChanged', signal: ended });
    this.#signals.set(signal.key, ended);
  }

  #orderOf(id: Order['clientOrderId']): Order {
    const order = this.#book.get(id);
    if (!order) throw new InvariantError(`Expected an order of ours, found the client order id "${id}"`);
    return order;
  }
}

function signed({ side, quantity }: Fill): number {
  return side === 'BUY' ? quantity : -quantity;
}
