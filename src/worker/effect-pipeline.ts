/**
 * Carries the engine's effects into the world, in order: decisions to the ledger in one transaction each, the jobs it
 * promised to the queue, candles to their store in batches.
 *
 * Invariants: nothing is queued before it is committed, and what could not be committed stays; in step, `settle` returns when
 * every order due by now has been handed to the broker and the engine has heard of it, and else as soon as everything is
 * committed: the next price does not wait for the queue.
 */
import { alertOf } from '../alerts/alerts-of-effects.ts';
import type { Alert } from '../core/alert.ts';
import type { Candle } from '../core/candle.ts';
import { UnavailableError } from '../core/errors.ts';
import type { OrderUpdate } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import type { Effect, EngineEvent } from '../ports/engine-event.ts';
import type { Ledger, OutboxJob } from '../ports/ledger.ts';

export interface EffectPipelineOptions {
  readonly ledger: Pick<Ledger, 'record'>;
  /** Does not reject: what the queue does not take is left to the sweeper. */
  readonly enqueue: (jobs: readonly OutboxJob[]) => Promise<void>;
  readonly handle: (event: EngineEvent) => readonly Effect[];
  readonly onCandle: (candle: Candle) => void;
  readonly onEffect: (effect: Effect) => void;
  /** Whether `settle` waits until orders are with the broker, so that the next price finds them there. */
  readonly isInStep: boolean;
  readonly signal: AbortSignal;
}

/** A queue that has not run an order by then is not working. */
const JOB_PATIENCE_MS = 30_000;

export class EffectPipeline {
  readonly #options: EffectPipelineOptions;
  readonly #inFlight = new Map<string, () => void>();
  #effects: Effect[] = [];
  #held: OutboxJob[] = [];
  #inbox: OrderUpdate[] = [];
  #settled: Promise<void> = Promise.resolve();

  constructor(options: EffectPipelineOptions) {
    this.#options = options;
  }

  /** True when `settle` has something to do. */
  get isBusy(): boolean {
    return this.#effects.length > 0 || this.#inbox.length > 0;
  }

  /** Returns what the engine asks for; it is done when `settle` has returned. */
  tell(event: EngineEvent): readonly Effect[] {
    const effects = this.#options.handle(event);
    for (const effect of effects) {
      this.#options.onEffect(effect);
      if (effect.type === 'candleClosed') this.#options.onCandle(effect.candle);
      else this.#effects.push(effect);
    }
    return effects;
  }

  /** Something a person has to know that the engine does not. */
  raise(alert: Alert): void {
    this.#effects.push({ type: 'alertRaised', alert });
  }

  /** An update of the executor, which the ledger has already. */
  onExecuted(update: OrderUpdate): void {
    this.#inbox.push(update);
  }

  /** A job has come to its end, well or badly. */
  onJobEnded(id: string): void {
    this.#inFlight.get(id)?.();
    this.#inFlight.delete(id);
  }

  /** One at a time, whoever asks: a transaction may build on the one before it. */
  settle(now: EpochMs): Promise<void> {
    const settled = this.#settled.then(() => this.#settle(now));
    this.#settled = settled.catch(() => undefined);
    return settled;
  }

  /** Orders held for a later session are queued when their time has come. */
  async release(now: EpochMs): Promise<void> {
    const due = this.#held.filter((job) => job.notBefore <= now);
    if (due.length === 0) return;
    this.#held = this.#held.filter((job) => job.notBefore > now);
    await this.#queue(due, now);
    this.#hear();
    await this.settle(now);
  }

  async #settle(now: EpochMs): Promise<void> {
    while (this.isBusy && !this.#options.signal.aborted) {
      await this.#queue(await this.#commit(), now);
      this.#hear();
    }
  }

  get hasHeld(): boolean {
    return this.#held.length > 0;
  }

  async #commit(): Promise<readonly OutboxJob[]> {
    if (this.#effects.length === 0) return [];
    const effects = this.#effects;
    this.#effects = [];
    const told = effects.flatMap((effect): Effect[] => {
      const alert = effect.type === 'alertRaised' ? undefined : alertOf(effect);
      return alert ? [effect, { type: 'alertRaised', alert }] : [effect];
    });
    try {
      return await this.#options.ledger.record(told);
    } catch (error) {
      // Whoever asked hears of it; the next one to ask writes them, and recording twice changes nothing.
      this.#effects = [...effects, ...this.#effects];
      if (this.#options.signal.aborted) return [];
      throw error;
    }
  }

  async #queue(jobs: readonly OutboxJob[], now: EpochMs): Promise<void> {
    const held = jobs.filter((job) => job.notBefore > now);
    this.#held.push(...held);
    const due = jobs.filter((job) => job.notBefore <= now);
    if (due.length === 0) return;
    if (!this.#options.isInStep) {
      void this.#options.enqueue(due);
      return;
    }
    const ended = Promise.all(due.filter(({ queue }) => queue === 'orders').map((job) => this.#endOf(job.id)));
    await this.#options.enqueue(due);
    await ended;
  }

  #endOf(id: string): Promise<void> {
    const { signal } = this.#options;
    return new Promise((resolve, reject) => {
      const isLate = (): void =>
        reject(new UnavailableError(`The queue did not run order job "${id}" within ${JOB_PATIENCE_MS / 1000} s`));
      const timer = setTimeout(isLate, JOB_PATIENCE_MS);
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
      this.#inFlight.set(id, end);
    });
  }

  #hear(): void {
    const inbox = this.#inbox;
    this.#inbox = [];
    for (const update of inbox) {
      for (const effect of this.#options.handle({ type: 'orderUpdated', update })) {
        this.#options.onEffect(effect);
        if (effect.type !== 'orderChanged') this.#effects.push(effect);
      }
    }
  }
}
