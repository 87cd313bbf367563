/**
 * The book of decisions in memory, for backtests: the same rules as the durable one, which the same contract tests hold
 * both to, without a moment of waiting when it is written through `recordNow`.
 */
import type { Alert } from '../core/alert.ts';
import { InvariantError } from '../core/errors.ts';
import type { BookedFill } from '../core/fill.ts';
import type { ClientOrderId, SignalKey } from '../core/ids.ts';
import type { Order, OrderTerms, OrderUpdate } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import type { EpochMs } from '../core/time.ts';
import type { Trade } from '../core/trade.ts';
import { applyFill, transition } from '../engine/orders/order-machine.ts';
import { promisedJobs } from '../engine/orders/promised-jobs.ts';
import { updateId } from '../engine/orders/update-id.ts';
import type { AlertBook, StoredAlert } from '../ports/alert-book.ts';
import type { Effect, Switches } from '../ports/engine-event.ts';
import type { Ledger, OutboxJob, SessionRecord } from '../ports/ledger.ts';

interface PromisedJob {
  readonly job: OutboxJob;
  readonly promisedTime: EpochMs;
  isQueued: boolean;
}

export class MemoryLedger implements Ledger, AlertBook {
  readonly #now: () => EpochMs;
  readonly #signals = new Map<SignalKey, Signal>();
  readonly #orders = new Map<ClientOrderId, Order>();
  readonly #updateIds = new Set<string>();
  readonly #fills = new Map<string, BookedFill>();
  readonly #trades = new Map<string, Trade>();
  readonly #alerts = new Map<string, StoredAlert>();
  readonly #jobs = new Map<string, PromisedJob>();

  switches: Switches = { isKilled: false, isPaused: false, pausedStrategies: [] };

  /** `now` dates the promises; without it every promise is due at once. */
  constructor(now: () => EpochMs = () => 0) {
    this.#now = now;
  }

  /** Closed round trips, in the order they were recorded. */
  get trades(): readonly Trade[] {
    return [...this.#trades.values()];
  }

  get alerts(): readonly Alert[] {
    return [...this.#alerts.values()];
  }

  recordNow(effects: readonly Effect[]): readonly OutboxJob[] {
    for (const effect of effects) this.#apply(effect);
    return this.#promise(promisedJobs(effects));
  }

  async record(effects: readonly Effect[]): Promise<readonly OutboxJob[]> {
    return this.recordNow(effects);
  }

  moveNow(update: OrderUpdate): { readonly order: Order; readonly moved: boolean } | undefined {
    const before = this.#orders.get(update.clientOrderId);
    if (before === undefined) return undefined;
    const id = updateId(update);
    if (this.#updateIds.has(id)) return { order: before, moved: false };
    const result = transition(before, update);
    this.#updateIds.add(id);
    this.#orders.set(update.clientOrderId, result.order);
    return { order: result.order, moved: result.moved };
  }

  async move(update: OrderUpdate): Promise<{ readonly order: Order; readonly moved: boolean } | undefined> {
    return this.moveNow(update);
  }

  async claim(update: OrderUpdate): Promise<Order | undefined> {
    if (this.#orders.get(update.clientOrderId)?.status !== 'INITIALIZED') return undefined;
    const result = this.moveNow(update);
    return result?.moved ? result.order : undefined;
  }

  async order(id: ClientOrderId): Promise<Order | undefined> {
    return this.#orders.get(id);
  }

  async unqueuedJobs(ageMs: number): Promise<readonly OutboxJob[]> {
    const latest = this.#now() - ageMs;
    const due = [...this.#jobs.values()].filter(({ isQueued, promisedTime }) => !isQueued && promisedTime <= latest);
    return due.map(({ job }) => job);
  }

  async markQueued(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const promised = this.#jobs.get(id);
      if (promised) promised.isQueued = true;
    }
  }

  async markModified(): Promise<void> {}

  async session(): Promise<SessionRecord> {
    return this.sessionNow();
  }

  sessionNow(): SessionRecord {
    return {
      signals: [...this.#signals.values()].sort((a, b) => a.createdTime - b.createdTime || byText(a.key, b.key)),
      orders: [...this.#orders.values()].sort(
        (a, b) => a.sequence - b.sequence || byText(a.clientOrderId, b.clientOrderId),
      ),
      fills: [...this.#fills.values()].sort((a, b) => a.time - b.time || byText(a.fillId, b.fillId)),
    };
  }

  async alert(key: string): Promise<StoredAlert | undefined> {
    return this.#alerts.get(key);
  }

  async markSent(key: string, time: EpochMs): Promise<void> {
    const alert = this.#alerts.get(key);
    if (alert?.sentTime === null) this.#alerts.set(key, { ...alert, sentTime: time });
  }

  #apply(effect: Effect): void {
    switch (effect.type) {
      case 'signalDecided':
        setNew(this.#signals, effect.signal.key, effect.signal);
        break;
      case 'signalChanged':
        this.#changeSignal(effect.signal);
        break;
      case 'orderPlanned':
        setNew(this.#orders, effect.order.clientOrderId, effect.order);
        break;
      case 'orderAmended':
        this.#amend(effect.order);
        break;
      case 'orderChanged':
        if (this.moveNow(effect.update) === undefined) throw unplanned(effect.order);
        break;
      case 'fillBooked':
        this.#bookFill(effect);
        break;
      case 'tradeClosed':
        setNew(this.#trades, tradeKey(effect.trade), effect.trade);
        break;
      case 'alertRaised':
        setNew(this.#alerts, effect.alert.key, { ...effect.alert, sentTime: null });
        break;
      case 'switchesChanged':
        this.switches = effect.switches;
        break;
      case 'cancelRequested':
      case 'candleClosed':
        break;
    }
  }

  /** A change that was overtaken by a later one changes nothing. */
  #amend({ clientOrderId, ...order }: Order): void {
    const stored = this.#orders.get(clientOrderId);
    if (stored === undefined || stored.amendments >= order.amendments) return;
    const { quantity, limitPrice, triggerPrice, isHeld, amendments, reprices, pricedTime } = order;
    const terms: OrderTerms = { quantity, limitPrice, triggerPrice, isHeld, amendments, reprices, pricedTime };
    this.#orders.set(clientOrderId, { ...stored, ...terms });
  }

  /** A signal that has ended does not change any more. */
  #changeSignal(signal: Signal): void {
    const stored = this.#signals.get(signal.key);
    if (stored?.status !== 'ACTIVE') return;
    const { quantity, status, verdict } = signal;
    this.#signals.set(signal.key, { ...stored, quantity, status, verdict });
  }

  #bookFill({ fill, order }: Extract<Effect, { type: 'fillBooked' }>): void {
    if (this.#fills.has(fill.fillId)) return;
    const before = this.#orders.get(order.clientOrderId);
    if (before === undefined) throw unplanned(order);
    this.#orders.set(order.clientOrderId, applyFill(before, fill));
    this.#fills.set(fill.fillId, fill);
  }

  #promise(jobs: readonly OutboxJob[]): readonly OutboxJob[] {
    return jobs.filter((job) => {
      if (this.#jobs.has(job.id)) return false;
      this.#jobs.set(job.id, { job, promisedTime: this.#now(), isQueued: false });
      return true;
    });
  }
}

function setNew<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  if (!map.has(key)) map.set(key, value);
}

function unplanned({ clientOrderId }: Order): InvariantError {
  return new InvariantError(`Order ${clientOrderId} is reported of but was never recorded as planned`);
}

function tradeKey({ signalKey, entryTime, exitTime }: Trade): string {
  return `${signalKey}|${entryTime}|${exitTime}`;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
