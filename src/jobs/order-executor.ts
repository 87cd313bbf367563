/**
 * Carries out placements, changes and cancels over the broker and the ledger.
 *
 * Invariants:
 * - The order row exists, with its client order id, before the broker is called.
 * - The broker's `place` is called once after each move into `SUBMITTING`, and never without one. Postgres makes that
 *   move for one run only, so no two runs send.
 * - An answer that proves nothing was sent takes the order back to `INITIALIZED`. Without such an answer it is
 *   `UNKNOWN` and goes out again only after the broker's book, searched twice a grace apart, does not have it.
 * - Runs for one order follow one another in this process, so a second look never races a call in flight.
 * - Absent is what a book without unread rows does not have. An end is taken from the book only with all of its fills.
 * - Running a job again is a no-op once its purpose is served. Every move is told to `onUpdate`.
 */
import { assertNever, InvariantError } from '../core/errors.ts';
import type { Fill } from '../core/fill.ts';
import type { BrokerOrderId, ClientOrderId } from '../core/ids.ts';
import type { Order, OrderUpdate } from '../core/order.ts';
import { isTerminal } from '../core/order-status.ts';
import { dayOf, type EpochMs, formatClock, formatDay } from '../core/time.ts';
import type { BookedOrder, Broker } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { DONE, type JobResult } from './job-registry.ts';
import { bookedIn, isShort, unitsOf, unread } from './look-in-book.ts';
import { againAfter, provable, reasonOf, type Unsettled } from './outcome-results.ts';
import { promisedOrder } from './promised-order.ts';

export interface OrderExecutorOptions {
  readonly broker: Broker;
  readonly ledger: Pick<Ledger, 'order' | 'claim' | 'move' | 'markModified'>;
  readonly clock: Clock;
  /** Spares a new order the look into the ledger: whether it is still as promised the claim finds out, and that is sent. */
  readonly recall?: ((id: ClientOrderId) => Order | undefined) | undefined;
  readonly onUpdate: (update: OrderUpdate) => void;
  /** Fills that a search of the book brought to light; they may have been reported before. */
  readonly onFill: (fill: Fill) => void;
  /** Between the two looks into the book: long enough for an order on its way to show up there. */
  readonly searchGraceMs?: number | undefined;
}

const SEARCH_GRACE_MS = 2_000;
const STOPPING: JobResult = { kind: 'retry', reason: 'The worker is stopping' };

export class OrderExecutor {
  readonly #options: OrderExecutorOptions;
  readonly #running = new Map<ClientOrderId, Promise<unknown>>();
  readonly #promised: (id: ClientOrderId) => Order | undefined;

  constructor(options: OrderExecutorOptions) {
    this.#options = options;
    this.#promised = promisedOrder(options.recall ?? (() => undefined));
  }

  place(id: ClientOrderId, stopping: AbortSignal): Promise<JobResult> {
    return this.#inTurn(id, async () => this.#place(this.#promised(id) ?? (await this.#load(id)), stopping));
  }

  /** Sends the order's terms as they stand, whichever change of them has asked for it: sending them again changes nothing. */
  modify(id: ClientOrderId, stopping: AbortSignal): Promise<JobResult> {
    return this.#inTurn(id, async () => this.#modify(await this.#load(id), stopping));
  }

  cancel(id: ClientOrderId, stopping: AbortSignal): Promise<JobResult> {
    return this.#inTurn(id, async () => this.#cancel(await this.#load(id), stopping));
  }

  async #place(found: Order, stopping: AbortSignal): Promise<JobResult> {
    let order = found;
    if (order.status === 'SUBMITTING') {
      order = (await this.#move(order, 'UNKNOWN', 'An earlier run ended before the broker answered')).order;
    }
    if (order.status === 'UNKNOWN') {
      const search = await this.#search(order, stopping);
      if (search !== 'absent') return search;
    } else if (order.status !== 'INITIALIZED') {
      return DONE;
    }
    await this.#options.clock.sleepUntil(order.notBefore, stopping);
    if (stopping.aborted) return STOPPING;
    if (order.deadline !== null && this.#options.clock.now() > order.deadline) {
      await this.#move(order, 'EXPIRED', `Not at the broker by its deadline, ${formatClock(order.deadline)}`);
      return DONE;
    }
    if (isOfEarlierDay(order, this.#options.clock.now())) {
      await this.#move(order, 'EXPIRED', `Its day is over: it was to be sent on ${formatDay(dayOf(order.notBefore))}`);
      return DONE;
    }
    return this.#send(order, stopping);
  }

  async #send(order: Order, stopping: AbortSignal): Promise<JobResult> {
    const claim = await this.#claim(order);
    if (!claim.moved) return { kind: 'retry', reason: `The order became "${claim.order.status}" before it was sent` };
    const outcome = await provable(() => this.#options.broker.place(claim.order));
    switch (outcome.kind) {
      case 'done':
        await this.#move(claim.order, 'SUBMITTED', null, outcome.value.brokerOrderId);
        return DONE;
      case 'refused':
        await this.#move(claim.order, 'REJECTED', `${outcome.reason} (${outcome.code})`);
        return DONE;
      case 'throttled':
      case 'session':
      case 'transient':
        await this.#move(claim.order, 'INITIALIZED', `Not sent: ${reasonOf(outcome)}`);
        return againAfter(outcome);
      case 'unknown': {
        const { order: doubtful } = await this.#move(claim.order, 'UNKNOWN', outcome.reason);
        if (doubtful.status !== 'UNKNOWN') return DONE;
        const search = await this.#search(doubtful, stopping);
        return search === 'absent' ? { kind: 'retry', reason: `Not in the broker's book: ${outcome.reason}` } : search;
      }
      default:
        return assertNever(outcome, 'outcome');
    }
  }

  async #modify(found: Order, stopping: AbortSignal): Promise<JobResult> {
    let order = found;
    // It goes out with the terms it has by then.
    if (order.status === 'INITIALIZED' || isTerminal(order.status) || order.status === 'PENDING_CANCEL') return DONE;
    if (order.status === 'SUBMITTING' || order.status === 'UNKNOWN') {
      return { kind: 'retry', reason: `The placement of the order is not settled: it is "${order.status}"` };
    }
    if (order.brokerOrderId === null) {
      const search = await this.#search(order, stopping);
      if (search === 'absent') return { kind: 'retry', reason: "The order is not in the broker's book yet" };
      if (search.kind !== 'done') return search;
      order = await this.#load(order.clientOrderId);
      if (isTerminal(order.status)) return DONE;
    }
    const { limitPrice, triggerPrice, clientOrderId } = order;
    const change = {
      ...(limitPrice === null ? {} : { limitPrice }),
      ...(triggerPrice === null ? {} : { triggerPrice }),
    };
    const outcome = await provable(() => this.#options.broker.modify(order, change));
    if (outcome.kind === 'done') {
      const { brokerOrderId } = outcome.value;
      if (brokerOrderId !== order.brokerOrderId) await this.#move(order, 'SUBMITTED', null, brokerOrderId);
      await this.#options.ledger.markModified(clientOrderId);
      return DONE;
    }
    return outcome.kind === 'refused' || outcome.kind === 'unknown'
      ? this.#afterDoubtfulChange(order, outcome)
      : againAfter(outcome);
  }

  /** Mostly the order was done already, which the book tells. */
  async #afterDoubtfulChange(
    order: Order,
    outcome: Extract<Unsettled, { kind: 'refused' | 'unknown' }>,
  ): Promise<JobResult> {
    const book = await provable(() => this.#options.broker.orders());
    if (book.kind !== 'done') return againAfter(book);
    const booked = bookedIn(book.value, order);
    if (booked !== undefined) await this.#adopt(booked);
    const { status } = await this.#load(order.clientOrderId);
    if (isTerminal(status) || (booked !== undefined && booked.filledQuantity >= order.quantity)) return DONE;
    if (outcome.kind === 'unknown') return againAfter(outcome);
    return { kind: 'failed', reason: `The broker refused to change the order: ${outcome.reason}` };
  }

  async #cancel(found: Order, stopping: AbortSignal): Promise<JobResult> {
    let order = found;
    if (order.status === 'INITIALIZED') {
      const { moved } = await this.#move(order, 'CANCELED', 'Cancelled before it was sent');
      return moved ? DONE : { kind: 'retry', reason: 'The order was sent just now' };
    }
    if (order.status === 'SUBMITTING' || order.status === 'UNKNOWN') {
      return { kind: 'retry', reason: `The placement of the order is not settled: it is "${order.status}"` };
    }
    if (isTerminal(order.status)) return DONE;
    if (order.brokerOrderId === null) {
      const search = await this.#search(order, stopping);
      if (search === 'absent') {
        await this.#move(order, 'CANCELED', 'Cancelled; it never reached the broker');
        return DONE;
      }
      if (search.kind !== 'done') return search;
      order = await this.#load(order.clientOrderId);
      if (isTerminal(order.status)) return DONE;
    }
    order = (await this.#move(order, 'PENDING_CANCEL', null)).order;
    if (isTerminal(order.status)) return DONE;
    const outcome = await provable(() => this.#options.broker.cancel(order));
    switch (outcome.kind) {
      case 'done':
        return DONE;
      case 'refused':
      case 'unknown':
        return this.#afterDoubtfulCancel(order, outcome);
      default:
        return againAfter(outcome);
    }
  }

  /** Mostly the order was done already, which the book tells. If it works on though refused, its owner has to know. */
  async #afterDoubtfulCancel(
    order: Order,
    outcome: Extract<Unsettled, { kind: 'refused' | 'unknown' }>,
  ): Promise<JobResult> {
    const book = await provable(() => this.#options.broker.orders());
    if (book.kind !== 'done') return againAfter(book);
    const booked = bookedIn(book.value, order);
    if (booked !== undefined) await this.#adopt(booked);
    const { status } = await this.#load(order.clientOrderId);
    if (isTerminal(status) || (booked !== undefined && unitsOf(booked) >= order.quantity)) return DONE;
    if (booked !== undefined && isShort(booked))
      return { kind: 'retry', reason: 'The book does not show all fills yet' };
    if (booked === undefined && book.value.unreadRows > 0) return unread(book.value);
    if (outcome.kind === 'unknown') {
      return booked?.update.status === 'PENDING_CANCEL' ? DONE : againAfter(outcome);
    }
    return { kind: 'failed', reason: `The broker refused to cancel the order: ${outcome.reason}` };
  }

  /** `absent` only after two looks; anything the book could not answer is left to another run. */
  async #search(order: Order, stopping: AbortSignal): Promise<JobResult | 'absent'> {
    const { broker, clock, searchGraceMs = SEARCH_GRACE_MS } = this.#options;
    for (const isLastLook of [false, true]) {
      const book = await provable(() => broker.orders());
      if (book.kind !== 'done') return againAfter(book);
      const booked = bookedIn(book.value, order);
      if (booked !== undefined) {
        await this.#adopt(booked);
        return DONE;
      }
      if (book.value.unreadRows > 0) return unread(book.value);
      if (isLastLook) break;
      await clock.sleepUntil(clock.now() + searchGraceMs, stopping);
      if (stopping.aborted) return STOPPING;
    }
    return 'absent';
  }

  /** Of an end whose fills are still to come only this is sure: the broker has the order. */
  async #adopt(booked: BookedOrder): Promise<void> {
    const { update } = booked;
    await this.#apply(isShort(booked) && isTerminal(update.status) ? { ...update, status: 'SUBMITTED' } : update);
    for (const fill of booked.fills) this.#options.onFill(fill);
  }

  /** One that was in doubt and is not in the book goes out again by the same move; nobody else has had it meanwhile. */
  async #claim(order: Order): Promise<{ readonly order: Order; readonly moved: boolean }> {
    if (order.status !== 'INITIALIZED') return this.#move(order, 'SUBMITTING', null);
    const { clientOrderId, brokerOrderId } = order;
    const time = this.#options.clock.now();
    const update = { clientOrderId, status: 'SUBMITTING', brokerOrderId, reason: null, time } as const;
    const claimed = await this.#options.ledger.claim(update);
    if (claimed === undefined) return { order: await this.#load(clientOrderId), moved: false };
    this.#options.onUpdate(update);
    return { order: claimed, moved: true };
  }

  #move(
    order: Order,
    status: OrderUpdate['status'],
    reason: string | null,
    brokerOrderId: BrokerOrderId | null = null,
  ) {
    return this.#apply({
      clientOrderId: order.clientOrderId,
      status,
      brokerOrderId: brokerOrderId ?? order.brokerOrderId,
      reason,
      time: this.#options.clock.now(),
    });
  }

  async #apply(update: OrderUpdate): Promise<{ readonly order: Order; readonly moved: boolean }> {
    const result = await this.#options.ledger.move(update);
    if (result === undefined) throw new InvariantError(`Order "${update.clientOrderId}" has left the ledger`);
    if (result.moved) this.#options.onUpdate(update);
    return result;
  }

  async #load(id: ClientOrderId): Promise<Order> {
    const order = await this.#options.ledger.order(id);
    if (order === undefined) throw new InvariantError(`Expected order "${id}" in the ledger, found none`);
    return order;
  }

  #inTurn(id: ClientOrderId, run: () => Promise<JobResult>): Promise<JobResult> {
    const before = this.#running.get(id) ?? Promise.resolve();
    const now = before.then(run);
    const settled = Promise.allSettled([now]);
    this.#running.set(id, settled);
    void settled.then(() => {
      if (this.#running.get(id) === settled) this.#running.delete(id);
    });
    return now;
  }
}

/** What was good for a day is not sent on another, exits neither: the broker has closed what was open then. */
function isOfEarlierDay({ timeInForce, notBefore }: Order, now: EpochMs): boolean {
  return timeInForce !== 'GTT' && dayOf(notBefore) < dayOf(now);
}
