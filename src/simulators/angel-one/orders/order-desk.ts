/**
 * One client's orders at the broker. Entry points: `place`, `modify`, `cancel` answer at once as the front office does;
 * what becomes of an order follows on its own, phase by phase, as row changes told to `announce`.
 *
 * Invariants: an order id is for life, through every change; a done order never changes again; what is withdrawn from the
 * floor cannot fill; `quantity` of an order is always its total.
 */
import type { Fill } from '../../../core/fill.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { OrderRow, SimulatedListing, SimulatedQuote } from '../parts.ts';
import { isRefusal, type Refusal, refused } from '../rest/reply.ts';
import { bookFill } from './book-fill.ts';
import { changedRequest, changeFaultOf } from './change-order.ts';
import { DayBook, type TradeEntry } from './day-book.ts';
import { type DeskOrder, isDone, newOrder, type OrderRequest, streamRowOf } from './desk-order.ts';
import type { DeskParts } from './desk-parts.ts';
import { floorOrderOf, isTriggeredBy, withProtection } from './floor-order.ts';
import { exchangeRejection, riskRejection } from './risk-check.ts';
import type { WireBody } from './wire-fields.ts';

/** What the stream says of an order that a refused change has left as it was. */
const STANDING_CODES: Readonly<Record<string, string>> = { open: 'AB01', 'trigger pending': 'AB10' };

export class OrderDesk {
  readonly #parts: DeskParts;
  readonly #clock: Clock;
  readonly #book = new DayBook();
  readonly #working = new Set<DeskOrder>();
  readonly #immediate = new Set<DeskOrder>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#clock = parts.market.clock;
  }

  /** Orders that are not done. */
  get working(): ReadonlySet<DeskOrder> {
    return this.#working;
  }

  /** Orders that block margin. */
  get admitted(): readonly DeskOrder[] {
    return [...this.#working].filter(({ isAdmitted }) => isAdmitted);
  }

  place(request: OrderRequest): DeskOrder {
    const now = this.#clock.now();
    const order = newOrder(this.#parts.ids.next(now), this.#parts.clientCode, request, now);
    this.#book.add(order);
    this.#working.add(order);
    this.#parts.ledger.addOrder(order);
    this.#show(order, null, 'put order req received');
    this.#after(this.#parts.switches.current.phaseDelayMs, () => this.#validate(order));
    return order;
  }

  modify(body: WireBody): DeskOrder | Refusal {
    const { market, switches } = this.#parts;
    const order = this.#book.find(body);
    if (isRefusal(order)) return order;
    const next = changedRequest(order, body, market, switches.current);
    if (isRefusal(next)) return next;
    if (isDone(order)) return this.#refuseLate(order, 'modify');
    if (order.isChanging) return refused('AB1007', 'Order modification is already in progress');
    const before = { status: order.status, orderStatus: order.orderStatus };
    order.isChanging = true;
    this.#log(order, 'modify', 'asked');
    if (order.isAfterMarket) this.#show(order, 'AB08', 'modify after market order req received');
    else this.#show(order, 'AB11', 'modify pending');
    this.#after(switches.current.changeDelayMs, () => this.#applyChange(order, next, before));
    return order;
  }

  cancel(body: WireBody): DeskOrder | Refusal {
    const order = this.#book.find(body);
    if (isRefusal(order)) return order;
    if (isDone(order)) return this.#refuseLate(order, 'cancel');
    this.#log(order, 'cancel', 'asked');
    this.#show(order, null, 'cancel pending');
    this.#after(this.#parts.switches.current.changeDelayMs, () => this.#applyCancel(order));
    return order;
  }

  /** The day's rows as they stood `lagMs` ago, oldest first. */
  book(lagMs: number): readonly OrderRow[] {
    return this.#book.rows(this.#clock.now(), lagMs);
  }

  details(uniqueId: string, lagMs: number): OrderRow | Refusal {
    return this.#book.details(uniqueId, this.#clock.now(), lagMs);
  }

  trades(lagMs: number): readonly TradeEntry[] {
    return this.#book.trades(this.#clock.now(), lagMs);
  }

  /** Before the exchange sees the print: stops that it triggers become open orders. */
  beforeTick({ listing, tick }: SimulatedQuote): void {
    for (const order of this.#working) {
      if (order.request.listing !== listing || order.floorId === null || order.isTriggered) continue;
      if (order.request.triggerPrice === 0 || !isTriggeredBy(order.request, tick.lastPrice)) continue;
      order.isTriggered = true;
      if (!order.isChanging) this.#show(order, 'AB01', 'open');
    }
  }

  /** After the print: immediate-or-cancel orders have had their chance. */
  afterTick(listing: SimulatedListing): void {
    for (const order of this.#immediate) {
      if (order.request.listing !== listing || isDone(order)) continue;
      this.#immediate.delete(order);
      this.#cancelled(order, 'AB02', 'cancelled', 'IOC order cancelled by exchange');
    }
  }

  #validate(order: DeskOrder): void {
    if (isDone(order)) return;
    const { switches, floor } = this.#parts;
    this.#show(order, null, 'validation pending');
    const rejection = this.#riskFault(order, order.request);
    if (rejection !== undefined) {
      this.#reject(order, rejection);
      return;
    }
    order.isAdmitted = true;
    const { listing } = order.request;
    if (floor.isOpen(listing, this.#clock.now())) {
      this.#pend(order);
      return;
    }
    const open = floor.nextOpen(listing, this.#clock.now());
    if (switches.current.afterMarket === 'reject' || open === undefined) {
      this.#reject(order, 'RMS: Market is closed');
      return;
    }
    order.isAfterMarket = true;
    this.#show(order, 'AB06', 'after market order req received');
    void this.#clock.sleepUntil(open, this.#parts.closed).then(() => {
      if (this.#parts.closed.aborted || isDone(order)) return;
      order.isAfterMarket = false;
      this.#pend(order);
    });
  }

  #riskFault(order: DeskOrder, request: OrderRequest): string | undefined {
    const { market, switches, funds, positions } = this.#parts;
    const working = this.admitted.filter((other) => other !== order);
    const rest = { ...request, quantity: request.quantity - order.filled };
    return riskRejection(rest, { market, behaviours: switches.current, funds, positions, working });
  }

  #pend(order: DeskOrder): void {
    this.#show(order, 'AB09', 'open pending');
    this.#after(this.#parts.switches.current.phaseDelayMs, () => {
      if (!isDone(order)) this.#enter(order);
    });
  }

  /** The order reaches the exchange. */
  #enter(order: DeskOrder): void {
    const { market, switches } = this.#parts;
    order.request = withProtection(order.request, market, switches.current);
    const rejection = exchangeRejection(order.request, market, switches.current);
    if (rejection !== undefined) {
      this.#reject(order, rejection);
      return;
    }
    order.exchangeTime = this.#clock.now();
    this.#submit(order);
    if (order.request.duration === 'IOC') this.#immediate.add(order);
    if (order.status !== 'cancel pending') this.#showResting(order);
  }

  #submit(order: DeskOrder): void {
    const { floor } = this.#parts;
    const floorOrder = floorOrderOf(order.request, order.request.quantity - order.filled, order.isTriggered);
    order.floorId = floor.submit(floorOrder, {
      onFill: (fill) => this.#fill(order, fill),
      onEnd: (reason, isRejected) => {
        order.floorId = null;
        if (isDone(order)) return;
        if (isRejected) this.#reject(order, reason);
        else this.#cancelled(order, 'AB02', 'cancelled', 'Order cancelled by exchange at the end of the session');
      },
    });
  }

  #fill(order: DeskOrder, fill: Fill): void {
    this.#book.addTrade(bookFill(order, fill, this.#parts));
    order.exchangeTime = this.#clock.now();
    order.isTriggered = true;
    if (order.filled < order.request.quantity) {
      this.#show(order, 'AB01', 'open');
      return;
    }
    order.floorId = null;
    this.#finish(order, 'AB05', 'complete');
  }

  #applyChange(order: DeskOrder, next: OrderRequest, before: { status: string; orderStatus: string }): void {
    const { floor, market, switches } = this.#parts;
    order.isChanging = false;
    if (isDone(order)) {
      this.#log(order, 'modify', 'too-late');
      return;
    }
    const request = withProtection(next, market, switches.current);
    const fault = changeFaultOf(order, request, market, switches.current) ?? this.#riskFault(order, request);
    // It may have gone on to its next phase while the change was on its way.
    const { status, orderStatus } = order.orderStatus.startsWith('modify') ? before : order;
    if (fault !== undefined) {
      this.#log(order, 'modify', 'refused');
      order.text = fault;
      this.#show(order, STANDING_CODES[orderStatus] ?? null, status, orderStatus);
      return;
    }
    const isResting = order.floorId !== null;
    if (order.floorId !== null) floor.withdraw(order.floorId);
    order.request = request;
    this.#log(order, 'modify', 'done');
    if (!isResting) {
      this.#show(order, 'AB04', 'modified', orderStatus);
      return;
    }
    order.exchangeTime = this.#clock.now();
    this.#submit(order);
    const isWaiting = request.triggerPrice > 0 && !order.isTriggered;
    this.#show(order, 'AB04', 'modified', isWaiting ? 'trigger pending' : 'open');
    // A stop keeps saying `modified` in one of its two statuses; a limit order reads open again.
    if (!isWaiting) this.#showResting(order);
  }

  #applyCancel(order: DeskOrder): void {
    if (isDone(order)) {
      this.#log(order, 'cancel', 'too-late');
      return;
    }
    this.#log(order, 'cancel', 'done');
    if (order.isAfterMarket) this.#cancelled(order, 'AB07', 'cancelled after market order', '');
    else this.#cancelled(order, 'AB02', 'cancelled', '');
  }

  #cancelled(order: DeskOrder, code: string, status: string, text: string): void {
    if (order.floorId !== null) this.#parts.floor.withdraw(order.floorId);
    order.floorId = null;
    order.cancelled = order.request.quantity - order.filled;
    order.text = text;
    this.#finish(order, code, status);
  }

  #reject(order: DeskOrder, text: string): void {
    order.text = text;
    this.#finish(order, 'AB03', 'rejected');
  }

  #finish(order: DeskOrder, code: string, status: string): void {
    this.#working.delete(order);
    this.#immediate.delete(order);
    this.#show(order, code, status);
  }

  #showResting(order: DeskOrder): void {
    const isWaiting = order.request.triggerPrice > 0 && !order.isTriggered;
    if (isWaiting) this.#show(order, 'AB10', 'trigger pending');
    else this.#show(order, 'AB01', 'open');
  }

  /** Puts the change into the books and, where the stream has a code for it, onto the stream. */
  #show(order: DeskOrder, code: string | null, status: string, orderStatus = status): void {
    const now = this.#clock.now();
    order.status = status;
    order.orderStatus = orderStatus;
    order.updatedTime = now;
    this.#book.remember(order, now);
    if (code !== null) this.#parts.announce(code, streamRowOf(order));
  }

  #refuseLate(order: DeskOrder, deed: 'modify' | 'cancel'): DeskOrder | Refusal {
    this.#log(order, deed, 'too-late');
    if (this.#parts.switches.current.lateChanges === 'accept') return order;
    return refused('AB1007', `AMX error: the order is already ${order.orderStatus}`);
  }

  #log(order: DeskOrder, deed: 'modify' | 'cancel', result: 'asked' | 'done' | 'too-late' | 'refused'): void {
    const { clientCode, orderId } = order;
    this.#parts.ledger.changes.push({ clientCode, orderId, deed, result, time: this.#clock.now() });
  }

  #after(delayMs: number, act: () => void): void {
    const { closed } = this.#parts;
    const run = (): void => {
      if (!closed.aborted) act();
    };
    if (delayMs === 0) setImmediate(run);
    else void this.#clock.sleepUntil(this.#clock.now() + delayMs, closed).then(run);
  }
}
